"""Making and changing one's albums: one form for all of it, which works without script."""

import dataclasses

from msgspec.structs import replace

from martlet.http import limits
from martlet.http.answer import Answer
from martlet.http.multipart import Upload
from martlet.model.albums import PICTURES, Album
from martlet.model.errors import InvalidInput, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.names import AlbumId, MediaId, PostId
from martlet.model.paging import LAST_ID
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import arranging, sharing_albums, uploading
from martlet.services.arranging import Said
from martlet.services.uploading import Description
from martlet.storage import accounts, albums, media, posts
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, galleries, showing, undoing, writing
from martlet.web.album_pages import (
    AUDIENCES,
    AlbumAudience,
    ArrangePage,
    ChoosePage,
    DeleteAlbumPage,
    PutInAlbumPage,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()

FILES = 20
"""That one form may bring."""
CHOSEN_FROM = 60
"""Pictures of posts on one page."""
PLACE, SAID, OFF, PICK = "place-", "said-", "off-", "pick-"
"""What the fields of each picture begin with; its id follows."""
VISIBILITIES: dict[str, Visibility] = {word: visibility for visibility, word in AUDIENCES.items()}


def _limit(here: Server) -> int:
    return here.limits.image_bytes * FILES


# -- a new one -----------------------------------------------------------


@pages.get(addresses.ALBUM_NEW, access="member")
async def begin(visit: Visit) -> Answer:
    return visit.page(ArrangePage(PICTURES, FILES))


@pages.upload(addresses.ALBUM_NEW, limit=_limit)
async def create(visit: Visit) -> Answer:
    try:
        album = await visit.store.writing(_create, visit)
    except InvalidInput as error:
        return visit.page(_typed(visit, problems_of(error)), 422)
    return await _taken_in(visit, album)


def _create(db: Writer, visit: Visit) -> Album:
    return arranging.create(db, visit.account, _said(visit), (), visit.here)


def _typed(visit: Visit, problems: tuple[Problem, ...]) -> ArrangePage:
    """What was typed, once more; files have to be chosen again."""
    asked = visit.form.get("audience", "")
    audience: AlbumAudience = AUDIENCES[VISIBILITIES.get(asked, Visibility.PUBLIC)]
    return ArrangePage(
        PICTURES,
        FILES,
        title=visit.form.get("title", ""),
        description=visit.form.get("description", ""),
        audience=audience,
        is_here_only="here_only" in visit.form,
        is_sensitive="sensitive" in visit.form,
        problems=problems,
    )


# -- one that is there ---------------------------------------------------


@pages.get(addresses.ALBUM_EDIT, access="member")
async def ask_to_change(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_as_it_is, visit))


