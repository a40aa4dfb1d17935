"""
The post that shows an album to followers and to other servers: its first pictures, and a link to all of it.

It is an ordinary post, which its author may change and delete. When the album changes it is renewed, a few minutes
later and once for all that was done meanwhile (docs/decisions/0060-albums.md).
"""

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from martlet.model.albums import Album
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AlbumPostRenewed
from martlet.model.names import AccountId, AlbumId, MediaId, PostId
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.services import posting, uploading
from martlet.storage import albums, events, media, posts
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.media import Media
from martlet.text.more_pictures import SHOWN_EVERYWHERE

RENEW = "renew_album_post"
RENEWED_AFTER = 5 * 60 * 1000
"""Milliseconds: whoever fills an album puts in one picture after the other."""


class AlbumShared(InvalidInput):
    code = "album_shared"

    def __init__(self) -> None:
        super().__init__("The album is shown by a post already")


class AlbumEmpty(InvalidInput):
    code = "album_empty"

    def __init__(self) -> None:
        super().__init__("There are no pictures in the album yet")


def share(db: Writer, author: AccountId, id: AlbumId, text: str | None, here: Server) -> PostId:
    """
    Show an album in a post for the same people; without `text` it says what the album says of itself.

    Raises `NotFound`, `AlbumShared`, `AlbumEmpty`, and what `posting.publish` raises.
    """
    album = albums.lock_own(db, id, author)
    if album.deleted_at is not None:
        raise NotFound
    if album.post_id is not None:
        raise AlbumShared
    shown = _first(db, album)
    if not shown:
        raise AlbumEmpty
    draft = Draft(
        author=author,
        text="\n\n".join(part for part in (album.title, album.description) if part) if text is None else text,
        visibility=album.visibility,
        is_sensitive=bool(album.is_sensitive),
        is_local_only=bool(album.is_local_only),
        lifetime=0,
        media=tuple(_copies(db, shown, here)),
    )
    post = posting.publish(db, draft, here)
    albums.update(db, id, post_id=post)
    return post


def renew_later(db: Writer, album: Album, here: Server) -> None:
    if album.post_id is None:
        return
    at = here.now_ms() + RENEWED_AFTER
    body = msgspec.json.encode(album.id).decode()
    events.add_job(db, RENEW, body, at, key=f"{RENEW}:{album.id}:{at // RENEWED_AFTER}")


async def renew_due(store: Store, body: str, here: Server) -> None:
    """The job that has a post show its album as it is now."""
    await store.writing(_renew, msgspec.json.decode(body, type=AlbumId), here)


def _renew(db: Writer, id: AlbumId, here: Server) -> None:
    album = albums.find_unfiltered(db, id)
    if album is None or album.post_id is None or album.deleted_at is not None:
        return
    posts.lock(db, album.post_id)
    if posts.find_unfiltered(db, album.post_id) is None:
        return
    before, after = media.of_posts(db, [album.post_id])[album.post_id], _first(db, album)
    if list(map(_look, before)) != list(map(_look, after)):
        copies = _copies(db, after, here)
        uploading.let_go(db, before, here.now_ms())
        for position, one in enumerate(copies):
            media.attach(db, one, album.post_id, position)
    posts.update(
        db,
        album.post_id,
        edited_at=here.now_ms(),
        is_sensitive=album.is_sensitive,
        has_media=int(bool(after)),
    )
    db.emit(AlbumPostRenewed(album.post_id))


def _look(one: Media) -> tuple[object, ...]:
    return one.file, one.preview, one.description, one.focus_x, one.focus_y


def _first(db: Reader, album: Album) -> list[Media]:
    """As many as are shown everywhere, the cover first."""
    there = albums.pictures(db, album.id)
    cover = [one for one in there if one.id == album.cover_id]
    return [*cover, *(one for one in there if one.id != album.cover_id)][:SHOWN_EVERYWHERE]


def _copies(db: Writer, shown: Sequence[Media], here: Server) -> list[MediaId]:
    """Rows of their own, that are yet to be attached."""
    copies = [copied(one, here) for one in shown]
    for one in copies:
        media.insert(db, one)
    return [one.id for one in copies]


def copied(one: Media, here: Server) -> Media:
    """A further row for the same files, that nothing shows yet."""
    return replace(
        one, id=MediaId(here.next_id()), post_id=None, album_id=None, position=0, created_at=here.now_ms()
    )
