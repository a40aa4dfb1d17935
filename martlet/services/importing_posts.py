"""
Bringing one's own old posts: an archive is unpacked, put in the order of time, and worked off post by post.

    unpacking   the archive, into a folder beside it
    posts       line by line; a post and how far it has come are one transaction
    albums      one after the other, likewise
    marks       what its owner liked and saved becomes rows; boosts are rows by then
    rows        each is looked up and taken (`importing_marks`)

A job does as much as fits into its time. What is wrong with one post is written
down, and the next one follows; an archive at which a job was killed again and
again is refused (attacks G4).
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from martlet.activitypub import parse, values
from martlet.activitypub.things import Writing
from martlet.archives import sorting, unpacking
from martlet.archives.errors import ArchiveRefused, ArchiveTooLarge
from martlet.model.errors import MartletError, Unavailable
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import import_posts, importing, importing_albums, importing_files, importing_marks
from martlet.services.import_posts import AttachedFile
from martlet.services.import_rows import Outcome
from martlet.services.importing_marks import Mark
from martlet.services.looking_up import Lookups
from martlet.services.ports import Ground, Resolver
from martlet.signing import canonical_json
from martlet.storage import bulk_imports, events
from martlet.storage.bulk_imports import BulkImport, ImportRow
from martlet.storage.database import Writer

log = logging.getLogger("martlet.jobs")

WORK = "import_posts"
SECONDS = 120
"""After so long a job leaves the rest to the next one."""
TRIES = 3
"""Attempts at unpacking."""
MOST_FAILURES = 1000
"""Failed posts whose names and reasons are kept."""
_MOST_NAME = 500
_POSTS = ("Note", "Question")
_NEXT = {"posts": "albums", "albums": "marks", "marks": "rows"}
"""What comes after each stage that is worked off from a file."""


async def take_archive(ground: Ground, account: AccountId, file: Path) -> int:
    """
    Take in an archive, and work it off soon. Returns what the import is called.

    Raises `ArchiveTooLarge`, `ImportUnderWay`.
    """
    here = ground.here
    if (await asyncio.to_thread(file.stat)).st_size > here.limits.archive_bytes:
        raise ArchiveTooLarge("bytes")
    one = BulkImport(
        id=here.next_id(),
        account_id=account,
        kind="posts",
        is_overwrite=0,
        state="working",
        stage="unpacking",
        position=0,
        total=0,
        created_at=here.now_ms(),
    )
    await importing.keep(ground, one, file, WORK)
    return one.id


def folder(ground: Ground, id: int) -> Path:
    """Where an archive is unpacked."""
    return importing.path(ground, id).with_suffix(".unpacked")


async def work(ground: Ground, resolver: Resolver, body: str, here: Server) -> None:
    """The job that works off one archive, as far as its time allows."""
    id = msgspec.json.decode(body, type=int)
    started, lookups = time.monotonic(), Lookups(ground, resolver)
    while time.monotonic() - started < SECONDS:
        one = await ground.store.reading(bulk_imports.find, id)
        if one is None or one.state != "working":
            return
        if one.stage == "unpacking":
            await _unpack(ground, one)
        elif one.stage in _NEXT:
            if not await _go_on(ground, one, started + SECONDS):
                await ground.store.writing(_go_over, one, _NEXT[one.stage])
        elif not await importing.take_some(ground, lookups, one, importing_marks.take):
            await ground.store.writing(importing.finish, one.id, here)
            await _clean_up(ground, one.id)
            return
    await ground.store.writing(_want, id, here)


async def _go_on(ground: Ground, one: BulkImport, until: float) -> bool:
    """Whether there is more of this stage."""
    if one.stage == "posts":
        return await _take_some(ground, one, until)
    place = folder(ground, one.id)
    take = importing_albums.take_next if one.stage == "albums" else importing_marks.load_some
    return await take(ground, one, place)


def _want(db: Writer, id: int, here: Server) -> None:
    events.add_job(db, WORK, msgspec.json.encode(id).decode(), here.now_ms())


def _go_over(db: Writer, one: BulkImport, stage: str) -> None:
    """To the next stage, unless another run of the job has done so."""
    now = bulk_imports.lock(db, one.id)
    if now is not None and (now.state, now.stage) == ("working", one.stage):
        bulk_imports.update(db, one.id, stage=stage, position=0)


async def _clean_up(ground: Ground, id: int) -> None:
    for place in (importing.path(ground, id), folder(ground, id)):
        await asyncio.to_thread(importing.remove, place)


# -- unpacking -----------------------------------------------------------


async def _unpack(ground: Ground, one: BulkImport) -> None:
    """
    Each attempt is counted before it is made: one that kills the process does not do so for ever.

    What is unpacked comes to its place whole, or not at all.
    """
    attempt = await ground.store.writing(_count_try, one.id)
    if attempt > TRIES:
        await _refuse(ground, one, "archive_refused")
        return
    place = folder(ground, one.id)
    aside = place.with_suffix(f".try{attempt}")
    try:
        total = await asyncio.to_thread(
            _unpack_aside, importing.path(ground, one.id), aside, place, ground.here
        )
    except ArchiveRefused as error:
        await _refuse(ground, one, error.code)
    except OSError:
        log.exception("An archive could not be unpacked")
        await _refuse(ground, one, "no_room")
    else:
        await ground.store.writing(_unpacked, one.id, total)
    finally:
        await asyncio.to_thread(importing.remove, aside)


def _unpack_aside(archive: Path, aside: Path, place: Path, here: Server) -> int:
    """Returns how many items there are. Raises `ArchiveRefused`, OSError."""
    if not place.exists():
        limits = unpacking.Limits(file=max(here.limits.video_bytes, here.limits.image_bytes))
        unpacking.unpack(archive, aside, limits)
        total = sorting.sort(aside / "outbox.json", aside / "posts.jsonl") + sorting.gather_marks(aside)
        (aside / "total").write_text(str(total))
        try:
            aside.rename(place)
        except OSError:  # another job was faster
            if not place.exists():
                raise
    return int((place / "total").read_text())


def _count_try(db: Writer, id: int) -> int:
    one = bulk_imports.lock(db, id)
    if one is None or one.stage != "unpacking":
        return 0
    bulk_imports.update(db, id, position=one.position + 1)
    return one.position + 1


def _unpacked(db: Writer, id: int, total: int) -> None:
    one = bulk_imports.lock(db, id)
    if one is not None and one.stage == "unpacking":
        bulk_imports.update(db, id, stage="posts", position=0, total=total)


async def _refuse(ground: Ground, one: BulkImport, code: str) -> None:
    await ground.store.writing(importing.refuse, one.id, code, ground.here)
    await _clean_up(ground, one.id)


# -- posts ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Owner:
    """The old account, as the archive's `actor.json` describes it."""

    uri: Uri
    followers: str


