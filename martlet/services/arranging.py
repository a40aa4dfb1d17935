"""
Albums: making them, putting pictures into them, in an order, with a cover; taking them away, and bringing them back.

A picture that is shown by a post, or in another album, is put in as a row of its own that names the same files:
what becomes of the one does not touch the other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from martlet.model.albums import AUDIENCES, PICTURES, Album, is_wider
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import AccountId, AlbumId, MediaId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import deleting, sharing_albums, uploading
from martlet.storage import albums, events, media, posts
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.media import Media
from martlet.text.cleaning import many_lines, one_line

REMOVE = "remove_album"
ALBUMS = 200
"""Of one account."""
TITLE_LENGTH, DESCRIPTION_LENGTH = 100, 2000
UNDO_MINUTES = 30
"""For so long a deleted album can be brought back."""


class CannotArrange(InvalidInput):
    code = "cannot_arrange"


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of an album; None: as it is."""

    title: str | None = None
    description: str | None = None
    visibility: Visibility | None = None
    is_local_only: bool | None = None
    is_sensitive: bool | None = None
    cover: MediaId | None = None
    """A picture in it; 0: its first, whichever that is."""


class Removing(msgspec.Struct, frozen=True):
    """An album that is to go for good, unless it was brought back since."""

    album: AlbumId
    deleted_at: int


# -- making and changing -------------------------------------------------


def create(db: Writer, author: AccountId, said: Said, ids: Sequence[MediaId], here: Server) -> Album:
    """Raises `InvalidInput`, `CannotArrange`, `NotFound`."""
    albums.lock_owner(db, author)
    if albums.count(db, author) >= ALBUMS:
        raise InvalidInput(f"Validation failed: You cannot have more than {ALBUMS} albums")
    now = here.now_ms()
    album = Album(
        id=AlbumId(here.next_id()),
        author_id=author,
        title=_title(said.title or ""),
        description=_description(said.description or ""),
        visibility=_audience(Visibility.PUBLIC if said.visibility is None else said.visibility),
        is_local_only=int(bool(said.is_local_only)),
        is_sensitive=int(bool(said.is_sensitive)),
        cover_id=None,
        pictures=0,
        post_id=None,
        created_at=now,
        updated_at=now,
    )
    albums.insert(db, album)
    return _with(db, album, ids, here) if ids else album


def change(db: Writer, author: AccountId, id: AlbumId, said: Said, here: Server) -> Album:
    """
    What is said of an album, anew. For whom posts are does not change: where the album is for others from now on,
    the post that shows it is deleted.

    Raises `NotFound` and `InvalidInput`.
    """
    before = _own(db, id, author)
    after = replace(
        before,
        title=before.title if said.title is None else _title(said.title),
        description=before.description if said.description is None else _description(said.description),
        visibility=before.visibility if said.visibility is None else _audience(said.visibility),
        is_local_only=before.is_local_only if said.is_local_only is None else int(said.is_local_only),
        is_sensitive=before.is_sensitive if said.is_sensitive is None else int(said.is_sensitive),
        cover_id=before.cover_id if said.cover is None else _cover(db, before, said.cover),
    )
    if after == before:
        return before
    if before.post_id is not None and (after.visibility, after.is_local_only) != (
        before.visibility,
        before.is_local_only,
    ):
        deleting.delete(db, author, before.post_id, here, keeps_media=False)
        after = replace(after, post_id=None)
    return _changed(db, after, here)


def get_own(db: Reader, id: AlbumId, author: AccountId) -> Album:
    """Raises `NotFound`, also for those of others that one may look at."""
    album = albums.find_unfiltered(db, id)
    if album is None or album.author_id != author or album.deleted_at is not None:
        raise NotFound
    return album


# -- pictures ------------------------------------------------------------


