"""
The runner: turns events into reactions and does jobs, one runner in each process.

An event goes, and its reactions are done, in one transaction: so each happens
once. A reaction that fails undoes only itself and becomes a job, tried again
with growing pauses; after `TRIES` it is set aside for `martlet check` to show.
Jobs are done by coroutines, because some wait for other machines; one that was
taken by a process which then died is taken again when its time is up.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from martlet.model.causes import CAUSE, of_job
from martlet.model.events import KINDS, Event
from martlet.model.server import Server
from martlet.model.tracing import Tracer
from martlet.storage import events
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.events import EventRow, JobRow

log = logging.getLogger("martlet.jobs")

Reaction = Callable[[Writer, Any, Server], None]
"""What follows from an event, in the transaction that takes it."""
Record = Callable[[Writer], None]
"""What is written down in the end, in the transaction that ends the job."""
Job = Callable[[str, Server], Awaitable[Record | None]]
"""Work to be done from a job's body; what it returns is recorded."""

BATCH = 64
REACT_SECONDS = 0.003
"""A transaction takes up no further event once it is this old: others wait to write, and on SQLite the loop waits."""
JOBS_AT_ONCE = 16
TRIES = 12
TAKEN_SECONDS = 300
IDLE_SECONDS = 1.0
SILENT_SECONDS = 60.0
"""A runner that did not go round for so long is stuck."""
REACT = "react"


@dataclass(frozen=True, slots=True)
class Lane:
    """Jobs of these names run beside all others, at most `at_once` of them: they wait for other servers and hold up nobody."""

    names: tuple[str, ...]
    at_once: int
    tasks: set[asyncio.Task[None]] = field(default_factory=set, compare=False)


