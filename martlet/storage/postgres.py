"""
PostgreSQL, for more than one machine.

A pool of connections; functions run in threads. A transaction that lost a
deadlock or a race is run again: use cases are plain functions of the database
and may be.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg import IsolationLevel, errors
from psycopg_pool import ConnectionPool, PoolTimeout

from martlet.model.causes import origin
from martlet.model.ids import SLOTS
from martlet.storage.database import (
    AlreadyThere,
    DatabaseBusy,
    DatabaseGone,
    Reader,
    Row,
    StorageFull,
    Store,
    Writer,
)
from martlet.storage.dialect import for_postgres
from martlet.storage.postgres_feed import PostgresFeed

log = logging.getLogger("martlet.storage")

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5
AS_WRITTEN = {
    "join_collapse_limit": "1",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "enable_material": "off",
    "enable_sort": "off",
    "enable_seqscan": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    "statement_timeout": "60000",
}
"""
Statements are run as they are written: from the first table on, each further one looked up by an index, in the
order of the first one's index. Every page is asked for in that form and ends early. PostgreSQL's own choice rests on
how many rows it expects; of rules like ours it expects far too few, and reads all that somebody ever wrote or liked.
"""
SLOT_LOCK = 0x6D61_7274_6C65_7400
"""Advisory locks from here on hold the slots of `model.ids`."""


class PostgresStore(Store):
    dialect = "postgres"

    def __init__(self, address: str, size: int = 8) -> None:
        super().__init__()
        self.address = address
        self._pool = ConnectionPool(
            address,
            min_size=1,
            max_size=size,
            open=True,
            timeout=10,
            configure=_keep_plans,
            kwargs={
                "autocommit": True,
                "prepare_threshold": 0,
                "options": " ".join(f"-c {name}={value}" for name, value in AS_WRITTEN.items()),
            },
        )
        self._threads = ThreadPoolExecutor(size, "postgres")
        self._slot: psycopg.Connection[Any] | None = None
        self._feed: PostgresFeed | None = None

    @contextmanager
    def read(self) -> Iterator[Reader]:
        with self._connection() as connection:
            yield Reader(_translating(connection), "postgres")

    @contextmanager
    def snapshot(self) -> Iterator[Reader]:
        with psycopg.connect(self.address) as connection:
            connection.isolation_level = IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield _SnapshotReader(connection)

    @contextmanager
    def write(self) -> Iterator[Writer]:
        with self._connection() as connection:
            with connection.transaction():
                db = Writer(_translating(connection), "postgres")
                yield db
            if db.has_work:
                self.tell_listeners()

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        try:
            with self._pool.connection() as connection:
                yield connection
        except (PoolTimeout, errors.QueryCanceled, errors.LockNotAvailable) as error:
            raise DatabaseBusy from error
        except (errors.DiskFull, errors.OutOfMemory) as error:
            raise StorageFull from error
        except (errors.DeadlockDetected, errors.SerializationFailure):
            raise
        except psycopg.OperationalError as error:
            raise DatabaseGone from error

    async def reading(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        def run() -> T:
            with self.read() as db:
                return function(db, *args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def reading_at_once(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.reading(function, *args, **kwargs)

    async def reading_aside(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.reading(function, *args, **kwargs)

    async def writing(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        cause = origin()

        def run() -> T:
            for last in (attempt == TRIES - 1 for attempt in range(TRIES)):
                began = time.perf_counter()
                try:
                    with self.write() as db:
                        db.cause = cause
                        result = function(db, *args, **kwargs)
                except errors.ForeignKeyViolation as error:  # what was there a moment ago is gone: look again
                    if last:
                        raise
                    _stand_aside(error)
                except (errors.DeadlockDetected, errors.SerializationFailure) as error:
                    if last:
                        raise DatabaseBusy from error
                    _stand_aside(error)
                else:
                    self.tell_timers(time.perf_counter() - began)
                    return result
            raise DatabaseBusy

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def writing_aside(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self.writing(function, *args, **kwargs)

    def take_slot(self) -> int:
        connection = psycopg.connect(self.address, autocommit=True)
        for slot in range(SLOTS):
            row = connection.execute("SELECT pg_try_advisory_lock(%s)", (SLOT_LOCK + slot,)).fetchone()
            if row is not None and row[0]:
                self._slot = connection
                return slot
        connection.close()
        raise DatabaseBusy

    def feed(self, slot: int) -> PostgresFeed:
        del slot
        if self._feed is not None:
            self._feed.stop()
        self._feed = PostgresFeed(self.address)
        return self._feed

    def close(self) -> None:
        if self._feed is not None:
            self._feed.stop()
            self._feed.join()
        self._threads.shutdown()
        if self._slot is not None:
            self._slot.close()
            self._slot = None
        self._pool.close()


def _stand_aside(error: psycopg.Error) -> None:
    """Before a transaction is run again. Its words may hold what somebody wrote, so only its kind is logged."""
    log.info("A transaction is run again: %s", type(error).__name__)
    time.sleep(random.uniform(0.005, 0.05))  # noqa: S311 - spreads the contestants


def _keep_plans(connection: psycopg.Connection[Any]) -> None:
    """
    All our statements are prepared when they are first run, and stay so: there are some hundreds, and to plan a page takes
    longer than to read it.
    """
    connection.prepared_max = 1000


class _SnapshotReader(Reader):
    """Reads row by row with cursors that the server keeps."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        super().__init__(_translating(connection), "postgres")
        self._connection = connection

    def each(self, sql: str, **parameters: object) -> Iterator[Row]:
        with self._connection.cursor("each") as cursor:
            cursor.execute(for_postgres(sql), parameters)
            yield from cursor


def _translating(
    connection: psycopg.Connection[Any],
) -> Callable[[str, Mapping[str, Any]], psycopg.Cursor[Any]]:
    """The connection's `execute`, for `:name` parameters, with a refused duplicate told as `AlreadyThere`."""

    def execute(sql: str, parameters: Mapping[str, Any]) -> psycopg.Cursor[Any]:
        try:
            return connection.execute(for_postgres(sql), parameters)
        except errors.UniqueViolation as error:
            raise AlreadyThere(str(error)) from error

    return execute