def _as_it_is(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> ArrangePage:
    """Raises `NotFound`."""
    album = _own(db, visit)
    card = galleries.cards(db, [album], accounts.get(db, album.author_id), visit.here)[0]
    return ArrangePage(
        PICTURES - album.pictures,
        FILES,
        title=album.title,
        description=album.description,
        audience=AUDIENCES[album.visibility],
        is_here_only=bool(album.is_local_only),
        is_sensitive=bool(album.is_sensitive),
        shots=galleries.shots(albums.pictures(db, album.id), card.address, visit.here),
        cover=str(album.cover_id or ""),
        album=card,
        problems=problems,
    )


def _own(db: Reader, visit: Visit) -> Album:
    """Raises `NotFound`, also under another's name."""
    album = arranging.get_own(db, AlbumId(id_from(visit.params["id"]) or 0), visit.account)
    if accounts.get(db, album.author_id).username.lower() != visit.params["username"].lower():
        raise NotFound
    return album


@pages.upload(addresses.ALBUM_EDIT, limit=_limit)
async def change(visit: Visit) -> Answer:
    try:
        album = await visit.store.writing(_change, visit)
    except InvalidInput as error:
        page = await visit.store.reading(_as_it_is, visit)
        typed = _typed(visit, problems_of(error))
        words = {name: getattr(typed, name) for name in ("title", "description", "audience", "problems")}
        return visit.page(replace(page, **words), 422)
    return await _taken_in(visit, album)


def _change(db: Writer, visit: Visit) -> Album:
    album, form = _own(db, visit), visit.form
    there = [one.id for one in albums.pictures(db, album.id)]
    off = [id for id in there if f"{OFF}{id}" in form]
    if off:
        arranging.remove(db, visit.account, album.id, off, visit.here)
    texts = {id: text.replace("\r\n", "\n") for id in there if (text := form.get(f"{SAID}{id}")) is not None}
    arranging.describe(db, visit.account, album.id, texts, visit.here)
    order = sorted(there, key=lambda one: _place(form.get(f"{PLACE}{one}", ""), there.index(one)))
    arranging.reorder(db, visit.account, album.id, order, visit.here)
    cover = id_from(form.get("cover", "")) or 0
    said = dataclasses.replace(_said(visit), cover=MediaId(0 if cover in off else cover))
    return arranging.change(db, visit.account, album.id, said, visit.here)


def _place(text: str, now: int) -> tuple[int, int]:
    """
    A number that was written anew puts a picture before the one that had it, or behind it if it comes from further up.

    What is no number leaves it where it was.
    """
    wanted = int(text) - 1 if text.isascii() and text.isdigit() and len(text) < len("1000") else now
    return (wanted, 0 if wanted == now else -1 if wanted < now else 1)


def _said(visit: Visit) -> Said:
    return Said(
        title=visit.form.get("title", ""),
        description=visit.form.get("description", "").replace("\r\n", "\n"),
        visibility=VISIBILITIES.get(visit.form.get("audience", "")),
        is_local_only="here_only" in visit.form,
        is_sensitive="sensitive" in visit.form,
    )


async def _taken_in(visit: Visit, album: Album) -> Answer:
    """Upload what the form brought, then show the album; what cannot be taken is told, all else is kept."""
    problems: list[Problem] = []
    status = 422
    files = [file for file in visit.files.values() if file.size]
    if len(files) > FILES:
        told = sentence("Only {n} pictures are taken at once. Please add the others now.", n=FILES)
        problems.append(Problem("files", told))
    ids: list[MediaId] = []
    for file in files[:FILES]:
        try:
            ids.append(await _upload(visit, file))
        except (InvalidInput, TooMany) as error:
            said = [replace(one, field="files") for one in writing.problems(error)]
            problems += [one for one in said if one not in problems]
            if isinstance(error, TooMany):
                status = 429
                break
    if ids:
        try:
            await visit.store.writing(arranging.add, visit.account, album.id, ids, visit.here)
        except InvalidInput as error:
            problems += problems_of(error)
    own = addresses.at(addresses.ALBUM, username=visit.signed_in.account.username, id=str(album.id))
    if problems:
        visit.params = {"username": visit.signed_in.account.username, "id": str(album.id)}
        return visit.page(await visit.store.reading(_as_it_is, visit, tuple(problems)), status)
    return visit.go(own, done="saved")


async def _upload(visit: Visit, file: Upload) -> MediaId:
    visit.count(limits.UPLOADS)
    return await uploading.upload(visit.ground, visit.account, file.path, None, Description(""))


# -- from one's posts ----------------------------------------------------


@pages.get(addresses.ALBUM_CHOOSE, access="member")
async def choose(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_choice, visit))


def _choice(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> ChoosePage:
    album = _own(db, visit)
    before = id_from(visit.query.get("max_id", "")) or LAST_ID
    found = albums.choosable(db, album, before, CHOSEN_FROM)
    owner = accounts.get(db, album.author_id)
    card = galleries.cards(db, [album], owner, visit.here)[0]
    profile = addresses.at(addresses.PROFILE, username=owner.username)
    return ChoosePage(
        card,
        galleries.shots(found, profile, visit.here),
        older=f"{card.address}/choose?max_id={found[-1].id}" if len(found) == CHOSEN_FROM else None,
        problems=problems,
    )


@pages.post(addresses.ALBUM_CHOOSE, access="member")
async def put_in(visit: Visit) -> Answer:
    try:
        album = await visit.store.writing(_put_in, visit)
    except InvalidInput as error:
        return visit.page(await visit.store.reading(_choice, visit, problems_of(error)), 422)
    own = addresses.at(addresses.ALBUM, username=visit.params["username"], id=str(album.id))
    return visit.go(own, done="saved")


def _put_in(db: Writer, visit: Visit) -> Album:
    album = _own(db, visit)
    picked = (id_from(name.removeprefix(PICK)) for name in visit.form if name.startswith(PICK))
    ids = [MediaId(id) for id in picked if id is not None]
    return arranging.add(db, visit.account, album.id, ids, visit.here) if ids else album


# -- the pictures of one post --------------------------------------------


@pages.get(addresses.ALBUM_PUT, access="member")
async def ask_album(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_for_post, visit))


