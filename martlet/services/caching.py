"""
Files of other servers, kept for a while: which may be had, what became of them, and what makes room.

Nothing is fetched here (`martlet.proxy` does that). A file is fetched by one process at a time, whoever else
wants it waits; what could not be had is left alone for growing pauses. Where there are more bytes than
`remote_media_cache_mb`, or the disk is nearly full, those go that were not looked at for longest.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from martlet.media.received import Received
from martlet.model.errors import NotFound
from martlet.model.moderation import Severity
from martlet.model.names import AccountId, MediaId
from martlet.model.remote_media import FileUse
from martlet.model.server import Server
from martlet.services.ports import Ground
from martlet.storage import cards, events, media, peer_policies, remote_files
from martlet.storage.database import Reader, Writer
from martlet.storage.media import Media
from martlet.storage.remote_files import RemoteFile, Source

MAKE_ROOM = "make_room"
FORGET_FAILED = "forget_failed_files"
FORGET_HOST = "forget_files_of_host"
DELETE_FILES = "delete_cached_files"

TAKEN = 400_000
"""Milliseconds after which somebody else may fetch what one process has begun to: longer than it can take."""
FREE_BYTES = 1 << 30
"""Room that is left on the disk for what people here write."""
AT_ONCE = 200
KEPT_SHARE = 0.9
"""Of the bytes allowed, what is left after making room, so that it is not made for each file."""
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
FAILED_FOR = 14 * DAY


class Failure(StrEnum):
    """Why a file could not be had."""

    MISSING = "missing"
    """Its server says that there is none."""
    UNUSABLE = "unusable"
    """What is there is nothing that can be shown, or is too large."""
    UNREACHABLE = "unreachable"
    """Its server does not answer, or not as it should."""


PAUSES = {
    Failure.UNREACHABLE: (MINUTE, DAY),
    Failure.MISSING: (10 * MINUTE, 7 * DAY),
    Failure.UNUSABLE: (DAY, 7 * DAY),
}
"""The first pause, four times as long each time, up to the last."""


class MediaRefused(NotFound):
    """Nothing of that server is shown here. To others it looks as if there were nothing."""

    code = "media_refused"


@dataclass(frozen=True, slots=True)
class Begun:
    """Whoever asked is to fetch it, and to say what became of it."""

    source: Source


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Another process is fetching it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It could not be had, and is not tried again before `retry_at`."""

    failure: Failure
    retry_at: int
    url: str


Standing = RemoteFile | UnderWay | Failed


def look(db: Reader, use: FileUse, id: int, here: Server, lost: str = "") -> Standing | None:
    """
    The state of a file: kept, being fetched, or failed; None where it is to be fetched.

    `lost` is the key of a file that should be there and is not. Raises `NotFound` where nothing of another
    server's is shown, `MediaRefused`.
    """
    return _standing(db, use, id, _source(db, use, id, here), here.now_ms(), lost)


def begin(db: Writer, use: FileUse, id: int, here: Server, lost: str = "") -> Standing | Begun:
    """The same; where the file is to be fetched, it is claimed for the caller, who fetches it."""
    now, source = here.now_ms(), _source(db, use, id, here)
    standing = _standing(db, use, id, source, now, lost)
    if standing is not None:
        return standing
    return Begun(source) if remote_files.claim(db, use, id, source, now, now + TAKEN) else UnderWay()


def _source(db: Reader, use: FileUse, id: int, here: Server) -> Source:
    source = remote_files.find_source(db, use, id)
    if source is None:
        raise NotFound
    if _is_refused(db, source, here):
        raise MediaRefused
    return source


def _is_refused(db: Reader, source: Source, here: Server) -> bool:
    """Whether it is decided that nothing of its server, or of the server that has the file, is shown."""
    hosts = dict.fromkeys((source.host, source.handles_host, source.address_host))
    policies = [peer_policies.policy(db, host) for host in hosts if host]
    if any(one.refuses_media or one.severity is Severity.SUSPEND for one in policies):
        return True
    return not peer_policies.speaks_with(policies[0], here)


