"""SQLite's write-ahead log is carried over beside those who write, and does not grow without end."""

import asyncio
import fcntl
import sqlite3
import time
from pathlib import Path

import pytest

from martlet.storage import sqlite_checkpoints
from martlet.storage.database import Writer
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.storage.sqlite_checkpoints import carry_over


def put_many(db: Writer, first: int) -> None:
    db.run_each(
        "INSERT INTO server_value (name, value) VALUES (:name, :value)",
        ({"name": f"{first + n}", "value": "x" * 3000} for n in range(100)),
    )


def test_what_was_written_reaches_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_checkpoints, "ROWS", 500)
    store = open_store("sqlite", tmp_path)
    migrate(store)
    file = tmp_path / "martlet.sqlite3"
    before = file.stat().st_size

    async def run() -> None:
        for first in range(0, 1000, 100):
            await store.writing(put_many, first)

    asyncio.run(run())
    until = time.monotonic() + 60
    while file.stat().st_size < before + 500 * 3000 and time.monotonic() < until:
        time.sleep(0.01)
    assert file.stat().st_size >= before + 500 * 3000
    store.close()


def test_a_long_log_is_begun_anew_though_somebody_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each pass but the last leaves something, because somebody has just written once more; the last one is alone."""
    writer = sqlite3.connect(tmp_path / "x", isolation_level=None)
    for statement in (
        "PRAGMA journal_mode = WAL",
        "PRAGMA wal_autocheckpoint = 0",
        "CREATE TABLE t (x TEXT)",
    ):
        writer.execute(statement)
    writer.executemany("INSERT INTO t VALUES (?)", (("x" * 3000,) for _ in range(100)))
    carried_over, locked = sqlite_checkpoints._pass, []

    def passing(connection: sqlite3.Connection) -> tuple[int, int]:
        pages, done = carried_over(connection)
        with (tmp_path / "lock").open("wb") as other:
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                locked.append(True)
                return pages, done
        locked.append(False)
        writer.execute("INSERT INTO t VALUES ('more')")
        return pages + 1, done

    monkeypatch.setattr(sqlite_checkpoints, "LONG_LOG", 10)
    monkeypatch.setattr(sqlite_checkpoints, "_pass", passing)
    connection = sqlite3.connect(tmp_path / "x", isolation_level=None)
    with (tmp_path / "lock").open("wb") as lock:
        carry_over(connection, lock)
    assert locked == [False, False, True]
    writer.execute("INSERT INTO t VALUES ('the first of a new log')")
    assert writer.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1] < 10
    connection.close()
    writer.close()
