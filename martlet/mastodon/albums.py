"""Named albums, an extension: docs/client-api-extensions.md."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import bodies
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.mastodon.statuses import visibility_in
from martlet.model.albums import Album
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, AlbumId, MediaId
from martlet.model.server import Server
from martlet.services import arranging, sharing_albums
from martlet.services.arranging import Said
from martlet.storage import accounts, albums, posts
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media

api = Api()

ALBUMS, ALBUM = "/api/v1/martlet/albums", "/api/v1/martlet/albums/{id}"
PICTURES = ALBUM + "/pictures"


class AlbumEntity(Struct, kw_only=True):
    """An extension. `visibility` has a Status's words; `direct` is for its author alone."""

    id: str
    account_id: str
    title: str
    description: str
    visibility: str
    local_only: bool
    sensitive: bool
    url: str
    cover: entities.MediaAttachment | None
    pictures_count: int
    status_id: str | None
    """The post that shows it."""
    created_at: str
    updated_at: str
    restorable_until: str | None
    """Of one that was deleted: until when it can be brought back."""


class AlbumForm(Struct, frozen=True):
    """What is left out stays as it is, or as usual."""

    title: Annotated[str | None, Meta(description="At most 100 characters; needed for a new one.")] = None
    description: Annotated[str | None, Meta(description="At most 2,000 characters, plain text.")] = None
    visibility: Annotated[
        str | None, Meta(description="public, unlisted, private or direct (oneself alone).")
    ] = None
    local_only: bool | None = None
    sensitive: bool | None = None
    cover_id: Annotated[str | None, Meta(description="A picture in it; 0: whichever is the first.")] = None

    def said(self) -> Said:
        """Raises `InvalidInput` and `NotFound`."""
        cover = None if self.cover_id is None else 0 if self.cover_id in ("", "0") else id_in(self.cover_id)
        return Said(
            title=self.title,
            description=self.description,
            visibility=visibility_in(self.visibility),
            is_local_only=self.local_only,
            is_sensitive=self.sensitive,
            cover=None if cover is None else MediaId(cover),
        )


class NewAlbumForm(AlbumForm, frozen=True):
    media_ids: list[str] | None = None


class PicturesForm(Struct, frozen=True):
    media_ids: Annotated[list[str], Meta(description="Uploads, or files of one's posts and albums.")]

    def ids(self) -> list[MediaId]:
        """Raises `NotFound`."""
        return _ids(self.media_ids)


class ShareForm(Struct, frozen=True):
    status: Annotated[str | None, Meta(description="What the post says; else title and description.")] = None


def _ids(texts: Sequence[str]) -> list[MediaId]:
    return [MediaId(id_in(text)) for text in texts]


@api.get(ALBUMS, scope="read:statuses", returns=list[AlbumEntity])
def index(db: Reader, call: Call[NoForm]) -> list[AlbumEntity]:
    """docs/client-api-extensions.md: all of one's own, the newest first."""
    return _many(db, albums.of_author(db, call.account, call.account, arranging.ALBUMS), call.here)


@api.get(
    "/api/v1/martlet/accounts/{id}/albums", scope="read:statuses", access="public", returns=list[AlbumEntity]
)
def of_account(db: Reader, call: Call[NoForm]) -> list[AlbumEntity]:
    """docs/client-api-extensions.md: those of somebody that one may see."""
    if accounts.get_whereabouts(db, AccountId(call.id)).is_deleted:
        raise NotFound
    return _many(db, albums.of_author(db, AccountId(call.id), call.account, arranging.ALBUMS), call.here)


@api.get(ALBUM, scope="read:statuses", access="public", returns=AlbumEntity)
def show(db: Reader, call: Call[NoForm]) -> AlbumEntity:
    """docs/client-api-extensions.md"""
    return _one(db, albums.get(db, AlbumId(call.id), call.account), call.here)


@api.get(PICTURES, scope="read:statuses", access="public", returns=list[entities.MediaAttachment])
def show_pictures(db: Reader, call: Call[NoForm]) -> list[entities.MediaAttachment]:
    """docs/client-api-extensions.md: all of them, in their order."""
    album = albums.get(db, AlbumId(call.id), call.account)
    return _pictures(albums.pictures(db, album.id), call.here)