async def _take_some(ground: Ground, one: BulkImport, until: float) -> bool:
    """Returns whether there is more to take."""
    place = folder(ground, one.id)
    if not await asyncio.to_thread((place / "posts.jsonl").is_file):
        await _refuse(ground, one, "file_lost")
        return True
    actor = await asyncio.to_thread(sorting.actor_of, place / "actor.json")
    owner = _Owner(values.uri(actor.get("id")) or Uri(""), values.uri(actor.get("followers")) or "")
    position = one.position
    for line, behind in sorting.lines_from(place / "posts.jsonl", position):
        await _take(ground, one, owner, line, (position, behind))
        position = behind
        if time.monotonic() > until:
            return True
    return False


async def _take(ground: Ground, one: BulkImport, owner: _Owner, line: bytes, span: tuple[int, int]) -> None:
    store, here = ground.store, ground.here
    name, reason = "", ""
    try:
        act = canonical_json.parse_object(line)
        said = _read(act)
        if said is None:
            boost = importing_marks.boost_in(act, owner.uri, owner.followers)
            await store.writing(_pass_by, one, boost, span)
            return
        name = said.uri
        _check_owner(said, owner)
        files = []
        if not await store.reading(import_posts.is_known, one.account_id, said.uri):
            files = await _bring_files(ground, one, said)
        await store.writing(_record, one, said, owner.followers, files, span, here)
    except Unavailable:
        raise
    except import_posts.CannotImport as error:
        reason = error.code
    except MartletError:
        reason = Outcome.INVALID
    except Exception:
        log.exception("A post of an archive could not be brought")
        reason = Outcome.INVALID
    if reason:
        await store.writing(_fail, one, name, reason, span)


def _check_owner(said: Writing, owner: _Owner) -> None:
    """Raises `OfSomebodyElse`."""
    if owner.uri and said.author != owner.uri:
        raise import_posts.OfSomebodyElse


def _read(act: dict[str, Any]) -> Writing | None:
    """A post; None for boosts and whatever else stands in an outbox. Raises `MalformedDocument`."""
    thing = act if parse.kind_of(act) in _POSTS else act.get("object")
    if not isinstance(thing, dict) or parse.kind_of(thing) not in _POSTS:
        return None
    said = parse.writing(
        {
            **thing,
            "attachment": [importing_files.whole(one) for one in values.each(thing.get("attachment"), 1000)],
        }
    )
    return None if said.choice is not None else said


async def _bring_files(ground: Ground, one: BulkImport, said: Writing) -> list[AttachedFile]:
    """The post's media as they lie in the archive, through the same door as all uploads."""
    found: list[AttachedFile] = []
    place = folder(ground, one.id)
    for attachment in said.attachments[: ground.here.limits.media_per_post]:
        file = await asyncio.to_thread(importing_files.find, place, attachment.url)
        id = None if file is None else await importing_files.upload(ground, one.account_id, file, attachment)
        found.append(AttachedFile(id))
    return found


# -- in the database -----------------------------------------------------


def _is_next(db: Writer, one: BulkImport, span: tuple[int, int]) -> bool:
    """Claim a line: False where another run of the job has taken it."""
    now = bulk_imports.lock(db, one.id)
    if now is None or now.state != "working" or now.position != span[0]:
        return False
    bulk_imports.update(db, one.id, position=span[1])
    return True


def _pass_by(db: Writer, one: BulkImport, boost: Mark | None, span: tuple[int, int]) -> None:
    """Move past a line that is no post of one's own: a boost waits, and nothing else counts."""
    if not _is_next(db, one, span):
        return
    if boost is None:
        bulk_imports.shorten(db, one.id)
    else:
        importing_marks.set_aside(db, one.id, span[0], boost)


def _record(
    db: Writer,
    one: BulkImport,
    said: Writing,
    followers: str,
    files: list[AttachedFile],
    span: tuple[int, int],
    here: Server,
) -> None:
    if _is_next(db, one, span):
        outcome = import_posts.take(db, one.account_id, said, followers, files, here)
        bulk_imports.count(
            db, one.id, taken=int(outcome is Outcome.TAKEN), known=int(outcome is Outcome.KNOWN)
        )


def _fail(db: Writer, one: BulkImport, name: str, reason: str, span: tuple[int, int]) -> None:
    if _is_next(db, one, span):
        failed = bulk_imports.count_failed(db, one.id)
        if failed <= MOST_FAILURES:
            body = msgspec.json.encode({"of": name[:_MOST_NAME]}).decode()
            bulk_imports.put_rows(db, one.id, [ImportRow(failed, "failed", name[:_MOST_NAME], body, reason)])
