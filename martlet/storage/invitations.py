"""Invitations: links with which others may join."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Invitation:
    """`made_by` None: by whoever runs the server."""

    id: int
    code: str
    made_by: AccountId | None
    uses: int
    max_uses: int | None
    expires_at: int | None
    revoked_at: int | None
    created_at: int

    def is_live(self, now: int) -> bool:
        is_over = self.expires_at is not None and self.expires_at <= now
        is_used_up = self.max_uses is not None and self.uses >= self.max_uses
        return self.revoked_at is None and not is_over and not is_used_up


COLUMNS = ", ".join(f"invitation.{name}" for name in Invitation.__slots__)
_IS_LIVE = """revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)
    AND (max_uses IS NULL OR uses < max_uses)
    AND (made_by IS NULL OR EXISTS (SELECT 1 FROM account
                                     WHERE account.id = made_by AND account.suspended_at IS NULL
                                       AND account.deletes_at IS NULL AND account.deleted_at IS NULL))"""


def insert(db: Writer, invitation: Invitation) -> None:
    db.run(
        """
        INSERT INTO invitation (id, code, made_by, uses, max_uses, expires_at, revoked_at, created_at)
        VALUES (:id, :code, :made_by, :uses, :max_uses, :expires_at, :revoked_at, :created_at)
        """,
        **{name: getattr(invitation, name) for name in Invitation.__slots__},
    )


def find_live(db: Reader, code: str, now: int) -> Invitation | None:
    """One that still lets somebody in: its maker is still here, too."""
    row = db.row(f"SELECT {COLUMNS} FROM invitation WHERE code = :code AND {_IS_LIVE}", code=code, now=now)
    return Invitation(*row) if row else None


def take(db: Writer, code: str, now: int) -> int | None:
    """Use it once: its id, or None if it lets nobody in any more. Exact, however many come at once."""
    found: int | None = db.value(
        f"UPDATE invitation SET uses = uses + 1 WHERE code = :code AND {_IS_LIVE} RETURNING id",
        code=code,
        now=now,
    )
    return found


def made_by(db: Reader, account: AccountId) -> list[Invitation]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM invitation WHERE made_by = :account ORDER BY id DESC", account=account
    )
    return [Invitation(*row) for row in rows]


def find(db: Reader, id: int) -> Invitation | None:
    row = db.row(f"SELECT {COLUMNS} FROM invitation WHERE id = :id", id=id)
    return Invitation(*row) if row else None


def page(db: Reader, page: Page) -> list[Invitation]:
    """Whoever made them, the newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM invitation WHERE id < :before AND id > :after ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Invitation(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def used_by(db: Reader, ids: Collection[int], limit: int) -> dict[int, list[str]]:
    """The usernames of those who came with an invitation, at most so many of each."""
    found: dict[int, list[str]] = {}
    for id in ids:
        rows = db.rows(
            """
            SELECT account.username FROM users JOIN account ON account.id = users.account_id
             WHERE users.invitation_id = :id ORDER BY users.id LIMIT :limit
            """,
            id=id,
            limit=limit,
        )
        found[id] = [row[0] for row in rows]
    return found


def revoke(db: Writer, account: AccountId, id: int, now: int) -> bool:
    """Whether this person had made such an invitation."""
    return (
        db.run(
            """
            UPDATE invitation SET revoked_at = coalesce(revoked_at, :now)
             WHERE id = :id AND made_by = :account
            """,
            id=id,
            account=account,
            now=now,
        )
        == 1
    )


def everybodys(db: Reader) -> list[tuple[Invitation, str | None]]:
    """All of them with their makers' usernames, newest first; None: by whoever runs the server."""
    rows = db.rows(
        f"""
        SELECT account.username, {COLUMNS} FROM invitation LEFT JOIN account ON account.id = invitation.made_by
         ORDER BY invitation.id DESC
        """
    )
    return [(Invitation(*row[1:]), row[0]) for row in rows]


def revoke_by_code(db: Writer, code: str, now: int) -> bool:
    """Whoever made it. Whether there was such an invitation."""
    sql = "UPDATE invitation SET revoked_at = coalesce(revoked_at, :now) WHERE code = :code"
    return db.run(sql, code=code, now=now) == 1


def restore(db: Writer, id: int) -> None:
    """It can be used again, as far as it has uses and time left."""
    db.run("UPDATE invitation SET revoked_at = NULL WHERE id = :id", id=id)
