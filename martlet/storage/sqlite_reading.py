"""Connections to SQLite as they are read from."""

import sqlite3
from dataclasses import dataclass

from martlet.storage.database import Reader


@dataclass(frozen=True, slots=True)
class Side:
    """One connection for reading."""

    connection: sqlite3.Connection
    reader: Reader
    control: sqlite3.Cursor
    """Begins and ends its transactions, which have no rows: a cursor of their own each would cost as much as the statement."""

    @classmethod
    def of(cls, connection: sqlite3.Connection) -> "Side":
        return cls(connection, Reader(connection.execute, "sqlite"), connection.cursor())


@dataclass(slots=True)
class Local:
    """What one thread reads from: a connection of its own, and the one in whose transaction it is."""

    own: Side
    current: Side | None = None