def add(db: Writer, author: AccountId, id: AlbumId, ids: Sequence[MediaId], here: Server) -> Album:
    """
    Put pictures of one's own at the end: uploads that nothing shows yet, or such that a post or another album shows.

    What is in it already is not put in twice. Raises `NotFound` and `CannotArrange`.
    """
    return _with(db, _own(db, id, author), ids, here)


def remove(db: Writer, author: AccountId, id: AlbumId, ids: Iterable[MediaId], here: Server) -> Album:
    """Take pictures out; where no post shows them, they are gone. Raises `NotFound`."""
    album = _own(db, id, author)
    gone = set(ids)
    there = albums.pictures(db, id)
    uploading.let_go(db, [one for one in there if one.id in gone], here.now_ms())
    return _in_order(db, album, [one.id for one in there if one.id not in gone], here)


def reorder(db: Writer, author: AccountId, id: AlbumId, ids: Sequence[MediaId], here: Server) -> Album:
    """These first, in this order; what is not named follows as it was. Raises `NotFound`."""
    album = _own(db, id, author)
    there = [one.id for one in albums.pictures(db, id)]
    first = [one for one in dict.fromkeys(ids) if one in there]
    return _in_order(db, album, [*first, *(one for one in there if one not in first)], here)


def _with(db: Writer, album: Album, ids: Sequence[MediaId], here: Server) -> Album:
    wanted = list(dict.fromkeys(ids))
    there = albums.pictures(db, album.id)
    media.lock(db, wanted)
    known = media.many(db, wanted, album.author_id)
    if missing := [id for id in wanted if id not in known]:
        raise NotFound(f"Media {', '.join(map(str, missing))} not found")
    files = {one.file for one in there}
    new: list[Media] = []
    for one in (known[id] for id in wanted):
        if one.file not in files:
            new.append(_checked(one))
            files.add(one.file)
    if len(there) + len(new) > PICTURES:
        raise CannotArrange(f"An album holds at most {PICTURES} pictures")
    is_sensitive = _check_audience(db, album, new)
    placed = [_put(db, one, album, len(there) + at, here) for at, one in enumerate(new)]
    if is_sensitive:
        album = replace(album, is_sensitive=1)
    return _in_order(db, album, [*(one.id for one in there), *placed], here)


def _checked(one: Media) -> Media:
    if one.state == "processing":
        raise CannotArrange("Cannot use files that have not finished processing. Try again in a moment!")
    if one.state != "ready" or one.kind != "image":
        raise CannotArrange("An album shows pictures only")
    if one.scheduled_id is not None:
        raise CannotArrange(f"Media {one.id} belongs to a post that is yet to be published")
    return one


def _check_audience(db: Reader, album: Album, new: Sequence[Media]) -> bool:
    """Whether any of the pictures is shown as sensitive where it is from. Raises `CannotArrange`."""
    sources: list[Post | Album] = [
        *posts.many_unfiltered(db, {one.post_id for one in new if one.post_id is not None}),
        *(albums.get_unfiltered(db, id) for id in {one.album_id for one in new if one.album_id is not None}),
    ]
    if any(is_wider(album, one) for one in sources):
        raise CannotArrange(
            "The album is for more people than the picture was. Upload it anew if they may see it"
        )
    return any(one.is_sensitive for one in sources)


def _put(db: Writer, one: Media, album: Album, position: int, here: Server) -> MediaId:
    if one.post_id is None and one.album_id is None:
        if not albums.put_in(db, one.id, album.id, position):
            raise CannotArrange(f"Media {one.id} not found or already attached to a post")
        return one.id
    copy = sharing_albums.copied(one, here)
    media.insert(db, replace(copy, album_id=album.id, position=position))
    return copy.id


def _in_order(db: Writer, album: Album, ids: Sequence[MediaId], here: Server) -> Album:
    albums.order(db, album.id, ids)
    cover = album.cover_id if album.cover_id in ids else None
    return _changed(db, replace(album, pictures=len(ids), cover_id=cover), here)