def _standing(db: Reader, use: FileUse, id: int, source: Source, now: int, lost: str) -> Standing | None:
    found = remote_files.find(db, use, id)
    if found is None:
        return None
    if found.url == source.url:
        if found.file and found.file != lost:
            return found
        if found.retry_at > now:
            return Failed(Failure(found.failure), found.retry_at, found.url)
    return UnderWay() if found.taken_till > now else None


def keep(db: Writer, use: FileUse, id: int, source: Source, got: Received, here: Server) -> RemoteFile | None:
    """What was fetched is in the cache. None where it is not shown any more: then its files are to go."""
    if remote_files.find_source(db, use, id) != source:
        remote_files.release(db, use, id)
        return None
    now = here.now_ms()
    old = remote_files.keep(db, use, id, source, got.file, got.small, got.bytes, now)
    _delete_files(db, old, now)
    if use == FileUse.MEDIA:
        _describe(db, MediaId(id), got)
    if remote_files.total(db).bytes > _allowed(db, here):
        make_room(db, here)
    return remote_files.find(db, use, id)


def fail(db: Writer, use: FileUse, id: int, source: Source, failure: Failure, here: Server) -> Failed:
    """Note that a claimed file could not be had, and when it may be tried again."""
    now = here.now_ms()
    if remote_files.find_source(db, use, id) != source:
        remote_files.release(db, use, id)
        return Failed(failure, now, source.url)
    before = remote_files.find(db, use, id)
    times = before.failures if before is not None and before.url == source.url else 0
    first, last = PAUSES[failure]
    retry_at = now + min(first * 4 ** min(times, 8), last)
    old = remote_files.fail(db, use, id, source, failure, retry_at)
    _delete_files(db, old, now)
    if failure == Failure.UNUSABLE and use == FileUse.MEDIA:
        _show_as_link(db, MediaId(id))
    events.add_job(db, FORGET_FAILED, "", now + DAY, key=FORGET_FAILED)
    return Failed(failure, retry_at, source.url)


def give_up(db: Writer, use: FileUse, id: int) -> None:
    """Let go of a claim without noting a failure (the disk is full, say): others may try at once."""
    remote_files.release(db, use, id)


def _describe(db: Writer, id: MediaId, got: Received) -> None:
    """Fill in what the other server did not say of media: kind, sizes, BlurHash, whether there is a preview."""
    row = media.find_unfiltered(db, id)
    if row is None:
        return
    changes: dict[str, object] = {}
    if got.kind is not None and got.kind != row.kind:
        changes["kind"] = str(got.kind)
    if row.preview in ("", row.file) and row.preview != (row.file if got.small else ""):
        changes["preview"] = row.file if got.small else ""
    if row.blurhash is None and got.blurhash is not None:
        changes["blurhash"] = got.blurhash
    told = msgspec.json.decode(row.meta, type=dict[str, object])
    if got.meta.keys() - told.keys():
        changes["meta"] = msgspec.json.encode({**got.meta, **told}).decode()
    _change(db, row, changes)


def _show_as_link(db: Writer, id: MediaId) -> None:
    """Give media the kind `unknown`: apps show a link to them and nothing else."""
    row = media.find_unfiltered(db, id)
    if row is not None and row.kind != "unknown":
        own = {"preview": ""} if row.preview == row.file else {}
        _change(db, row, {"kind": "unknown", **own})


def _change(db: Writer, row: Media, changes: dict[str, object]) -> None:
    if changes:
        media.update(db, row.id, **changes)
        if row.post_id is not None:
            media.touch_post(db, row.post_id)


def touch(db: Writer, used: Collection[remote_files.Named], here: Server) -> None:
    """Note that these files were looked at: they are removed later than others."""
    remote_files.touch(db, used, here.now_ms())


# -- what goes -----------------------------------------------------------


def forget_media(db: Writer, ids: Collection[MediaId], now: int) -> None:
    """Have the cached files of these media removed."""
    _delete_files(db, remote_files.forget(db, remote_files.of_media(db, ids)), now)


