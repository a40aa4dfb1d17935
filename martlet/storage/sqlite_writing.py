"""
Writing to SQLite: functions that wait are run in groups, each group one transaction with one commit.

A group runs in the event loop's own thread, between two things that the loop
does. Only its commit, which waits for the disk, runs in the writer thread;
what comes meanwhile becomes the next group. So the interpreter's lock changes
hands twice in a group, and not at every statement.

The writer thread runs a whole group where the loop would have to wait: while
another process writes, for functions that took long when they ran before, and
for those that may now and then.

Between groups the connection is lent for reading: what this process has written
is still in its cache, and every other connection has to read it again.
"""

import asyncio
import fcntl
import logging
import queue
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from martlet.model.causes import origin
from martlet.storage.database import AlreadyThere, DatabaseBusy, DatabaseGone, StorageFull, Writer
from martlet.storage.sqlite_checkpoints import SAFE_LOG, Checkpoints
from martlet.storage.sqlite_reading import Side

log = logging.getLogger("martlet.storage")

GROUP_SECONDS = 0.005
"""A group takes in no further function once it is this old."""
LONG_SECONDS = 0.005
"""Functions that take longer, on the average of the last times, are run in the writer thread."""
_NEWEST = 0.25
"""What the last time counts in that average."""


@dataclass(slots=True)
class Waiting:
    """A writing function, and who waits for it."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    is_aside: bool = False
    """Whether it is never to be run in the event loop, however quick it was."""
    cause: str = field(default_factory=origin)
    """What whoever waits goes back to: functions of many are run together."""
    result: Any = None
    error: BaseException | None = None

    @property
    def kind(self) -> object:
        """Others of the same kind are expected to take as long."""
        return getattr(self.function, "__code__", None) or type(self.function)

    def tell(self) -> None:
        """To be called in the thread of its loop."""
        if self.future.done():  # its caller has gone
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


@dataclass(slots=True)
class _Group:
    """What one transaction has done so far."""

    done: list[Waiting] = field(default_factory=list)
    has_work: bool = False
    """Whether events or jobs were left behind."""
    rows: int = 0
    """How many it changed."""
    began: float = field(default_factory=time.perf_counter)


class Groups:
    """The functions that wait to write to one database, and the group that is under way."""

    def __init__(
        self,
        connect: Callable[[], sqlite3.Connection],
        open_lock: Callable[[], BinaryIO],
        tell_listeners: Callable[[], None],
        tell_timers: Callable[[float], None],
    ) -> None:
        self._connect, self._open_lock = connect, open_lock
        self._tell_listeners, self._tell_timers = tell_listeners, tell_timers
        self._connection: sqlite3.Connection | None = None
        self._side: Side | None = None
        self._lock: BinaryIO | None = None
        self._checkpoints = Checkpoints(connect, open_lock)
        self._patience = 0
        """How many ms the writer thread waits while somebody else, who does not know of our lock file, writes."""
        self._seconds: dict[object, float] = {}
        self._orders: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()
        """Guards what follows."""
        self._waiting: deque[Waiting] = deque()
        self._is_running = False
        self._offered: asyncio.AbstractEventLoop | None = None
        """The loop that was asked to run the next group and has not begun."""

    def add(self, waiting: Waiting) -> None:
        """To be called in the thread of its loop."""
        with self._turn:
            self._waiting.append(waiting)
            if self._is_running or (self._offered is not None and self._offered.is_running()):
                return
            self._offered = waiting.loop
            if self._thread is None:
                self._thread = threading.Thread(target=self._obey, name="writer", daemon=True)
                self._thread.start()
        waiting.loop.call_soon(self._begin, waiting.loop)

    def close(self) -> None:
        """Do what waits, and end."""
        if self._thread is not None:
            self._orders.put(self._run_rest)
            self._orders.put(None)
            self._thread.join(30)
        self._checkpoints.close()
        if self._lock is not None:
            self._lock.close()

    # -- lent ------------------------------------------------------------

    def borrow(self) -> Side | None:
        """The connection to read from, to be given back before anything is waited for; None while a group is under way."""
        if self._is_running or self._side is None:
            return None
        with self._turn:
            if self._is_running:
                return None
            self._is_running = True
        return self._side

    def give_back(self) -> None:
        next_loop = self._set_free()
        if next_loop is not None:
            self._call_next(next_loop)

    # -- in the loop -----------------------------------------------------

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._turn:
            if self._offered is not loop:
                return
            self._offered = None
            if self._is_running:  # it is lent; whoever gives it back asks again
                return
            self._is_running = True
        if self._is_long(self._waiting[0]) or not self._is_begun():
            self._orders.put(self._run_beside)
            return
        group = _Group()
        connection, lock = self._ground()
        try:
            self._run(group, connection, is_beside=False)
        except BaseException as error:  # noqa: BLE001 - all of the group must hear of it
            self._abandon(group, connection, lock, error)
        else:
            if group.rows:
                self._orders.put(partial(self._commit, group, connection, lock))
            else:  # there is nothing to wait for
                self._commit(group, connection, lock)

    def _is_begun(self) -> bool:
        """Begin a transaction, unless that would mean to wait."""
        try:
            connection, lock = self._ground()
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (OSError, sqlite3.Error):
            return False
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:
            fcntl.flock(lock, fcntl.LOCK_UN)
            return False
        return True

    # -- in the writer thread --------------------------------------------

    def _obey(self) -> None:
        while (order := self._orders.get()) is not None:
            order()

    def _run_beside(self) -> None:
        """The next group, however long that takes or has to wait."""
        group = _Group()
        try:
            connection, lock = self._ground()
            fcntl.flock(lock, fcntl.LOCK_EX)
        except BaseException as error:  # noqa: BLE001 - who waits must hear of it
            self._fail(group, error)
            return
        try:
            self._wait_to_begin(connection)
            self._run(group, connection, is_beside=True)
        except BaseException as error:  # noqa: BLE001 - the same
            self._abandon(group, connection, lock, error)
        else:
            self._commit(group, connection, lock)

    def _wait_to_begin(self, connection: sqlite3.Connection) -> None:
        connection.execute(f"PRAGMA busy_timeout = {self._patience}")
        try:
            connection.execute("BEGIN IMMEDIATE")
        finally:
            connection.execute("PRAGMA busy_timeout = 0")

    def _run_rest(self) -> None:
        """The last that wait, whose loops may run no more."""
        while True:
            with self._turn:
                if self._is_running or not self._waiting:
                    return
                self._is_running, self._offered = True, None
            self._run_beside()

    # -- in either thread ------------------------------------------------

    def _ground(self) -> tuple[sqlite3.Connection, BinaryIO]:
        if self._lock is None:
            self._lock = self._open_lock()
        if self._connection is None:
            self._connection = self._connect()
            self._side = Side.of(self._connection)
            self._patience = int(self._connection.execute("PRAGMA busy_timeout").fetchone()[0])
            self._connection.execute("PRAGMA busy_timeout = 0")  # the loop does not wait
            self._connection.execute(f"PRAGMA wal_autocheckpoint = {SAFE_LOG}")
        return self._connection, self._lock

    def _run(self, group: _Group, connection: sqlite3.Connection, *, is_beside: bool) -> None:
        """Those that wait, until it is time to commit. Raises where the whole transaction is lost."""
        clock = time.thread_time if is_beside else time.perf_counter
        changes = connection.total_changes
        execute = translating(connection)
        started = time.perf_counter()
        before = clock()
        while not group.done or time.perf_counter() - started < GROUP_SECONDS:
            with self._turn:
                if not self._waiting or (not is_beside and self._is_long(self._waiting[0])):
                    return
                waiting = self._waiting.popleft()
            group.done.append(waiting)
            group.has_work |= _run_one(waiting, connection, execute)
            group.rows = connection.total_changes - changes
            now = clock()
            self._note(waiting.kind, now - before)
            before = now
            if not connection.in_transaction:  # SQLite gave up the whole of it
                raise waiting.error or DatabaseBusy

    def _is_long(self, waiting: Waiting) -> bool:
        return waiting.is_aside or self._seconds.get(waiting.kind, 0.0) > LONG_SECONDS

    def _note(self, kind: object, seconds: float) -> None:
        before = self._seconds.get(kind)
        self._seconds[kind] = seconds if before is None else before + (seconds - before) * _NEWEST

    def _commit(self, group: _Group, connection: sqlite3.Connection, lock: BinaryIO) -> None:
        try:
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - all of the group must hear of it
            self._abandon(group, connection, lock, error)
            return
        fcntl.flock(lock, fcntl.LOCK_UN)
        if group.rows:
            self._tell_timers(time.perf_counter() - group.began)
        self._answer(group)
        self._checkpoints.note(group.rows)
        if group.has_work:
            self._tell_listeners()

    def _abandon(
        self, group: _Group, connection: sqlite3.Connection, lock: BinaryIO, error: BaseException
    ) -> None:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error:
            log.exception("A transaction could not be undone")
        fcntl.flock(lock, fcntl.LOCK_UN)
        self._fail(group, error)

    def _fail(self, group: _Group, error: BaseException) -> None:
        """All of the group are told of what befell it; if it had not begun, the first that waits."""
        if not group.done:
            with self._turn:
                group.done.append(self._waiting.popleft())
        for waiting in group.done:
            waiting.error = waiting.error or explained(error)
        self._answer(group)

    def _answer(self, group: _Group) -> None:
        """Tell those whose functions were run, and have the next group run."""
        next_loop = self._set_free()  # before they are told, so that they can read on the connection
        by_loop: dict[asyncio.AbstractEventLoop, list[Waiting]] = {}
        for waiting in group.done:
            by_loop.setdefault(waiting.loop, []).append(waiting)
        for loop, some in by_loop.items():
            _call(loop, _tell, some)
        if next_loop is not None:
            self._call_next(next_loop)

    def _set_free(self) -> asyncio.AbstractEventLoop | None:
        """The loop that is to be asked to run the next group; None where nobody waits, or one is asked already."""
        with self._turn:
            self._is_running = False
            if not self._waiting or (self._offered is not None and self._offered.is_running()):
                return None
            loop = self._waiting[0].loop
            self._offered = loop if loop.is_running() else None
            return loop

    def _call_next(self, loop: asyncio.AbstractEventLoop) -> None:
        """Behind those who are told, so that what they write next comes into the same group."""
        if not loop.is_running() or not _call(loop, loop.call_soon, self._begin, loop):
            self._orders.put(self._run_rest)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *args: object) -> bool:
    """In the loop, from any thread; False where it has ended."""
    try:
        loop.call_soon_threadsafe(function, *args)
    except RuntimeError:
        return False
    return True


def _tell(some: list[Waiting]) -> None:
    for waiting in some:
        waiting.tell()


def _run_one(
    waiting: Waiting, connection: sqlite3.Connection, execute: Callable[[str, Mapping[str, Any]], Any]
) -> bool:
    """Run one function as a savepoint, keep what came of it; returns whether it left events behind."""
    db = Writer(execute, "sqlite")
    db.cause = waiting.cause
    connection.execute("SAVEPOINT one")
    try:
        waiting.result = waiting.function(db, *waiting.args, **waiting.kwargs)
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
        waiting.error = explained(error)
        if connection.in_transaction:
            connection.execute("ROLLBACK TO one")
            connection.execute("RELEASE one")
        return False
    connection.execute("RELEASE one")
    return db.has_work


@contextmanager
def begun(connection: sqlite3.Connection, lock: BinaryIO) -> Iterator[None]:
    """A writing transaction under the lock file, in this thread; rolled back unless it was committed inside."""
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
    finally:
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        finally:
            fcntl.flock(lock, fcntl.LOCK_UN)


def translating(connection: sqlite3.Connection) -> Callable[[str, Mapping[str, Any]], sqlite3.Cursor]:
    """The connection's `execute`, with a refused duplicate told as `AlreadyThere`."""

    def execute(sql: str, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
        try:
            return connection.execute(sql, parameters)
        except sqlite3.IntegrityError as error:
            if "UNIQUE" in str(error):
                raise AlreadyThere(str(error)) from error
            raise

    return execute


def explained(error: BaseException) -> BaseException:
    """What the database's own complaint means."""
    if isinstance(error, sqlite3.OperationalError):
        name: str = getattr(error, "sqlite_errorname", "")  # the module's own complaints have none
        if name == "SQLITE_FULL":
            return StorageFull()
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return DatabaseBusy()
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")):
            return DatabaseGone()
    return error
