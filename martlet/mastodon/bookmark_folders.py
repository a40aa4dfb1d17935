"""
Folders of bookmarks, by Pleroma's methods: docs/client-api-extensions.md.

https://docs-develop.pleroma.social/backend/development/API/pleroma_api/
"""

from msgspec import Struct

from martlet.mastodon.bookmark_entities import BookmarkFolder
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model.reactions import Choice
from martlet.model.remote_media import FileUse
from martlet.model.server import Server
from martlet.services import sorting_bookmarks
from martlet.storage import bookmark_folders, emojis
from martlet.storage.bookmark_folders import Folder
from martlet.storage.database import Reader, Writer
from martlet.text.emoji import as_picture

api = Api()

FOLDERS = "/api/v1/pleroma/bookmark_folders"


class CreateForm(Struct, frozen=True):
    name: str
    emoji: str | None = None


class ChangeForm(Struct, frozen=True):
    """What is left out stays as it is."""

    name: str | None = None
    emoji: str | None = None


@api.get(FOLDERS, scope="read:bookmarks", returns=list[BookmarkFolder])
def index(db: Reader, call: Call[NoForm]) -> list[BookmarkFolder]:
    """docs/client-api-extensions.md: one's own, by their names."""
    return [_entity(db, one, call.here) for one in bookmark_folders.of_account(db, call.account)]


@api.post(FOLDERS, scope="write:bookmarks", form=CreateForm, returns=BookmarkFolder)
def create(db: Writer, call: Call[CreateForm]) -> BookmarkFolder:
    """docs/client-api-extensions.md"""
    form = call.form
    return _entity(
        db, sorting_bookmarks.create(db, call.account, form.name, form.emoji or "", call.here), call.here
    )


@api.patch(FOLDERS + "/{id}", scope="write:bookmarks", form=ChangeForm, returns=BookmarkFolder)
def change(db: Writer, call: Call[ChangeForm]) -> BookmarkFolder:
    """docs/client-api-extensions.md"""
    form = call.form
    changed = sorting_bookmarks.change(db, call.account, call.id, form.name, form.emoji, call.here)
    return _entity(db, changed, call.here)


@api.delete(FOLDERS + "/{id}", scope="write:bookmarks", returns=BookmarkFolder)
def delete(db: Writer, call: Call[NoForm]) -> BookmarkFolder:
    """docs/client-api-extensions.md answers with what is no more; its bookmarks stay."""
    return _entity(db, sorting_bookmarks.delete(db, call.account, call.id), call.here)


def _entity(db: Reader, folder: Folder, here: Server) -> BookmarkFolder:
    if not folder.emoji:
        return BookmarkFolder(id=str(folder.id), name=folder.name, emoji=None, emoji_url=None)
    if not Choice(folder.emoji).is_custom:
        return BookmarkFolder(
            id=str(folder.id), name=folder.name, emoji=as_picture(folder.emoji), emoji_url=None
        )
    found = emojis.named(db, [folder.emoji], "")
    url = here.file_url(FileUse.EMOJI, found[0].id, found[0].file) if found else None
    return BookmarkFolder(id=str(folder.id), name=folder.name, emoji=f":{folder.emoji}:", emoji_url=url)
