"""
SQLite inside the process.

Reads run where they are called, on a connection of each thread's own; the event
loop's on the writing one while that is free, whose cache need not be filled anew
after each write. Writes that wait are run as savepoints of one transaction and committed once
(`sqlite_writing.py`), with `synchronous=FULL`: who was answered is on disk.
Writers of several processes queue up on a lock file before they begin, which is
fair and quick where SQLite's own busy handler sleeps.
"""

import asyncio
import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Concatenate, ParamSpec, Protocol, TypeVar

from martlet.model.ids import SLOTS
from martlet.storage.bells import Bells
from martlet.storage.database import DatabaseBusy, Reader, Store, Writer
from martlet.storage.sqlite_feed import SqliteFeed
from martlet.storage.sqlite_reading import Local, Side
from martlet.storage.sqlite_writing import Groups, Waiting, begun, explained, translating

P = ParamSpec("P")
T = TypeVar("T")

SYNCHRONOUS = "FULL"
CACHE_KIB = 32 * 1024
BUSY_SECONDS = 10.0
"""How long to wait while somebody else, who does not know of our lock file, writes."""


class _Way(Protocol):
    """How a reading function is run on a connection."""

    def __call__(
        self, local: Local, side: Side, function: Callable[..., T], /, *args: object, **kwargs: object
    ) -> T: ...


class SqliteStore(Store):
    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._spare: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._aside = ThreadPoolExecutor(2, "reader")
        self._slot: BinaryIO | None = None
        self._groups = Groups(self._connect, self._open_lock, self.tell_listeners, self.tell_timers)
        self._bells = Bells(path.parent / "bells")
        self._feed: SqliteFeed | None = None
        self.listeners.append(self._bells.ring)
        self._is_closed = False

    # -- reading ---------------------------------------------------------

    @contextmanager
    def read(self) -> Iterator[Reader]:
        local = self._reader()
        if local.current is not None:
            yield local.current.reader
            return
        local.current = side = local.own
        try:
            side.control.execute("BEGIN")
            yield side.reader
        finally:
            local.current = None
            if side.connection.in_transaction:
                side.control.execute("COMMIT")

    def snapshot(self) -> AbstractContextManager[Reader]:
        return self.read()

    async def reading(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return self._read_where_it_is_free(_in_transaction, function, *args, **kwargs)

    async def reading_at_once(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return self._read_where_it_is_free(_by_itself, function, *args, **kwargs)

    def _read_where_it_is_free(
        self, read: _Way, function: Callable[..., T], *args: object, **kwargs: object
    ) -> T:
        """On the writing connection, or else on this thread's own; `read` is one of the two ways below."""
        local = self._reader()
        if local.current is not None:
            return function(local.current.reader, *args, **kwargs)
        lent = self._groups.borrow()
        if lent is not None:
            try:
                return read(local, lent, function, *args, **kwargs)
            except sqlite3.OperationalError:
                pass  # that connection waits for nobody
            finally:
                self._groups.give_back()
        try:
            return read(local, local.own, function, *args, **kwargs)
        except sqlite3.OperationalError as error:
            raise explained(error) from error

    async def reading_aside(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            with self.read() as db:
                return function(db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._aside, run)

    def _reader(self) -> Local:
        try:
            found: Local = self._local.value
        except AttributeError:
            connection = self._connect()
            connection.execute("PRAGMA query_only = ON")
            found = self._local.value = Local(Side.of(connection))
        return found

    # -- writing ---------------------------------------------------------

    @contextmanager
    def write(self) -> Iterator[Writer]:
        with self._lock:
            spare = self._spare.pop() if self._spare else None
        connection, lock = spare or self._connect(), self._open_lock()
        try:
            with begun(connection, lock):
                db = Writer(translating(connection), "sqlite")
                yield db
                connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise explained(error) from error
        finally:
            lock.close()
            with self._lock:
                self._spare.append(connection)
        if db.has_work:
            self.tell_listeners()

    async def writing(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._in_a_group(function, args, kwargs, is_aside=False)

    async def writing_aside(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._in_a_group(function, args, kwargs, is_aside=True)

    def _in_a_group(
        self, function: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any], *, is_aside: bool
    ) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._groups.add(Waiting(function, args, kwargs, loop, future, is_aside))
        return future

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
        self._groups.close()
        self._bells.close()
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
        connection.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA temp_store = MEMORY")
        with self._lock:
            self._connections.append(connection)
        return connection


def _in_transaction(
    local: Local, side: Side, function: Callable[..., T], /, *args: object, **kwargs: object
) -> T:
    """One reading transaction, as `SqliteStore.read` has it, without the cost of a context manager."""
    local.current, control, changes = side, side.control, side.connection.total_changes
    control.execute("BEGIN")
    try:
        return function(side.reader, *args, **kwargs)
    finally:
        local.current = None
        if side.connection.total_changes != changes:
            control.execute("ROLLBACK")
            raise RuntimeError("A reading function has written.")
        if side.connection.in_transaction:
            control.execute("COMMIT")


def _by_itself(local: Local, side: Side, function: Callable[..., T], /, *args: object, **kwargs: object) -> T:
    """One statement, which is of one moment without a transaction around it."""
    del local
    return function(side.reader, *args, **kwargs)
