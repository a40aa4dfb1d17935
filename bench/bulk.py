"""Rows into a database as fast as it takes them. Only for an empty one: a crash in between spoils it."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

Row = tuple[Any, ...]


class Bulk(ABC):
    """`put` rows of a table; what makes single rows slow (indexes, checks) is off meanwhile."""

    @abstractmethod
    def put(self, table: str, columns: str, rows: Iterable[Row]) -> None: ...


@contextmanager
def open_bulk(database: str, file: Path) -> Iterator[Bulk]:
    """`file` is the SQLite database, where it is that."""
    if database == "sqlite":
        with _sqlite(file) as connection:
            yield _SqliteBulk(connection)
    else:
        import psycopg  # noqa: PLC0415 - not everybody has it

        with psycopg.connect(database, autocommit=True) as server:
            yield from _postgres(server)


@contextmanager
def _sqlite(file: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(file, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -2000000")
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        yield connection
        for _, sql in indexes:
            connection.execute(sql)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()


class _SqliteBulk(Bulk):
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * (columns.count(",") + 1))
        self._connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def _postgres(connection: "psycopg.Connection[Row]") -> Iterator[Bulk]:
    connection.execute("SET session_replication_role = replica")  # foreign keys are right by construction
    connection.execute("SET maintenance_work_mem = '512MB'")
    indexes = connection.execute(
        """
        SELECT indexname, indexdef FROM pg_indexes
         WHERE schemaname = current_schema()
           AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)
        """
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield _PostgresBulk(connection)
    for _, definition in indexes:
        connection.execute(definition)
    connection.execute("ANALYZE")


class _PostgresBulk(Bulk):
    def __init__(self, connection: "psycopg.Connection[Row]") -> None:
        self._connection = connection

    def put(self, table: str, columns: str, rows: Iterable[Row]) -> None:
        sql = f"COPY {table} ({columns}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
