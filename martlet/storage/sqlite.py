"""
SQLite inside the process.

Reads run where they are called, on a connection of each thread's own. Writes
go to one writer thread, which runs all that is waiting as savepoints of one
transaction and commits once, with `synchronous=FULL`: who was answered is on
disk. Writers of several processes queue up on a lock file before they begin,
which is fair and quick where SQLite's own busy handler sleeps.
"""

import asyncio
import fcntl
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, TypeVar

from martlet.model.ids import SLOTS
from martlet.storage.bells import Bells
from martlet.storage.database import (
    AlreadyThere,
    DatabaseBusy,
    DatabaseGone,
    Reader,
    StorageFull,
    Store,
    Writer,
)
from martlet.storage.sqlite_feed import SqliteFeed

P = ParamSpec("P")
T = TypeVar("T")

CACHE_KIB = 32 * 1024
BUSY_SECONDS = 10.0
"""How long to wait while somebody else, who does not know of our lock file, writes."""
GROUP_SECONDS = 0.010
"""A transaction takes in no further waiting functions once it is this old."""


@dataclass(slots=True)
class _Waiting:
    """A writing function in the writer thread's queue, and who waits for it."""

    function: Callable[[Writer], Any]
    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class _Local:
    """One thread's connection for reading."""

    connection: sqlite3.Connection
    reader: Reader
    depth: int = field(default=0)


