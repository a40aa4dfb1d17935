"""Folders of bookmarks, and what is in them."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Folder:
    """One row of `bookmark_folder`."""

    id: int
    account_id: AccountId
    name: str
    emoji: str
    """A character, or the shortcode of one of ours; may be empty."""


COLUMNS = ", ".join(Folder.__slots__)


def of_account(db: Reader, account: AccountId) -> list[Folder]:
    """By their names."""
    rows = db.rows(f"SELECT {COLUMNS} FROM bookmark_folder WHERE account_id = :account", account=account)
    return sorted((Folder(*row) for row in rows), key=lambda folder: folder.name.casefold())


def find(db: Reader, id: int, account: AccountId) -> Folder | None:
    """One of the account's own."""
    row = db.row(
        f"SELECT {COLUMNS} FROM bookmark_folder WHERE id = :id AND account_id = :account",
        id=id,
        account=account,
    )
    return Folder(*row) if row else None


def put(db: Writer, folder: Folder) -> None:
    """A new one, or a known one's new name and emoji. Raises `AlreadyThere` for a name that another one has."""
    db.run(
        f"""
        INSERT INTO bookmark_folder ({COLUMNS}) VALUES (:id, :account_id, :name, :emoji)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, emoji = excluded.emoji
        """,
        **{name: getattr(folder, name) for name in Folder.__slots__},
    )


def delete(db: Writer, id: int) -> None:
    """Its bookmarks stay, in no folder."""
    db.run("DELETE FROM bookmark_folder WHERE id = :id", id=id)


def sort_into(db: Writer, account: AccountId, post: PostId, folder: int | None) -> None:
    """Which folder the account's bookmark of a post is in; None: in none."""
    db.run(
        "UPDATE mark SET folder_id = :folder WHERE account_id = :account AND post_id = :post",
        folder=folder,
        account=account,
        post=post,
    )


def of_bookmarks(db: Reader, account: AccountId, posts: Collection[PostId]) -> dict[PostId, int]:
    """Which folder each of the posts is in, of those that are in one that is there."""
    known = {folder.id for folder in of_account(db, account)}
    rows = db.rows(
        f"SELECT post_id, folder_id FROM mark WHERE account_id = :account AND post_id {among('posts')}",
        account=account,
        posts=numbers(posts),
    )
    return {post: folder for post, folder in rows if folder in known}
