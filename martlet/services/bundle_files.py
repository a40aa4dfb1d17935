"""
Bundles in the browser: somebody asks for one or brings one, a job does the rest, and the page says how far it is.

What is made lies here for a week. Each attempt is counted before it is begun: a file at which the process dies again and
again is refused (attacks G4). An attempt begins at the beginning; what is there already is passed over.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Literal

import msgspec

from martlet.archives.bundles import Bundle
from martlet.archives.errors import BundleRefused
from martlet.model.errors import Conflict, MartletError, NotFound
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services import bundling, importing, importing_bundles
from martlet.services.bundling import Packed
from martlet.services.ports import Ground
from martlet.storage import bundle_files, events
from martlet.storage.bundle_files import BundleFile
from martlet.storage.database import AlreadyThere, Reader, Writer

log = logging.getLogger("martlet.jobs")

WORK, TIDY = "work_on_bundle", "tidy_bundles"
TRIES = 3
DAY = 86_400_000
KEPT_DAYS = 7
TOLD_EVERY = 500
"""Documents after which the page hears of it."""
TIDIED = 100


class Wanted(msgspec.Struct, frozen=True):
    """What a bundle is to hold. `since`: milliseconds."""

    what: Literal["own", "account", "thread", "answers", "chosen"]
    since: int = 0
    post: PostId = PostId(0)
    host: str = ""
    chosen: tuple[PostId, ...] = ()
    account: AccountId = AccountId(0)


class BundleUnderWay(Conflict):
    code = "bundle_under_way"

    def __init__(self) -> None:
        super().__init__("Another file is still being worked on.")


def path(ground: Ground, id: int) -> Path:
    return ground.transfers / f"bundle-{id}.zip"


def ends_at(one: BundleFile) -> int:
    """Until when a bundle that was made can be fetched."""
    return one.created_at + KEPT_DAYS * DAY


def get_ready(db: Reader, id: int, account: AccountId, here: Server) -> BundleFile:
    """One's own that was made, as long as it can be fetched. Raises `NotFound`."""
    one = bundle_files.get(db, id, account)
    if one.kind != "made" or one.state != "done" or ends_at(one) <= here.now_ms():
        raise NotFound
    return one


# -- asked for ---------------------------------------------------------------


async def ask(ground: Ground, account: AccountId, wanted: Wanted) -> int:
    """Have a bundle made, soon; returns what it is called. Raises `BundleUnderWay`."""
    return await ground.store.writing(_begin, account, "made", wanted, ground.here.next_id(), ground.here)


async def bring(ground: Ground, account: AccountId, file: Path) -> int:
    """
    Take in a bundle, soon; returns what that is called.

    Raises `BundleRefused` for what is none, `BundleUnderWay`.
    """
    await asyncio.to_thread(_open, file)
    here = ground.here
    id = here.next_id()
    await asyncio.to_thread(importing.set_aside, file, path(ground, id))
    try:
        return await ground.store.writing(_begin, account, "brought", Wanted("own"), id, here)
    except BaseException:
        await asyncio.to_thread(importing.remove, path(ground, id))
        raise


def _open(file: Path) -> None:
    """Raises `BundleRefused`."""
    with Bundle.open(file):
        pass


def _begin(db: Writer, account: AccountId, kind: str, wanted: Wanted, id: int, here: Server) -> int:
    one = BundleFile(id, account, kind, msgspec.json.encode(wanted).decode(), "working", here.now_ms())
    try:
        with db.part():
            bundle_files.insert(db, one)
    except AlreadyThere:
        raise BundleUnderWay from None
    events.add_job(db, WORK, msgspec.json.encode(id).decode(), here.now_ms())
    events.add_job(db, TIDY, "", here.now_ms() + (KEPT_DAYS + 1) * DAY, key=f"{TIDY}:{here.now_ms() // DAY}")
    return id


# -- the jobs ----------------------------------------------------------------


async def work(ground: Ground, body: str, here: Server) -> None:
    """The job that makes a bundle or takes one in."""
    id = msgspec.json.decode(body, type=int)
    one = await ground.store.writing(_count_try, id)
    if one is None:
        return
    if one.tries >= TRIES:
        await _end(ground, one, "refused", error=BundleRefused.code)
        return
    do: Callable[[Ground, BundleFile, Server], Awaitable[bytes]] = _make if one.kind == "made" else _take_in
    try:
        found = await do(ground, one, here)
    except MartletError as error:
        await _end(ground, one, "refused", error=error.code)
    except OSError:
        log.exception("A bundle could not be written or read")
        await _end(ground, one, "refused", error="no_room")
    else:
        await _end(ground, one, "done", found=found.decode())


def _count_try(db: Writer, id: int) -> BundleFile | None:
    one = bundle_files.find(db, id)
    if one is None or one.state != "working":
        return None
    bundle_files.update(db, id, tries=one.tries + 1)
    return one


async def _end(ground: Ground, one: BundleFile, state: str, error: str = "", found: str = "{}") -> None:
    if one.kind == "brought":
        await asyncio.to_thread(importing.remove, path(ground, one.id))
    now = ground.here.now_ms()
    ended = partial(bundle_files.update, id=one.id, state=state, finished_at=now, error=error, found=found)
    await ground.store.writing(ended)


async def _make(ground: Ground, one: BundleFile, here: Server) -> bytes:
    del here
    wanted, target = msgspec.json.decode(one.wanted, type=Wanted), path(ground, one.id)
    await asyncio.to_thread(target.parent.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(importing.remove, target)
    packed: Packed
    match wanted.what:
        case "own":
            packed = await bundling.share_accounts(ground, [one.account_id], wanted.since, target, _quietly)
        case "account":
            packed = await bundling.share_account(ground, wanted.account, target, _quietly)
        case "thread":
            packed = await bundling.share_thread(ground, wanted.post, target, _quietly)
        case "chosen":
            packed = await bundling.share_chosen(ground, one.account_id, wanted.chosen, target)
        case "answers":
            packed = await bundling.take_back(ground, one.account_id, wanted.host, target)
    return msgspec.json.encode(packed)


async def _take_in(ground: Ground, one: BundleFile, here: Server) -> bytes:
    del here
    told = 0

    async def tell(done: int, total: int) -> None:
        nonlocal told
        if done - told >= TOLD_EVERY:
            told = done
            await ground.store.writing(partial(bundle_files.update, id=one.id, done=done, total=total))

    found = await importing_bundles.take_in(ground, path(ground, one.id), _quietly, tell)
    return msgspec.json.encode(found)


def _quietly(*_: object) -> None:
    """Of what is made nobody hears in between."""


async def tidy(ground: Ground, body: str, here: Server) -> None:
    """The job that removes what nobody fetches any more."""
    del body
    while True:
        old = await ground.store.reading(bundle_files.older_than, here.now_ms() - KEPT_DAYS * DAY, TIDIED)
        for id in old:
            await asyncio.to_thread(importing.remove, path(ground, id))
            await ground.store.writing(bundle_files.delete, id)
        if len(old) < TIDIED:
            return