class SqliteStore(Store):
    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._aside = ThreadPoolExecutor(2, "reader")
        self._slot: BinaryIO | None = None
        self._thread: threading.Thread | None = None
        self._bells = Bells(path.parent / "bells")
        self._feed: SqliteFeed | None = None
        self.listeners.append(self._bells.ring)
        self._is_closed = False

    # -- reading ---------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Reader]:
        local = self._reader()
        if local.depth:
            yield local.reader
            return
        local.depth = 1
        try:
            local.connection.execute("BEGIN")
            yield local.reader
        finally:
            local.depth = 0
            if local.connection.in_transaction:
                local.connection.execute("COMMIT")

    def snapshot(self) -> AbstractContextManager[Reader]:
        return self.read()

    async def reading(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        local = self._reader()
        if local.depth:
            return function(local.reader, *args, **kwargs)
        local.depth = 1
        connection = local.connection  # as `read` does, without the cost of a context manager
        connection.execute("BEGIN")
        try:
            return function(local.reader, *args, **kwargs)
        except sqlite3.OperationalError as error:
            raise _explained(error) from error
        finally:
            local.depth = 0
            if connection.in_transaction:
                connection.execute("COMMIT")

    async def reading_aside(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            with self.read() as db:
                return function(db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._aside, run)

    def _reader(self) -> _Local:
        try:
            found: _Local = self._local.value
        except AttributeError:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            found = self._local.value = _Local(connection, Reader(connection.execute, "sqlite"))
        return found

    # -- writing ---------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Writer]:
        connection, lock = self._connect(), self._open_lock()
        try:
            with _begun(connection, lock):
                db = Writer(_translating(connection), "sqlite")
                yield db
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise _explained(error) from error
        finally:
            lock.close()
            self._forget(connection)
        if db.has_work:
            self.tell_listeners()

    async def writing(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._thread is None:
            self._start()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Waiting(lambda db: function(db, *args, **kwargs), loop, future))
        return await future

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._write_for_ever, name="writer", daemon=True)
                self._thread.start()

    def _write_for_ever(self) -> None:
        connection, lock = None, self._open_lock()
        try:
            while (first := self._queue.get()) is not None:
                try:
                    connection = connection or self._connect()
                except sqlite3.Error as error:
                    first.error = _explained(error)
                    _answer([first])
                    continue
                self._write_group(first, connection, _translating(connection), lock)
        finally:
            lock.close()
            if connection is not None:
                self._forget(connection)

    def _write_group(
        self, first: _Waiting, connection: sqlite3.Connection, execute: Callable[..., Any], lock: BinaryIO
    ) -> None:
        done = [first]
        has_work = False
        try:
            with _begun(connection, lock):
                started = time.monotonic()
                waiting: _Waiting | None = first
                while waiting is not None:
                    if waiting is not first:
                        done.append(waiting)
                    has_work |= _run_one(waiting, connection, execute)
                    if not connection.in_transaction:  # SQLite gave up the whole of it
                        raise waiting.error or DatabaseBusy  # noqa: TRY301 - the group shares one fate
                    waiting = self._next_waiting(started)
                connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - every waiting caller must hear of it
            failure = _explained(error) if isinstance(error, sqlite3.OperationalError) else error
            has_work = False
            for one in done:
                one.error = one.error or failure
        _answer(done)
        if has_work:
            self.tell_listeners()

    def _next_waiting(self, started: float) -> _Waiting | None:
        if time.monotonic() - started > GROUP_SECONDS:
            return None
        try:
            waiting = self._queue.get_nowait()
        except queue.Empty:
            return None
        if waiting is None:  # asked to stop: put the request back for the outer loop
            self._queue.put(None)
        return waiting

    # -- the rest --------------------------------------------------------

    def take_slot(self) -> int:
        folder = self.path.parent / "slots"
        folder.mkdir(exist_ok=True)
        for slot in range(SLOTS):
            file = (folder / str(slot)).open("wb")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                file.close()
                continue
            self._slot = file
            return slot
        raise DatabaseBusy

    def feed(self, slot: int) -> SqliteFeed:
        if self._feed is not None:
            self._feed.stop()
        self._feed = SqliteFeed(self, self._bells, slot)
        return self._feed

    def close(self) -> None:
        if self._is_closed:
            return
        self._is_closed = True
        if self._feed is not None:
            self._feed.stop()
        self._bells.close()
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join(30)
        self._aside.shutdown()
        if self._slot is not None:
            self._slot.close()
        with self._lock:
            connections, self._connections = self._connections, []
        for connection in connections:
            connection.close()

    def _open_lock(self) -> BinaryIO:
        return Path(f"{self.path}.writer").open("wb")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=BUSY_SECONDS,
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
        with self._lock:
            self._connections.append(connection)
        return connection

    def _forget(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if connection in self._connections:
                self._connections.remove(connection)
        connection.close()


@contextmanager
def _begun(connection: sqlite3.Connection, lock: BinaryIO) -> Iterator[None]:
    """A writing transaction under the lock file; rolled back unless it was committed inside."""
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


def _run_one(waiting: _Waiting, connection: sqlite3.Connection, execute: Callable[..., Any]) -> bool:
    """Run one function as a savepoint, keep what came of it; returns whether it left events behind."""
    db = Writer(execute, "sqlite")
    connection.execute("SAVEPOINT one")
    try:
        waiting.result = waiting.function(db)
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever waits
        waiting.error = _explained(error) if isinstance(error, sqlite3.OperationalError) else error
        if connection.in_transaction:
            connection.execute("ROLLBACK TO one")
            connection.execute("RELEASE one")
        return False
    connection.execute("RELEASE one")
    return db.has_work


def _answer(done: list[_Waiting]) -> None:
    def tell(waiting: _Waiting) -> None:
        if waiting.future.done():  # its caller has gone
            return
        if waiting.error is not None:
            waiting.future.set_exception(waiting.error)
        else:
            waiting.future.set_result(waiting.result)

    for waiting in done:
        try:
            waiting.loop.call_soon_threadsafe(tell, waiting)
        except RuntimeError:  # its loop has ended
            continue


def _translating(connection: sqlite3.Connection) -> Callable[[str, Mapping[str, Any]], sqlite3.Cursor]:
    """The connection's `execute`, with a refused duplicate told as `AlreadyThere`."""

    def execute(sql: str, parameters: Mapping[str, Any]) -> sqlite3.Cursor:
        try:
            return connection.execute(sql, parameters)
        except sqlite3.IntegrityError as error:
            if "UNIQUE" in str(error):
                raise AlreadyThere(str(error)) from error
            raise

    return execute


def _explained(error: BaseException) -> BaseException:
    if isinstance(error, sqlite3.OperationalError):
        name: str = getattr(error, "sqlite_errorname", "")  # the module's own complaints have none
        if name == "SQLITE_FULL":
            return StorageFull()
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return DatabaseBusy()
        if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_READONLY")):
            return DatabaseGone()
    return error
