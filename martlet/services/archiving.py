"""
Taking one's posts along: an archive of all that somebody wrote, with pictures and films, made by a job.

    posts   page by page into a file of lines
    files   into the archive, some at a time; then it is ready, for a week

A job does as much as fits into its time and leaves the rest to the next one;
one that is killed goes on from the last page that is surely on disk.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from martlet.activitypub import build
from martlet.archives import packing
from martlet.media.store import LocalStore, is_key
from martlet.model.errors import NotFound, TooMany
from martlet.model.events import MailWanted
from martlet.model.names import AccountId
from martlet.model.posts import Post
from martlet.model.server import Server, moment
from martlet.services import documenting, identities, importing_albums, letters
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, archives, events, exports, logins, posts
from martlet.storage.archives import Archive
from martlet.storage.database import AlreadyThere, Reader, Writer

MAKE = "make_archive"
TIDY = "tidy_archives"
SECONDS = 90
"""After so long a job leaves the rest to the next one."""
POSTS = 50
FILES = 25
"""Files put into the archive at a time."""
DAY = 86_400_000
KEPT_DAYS = 7
PAUSE_DAYS = 7
"""Between two archives of one account."""
_DOCUMENTS = ("outbox", "likes", "bookmarks")


class ArchiveTooSoon(TooMany):
    code = "archive_too_soon"


def request(db: Writer, account: AccountId, here: Server) -> None:
    """Have an archive made, soon. Raises `ArchiveTooSoon`."""
    may_at = may_ask_at(db, account)
    if may_at > here.now_ms():
        raise ArchiveTooSoon("The last archive was made not long ago.", moment(may_at))
    last = archives.newest(db, account)
    if last is not None and last.state == "working":  # so long ago that nothing comes of it any more
        archives.delete(db, last.id)
    one = Archive(here.next_id(), account, "working", "posts", 0, here.now_ms())
    try:
        with db.part():
            archives.insert(db, one)
    except AlreadyThere:
        raise ArchiveTooSoon("An archive is being made.") from None
    want(db, one.id, here)
    events.add_job(db, TIDY, "", here.now_ms() + (KEPT_DAYS + 1) * DAY, key=f"{TIDY}:{one.id}")


def may_ask_at(db: Reader, account: AccountId) -> int:
    """The moment from which the next archive may be asked for; 0: at any time."""
    last = archives.newest(db, account)
    return 0 if last is None else last.created_at + PAUSE_DAYS * DAY


def want(db: Writer, id: int, here: Server) -> None:
    events.add_job(db, MAKE, msgspec.json.encode(id).decode(), here.now_ms())


def ends_at(one: Archive) -> int:
    """Until when an archive may be fetched; 0 for one that is not ready."""
    return 0 if one.ready_at is None else one.ready_at + KEPT_DAYS * DAY


def get_ready(db: Reader, id: int, account: AccountId, here: Server) -> Archive:
    """One's own, as long as it may be fetched. Raises `NotFound` (attacks F12)."""
    one = archives.get(db, id, account)
    if ends_at(one) <= here.now_ms():
        raise NotFound
    return one


def path(ground: Ground, id: int) -> Path:
    """Where an archive lies that is ready."""
    return ground.transfers / f"archive-{id}.zip"


def _lines(ground: Ground, id: int) -> Path:
    return path(ground, id).with_suffix(".items")


def _part(ground: Ground, id: int) -> Path:
    return path(ground, id).with_suffix(".part")


# -- the job -------------------------------------------------------------


async def make(ground: Ground, body: str, here: Server) -> None:
    """The job that makes one archive, as far as its time allows."""
    id = msgspec.json.decode(body, type=int)
    started = time.monotonic()
    while time.monotonic() - started < SECONDS:
        one = await ground.store.reading(archives.find, id)
        if one is None or one.state != "working":
            return
        if (one.stage == "posts" or one.position == 0) and not await _has_lines(ground, one):
            await ground.store.writing(_begin_anew, one.id)
        elif one.stage == "posts":
            await _add_posts(ground, one)
        elif one.position == 0:
            await _begin(ground, one)
        elif not await _add_files(ground, one):
            await _finish(ground, one)
            return
    await ground.store.writing(want, id, here)


async def _has_lines(ground: Ground, one: Archive) -> bool:
    """Whether what was written is there: after a restored backup it is not."""
    return one.written == 0 or await asyncio.to_thread(packing.has, _lines(ground, one.id), one.written)


def _begin_anew(db: Writer, id: int) -> None:
    archives.update(db, id, stage="posts", position=0, written=0, posts=0)


async def _add_posts(ground: Ground, one: Archive) -> None:
    last, lines = await ground.store.writing(_some_posts, one, ground.secret, ground.here)
    await asyncio.to_thread(ground.transfers.mkdir, parents=True, exist_ok=True)
    written = await asyncio.to_thread(packing.append, _lines(ground, one.id), one.written, lines)
    await ground.store.writing(_note_posts, one, last, written, len(lines))


def _some_posts(
    db: Writer, one: Archive, secret: ServerSecret, here: Server
) -> tuple[int | None, list[bytes]]:
    """The next posts, as lines, and the last of them; None at the end."""
    author = accounts.get(db, one.account_id)
    ids = archives.posts_after(db, one.account_id, one.position, POSTS)
    found = {post.id: post for post in posts.many_unfiltered(db, ids)}
    lines = []
    for id in ids:
        make = documenting.published if found[id].boost_of_id is None else documenting.boosted
        act = canonical_json.parse_object(make(db, found[id], author, secret, here))
        lines.append(canonical_json.encode(_in_archive(act, found[id], here)))
    return (ids[-1] if ids else None), lines


