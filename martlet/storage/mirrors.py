"""Mirrors that people here have asked to keep copies of what they write for everybody: what came of it, how far they are."""

from dataclasses import dataclass, fields

from martlet.model.mirrors import MirrorState
from martlet.model.names import AccountId, Uri
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Mirror:
    """One row. Moments are milliseconds; 0: never."""

    id: int
    account_id: AccountId
    base: str
    server: Uri
    inbox: str
    offer: Uri
    state: MirrorState
    may_push: int
    max_bytes: int
    asked_at: int
    answered_at: int | None
    until_at: int
    looked_at: int
    heard_at: int
    kept_sequence: int
    error: str
    failures: int = 0
    next_at: int = 0


FIELDS = [field.name for field in fields(Mirror)]
COLUMNS = ", ".join(f"mirror.{name}" for name in FIELDS)


def insert(db: Writer, mirror: Mirror) -> None:
    """In the place of an earlier row of the same account and address."""
    db.run(
        "DELETE FROM mirror WHERE account_id = :account AND base = :base",
        account=mirror.account_id,
        base=mirror.base,
    )
    db.run(
        f"INSERT INTO mirror ({', '.join(FIELDS)}) VALUES ({', '.join(f':{name}' for name in FIELDS)})",
        **{name: getattr(mirror, name) for name in FIELDS},
    )


def find(db: Reader, id: int) -> Mirror | None:
    row = db.row(f"SELECT {COLUMNS} FROM mirror WHERE id = :id", id=id)
    return Mirror(*row) if row else None


def find_by_offer(db: Reader, offer: Uri) -> Mirror | None:
    row = db.row(f"SELECT {COLUMNS} FROM mirror WHERE offer = :offer", offer=offer)
    return Mirror(*row) if row else None


def of_account(db: Reader, account: AccountId) -> list[Mirror]:
    """All that somebody has asked, in the order in which they did."""
    rows = db.rows(f"SELECT {COLUMNS} FROM mirror WHERE account_id = :account ORDER BY id", account=account)
    return [Mirror(*row) for row in rows]


def accepted(db: Reader, account: AccountId) -> list[Mirror]:
    """Those that keep an account's documents."""
    return [one for one in of_account(db, account) if one.state == "accepted"]


def inboxes(db: Reader, account: AccountId) -> set[str]:
    """Where mirrors of an account are told of what it publishes."""
    rows = db.rows(
        "SELECT inbox FROM mirror WHERE account_id = :account AND state = 'accepted' AND inbox <> ''",
        account=account,
    )
    return {row[0] for row in rows}


def update(db: Writer, id: int, **changes: object) -> None:
    db.run(f"UPDATE mirror SET {assigned(changes, FIELDS)} WHERE id = :id", id=id, **changes)


def due(db: Reader, now: int, limit: int) -> list[Mirror]:
    """Those that are asked next for what waits there."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM mirror WHERE state = 'accepted' AND next_at <= :now ORDER BY next_at LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [Mirror(*row) for row in rows]


def are_live(db: Reader) -> bool:
    """Whether anybody here has a mirror or waits for an answer."""
    found = db.value("SELECT 1 FROM mirror WHERE state IN ('looking', 'asked', 'accepted') LIMIT 1")
    return found is not None


def unanswered(db: Reader, before: int, limit: int) -> list[Mirror]:
    """What was asked before a moment and has had no answer."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM mirror WHERE state IN ('looking', 'asked') AND asked_at < :before
         ORDER BY asked_at LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [Mirror(*row) for row in rows]


def behind(db: Reader, before: int, limit: int) -> list[tuple[str, str]]:
    """User names and mirrors that do not have all that was written before a moment."""
    rows = db.rows(
        """
        SELECT account.username, mirror.base
          FROM mirror JOIN account ON account.id = mirror.account_id
         WHERE mirror.state = 'accepted' AND mirror.answered_at < :before
           AND EXISTS (SELECT 1 FROM log_entry
                        WHERE log_entry.account_id = mirror.account_id AND log_entry.sequence > mirror.kept_sequence
                          AND log_entry.changed_at < :before)
         ORDER BY mirror.id LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def expired(db: Reader, now: int, limit: int) -> list[Mirror]:
    """Whose time is over, answered or not."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM mirror WHERE state IN ('looking', 'asked', 'accepted') AND until_at < :now
         ORDER BY until_at LIMIT :limit
        """,
        now=now,
        limit=limit,
    )
    return [Mirror(*row) for row in rows]
