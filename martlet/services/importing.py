"""
Bringing lists from another server: a CSV is kept on disk, read into rows, and worked off row by row.

    asking    it would remove what it does not name, and its owner has not said yes yet
    working   loading: the rows are written down · clearing: what is not named goes · rows
    done      what was not to be had is tried again in the background (`importing_again`)
    refused

A job does as much as fits into its time and leaves the rest to the next one. A
row and its outcome are one transaction, so a job that is killed, or run twice,
takes nothing twice.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from martlet.archives import tables
from martlet.archives.tables import KINDS, Kind, Row
from martlet.model.errors import Conflict, InvalidInput
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import clearing, import_rows
from martlet.services.import_rows import Outcome
from martlet.services.looking_up import Lookups
from martlet.services.ports import Ground, Resolver, Transferring
from martlet.storage import bulk_imports, events
from martlet.storage.bulk_imports import BulkImport, ImportRow
from martlet.storage.database import AlreadyThere, Reader, Writer

WORK = "import_rows"
TIDY = "tidy_imports"
SECONDS = 120
"""After so long a job leaves the rest to the next one."""
LOADED = 1000
AT_ONCE = 25
"""Rows taken in one transaction, and looked up together."""
AGAIN = "retry_import_rows"
AGAIN_AFTER = (300_000, 3_600_000, 21_600_000, 86_400_000)
"""Milliseconds until what was not to be had is tried once more, each time."""
DAY = 86_400_000
KEPT_DAYS = 30
ASKED_DAYS = 1
TIDIED = 50


class ImportUnderWay(Conflict):
    code = "import_under_way"

    def __init__(self) -> None:
        super().__init__("Another import is under way. Please wait until it is done.")


class UnknownKind(InvalidInput):
    code = "blank"

    def __init__(self) -> None:
        super().__init__("Please say what the file is.", "kind")


class Turn(msgspec.Struct, frozen=True):
    """One more try of all rows that were not to be had. `after`: the position of the last one that was tried."""

    id: int
    number: int = 0
    after: int = -1


def path(ground: Transferring, id: int) -> Path:
    """Where a file lies that waits to be worked off."""
    return ground.transfers / f"import-{id}"


async def take_list(
    ground: Transferring, account: AccountId, kind: str, file: Path, *, is_overwrite: bool
) -> int:
    """
    Take in a list, and work it off soon; one that overwrites waits for `begin`. Returns what it is called.

    Raises `UnknownKind`, `TableTooLarge`, `NotATable`, `ImportUnderWay`.
    """
    known = next((one for one in KINDS if one == kind), None)
    if known is None:
        raise UnknownKind
    rows = await asyncio.to_thread(_read, known, file)
    here = ground.here
    one = BulkImport(
        id=here.next_id(),
        account_id=account,
        kind=known,
        is_overwrite=int(is_overwrite),
        state="asking" if is_overwrite else "working",
        stage="loading",
        position=0,
        total=len(rows),
        created_at=here.now_ms(),
    )
    await keep(ground, one, file)
    return one.id


def _read(kind: Kind, file: Path) -> list[Row]:
    if file.stat().st_size > tables.MOST_BYTES:
        raise tables.TableTooLarge
    return tables.read(kind, file.read_bytes())


async def keep(ground: Transferring, one: BulkImport, file: Path, job: str = WORK) -> None:
    """Put a file where it waits, and write down that it does. Raises `ImportUnderWay`."""
    place = path(ground, one.id)
    await asyncio.to_thread(set_aside, file, place)
    try:
        await ground.store.writing(_insert, one, job, ground.here)
    except BaseException:
        await asyncio.to_thread(place.unlink)
        raise


def set_aside(file: Path, place: Path) -> None:
    """The same file under a second name where that can be, else a copy; safe on disk."""
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:
        shutil.copyfile(file, place)
    with place.open("rb") as kept:
        os.fsync(kept.fileno())


def _insert(db: Writer, one: BulkImport, job: str, here: Server) -> None:
    try:
        with db.part():
            bulk_imports.insert(db, one)
    except AlreadyThere:
        raise ImportUnderWay from None
    if one.state == "working":
        events.add_job(db, job, msgspec.json.encode(one.id).decode(), here.now_ms())
    events.add_job(db, TIDY, "", here.now_ms() + DAY + 60_000, key=TIDY)


def want(db: Writer, id: int, here: Server, later: int = 0, job: str = WORK) -> None:
    events.add_job(db, job, msgspec.json.encode(id).decode(), here.now_ms() + later)


def begin(db: Writer, id: int, account: AccountId, here: Server) -> None:
    """The owner agrees that a list is replaced: start it, unless it has started. Raises `NotFound`, `ImportUnderWay`."""
    one = bulk_imports.get(db, id, account)
    if one.state != "asking":
        return
    try:
        with db.part():
            bulk_imports.update(db, id, state="working")
    except AlreadyThere:
        raise ImportUnderWay from None
    bulk_imports.give_up(db, account, one.kind)
    want(db, id, here)


def drop(db: Writer, id: int, account: AccountId) -> None:
    """The owner does not agree that a list is replaced: `tidy` removes its file. Raises `NotFound`."""
    if bulk_imports.get(db, id, account).state == "asking":
        bulk_imports.delete(db, id)


def failed_rows(db: Reader, one: BulkImport, limit: int = tables.MOST_ROWS) -> list[tuple[Row, str]]:
    """What could not be taken, and why."""
    found = bulk_imports.rows(db, one.id, "failed", limit)
    return [(msgspec.json.decode(row.body, type=Row), row.reason) for row in found]


def pending_rows(db: Reader, one: BulkImport, limit: int) -> list[Row]:
    """What was not to be had so far, and is tried again."""
    return [msgspec.json.decode(row.body, type=Row) for row in bulk_imports.rows(db, one.id, "again", limit)]


def failed_page(
    db: Reader, one: BulkImport, after: int, limit: int
) -> tuple[list[tuple[Row, str]], int | None]:
    """The same from a position on, and the position after which there is more; None: that is all."""
    found = bulk_imports.rows(db, one.id, "failed", limit + 1, after)
    shown = [(msgspec.json.decode(row.body, type=Row), row.reason) for row in found[:limit]]
    return shown, found[limit - 1].position if len(found) > limit else None


# -- the job -------------------------------------------------------------


async def work(ground: Ground, resolver: Resolver, body: str, here: Server) -> None:
    """The job that works off one import, as far as its time allows."""
    id = msgspec.json.decode(body, type=int)
    started, lookups = time.monotonic(), Lookups(ground, resolver)
    while time.monotonic() - started < SECONDS:
        one = await ground.store.reading(bulk_imports.find, id)
        if one is None or one.state != "working":
            return
        if one.stage == "loading":
            await _load(ground, one)
        elif one.stage == "clearing":
            await ground.store.writing(clearing.clear_some, one, here)
        elif not await take_some(ground, lookups, one, row_of_a_list):
            await ground.store.writing(finish, one.id, here)
            await asyncio.to_thread(path(ground, one.id).unlink, missing_ok=True)
            return
    await ground.store.writing(want, id, here)


async def _load(ground: Ground, one: BulkImport) -> None:
    kind = next(kind for kind in KINDS if kind == one.kind)
    try:
        rows = await asyncio.to_thread(_read, kind, path(ground, one.id))
    except (OSError, InvalidInput):
        await ground.store.writing(refuse, one.id, "file_lost", ground.here)
        return
    await ground.store.writing(_load_some, one, kind, rows, ground.here)


def _load_some(db: Writer, one: BulkImport, kind: Kind, rows: list[Row], here: Server) -> None:
    part = rows[one.position : one.position + LOADED]
    made = []
    for at, row in enumerate(part, one.position):
        name = import_rows.name_of(kind, row, here)
        made.append(
            ImportRow(
                at,
                "failed" if name is None else "waiting",
                name or row.of[:200],
                msgspec.json.encode(row).decode(),
                Outcome.INVALID if name is None else "",
            )
        )
    bulk_imports.put_rows(db, one.id, made)
    bulk_imports.count(db, one.id, failed=sum(row.state == "failed" for row in made))
    position = one.position + len(part)
    stage = "loading" if position < len(rows) else "clearing" if one.is_overwrite else "rows"
    bulk_imports.update(db, one.id, position=position if stage == "loading" else 0, stage=stage)


Take = Callable[[Writer, BulkImport, str, str | None, Server], Outcome]
"""Takes a row by its body; the text is the uri under which what it names was found elsewhere."""


async def take_some(ground: Ground, lookups: Lookups, one: BulkImport, take: Take) -> bool:
    """The next rows, each with its outcome in one transaction; returns whether there was anything left to take."""
    found = await ground.store.reading(bulk_imports.rows, one.id, "waiting", AT_ONCE)
    if found:
        await take_rows(ground, lookups, one, found, take)
    return bool(found)


async def take_rows(
    ground: Ground,
    lookups: Lookups,
    one: BulkImport,
    found: list[ImportRow],
    take: Take,
    absent: Literal["again", "failed"] = "again",
) -> None:
    """Look up what rows name, and take them. `absent`: what becomes of a row whose post or account is not to be had."""
    known = await lookups.look_up(
        one.kind, one.account_id, [(row.position, msgspec.json.decode(row.body, type=Row)) for row in found]
    )
    await ground.store.writing(_take, one, found, known, take, absent, ground.here)


def row_of_a_list(db: Writer, one: BulkImport, body: str, uri: str | None, here: Server) -> Outcome:
    return import_rows.take(db, one.account_id, one.kind, msgspec.json.decode(body, type=Row), uri, here)


def _take(
    db: Writer,
    one: BulkImport,
    found: list[ImportRow],
    known: dict[int, str | None],
    take: Take,
    absent: Literal["again", "failed"],
    here: Server,
) -> None:
    """`known`: for each row that was looked up, the uri that was found, or None."""
    for row in found:
        if bulk_imports.row_state(db, one.id, row.position) != row.state:
            continue
        outcome = take(db, one, row.body, known[row.position], here)
        if outcome in (Outcome.TAKEN, Outcome.KNOWN):
            bulk_imports.delete_row(db, one.id, row.position)
            bulk_imports.count(
                db, one.id, taken=int(outcome is Outcome.TAKEN), known=int(outcome is Outcome.KNOWN)
            )
        elif outcome is Outcome.ABSENT and absent == "again":
            bulk_imports.set_row(db, one.id, row.position, "again")
        else:
            bulk_imports.set_row(db, one.id, row.position, "failed", outcome)
            bulk_imports.count(db, one.id, failed=1)


def refuse(db: Writer, id: int, error: str, here: Server) -> None:
    """End an import that cannot be worked off, for the reason `error`."""
    one = bulk_imports.lock(db, id)
    if one is not None and one.state == "working":
        bulk_imports.update(db, id, state="refused", error=error, finished_at=here.now_ms())


def finish(db: Writer, id: int, here: Server) -> None:
    """All rows had their turn. What was not to be had is tried again later; nobody waits for that."""
    one = bulk_imports.lock(db, id)
    if one is None or one.state != "working":
        return
    bulk_imports.update(db, id, state="done", finished_at=here.now_ms())
    try_again(db, Turn(id), here)


def try_again(db: Writer, turn: Turn, here: Server) -> None:
    """Have the rows that were not to be had tried once more in their time, if there are any."""
    if bulk_imports.rows(db, turn.id, "again", 1):
        body = msgspec.json.encode(turn).decode()
        at = here.now_ms() + (AGAIN_AFTER[turn.number] if turn.after < 0 else 0)
        events.add_job(db, AGAIN, body, at, key=f"{AGAIN}:{body}")


# -- keeping house -------------------------------------------------------


async def tidy(ground: Ground, body: str, here: Server) -> None:
    """The job that forgets imports of long ago, those that nobody said yes to, and files that nothing waits for."""
    del body
    while await ground.store.writing(_forget_some, here):
        pass
    for file in await asyncio.to_thread(list, ground.transfers.glob("import-*")):
        id = file.name.removeprefix("import-").partition(".")[0]
        one = await ground.store.reading(bulk_imports.find, int(id)) if id.isdigit() else None
        if one is None or one.state in ("done", "refused"):
            await asyncio.to_thread(remove, file)


def remove(file: Path) -> None:
    """A file or a folder, if it is there."""
    if file.is_dir():
        shutil.rmtree(file, ignore_errors=True)
    else:
        file.unlink(missing_ok=True)


def _forget_some(db: Writer, here: Server) -> bool:
    """Returns whether there may be more."""
    now = here.now_ms()
    found = bulk_imports.older_than(db, now - ASKED_DAYS * DAY, TIDIED)
    old = [one for one in found if one.created_at < now - KEPT_DAYS * DAY or one.state == "asking"]
    for one in old:
        bulk_imports.delete(db, one.id)
    if found:
        events.add_job(db, TIDY, "", now + DAY, key=f"{TIDY}:{now // DAY}")
    return len(old) == TIDIED