def _in_archive(act: dict[str, Any], post: Post, here: Server) -> dict[str, Any]:
    """Without proofs, which are of the whole; and with files where they lie in the archive."""
    bare = {name: value for name, value in act.items() if name not in ("@context", "proof")}
    said = bare.get("object")
    if isinstance(said, dict):
        inner = {name: value for name, value in said.items() if name not in ("@context", "proof")}
        if "attachment" in inner:
            inner["attachment"] = [_at_its_place(one, here) for one in inner["attachment"]]
        if post.is_local_only:
            inner["localOnly"] = True
        bare["object"] = inner
    return bare


def _at_its_place(one: dict[str, Any], here: Server) -> dict[str, Any]:
    own = here.media_url("")
    url = one.get("url", "")
    return {**one, "url": packing.MEDIA + url.removeprefix(own)} if url.startswith(own) else one


def _note_posts(db: Writer, one: Archive, last: int | None, written: int, count: int) -> None:
    now = archives.lock(db, one.id)
    if now is None or (now.stage, now.position) != (one.stage, one.position):
        return
    if last is None:
        archives.update(db, one.id, stage="files", position=0)
    else:
        archives.update(db, one.id, position=last, written=written, posts=now.posts + count)


async def _begin(ground: Ground, one: Archive) -> None:
    keys = await identities.public_keys(ground, one.account_id)
    documents = await ground.store.writing(_documents, one, keys, ground)
    await asyncio.to_thread(
        packing.begin, _part(ground, one.id), documents, _lines(ground, one.id), one.written, one.posts
    )
    pictures = await ground.store.reading(_pictures, one, ground.media)
    await asyncio.to_thread(packing.add, _part(ground, one.id), pictures)
    await ground.store.writing(_go_on_from, one, 1)


def _documents(db: Writer, one: Archive, keys: build.Keys, ground: Ground) -> dict[str, Any]:
    here = ground.here
    account = accounts.get(db, one.account_id)
    body = documenting.profile_document(db, account, keys, ground.secret, here)
    actor = canonical_json.parse_object(body)
    actor.pop("proof", None)
    for name, key, picture in (("icon", account.avatar, "avatar"), ("image", account.header, "header")):
        if isinstance(actor.get(name), dict):
            actor[name] = {**actor[name], "url": _picture_name(picture, key)}
    actor |= {name: f"{name}.json" for name in _DOCUMENTS}
    return {
        "actor.json": actor,
        "likes.json": _collection("likes", archives.likes(db, account.id)),
        "bookmarks.json": _collection("bookmarks", exports.bookmarks(db, account.id)),
        importing_albums.DOCUMENT: importing_albums.document(db, account.id, packing.MEDIA),
    }


def _collection(name: str, uris: list[Any]) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "id": f"{name}.json",
        "type": "OrderedCollection",
        "totalItems": len(uris),
        "orderedItems": uris,
    }


def _picture_name(name: str, key: str) -> str:
    return f"{name}.{key.rpartition('.')[2]}"


def _pictures(db: Reader, one: Archive, store: LocalStore) -> dict[str, Path]:
    account = accounts.get(db, one.account_id)
    return {
        _picture_name(name, key): store.path(key)
        for name, key in (("avatar", account.avatar), ("header", account.header))
        if is_key(key)
    }


def _go_on_from(db: Writer, one: Archive, position: int) -> None:
    now = archives.lock(db, one.id)
    if now is not None and (now.stage, now.position) == (one.stage, one.position):
        archives.update(db, one.id, position=position)


async def _add_files(ground: Ground, one: Archive) -> bool:
    """Returns whether there may be more."""
    found = await ground.store.reading(archives.files_after, one.account_id, one.position, FILES)
    if not found:
        return False
    files: Mapping[str, Path] = {
        f"{packing.MEDIA}{key}": ground.media.path(key) for _, key in found if is_key(key)
    }
    is_whole = await asyncio.to_thread(packing.add, _part(ground, one.id), files)
    await ground.store.writing(_go_on_from, one, found[-1][0] if is_whole else 0)
    return True


async def _finish(ground: Ground, one: Archive) -> None:
    size = await asyncio.to_thread(packing.finish, _part(ground, one.id), path(ground, one.id))
    await ground.store.writing(_ready, one, size, ground.here)
    await asyncio.to_thread(_lines(ground, one.id).unlink, missing_ok=True)


def _ready(db: Writer, one: Archive, size: int, here: Server) -> None:
    """Its owner is told by mail, if this server sends any."""
    now = archives.lock(db, one.id)
    if now is None or now.state != "working":
        return
    archives.update(db, one.id, state="ready", bytes=size, ready_at=here.now_ms())
    login = logins.find_of_account(db, one.account_id)
    if login is not None:
        db.emit(MailWanted(letters.ARCHIVE_READY, login.email, login.locale, login.user))


# -- keeping house -------------------------------------------------------


async def tidy(ground: Ground, body: str, here: Server) -> None:
    """The job that removes archives whose time is over, and files of which nothing is known."""
    del body
    await ground.store.writing(_forget_some, here)
    for file in await asyncio.to_thread(list, ground.transfers.glob("archive-*")):
        id = file.name.removeprefix("archive-").partition(".")[0]
        if not id.isdigit() or await ground.store.reading(archives.find, int(id)) is None:
            await asyncio.to_thread(file.unlink, missing_ok=True)


def _forget_some(db: Writer, here: Server) -> None:
    for one in archives.older_than(db, here.now_ms() - KEPT_DAYS * DAY, 500):
        if one.state != "ready" or ends_at(one) <= here.now_ms():
            archives.delete(db, one.id)
