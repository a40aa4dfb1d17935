"""
The Store: many readers, one writer.

A use case is a plain function whose first argument is a `Reader` or a
`Writer`: one transaction, handed in. How it runs is the Store's business.

    with store.read() as db: …            where threads are at home: tests, commands, jobs
    await store.reading(function, …)      where the event loop is: doors
    await store.writing(function, …)

`SqliteStore` and `PostgresStore` are the two kinds; nothing outside this
module and theirs knows which one it has.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache
from typing import Any, Concatenate, ParamSpec, TypeVar

import msgspec

from martlet.model.causes import origin
from martlet.model.errors import Unavailable
from martlet.model.events import Event
from martlet.storage.dialect import Dialect
from martlet.storage.feeds import Feed

P = ParamSpec("P")
T = TypeVar("T")
Row = tuple[Any, ...]


class DatabaseBusy(Unavailable):
    code = "database_busy"

    def __init__(self) -> None:
        super().__init__("The server is busy. Nothing was changed; please try again.")


class DatabaseGone(Unavailable):
    code = "database_gone"

    def __init__(self) -> None:
        super().__init__("The server cannot reach its database. Please try again in a moment.")


class DatabaseUnreachable(Unavailable):
    """At the start already; `reason` in the driver's words."""

    code = "database_unreachable"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The database cannot be reached: {reason}. Is it running, and is `database` right?")
        self.reason = reason


class StorageFull(Unavailable):
    code = "storage_full"

    def __init__(self) -> None:
        super().__init__("The server's disk is full. Nothing was changed; please tell whoever runs it.")


class AlreadyThere(Exception):
    """A unique constraint refused a row."""


Executor = Callable[[str, Mapping[str, Any]], Any]
"""What a Reader needs of a connection: a statement and its parameters to a cursor."""


class Reader:
    """One transaction that reads. All it reads is of one moment on SQLite."""

    def __init__(self, execute: Executor, dialect: Dialect) -> None:
        self._execute = execute
        self.dialect = dialect

    def rows(self, sql: str, **parameters: object) -> list[Row]:
        found: list[Row] = self._execute(sql, parameters).fetchall()
        return found

    def row(self, sql: str, **parameters: object) -> Row | None:
        found: Row | None = self._execute(sql, parameters).fetchone()
        return found

    def each(self, sql: str, **parameters: object) -> Iterator[Row]:
        """Row by row, for more of them than fit in memory; only from `Store.snapshot` on PostgreSQL."""
        yield from self._execute(sql, parameters)

    def value(self, sql: str, **parameters: object) -> Any:
        """The first column of the first row, or None."""
        found = self._execute(sql, parameters).fetchone()
        return None if found is None else found[0]

    def once(self, table: str, key: int, read: Callable[[], T]) -> T:
        """What `read` finds of this key in a table; inside of `Writer.remembering` it is read once."""
        del table, key
        return read()


class Writer(Reader):
    """One transaction that writes: all of it happens, or nothing."""

    def __init__(self, execute: Executor, dialect: Dialect) -> None:
        super().__init__(execute, dialect)
        self.has_work = False
        """Whether events or jobs were written, so that somebody should wake up."""
        self.cause = origin()
        """What events and jobs written here go back to."""
        self._known: dict[str, dict[int, Any]] | None = None

    def once(self, table: str, key: int, read: Callable[[], T]) -> T:
        if self._known is None:
            return read()
        rows = self._known.setdefault(table, {})
        if key not in rows:
            rows[key] = read()
        found: T = rows[key]
        return found

    def remember(self, table: str, key: int, found: object) -> None:
        """What `once` would find of this key, where it was seen together with other things."""
        if self._known is not None:
            self._known.setdefault(table, {})[key] = found

    @contextmanager
    def remembering(self) -> Iterator[None]:
        """
        What is read by `once` is read once, until its table is written to.

        For what looks at the same things again and again, and locks none of them to see what became of them meanwhile.
        """
        self._known = {}
        try:
            yield
        finally:
            self._known = None

    def run(self, sql: str, **parameters: object) -> int:
        """Execute; returns how many rows were touched. Raises `AlreadyThere`."""
        if self._known:
            self._forget(sql)
        return int(self._execute(sql, parameters).rowcount)

    def _forget(self, sql: str) -> None:
        verb, table = _written(sql)
        if self._known is None:
            return
        if verb in ("INSERT INTO", "UPDATE") or (verb == "DELETE FROM" and table not in REFERRED_TO):
            self._known.pop(table, None)
        else:
            self._known.clear()

    def run_each(self, sql: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Execute once for each row of parameters."""
        if self._known:
            self._forget(sql)
        for row in rows:
            self._execute(sql, row)

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction that can fail alone: an error undoes the part and goes on to the caller."""
        self._execute("SAVEPOINT part", {})
        try:
            yield
        except BaseException:
            if self._known:
                self._known.clear()
            self._execute("ROLLBACK TO SAVEPOINT part", {})
            self._execute("RELEASE SAVEPOINT part", {})
            raise
        self._execute("RELEASE SAVEPOINT part", {})

    def emit(self, event: Event) -> None:
        """Write down what happened; its reactions follow once this transaction is done."""
        self.has_work = True
        self._execute(
            "INSERT INTO event (kind, body, cause) VALUES (:kind, :body, :cause)",
            {"kind": event.kind, "body": msgspec.json.encode(event).decode(), "cause": self.cause},
        )


REFERRED_TO = frozenset({"account", "post", "tag"})
"""Rows of these take rows of other tables along when they go."""
_WRITES = re.compile(r"\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")


@lru_cache(maxsize=1024)
def _written(sql: str) -> tuple[str, str]:
    """What a statement does, and to which table."""
    found = _WRITES.match(sql)
    return ("", "") if found is None else (found[1], found[2])


class Store(ABC):
    """Where everything is kept."""

    dialect: Dialect

    def __init__(self) -> None:
        self.listeners: list[Callable[[], None]] = []
        """Called, in any thread, after a commit that left events or jobs behind."""
        self.timers: list[Callable[[float], None]] = []
        """Called, in any thread, after a transaction of `writing`, with the seconds it took."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Reader]:
        """A reading transaction in this thread."""

    @abstractmethod
    def snapshot(self) -> AbstractContextManager[Reader]:
        """A long reading transaction in which all is of one moment, while others go on writing."""

    @abstractmethod
    def write(self) -> AbstractContextManager[Writer]:
        """A writing transaction in this thread; committed at the end unless an error leaves the block."""

    @abstractmethod
    async def reading(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a short reading function where it costs least."""

    @abstractmethod
    async def reading_at_once(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a reading function of one statement, which is of one moment without a transaction around it."""

    @abstractmethod
    async def reading_aside(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a reading function that may take long, out of the event loop's way."""

    @abstractmethod
    async def writing(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a writing function; returns once it is safely on disk. It may be run again after a deadlock."""

    @abstractmethod
    async def writing_aside(
        self, function: Callable[Concatenate[Writer, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for one that may take long now and then, out of the event loop's way."""

    @abstractmethod
    def take_slot(self) -> int:
        """A number from 0 to 63 that no other living process has, for `model.ids`."""

    @abstractmethod
    def feed(self, slot: int) -> Feed:
        """Hears the broadcasts of all processes; `slot` is this one's."""

    @abstractmethod
    def close(self) -> None: ...

    def tell_listeners(self) -> None:
        for listener in self.listeners:
            listener()

    def tell_timers(self, seconds: float) -> None:
        for timer in self.timers:
            timer(seconds)
