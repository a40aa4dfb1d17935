"""Albums on a profile, one of them, and one picture of an album or a post: for visitors and for members."""

from collections.abc import Sequence

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.albums import Album
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import NOBODY, AccountId, AlbumId, PostId
from martlet.model.server import Server, moment
from martlet.services import arranging
from martlet.storage import accounts, albums, media, posts
from martlet.storage.database import Reader
from martlet.storage.media import Media
from martlet.web import addresses, faces, people, public_people, showing, threads
from martlet.web.album_pages import (
    AUDIENCES,
    AlbumCard,
    AlbumPage,
    AlbumsPage,
    MemberAlbumPage,
    MemberAlbumsPage,
    MemberPicturePage,
    PicturePage,
    Shot,
)
from martlet.web.visits import Pages, Visit

pages = Pages()

VIEWABLE = ("image", "gifv", "video")


@pages.get(addresses.ALBUMS, access="anyone")
async def several(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_several, visit))


def _several(db: Reader, visit: Visit) -> AlbumsPage | MemberAlbumsPage:
    """Raises `NotFound`, also for people who are elsewhere."""
    owner, viewer, here = owner_of(db, visit), _viewer(visit), visit.here
    found = albums.of_author(db, owner.id, viewer, arranging.ALBUMS)
    profile = addresses.at(addresses.PROFILE, username=owner.username)
    tabs = people.tabs(profile, "albums", has_albums=True)
    listed = cards(db, found, owner, here)
    face = faces.face_with_emoji(db, owner, here)
    if not viewer:
        is_indexable = showing.is_indexable(owner) and bool(owner.is_indexable)
        return AlbumsPage(face, tabs, listed, is_indexable)
    is_own = owner.id == viewer
    deleted = cards(db, albums.deleted_of(db, owner.id, 20), owner, here) if is_own else ()
    return MemberAlbumsPage(face, tabs, listed, is_own, tuple(map(_with_way_back, deleted)))


def _with_way_back(card: AlbumCard) -> AlbumCard:
    return replace(card, brought_back_at=f"{card.address}/restore")


@pages.get(addresses.ALBUM, access="anyone")
async def one(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_one, visit))


def _one(db: Reader, visit: Visit) -> AlbumPage | MemberAlbumPage:
    """Raises `NotFound`."""
    owner, album = named(db, visit)
    face = faces.face_with_emoji(db, owner, visit.here)
    card = cards(db, [album], owner, visit.here)[0]
    found = shots(albums.pictures(db, album.id), card.address, visit.here)
    is_sensitive = bool(album.is_sensitive) or owner.sensitized_at is not None
    said = (face, card, album.description, found, is_sensitive, moment(album.updated_at))
    if not visit.is_for_member:
        return AlbumPage(*said, is_indexable=album.is_open and _is_found(owner))
    post = None
    if album.post_id is not None:
        post = addresses.at(addresses.POST, username=owner.username, id=str(album.post_id))
    return MemberAlbumPage(*said, is_own=owner.id == visit.account, post=post)


def _is_found(owner: Account) -> bool:
    return showing.is_indexable(owner) and bool(owner.is_indexable)


@pages.get(addresses.ALBUM_PICTURE, access="anyone")
async def picture(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_picture, visit))


def _picture(db: Reader, visit: Visit) -> PicturePage | MemberPicturePage:
    """Raises `NotFound`."""
    owner, album = named(db, visit)
    there = albums.pictures(db, album.id)
    number = next((n for n, file in enumerate(there, 1) if str(file.id) == visit.params["picture"]), 0)
    own = addresses.at(addresses.ALBUM, username=owner.username, id=str(album.id))
    ways = [f"{own}/{file.id}" for file in there]
    return _shown(db, visit, owner, album.title, own, there, ways, number)


@pages.get(addresses.POST_PICTURE, access="anyone")
async def picture_of_post(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_picture_of_post, visit))


def _picture_of_post(db: Reader, visit: Visit) -> PicturePage | MemberPicturePage:
    """Raises `NotFound`."""
    if visit.is_for_member:
        post = threads.named(db, visit)
        owner = accounts.get(db, post.author_id)
    else:
        owner, id = public_people.find(db, visit.params["username"], visit.here), id_from(visit.params["id"])
        post = posts.get(db, PostId(id or 0), NOBODY)
        if post.author_id != owner.id:
            raise NotFound
    there = [
        file
        for file in media.of_posts(db, [post.id])[post.id]
        if file.kind in VIEWABLE and not file.is_refused and file.state == "ready"
    ]
    own = addresses.at(addresses.POST, username=owner.handle, id=str(post.id))
    ways = [f"{own}/pictures/{n}" for n in range(1, len(there) + 1)]
    words = post.warning or showing.summary(post.html)
    return _shown(
        db, visit, owner, words, own, there, ways, id_from(visit.params["number"]) or 0, post.language
    )


def _shown(
    db: Reader,
    visit: Visit,
    owner: Account,
    title: str,
    back: str,
    there: Sequence[Media],
    ways: Sequence[str],
    number: int,
    language: str | None = None,
) -> PicturePage | MemberPicturePage:
    """Raises `NotFound`."""
    if not 1 <= number <= len(there):
        raise NotFound
    page = MemberPicturePage if visit.is_for_member else PicturePage
    return page(
        owner=faces.face_with_emoji(db, owner, visit.here, is_inside=visit.is_for_member),
        title=title,
        back=back,
        picture=showing.picture(there[number - 1], visit.here),
        number=number,
        count=len(there),
        before=ways[number - 2] if number > 1 else None,
        after=ways[number] if number < len(there) else None,
        language=language,
    )


# -- what they are made of -----------------------------------------------


def owner_of(db: Reader, visit: Visit) -> Account:
    """Raises `NotFound`, also for people who are elsewhere."""
    return public_people.find(db, visit.params["username"], visit.here)


def named(db: Reader, visit: Visit) -> tuple[Account, Album]:
    """The album of the address. Raises `NotFound` alike for what is not there and what is not for the reader."""
    owner = owner_of(db, visit)
    album = albums.get(db, AlbumId(id_from(visit.params["id"]) or 0), _viewer(visit))
    if album.author_id != owner.id:
        raise NotFound
    return owner, album


def _viewer(visit: Visit) -> AccountId:
    return visit.account if visit.is_for_member else NOBODY


def cards(db: Reader, found: Sequence[Album], owner: Account, here: Server) -> tuple[AlbumCard, ...]:
    covers = albums.covers(db, found)
    return tuple(
        AlbumCard(
            id=str(album.id),
            title=album.title,
            address=addresses.at(addresses.ALBUM, username=owner.username, id=str(album.id)),
            count=album.pictures,
            cover=showing.picture(covers[album.id], here)
            if album.id in covers and not album.is_sensitive and owner.sensitized_at is None
            else None,
            audience=AUDIENCES[album.visibility],
            is_here_only=bool(album.is_local_only),
        )
        for album in found
    )


def shots(found: Sequence[Media], address: str, here: Server) -> tuple[Shot, ...]:
    return tuple(Shot(str(file.id), showing.picture(file, here), f"{address}/{file.id}") for file in found)