@dataclass(slots=True)
class Runner:
    """`reactions` by kind of event, `jobs` by name; see `martlet/wiring`."""

    store: Store
    here: Server
    reactions: Mapping[type[Event], Sequence[Reaction]]
    jobs: Mapping[str, Job]
    lanes: Sequence[Lane] = ()
    tracer: Tracer | None = None
    """Who is told how long jobs take, if anybody."""
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _others: set[asyncio.Task[None]] = field(default_factory=set)
    _is_stopping: bool = False
    _went_round_at: float | None = None

    @property
    def is_working(self) -> bool:
        """Whether it went round lately; one round is short, and while there is nothing to do they come every second."""
        return self._went_round_at is not None and time.monotonic() - self._went_round_at < SILENT_SECONDS

    async def start(self) -> None:
        loop = asyncio.get_running_loop()

        def wake() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                loop.call_soon_threadsafe(self._wake.set)

        self.store.listeners.append(wake)
        await self.store.writing(events.release, self.here.ids.slot)
        self._tasks = [loop.create_task(self._run_for_ever())]

    async def stop(self) -> None:
        """Finish what is under way, as far as it is quick; the rest is taken again at the next start."""
        self._is_stopping = True
        self._wake.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*self._tasks, return_exceptions=True), 10)
        if self._all:
            await asyncio.wait(self._all, timeout=5)

    async def run_until_idle(self) -> None:
        """Do all that is due now: for tests and commands."""
        while await self._step():
            self._went_round_at = time.monotonic()
            if self._all:
                await asyncio.wait(self._all)

    async def _run_for_ever(self) -> None:
        while not self._is_stopping:
            self._wake.clear()
            try:
                is_busy = await self._step()
                self._went_round_at = time.monotonic()
            except Exception:
                log.exception("The job runner stumbled; it goes on")
                await asyncio.sleep(IDLE_SECONDS)
                continue
            if not is_busy:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)

    async def _step(self) -> bool:
        """One round; returns whether there was anything to do."""
        has_events, due = await self.store.reading(self._due)
        taken = await self.store.writing(self._react) if has_events else 0
        chosen = self._with_room(due)
        if chosen:
            for job in await self.store.writing(self._take_jobs, chosen):
                task = asyncio.get_running_loop().create_task(self._do(job))
                self._tasks_beside(job.name).add(task)
                task.add_done_callback(self._done)
                taken += 1
        return taken > 0

    def _with_room(self, due: Sequence[str]) -> list[tuple[list[str], int]]:
        """Names of jobs that are taken together, in a lane or beside all lanes, and how many more may be under way."""
        apart = {name for lane in self.lanes for name in lane.names}
        chosen = [
            ([name for name in due if name in lane.names], lane.at_once - len(lane.tasks))
            for lane in self.lanes
        ]
        chosen.append(([name for name in due if name not in apart], JOBS_AT_ONCE - len(self._others)))
        return [(names, room) for names, room in chosen if names and room > 0]

    def _tasks_beside(self, name: str) -> set[asyncio.Task[None]]:
        return next((lane.tasks for lane in self.lanes if name in lane.names), self._others)

    @property
    def _all(self) -> set[asyncio.Task[None]]:
        return self._others.union(*(lane.tasks for lane in self.lanes))

    def _done(self, task: asyncio.Task[None]) -> None:
        for tasks in (self._others, *(lane.tasks for lane in self.lanes)):
            tasks.discard(task)
        self._wake.set()

    def _due(self, db: Reader) -> tuple[bool, list[str]]:
        return events.due(db, self.here.now_ms())

    # -- events ----------------------------------------------------------

    def _react(self, db: Writer) -> int:
        """As many events as are reacted to in a short time: others wait to write."""
        waiting, done = events.oldest(db, BATCH), 0
        with contextlib.suppress(Exception), db.part():
            started = time.monotonic()
            for row in waiting:
                done += 1
                self._react_to(db, row)
                if time.monotonic() - started > REACT_SECONDS:
                    break
            events.drop(db, [row.id for row in waiting[:done]])
            return done
        for row in waiting[:done]:
            self._react_apart(db, row)
        events.drop(db, [row.id for row in waiting[:done]])
        return done

    def _react_to(self, db: Writer, row: EventRow) -> None:
        """All that follows from an event. What several reactions look at is read once."""
        kind = KINDS.get(row.kind)
        reactions = self.reactions.get(kind, ()) if kind else ()
        if kind is None or not reactions:
            return
        event, db.cause = msgspec.json.decode(row.body, type=kind), row.cause
        with db.remembering():
            for reaction in reactions:
                reaction(db, event, self.here)

    def _react_apart(self, db: Writer, row: EventRow) -> None:
        """The same once more where something failed: all of it, or else each reaction by itself."""
        with contextlib.suppress(Exception), db.part():
            self._react_to(db, row)
            return
        kind = KINDS.get(row.kind)
        for position, reaction in enumerate(self.reactions.get(kind, ()) if kind else ()):
            self._react_once(db, row, position, reaction)

    def _react_once(self, db: Writer, row: EventRow, position: int, reaction: Reaction) -> None:
        db.cause = row.cause
        try:
            with db.part():
                reaction(db, msgspec.json.decode(row.body, type=KINDS[row.kind]), self.here)
        except Exception as error:
            log.exception("%s failed on %s %s", reaction.__name__, row.kind, row.body)
            body = msgspec.json.encode([row.kind, position, row.body]).decode()
            events.add_job(db, REACT, body, self._later(1), error=repr(error), tries=1)

    def _react_again(self, db: Writer, job: JobRow) -> None:
        name, position, body = msgspec.json.decode(job.body, type=tuple[str, int, str])
        reaction = self.reactions[KINDS[name]][position]
        reaction(db, msgspec.json.decode(body, type=KINDS[name]), self.here)
        events.finish(db, job.id)

    # -- jobs ------------------------------------------------------------

    def _take_jobs(self, db: Writer, chosen: Sequence[tuple[Sequence[str], int]]) -> list[JobRow]:
        now, by = self.here.now_ms(), self.here.ids.slot
        until = now + TAKEN_SECONDS * 1000
        return [job for names, room in chosen for job in events.take_jobs(db, names, now, until, room, by)]

    async def _do(self, job: JobRow) -> None:
        CAUSE.set(of_job(job.name, job.id, job.cause))
        if self.tracer is None:
            await self._try(job)
            return
        with self.tracer.span(
            f"job {job.name}", "consumer", {"martlet.job": job.name, "martlet.tries": job.tries}
        ):
            await self._try(job)

    async def _try(self, job: JobRow) -> None:
        try:
            if job.name == REACT:
                await self.store.writing(self._react_again, job)
            else:
                async with asyncio.timeout(TAKEN_SECONDS * 0.8):
                    record = await self.jobs[job.name](job.body, self.here)
                await self.store.writing(_end, job, record)
        except Exception as error:
            log.exception("The job %s (%d) failed, try %d", job.name, job.id, job.tries)
            with contextlib.suppress(Exception):
                await self.store.writing(self._failed, job, repr(error)[:1000])

    def _failed(self, db: Writer, job: JobRow, error: str) -> None:
        if job.tries >= TRIES:
            events.park(db, job.id, self.here.now_ms(), error)
        else:
            events.put_off(db, job.id, self._later(job.tries), error)

    def _later(self, tries: int) -> int:
        """Pauses of about 5 s, 20 s, 45 s … 12 minutes, never the same for two jobs."""
        return self.here.now_ms() + int(5000 * tries * tries * random.uniform(0.7, 1.3))  # noqa: S311 - spreads retries


def _end(db: Writer, job: JobRow, record: Record | None) -> None:
    if record is not None:
        record(db)
    events.finish(db, job.id)
