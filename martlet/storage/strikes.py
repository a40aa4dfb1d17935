"""What was decided against accounts, and appeals against it."""

import json
from collections.abc import Collection

from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.model.sanctions import Appeal, Strike
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers

COLUMNS = ", ".join(f"strike.{name}" for name in Strike.__slots__)
APPEAL_COLUMNS = ", ".join(f"appeal.{name}" for name in Appeal.__slots__)


def insert(db: Writer, strike: Strike) -> None:
    names = Strike.__slots__
    db.run(
        f"INSERT INTO strike ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})",
        **{name: getattr(strike, name) for name in names},
    )


def find(db: Reader, id: int) -> Strike | None:
    row = db.row(f"SELECT {COLUMNS} FROM strike WHERE id = :id", id=id)
    return Strike(*row) if row else None


def find_and_lock(db: Writer, id: int) -> Strike | None:
    """To be appealed against or decided about: others who want that wait."""
    db.row(f"SELECT 1 FROM strike WHERE id = :id {lock_row(db.dialect)}", id=id)
    return find(db, id)


def many(db: Reader, ids: Collection[int]) -> dict[int, Strike]:
    if not ids:
        return {}
    rows = db.rows(f"SELECT {COLUMNS} FROM strike WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: Strike(*row) for row in rows}


def of_account(db: Reader, account: AccountId, limit: int) -> list[Strike]:
    """The newest first."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM strike WHERE account_id = :account ORDER BY id DESC LIMIT :limit",
        account=account,
        limit=limit,
    )
    return [Strike(*row) for row in rows]


def of_entry(db: Reader, entry: int) -> Strike | None:
    """The strike that was given with an act."""
    row = db.row(f"SELECT {COLUMNS} FROM strike WHERE entry_id = :entry", entry=entry)
    return Strike(*row) if row else None


def overrule(db: Writer, id: int, now: int) -> None:
    db.run("UPDATE strike SET overruled_at = :now WHERE id = :id AND overruled_at IS NULL", id=id, now=now)


def uphold(db: Writer, id: int, entry: int) -> None:
    """Have it hold again, as an entry of the audit log says."""
    db.run("UPDATE strike SET overruled_at = NULL, entry_id = :entry WHERE id = :id", id=id, entry=entry)


def posts_of(strike: Strike) -> list[PostId]:
    found: list[PostId] = json.loads(strike.post_ids)
    return found


# -- appeals -------------------------------------------------------------


def insert_appeal(db: Writer, appeal: Appeal) -> None:
    """Raises `AlreadyThere` where there is one."""
    names = Appeal.__slots__
    db.run(
        f"INSERT INTO appeal ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})",
        **{name: getattr(appeal, name) for name in names},
    )


def find_appeal(db: Reader, strike: int) -> Appeal | None:
    row = db.row(f"SELECT {APPEAL_COLUMNS} FROM appeal WHERE strike_id = :strike", strike=strike)
    return Appeal(*row) if row else None


def appeals(db: Reader, page: Page, *, are_waiting: bool) -> list[Appeal]:
    """The newest first; by the id of what they are against."""
    waiting = "is_approved IS NULL" if are_waiting else "is_approved IS NOT NULL"
    rows = db.rows(
        f"""
        SELECT {APPEAL_COLUMNS} FROM appeal
         WHERE {waiting} AND strike_id < :before AND strike_id > :after
         ORDER BY strike_id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Appeal(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def decide_appeal(db: Writer, strike: int, by: AccountId, now: int, *, is_approved: bool) -> bool:
    """Whether it was still to be decided."""
    return bool(
        db.run(
            """
            UPDATE appeal SET is_approved = :is_approved, decided_by = :by, decided_at = :now
             WHERE strike_id = :strike AND is_approved IS NULL
            """,
            strike=strike,
            by=by,
            now=now,
            is_approved=int(is_approved),
        )
    )


def reopen_appeal(db: Writer, strike: int) -> None:
    """It is to be decided about again."""
    db.run(
        "UPDATE appeal SET is_approved = NULL, decided_by = NULL, decided_at = NULL WHERE strike_id = :strike",
        strike=strike,
    )
