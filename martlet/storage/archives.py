"""Archives that people take along: how far each has come, and what goes into it."""

from dataclasses import dataclass

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, MediaId, PostId, Uri
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import lock_row


@dataclass(frozen=True, slots=True)
class Archive:
    """One row of `archive`; moments in milliseconds."""

    id: int
    account_id: AccountId
    state: str
    """working, ready"""
    stage: str
    position: int
    created_at: int
    written: int = 0
    posts: int = 0
    bytes: int = 0
    ready_at: int | None = None


NAMES = tuple(Archive.__slots__)
COLUMNS = ", ".join(NAMES)
CHANGEABLE = frozenset(NAMES) - {"id", "account_id", "created_at"}


def insert(db: Writer, one: Archive) -> None:
    """Raises `AlreadyThere` while another one of the account is being made."""
    db.run(
        f"INSERT INTO archive ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(one, name) for name in NAMES},
    )


def find(db: Reader, id: int) -> Archive | None:
    row = db.row(f"SELECT {COLUMNS} FROM archive WHERE id = :id", id=id)
    return Archive(*row) if row else None


def get(db: Reader, id: int, account: AccountId) -> Archive:
    """One of the account's own. Raises `NotFound`."""
    found = find(db, id)
    if found is None or found.account_id != account:
        raise NotFound
    return found


def lock(db: Writer, id: int) -> Archive | None:
    """The archive as it is; nobody else changes it until the transaction is over."""
    row = db.row(f"SELECT {COLUMNS} FROM archive WHERE id = :id {lock_row(db.dialect)}", id=id)
    return Archive(*row) if row else None


def newest(db: Reader, account: AccountId) -> Archive | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM archive WHERE account_id = :account ORDER BY id DESC LIMIT 1", account=account
    )
    return Archive(*row) if row else None


def update(db: Writer, id: int, **changes: object) -> None:
    db.run(f"UPDATE archive SET {assigned(changes, CHANGEABLE)} WHERE id = :id", id=id, **changes)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM archive WHERE id = :id", id=id)


def older_than(db: Reader, moment: int, limit: int) -> list[Archive]:
    rows = db.rows(
        f"SELECT {COLUMNS} FROM archive WHERE created_at < :moment ORDER BY created_at LIMIT :limit",
        moment=moment,
        limit=limit,
    )
    return [Archive(*row) for row in rows]


# -- what goes into it ---------------------------------------------------


def posts_after(db: Reader, author: AccountId, after: int, limit: int) -> list[PostId]:
    """Somebody's own posts and boosts, the oldest first."""
    rows = db.rows(
        "SELECT id FROM post WHERE author_id = :author AND id > :after ORDER BY id LIMIT :limit",
        author=author,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


def files_after(db: Reader, owner: AccountId, after: int, limit: int) -> list[tuple[MediaId, str]]:
    """The files that somebody's posts and albums show, as (media, key), in the order of their ids."""
    rows = db.rows(
        """
        SELECT id, file FROM media
         WHERE owner_id = :owner AND id > :after AND (post_id IS NOT NULL OR album_id IS NOT NULL)
           AND position >= 0 AND state = 'ready'
         ORDER BY id LIMIT :limit
        """,
        owner=owner,
        after=after,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def likes(db: Reader, account: AccountId) -> list[Uri]:
    """What the liked posts are called, the first liked first."""
    rows = db.rows(
        """
        SELECT post.uri FROM mark JOIN post ON post.id = mark.post_id
         WHERE mark.account_id = :account AND mark.liked_id IS NOT NULL ORDER BY mark.liked_id
        """,
        account=account,
    )
    return [row[0] for row in rows]