@api.post(ALBUMS, scope="write:statuses", form=NewAlbumForm, returns=AlbumEntity)
def create(db: Writer, call: Call[NewAlbumForm]) -> AlbumEntity:
    """docs/client-api-extensions.md"""
    ids = _ids(call.form.media_ids or ())
    return _one(db, arranging.create(db, call.account, call.form.said(), ids, call.here), call.here)


@api.put(ALBUM, scope="write:statuses", form=AlbumForm, returns=AlbumEntity)
def change(db: Writer, call: Call[AlbumForm]) -> AlbumEntity:
    """docs/client-api-extensions.md"""
    found = arranging.change(db, call.account, AlbumId(call.id), call.form.said(), call.here)
    return _one(db, found, call.here)


@api.delete(ALBUM, scope="write:statuses", returns=AlbumEntity)
def delete(db: Writer, call: Call[NoForm]) -> AlbumEntity:
    """docs/client-api-extensions.md: it can be brought back for half an hour."""
    return _one(db, arranging.delete(db, call.account, AlbumId(call.id), call.here), call.here)


@api.post(ALBUM + "/restore", scope="write:statuses", returns=AlbumEntity)
def restore(db: Writer, call: Call[NoForm]) -> AlbumEntity:
    """docs/client-api-extensions.md"""
    return _one(db, arranging.restore(db, call.account, AlbumId(call.id)), call.here)


@api.post(PICTURES, scope="write:statuses", form=PicturesForm, returns=AlbumEntity)
def add(db: Writer, call: Call[PicturesForm]) -> AlbumEntity:
    """docs/client-api-extensions.md: at the end of it."""
    found = arranging.add(db, call.account, AlbumId(call.id), call.form.ids(), call.here)
    return _one(db, found, call.here)


@api.put(PICTURES, scope="write:statuses", form=PicturesForm, returns=list[entities.MediaAttachment])
def reorder(db: Writer, call: Call[PicturesForm]) -> list[entities.MediaAttachment]:
    """docs/client-api-extensions.md: those named first; the others follow as they were."""
    album = arranging.reorder(db, call.account, AlbumId(call.id), call.form.ids(), call.here)
    return _pictures(albums.pictures(db, album.id), call.here)


@api.delete(PICTURES, scope="write:statuses", form=PicturesForm, returns=AlbumEntity)
def remove(db: Writer, call: Call[PicturesForm]) -> AlbumEntity:
    """docs/client-api-extensions.md: what they are from keeps them."""
    found = arranging.remove(db, call.account, AlbumId(call.id), call.form.ids(), call.here)
    return _one(db, found, call.here)


@api.post(ALBUM + "/share", scope="write:statuses", form=ShareForm, returns=entities.Status)
def share(db: Writer, call: Call[ShareForm]) -> bytes:
    """docs/client-api-extensions.md: the post that shows it."""
    post = sharing_albums.share(db, call.account, AlbumId(call.id), call.form.status, call.here)
    return call.pages.one(db, posts.get_shown(db, post, call.account), call.viewer)


def _one(db: Reader, album: Album, here: Server) -> AlbumEntity:
    return _many(db, [album], here)[0]


def _many(db: Reader, found: Sequence[Album], here: Server) -> list[AlbumEntity]:
    covers = albums.covers(db, found)
    authors = accounts.many(db, {one.author_id for one in found})
    return [
        AlbumEntity(
            id=str(one.id),
            account_id=str(one.author_id),
            title=one.title,
            description=one.description,
            visibility=bodies.VISIBILITIES[one.visibility],
            local_only=bool(one.is_local_only),
            sensitive=bool(one.is_sensitive),
            url=here.album_url(authors[one.author_id].username, one.id),
            cover=bodies.attachment(covers[one.id], here) if one.id in covers else None,
            pictures_count=one.pictures,
            status_id=None if one.post_id is None else str(one.post_id),
            created_at=iso(one.created_at),
            updated_at=iso(one.updated_at),
            restorable_until=None if one.deleted_at is None else iso_or_none(arranging.ends_at(one)),
        )
        for one in found
        if one.author_id in authors
    ]


def _pictures(found: Sequence[Media], here: Server) -> list[entities.MediaAttachment]:
    return [bodies.attachment(one, here) for one in found]
