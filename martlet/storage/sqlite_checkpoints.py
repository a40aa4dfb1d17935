"""
Carrying SQLite's write-ahead log over into the database file, beside those who write.

SQLite would do it within some commit, every thousand pages, and whoever writes
then waits for all of them. In a thread of its own nobody waits, except where
others write without a pause: the log can be begun anew only while nobody does.
"""

import fcntl
import logging
import sqlite3
import threading
from collections.abc import Callable
from typing import BinaryIO

log = logging.getLogger("martlet.storage")

ROWS = 1000
"""Changed rows, each of about a page, after which the log is carried over."""
LONG_LOG = 16_000
"""Pages of a log that is begun anew, though somebody has to wait for that."""
SAFE_LOG = 2 * LONG_LOG
"""Pages after which SQLite does it in a commit after all."""


class Checkpoints:
    def __init__(self, connect: Callable[[], sqlite3.Connection], open_lock: Callable[[], BinaryIO]) -> None:
        self._connect, self._open_lock = connect, open_lock
        self._rows = 0
        self._is_due = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def note(self, rows: int) -> None:
        """So many rows were changed and committed. To be called by one thread at a time."""
        self._rows += rows
        if self._rows < ROWS:
            return
        self._rows = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._go_on, name="checkpoints", daemon=True)
            self._thread.start()
        self._is_due.set()

    def close(self) -> None:
        self._is_closed = True
        self._is_due.set()
        if self._thread is not None:
            self._thread.join(30)

    def _go_on(self) -> None:
        connection = self._connect()
        with self._open_lock() as lock:
            while self._is_due.wait() and not self._is_closed:
                self._is_due.clear()
                try:
                    carry_over(connection, lock)
                except sqlite3.Error as error:  # the log stays, and nothing is lost
                    log.warning("The write-ahead log could not be carried over: %s", error)


def carry_over(connection: sqlite3.Connection, lock: BinaryIO) -> None:
    """All that can be without holding anybody up, and of a long log the rest as well."""
    pages, done = _pass(connection)
    if done == pages or pages < LONG_LOG:
        return
    _pass(connection)  # what came meanwhile, so that little is left for those who wait
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        _pass(connection)
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)


def _pass(connection: sqlite3.Connection) -> tuple[int, int]:
    """Pages in the log, and how many of them are carried over now."""
    _, pages, done = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    return int(pages), int(done)
