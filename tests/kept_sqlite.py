"""
SQLite for tests: one file and its connections for each process of the tests, emptied after each test.

A new connection reads the whole schema and plans every statement anew, and each test has three of them: half of its time
went into that.
"""

import shutil
import sqlite3
from itertools import compress
from pathlib import Path

from martlet.storage.sqlite import BUSY_SECONDS, SqliteStore

NAME = "martlet.sqlite3"
SCHEMA = "schema_version"
"""The table that says which schema this is; nobody changes it but with the schema."""
PAGES = 2**30 - 1
"""As many as SQLite allows if nobody says otherwise."""
CHECKPOINT_PAGES = 1000
"""SQLite's own number."""
AS_NEW = (
    "PRAGMA query_only = OFF",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA max_page_count = {PAGES}",
)
VERSION = "PRAGMA schema_version"
TURN = "PRAGMA user_version"
"""A number in the file that nobody else uses; a connection that reads an old one is still in the test before."""


class KeptFile:
    """
    The file, its connections that nobody uses now, and what it holds when it is empty.

    A test's data folder has a link to it, which SQLite follows: whoever opens the database there opens this one.
    """

    def __init__(self, template: Path, folder: Path) -> None:
        self._template, self._file = template / NAME, folder / NAME
        self._turn = 0
        self.idle: list[sqlite3.Connection] = []
        self._begin()

    def lend(self, data: Path) -> None:
        (data / NAME).symlink_to(self._file)

    def take(self) -> sqlite3.Connection | None:
        """A connection as if it were new; None where there is none any more."""
        while self.idle:
            connection = self.idle.pop()
            if _number(connection, TURN) == self._turn:
                return connection
            connection.close()
        return None

    def give_back(self, connections: list[sqlite3.Connection]) -> None:
        for connection in connections:
            connection.set_trace_callback(None)
            connection.set_authorizer(None)
            connection.set_progress_handler(None, 0)
            if connection.in_transaction:
                connection.rollback()
            for pragma in AS_NEW:
                connection.execute(pragma)
            self.idle.append(connection)

    def empty(self) -> None:
        """All rows go but those of a new database. If the file is no longer what it was, it is made anew."""
        try:
            is_whole = self._is_emptied()
        except sqlite3.Error:
            is_whole = False
        if not is_whole:
            self.end()
            self._begin()

    def end(self) -> None:
        for connection in (*self.idle, self._hand):
            connection.close()
        self.idle.clear()

    def _begin(self) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self._file}{ending}").unlink(missing_ok=True)
        shutil.copy(self._template, self._file)
        self._hand = hand = sqlite3.connect(
            self._file, isolation_level=None, cached_statements=1024, timeout=BUSY_SECONDS
        )
        hand.execute("PRAGMA synchronous = OFF")
        self._turn, self._version = _number(hand, TURN), _number(hand, VERSION)
        made = hand.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        self._searches = [name for name, sql in made if sql.startswith("CREATE VIRTUAL")]
        names = [name for name, _ in made if name != SCHEMA and not name.startswith(tuple(self._searches))]
        self._tables = [*names, *(f"{search}_content" for search in self._searches)]
        self._which_are_used = "SELECT " + ", ".join(
            f'EXISTS (SELECT 1 FROM "{table}")' for table in self._tables
        )
        self._rows = {table: hand.execute(f'SELECT * FROM "{table}"').fetchall() for table in self._tables}

    def _is_emptied(self) -> bool:
        hand = self._hand
        if _number(hand, VERSION) != self._version:
            return False
        self._turn += 1
        hand.execute("BEGIN IMMEDIATE")
        used = hand.execute(self._which_are_used).fetchone()
        for table in compress(self._tables, used):
            hand.execute(f'DELETE FROM "{table}"')
            if table.endswith("_content"):
                search = table.removesuffix("_content")
                hand.execute(f"INSERT INTO {search} ({search}) VALUES ('rebuild')")
        for table, rows in self._rows.items():
            for row in rows:
                hand.execute(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(row))})', row)
        hand.execute(f"{TURN} = {self._turn}")
        hand.execute("COMMIT")
        return True


class KeptSqliteStore(SqliteStore):
    """A store in a test's own folder, on connections that outlive it."""

    def __init__(self, path: Path, kept: KeptFile) -> None:
        super().__init__(path)
        self._kept = kept

    def _connect(self) -> sqlite3.Connection:
        connection = self._kept.take()
        if connection is None:
            return super()._connect()
        with self._lock:
            self._connections.append(connection)
        return connection

    def close(self) -> None:
        with self._lock:
            lent, self._connections = self._connections, []
        super().close()
        self._kept.give_back(lent)


def _number(connection: sqlite3.Connection, pragma: str) -> int:
    return int(connection.execute(pragma).fetchone()[0])
