"""Keeping folders of bookmarks. A bookmark is in one of them, or in none."""

from dataclasses import replace

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services import emoji_reacting, reacting
from martlet.storage import bookmark_folders
from martlet.storage.bookmark_folders import Folder
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.text.cleaning import one_line

FOLDERS = 100
"""That somebody may have."""
NAME_LENGTH = 100


def create(db: Writer, account: AccountId, name: str, emoji: str, here: Server) -> Folder:
    """Raises `InvalidInput`."""
    if len(bookmark_folders.of_account(db, account)) >= FOLDERS:
        raise InvalidInput(f"Validation failed: You cannot have more than {FOLDERS} folders")
    return _put(db, Folder(here.next_id(), account, _name(name), _emoji(db, emoji, here)))


def change(
    db: Writer, account: AccountId, id: int, name: str | None, emoji: str | None, here: Server
) -> Folder:
    """What is None stays as it is. Raises `NotFound` and `InvalidInput`."""
    folder = get(db, account, id)
    if name is not None:
        folder = replace(folder, name=_name(name))
    if emoji is not None:
        folder = replace(folder, emoji=_emoji(db, emoji, here))
    return _put(db, folder)


def delete(db: Writer, account: AccountId, id: int) -> Folder:
    """Its bookmarks stay, in no folder. Raises `NotFound`."""
    folder = get(db, account, id)
    bookmark_folders.delete(db, id)
    return folder


def get(db: Reader, account: AccountId, id: int) -> Folder:
    """Raises `NotFound`."""
    folder = bookmark_folders.find(db, id, account)
    if folder is None:
        raise NotFound
    return folder


def sort_into(db: Writer, account: AccountId, post: PostId, folder: int | None) -> None:
    """Put a bookmark into a folder of the account's, or, for None, into none. Raises `NotFound`."""
    if folder is not None:
        get(db, account, folder)
    bookmark_folders.sort_into(db, account, reacting.meant(db, post, account).id, folder)


def _put(db: Writer, folder: Folder) -> Folder:
    try:
        with db.part():
            bookmark_folders.put(db, folder)
    except AlreadyThere:
        raise InvalidInput("Validation failed: Name has already been taken", "name") from None
    return folder


def _name(text: str) -> str:
    name = one_line(text)
    if not name:
        raise InvalidInput("Validation failed: Name can't be blank", "name")
    if len(name) > NAME_LENGTH:
        raise InvalidInput(
            f"Validation failed: Name is too long (maximum is {NAME_LENGTH} characters)", "name"
        )
    return name


def _emoji(db: Reader, text: str, here: Server) -> str:
    """A character, or the shortcode of one of ours."""
    if not text.strip():
        return ""
    choice = emoji_reacting.choice_of(db, text, here)
    if choice.host:
        raise InvalidInput("Validation failed: Emoji has to be one of this server", "emoji")
    return choice.name
