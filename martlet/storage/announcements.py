"""Announcements: what is said, who has read it, which emoji were chosen for it."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from martlet.model.announcements import DAY_MS, Announcement
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers

COLUMNS = ", ".join(f"announcement.{name}" for name in Announcement.__slots__)
NAMES = tuple(Announcement.__slots__)
SHOWN = 50
"""So many are shown at once, the newest."""

_NOT_OVER = f"""(announcement.ends_at IS NULL
    OR CASE WHEN announcement.is_all_day = 1 THEN announcement.ends_at / {DAY_MS} * {DAY_MS} + {DAY_MS}
            ELSE announcement.ends_at END > :now)"""


class Chosen(NamedTuple):
    """How often an emoji was chosen; where a custom one lies, if it is there."""

    announcement_id: int
    name: str
    times: int
    emoji_id: int | None
    file: str | None
    file_static: str | None


def insert(db: Writer, one: Announcement) -> None:
    db.run(
        f"INSERT INTO announcement ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(one, name) for name in NAMES},
    )


def update(db: Writer, one: Announcement) -> None:
    changed = ", ".join(f"{name} = :{name}" for name in NAMES if name != "id")
    db.run(
        f"UPDATE announcement SET {changed} WHERE id = :id", **{name: getattr(one, name) for name in NAMES}
    )


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM announcement WHERE id = :id", id=id)


def get_any(db: Reader, id: int) -> Announcement:
    """Published or not. Raises `NotFound`."""
    row = db.row(f"SELECT {COLUMNS} FROM announcement WHERE id = :id", id=id)
    if row is None:
        raise NotFound
    return Announcement(*row)


def take_any(db: Writer, id: int) -> Announcement:
    """The same, locked until the transaction is over. Raises `NotFound`."""
    row = db.row(f"SELECT {COLUMNS} FROM announcement WHERE id = :id {lock_row(db.dialect)}", id=id)
    if row is None:
        raise NotFound
    return Announcement(*row)


def page_of_all(db: Reader, page: Page) -> list[Announcement]:
    """Published or not, the newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM announcement WHERE id < :before AND id > :after ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return [Announcement(*row) for row in (reversed(rows) if page.is_upward else rows)]


def shown(db: Reader, now: int) -> list[Announcement]:
    """Those that everybody here is shown now, in the order in which what they tell of begins."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM announcement
         WHERE announcement.published_at IS NOT NULL AND {_NOT_OVER}
         ORDER BY announcement.published_at DESC LIMIT {SHOWN}
        """,
        now=now,
    )
    return sorted(
        (Announcement(*row) for row in rows), key=lambda one: (one.starts_at or one.published_at or 0, one.id)
    )


def find_shown(db: Reader, id: int, now: int) -> Announcement | None:
    row = db.row(
        f"""
        SELECT {COLUMNS} FROM announcement
         WHERE announcement.id = :id AND announcement.published_at IS NOT NULL AND {_NOT_OVER}
        """,
        id=id,
        now=now,
    )
    return Announcement(*row) if row else None


# -- who has read it -----------------------------------------------------


def put_read(db: Writer, id: int, account: AccountId) -> None:
    db.run(
        """
        INSERT INTO announcement_read (account_id, announcement_id) VALUES (:account, :id) ON CONFLICT DO NOTHING
        """,
        id=id,
        account=account,
    )


def forget_readers(db: Writer, id: int) -> None:
    db.run("DELETE FROM announcement_read WHERE announcement_id = :id", id=id)


def read_by(db: Reader, account: AccountId, ids: Collection[int]) -> frozenset[int]:
    """Those of the announcements that the account has read."""
    rows = db.rows(
        f"""
        SELECT announcement_id FROM announcement_read
         WHERE account_id = :account AND announcement_id {among("ids")}
        """,
        account=account,
        ids=numbers(ids),
    )
    return frozenset(row[0] for row in rows)


# -- which emoji were chosen ---------------------------------------------


def put_reaction(db: Writer, id: int, account: AccountId, name: str, order: int) -> bool:
    """False where the account has chosen it before. `order`: an id, for the order in which they are shown."""
    made = db.run(
        """
        INSERT INTO announcement_reaction (announcement_id, account_id, name) VALUES (:id, :account, :name)
        ON CONFLICT DO NOTHING
        """,
        id=id,
        account=account,
        name=name,
    )
    if made:
        db.run(
            """
            INSERT INTO announcement_reaction_count (announcement_id, name, id, count) VALUES (:id, :name, :order, 1)
            ON CONFLICT (announcement_id, name) DO UPDATE SET count = announcement_reaction_count.count + 1
            """,
            id=id,
            name=name,
            order=order,
        )
    return bool(made)


def delete_reaction(db: Writer, id: int, account: AccountId, name: str) -> bool:
    """False where the account has not chosen it."""
    gone = db.run(
        """
        DELETE FROM announcement_reaction
         WHERE announcement_id = :id AND account_id = :account AND name = :name
        """,
        id=id,
        account=account,
        name=name,
    )
    if gone:
        bound = {"id": id, "name": name}
        db.run(
            """
            UPDATE announcement_reaction_count SET count = count - 1 WHERE announcement_id = :id AND name = :name
            """,
            **bound,
        )
        db.run(
            """
            DELETE FROM announcement_reaction_count WHERE announcement_id = :id AND name = :name AND count <= 0
            """,
            **bound,
        )
    return bool(gone)


def other_kinds(db: Reader, id: int, name: str) -> int:
    """How many different emoji it has besides this one."""
    return int(
        db.value(
            """
            SELECT count(*) FROM announcement_reaction_count WHERE announcement_id = :id AND name <> :name
            """,
            id=id,
            name=name,
        )
    )


def chosen(db: Reader, ids: Collection[int]) -> Mapping[int, list[Chosen]]:
    """By announcement; what was chosen first stands first."""
    rows = db.rows(
        f"""
        SELECT counted.announcement_id, counted.name, counted.count, emoji.id, emoji.file, emoji.file_static
          FROM announcement_reaction_count AS counted
          LEFT JOIN emoji ON emoji.host = '' AND emoji.shortcode = counted.name AND emoji.disabled_at IS NULL
         WHERE counted.announcement_id {among("ids")}
         ORDER BY counted.id
        """,
        ids=numbers(ids),
    )
    found: dict[int, list[Chosen]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(Chosen(*row))
    return found


def own(db: Reader, account: AccountId, ids: Collection[int]) -> frozenset[tuple[int, str]]:
    """What the account chose."""
    rows = db.rows(
        f"""
        SELECT announcement_id, name FROM announcement_reaction
         WHERE announcement_id {among("ids")} AND account_id = :account
        """,
        account=account,
        ids=numbers(ids),
    )
    return frozenset((row[0], row[1]) for row in rows)
