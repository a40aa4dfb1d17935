"""Browsers in which somebody is signed in. Of a session's token only the digest is kept."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import UserId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Session:
    id: int
    digest: bytes
    user_id: UserId
    address: str
    user_agent: str
    created_at: int
    seen_at: int


COLUMNS = ", ".join(Session.__slots__)


def insert(db: Writer, session: Session) -> None:
    db.run(
        f"""
        INSERT INTO session ({COLUMNS})
        VALUES (:id, :digest, :user_id, :address, :user_agent, :created_at, :seen_at)
        """,
        **{name: getattr(session, name) for name in Session.__slots__},
    )


def find(db: Reader, digest: bytes) -> Session | None:
    row = db.row(f"SELECT {COLUMNS} FROM session WHERE digest = :digest", digest=digest)
    return Session(*row) if row else None


def still_open(db: Reader, ids: Collection[int], since: int) -> set[int]:
    """Those of the sessions that were used since, and whose owners may still come in."""
    rows = db.rows(
        f"""
        SELECT session.id
          FROM session
          JOIN users ON users.id = session.user_id
          JOIN account ON account.id = users.account_id
         WHERE session.id {among("ids")} AND session.seen_at >= :since
           AND users.disabled_at IS NULL AND users.confirmed_at IS NOT NULL AND users.approved_at IS NOT NULL
           AND account.suspended_at IS NULL AND account.deleted_at IS NULL
        """,
        ids=numbers(ids),
        since=since,
    )
    return {row[0] for row in rows}


def of_user(db: Reader, user: UserId) -> list[Session]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM session WHERE user_id = :user ORDER BY seen_at DESC, id", user=user
    )
    return [Session(*row) for row in rows]


def touch(db: Writer, id: int, address: str, now: int) -> None:
    db.run(
        "UPDATE session SET seen_at = :now, address = :address WHERE id = :id",
        id=id,
        address=address,
        now=now,
    )


def delete(db: Writer, user: UserId, id: int) -> bool:
    """Whether this person had such a session."""
    return db.run("DELETE FROM session WHERE id = :id AND user_id = :user", id=id, user=user) == 1


def delete_by_digest(db: Writer, digest: bytes) -> None:
    db.run("DELETE FROM session WHERE digest = :digest", digest=digest)


def delete_all(db: Writer, user: UserId, but: int = 0) -> None:
    """All of somebody's sessions, or all but one."""
    db.run("DELETE FROM session WHERE user_id = :user AND id <> :but", user=user, but=but)


def delete_unused(db: Writer, before: int) -> None:
    db.run("DELETE FROM session WHERE seen_at < :before", before=before)