def describe(db: Writer, author: AccountId, id: AlbumId, texts: dict[MediaId, str], here: Server) -> Album:
    """What is said of pictures in it; of those not named it stays. Raises `NotFound`, `DescriptionTooLong`."""
    album = _own(db, id, author)
    for one in albums.pictures(db, id):
        text = texts.get(one.id, one.description)
        if text != one.description:
            uploading.check(uploading.Description(text), here)
            media.update(db, one.id, description=text)
    return _changed(db, album, here)


# -- taking it away ------------------------------------------------------


def delete(db: Writer, author: AccountId, id: AlbumId, here: Server) -> Album:
    """Nobody sees it any more; it can be brought back for a while. Raises `NotFound`."""
    album = replace(_own(db, id, author), deleted_at=here.now_ms())
    albums.update(db, id, deleted_at=album.deleted_at)
    at = ends_at(album)
    body = msgspec.json.encode(Removing(id, album.deleted_at or 0)).decode()
    events.add_job(db, REMOVE, body, at, key=f"{REMOVE}:{id}:{album.deleted_at}")
    return album


def restore(db: Writer, author: AccountId, id: AlbumId) -> Album:
    """Raises `NotFound` for one that is gone for good, or was not deleted."""
    album = albums.lock_own(db, id, author)
    if album.deleted_at is None:
        raise NotFound
    albums.update(db, id, deleted_at=None)
    return replace(album, deleted_at=None)


def ends_at(album: Album) -> int:
    """Until when a deleted album can be brought back."""
    return (album.deleted_at or 0) + UNDO_MINUTES * 60_000


async def remove_due(store: Store, body: str, here: Server) -> None:
    """The job that removes a deleted album for good, with the post that shows it."""
    await store.writing(_remove, msgspec.json.decode(body, type=Removing), here)


def _remove(db: Writer, due: Removing, here: Server) -> None:
    album = albums.find_unfiltered(db, due.album)
    if album is None or album.deleted_at != due.deleted_at:
        return
    if album.post_id is not None:
        deleting.delete(db, album.author_id, album.post_id, here, keeps_media=False)
    uploading.let_go(db, albums.pictures(db, album.id), here.now_ms())
    albums.delete(db, album.id)


# -- rules ---------------------------------------------------------------


def _own(db: Writer, id: AlbumId, author: AccountId) -> Album:
    album = albums.lock_own(db, id, author)
    if album.deleted_at is not None:
        raise NotFound
    return album


def _changed(db: Writer, album: Album, here: Server) -> Album:
    album = replace(album, updated_at=here.now_ms())
    kept = ("id", "author_id", "created_at", "deleted_at")
    changes: dict[str, Any] = {name: getattr(album, name) for name in albums.NAMES if name not in kept}
    albums.update(db, album.id, **changes)
    sharing_albums.renew_later(db, album, here)
    return album


def _cover(db: Reader, album: Album, id: MediaId) -> MediaId | None:
    if not id:
        return None
    if all(one.id != id for one in albums.pictures(db, album.id)):
        raise CannotArrange("The cover has to be a picture of the album")
    return id


def _audience(wanted: Visibility) -> Visibility:
    if wanted not in AUDIENCES:
        raise InvalidInput("Validation failed: An album cannot be for a circle", "visibility")
    return wanted


def _title(text: str) -> str:
    title = one_line(text)
    if not title:
        raise InvalidInput("Validation failed: Title can't be blank", "title")
    if len(title) > TITLE_LENGTH:
        raise InvalidInput(
            f"Validation failed: Title is too long (maximum is {TITLE_LENGTH} characters)", "title"
        )
    return title


def _description(text: str) -> str:
    found = many_lines(text).strip()
    if len(found) > DESCRIPTION_LENGTH:
        raise InvalidInput(
            f"Validation failed: Description is too long (maximum is {DESCRIPTION_LENGTH} characters)",
            "description",
        )
    return found