def forget_account(db: Writer, account: AccountId, now: int) -> None:
    """Have the cached avatar and header of an account removed."""
    _delete_files(db, remote_files.forget(db, remote_files.of_account(db, account)), now)


def forget_host(db: Writer, host: str, now: int) -> None:
    """Add the job that removes all files of a server."""
    events.add_job(db, FORGET_HOST, host, now, key=f"{FORGET_HOST}:{host}")


def forget_some(db: Writer, host: str | None) -> list[str] | None:
    """Know some of a server's files no more, or of all servers': whoever asks removes these. None: nothing is left."""
    found = (
        remote_files.of_host(db, host, AT_ONCE) if host is not None else remote_files.any_of_them(db, AT_ONCE)
    )
    return remote_files.forget(db, found) if found else None


def make_room(db: Writer, here: Server) -> None:
    """Add the job that makes room."""
    events.add_job(db, MAKE_ROOM, "", here.now_ms(), key=MAKE_ROOM)


def _delete_files(db: Writer, keys: Sequence[str], now: int) -> None:
    if keys:
        events.add_job(db, DELETE_FILES, msgspec.json.encode(keys).decode(), now)


async def delete_files(ground: Ground, body: str, here: Server) -> None:
    """The job that removes files from the cache."""
    del here
    for key in msgspec.json.decode(body, type=list[str]):
        await asyncio.to_thread(ground.cache.delete, key)


async def make_room_now(ground: Ground, body: str, here: Server) -> None:
    """The job that removes files until there is room, those that nobody looked at for longest first."""
    del body
    used = (await ground.store.reading(remote_files.total)).bytes
    free = await asyncio.to_thread(ground.cache.free_bytes)
    allowed = await ground.store.reading(_allowed, here)
    if free is not None:
        allowed = max(0, min(allowed, used + free - FREE_BYTES))
    if used > allowed:
        while await ground.store.writing(_make_some_room, int(allowed * KEPT_SHARE), here):
            pass


def _allowed(db: Reader, here: Server) -> int:
    """What the pictures of link previews leave of the room there is: they stay as long as their posts."""
    return max(0, here.limits.remote_media_bytes - cards.picture_bytes(db))


async def has_room_for_previews(ground: Ground) -> bool:
    """Whether one more picture may stay: they have half of the room, and none where the disk is nearly full."""
    free = await asyncio.to_thread(ground.media.free_bytes)
    if free is not None and free < FREE_BYTES:
        return False
    return await ground.store.reading(cards.picture_bytes) < ground.here.limits.remote_media_bytes // 2


def _make_some_room(db: Writer, target: int, here: Server) -> bool:
    """Returns whether there is more to do."""
    excess = remote_files.total(db).bytes - target
    going: list[RemoteFile] = []
    for one in remote_files.least_recently_used(db, AT_ONCE):
        if excess <= 0:
            break
        going.append(one)
        excess -= one.bytes
    _delete_files(db, remote_files.forget(db, going), here.now_ms())
    return excess > 0 and bool(going)


async def forget_failed(ground: Ground, body: str, here: Server) -> None:
    """The job that forgets failures of files that nobody asked for again."""
    del body
    while await ground.store.writing(_forget_some_failed, here):
        pass


def _forget_some_failed(db: Writer, here: Server) -> bool:
    found = remote_files.failed_before(db, here.now_ms() - FAILED_FOR, AT_ONCE)
    remote_files.forget(db, found)
    return len(found) == AT_ONCE


async def forget_host_now(ground: Ground, body: str, here: Server) -> None:
    """The job that removes all files of a server."""
    while await ground.store.writing(_forget_some_of, body, here):
        pass


def _forget_some_of(db: Writer, host: str, here: Server) -> bool:
    found = remote_files.of_host(db, host, AT_ONCE)
    _delete_files(db, remote_files.forget(db, found), here.now_ms())
    return len(found) == AT_ONCE