def _for_post(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> PutInAlbumPage:
    """Albums that more people see than the post are not offered. Raises `NotFound` for others' posts, and without pictures."""
    post = posts.get_own(db, PostId(id_from(visit.params["id"]) or 0), visit.account)
    cards = showing.cards(db, [posts.get_shown(db, post.id, visit.account)], visit.here, reader=visit.account)
    if not cards or not media.of_posts(db, [post.id])[post.id]:
        raise NotFound
    found = tuple(
        (str(one.id), one.title, "")
        for one in albums.of_author(db, visit.account, visit.account, arranging.ALBUMS)
        if one.visibility <= post.visibility
    )
    return PutInAlbumPage(cards[0], found, problems)


@pages.post(addresses.ALBUM_PUT, access="member")
async def put_post_in(visit: Visit) -> Answer:
    page = await visit.store.reading(_for_post, visit)
    chosen = next((id for id, *_ in page.albums if id == visit.form.get("album")), None)
    if chosen is None:
        return visit.page(replace(page, problems=(Problem("album", sentence("Please choose one.")),)), 422)
    try:
        album = await visit.store.writing(_put_post_in, visit, AlbumId(int(chosen)))
    except InvalidInput as error:
        return visit.page(replace(page, problems=problems_of(error)), 422)
    own = addresses.at(addresses.ALBUM, username=visit.signed_in.account.username, id=str(album.id))
    return visit.go(own, done="saved")


def _put_post_in(db: Writer, visit: Visit, album: AlbumId) -> Album:
    found = media.of_posts(db, [PostId(int(visit.params["id"]))])
    ids = [one.id for each in found.values() for one in each]
    return arranging.add(db, visit.account, album, ids, visit.here)


# -- telling of it, and taking it away -----------------------------------


@pages.post(addresses.ALBUM_SHARE, access="member")
async def share(visit: Visit) -> Answer:
    album = await visit.store.reading(_own, visit)
    text = visit.field("text", visit.here.limits.post).replace("\r\n", "\n").strip()
    post = await visit.store.writing(sharing_albums.share, visit.account, album.id, text or None, visit.here)
    where = addresses.at(addresses.POST, username=visit.params["username"], id=str(post))
    return visit.go(where, done="album_shared")


@pages.get(addresses.ALBUM_DELETE, access="member")
async def ask_to_delete(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_ask_to_delete, visit))


def _ask_to_delete(db: Reader, visit: Visit) -> DeleteAlbumPage:
    album = _own(db, visit)
    owner = accounts.get(db, album.author_id)
    return DeleteAlbumPage(galleries.cards(db, [album], owner, visit.here)[0], arranging.UNDO_MINUTES)


@pages.post(addresses.ALBUM_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    album = await visit.store.reading(_own, visit)
    await visit.store.writing(arranging.delete, visit.account, album.id, visit.here)
    where = addresses.at(addresses.ALBUMS, username=visit.params["username"])
    return visit.go(where, done="album_deleted", undo=undoing.token(visit, "delete_album", album.id))


@pages.post(addresses.ALBUM_RESTORE, access="member")
async def restore(visit: Visit) -> Answer:
    id = AlbumId(id_from(visit.params["id"]) or 0)
    await visit.store.writing(arranging.restore, visit.account, id)
    return visit.go(
        addresses.at(addresses.ALBUM, username=visit.params["username"], id=str(id)), done="undone"
    )
