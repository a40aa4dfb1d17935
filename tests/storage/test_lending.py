"""SQLite's writing connection is lent for reading while nobody writes, and only then."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from martlet.storage import sqlite, sqlite_writing
from martlet.storage.database import DatabaseGone, Reader, Writer
from martlet.storage.migrating import migrate
from martlet.storage.sqlite import SqliteStore
from tests.storage.test_store import names, put


@pytest.fixture
def lending(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.setattr(sqlite, "SYNCHRONOUS", "OFF")
    store = SqliteStore(tmp_path / "martlet.sqlite3")
    migrate(store)
    yield store
    store.close()


def lent_by(store: SqliteStore) -> Reader | None:
    """What those are given who read on the writing connection."""
    side = store._groups._side
    return None if side is None else side.reader


def where(db: Reader) -> Reader:
    return db


def test_what_was_written_is_read_where_it_was_written(lending: SqliteStore) -> None:
    async def run() -> None:
        assert await lending.reading(where) is not lent_by(lending)  # there is none yet
        await lending.writing(put, "one")
        assert await lending.reading(where) is lent_by(lending)
        assert await lending.reading_at_once(where) is lent_by(lending)
        assert await lending.reading(names) == {"one"}

        def nested(db: Reader) -> bool:
            with lending.read() as inner:
                return inner is db

        assert await lending.reading(nested)

    asyncio.run(run())


def test_while_somebody_writes_others_read_what_was_before(lending: SqliteStore) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(db: Writer, name: str) -> None:
        put(db, name)
        if name == "third":
            begun.set()
            assert go_on.wait(30)
        time.sleep(2 * sqlite_writing.LONG_SECONDS)  # so the next one is run beside the loop

    async def run() -> None:
        for name in ("first", "second"):
            await lending.writing(slow, name)
        third = asyncio.ensure_future(lending.writing(slow, "third"))
        await asyncio.to_thread(begun.wait, 30)
        assert await lending.reading(where) is not lent_by(lending)
        assert await lending.reading(names) == await lending.reading_at_once(names) == {"first", "second"}
        go_on.set()
        await third
        assert await lending.reading(where) is lent_by(lending)
        assert await lending.reading(names) == {"first", "second", "third"}

    asyncio.run(run())


def test_who_reads_cannot_write(lending: SqliteStore) -> None:
    def write(db: Reader) -> None:
        db.rows("INSERT INTO server_value (name, value) VALUES ('stolen', '1') RETURNING name")

    async def run() -> None:
        with pytest.raises(DatabaseGone):  # SQLite calls it read-only
            await lending.reading(write)
        await lending.writing(put, "one")
        with pytest.raises(RuntimeError):
            await lending.reading(write)
        assert await lending.reading(names) == {"one"}
        await lending.writing(put, "two")
        assert await lending.reading(names) == {"one", "two"}

    asyncio.run(run())


def test_what_cannot_be_read_there_is_read_elsewhere(lending: SqliteStore) -> None:
    """The connection that writes waits for nobody; the other one does."""

    def locked(db: Reader) -> Reader:
        if db is lent_by(lending):
            raise sqlite3.OperationalError("database is locked")
        return db

    async def run() -> None:
        await lending.writing(put, "one")
        for read in (lending.reading, lending.reading_at_once):
            assert await read(locked) not in (None, lent_by(lending))
        assert await lending.reading(where) is lent_by(lending)

    asyncio.run(run())


def test_who_comes_to_write_while_it_is_lent_has_their_turn_then(lending: SqliteStore) -> None:
    other = threading.Thread(target=lambda: asyncio.run(lending.writing(put, "other")), daemon=True)

    def read(db: Reader) -> Reader:
        other.start()
        until = time.monotonic() + 30
        while not lending._groups._waiting and time.monotonic() < until:
            time.sleep(0.001)
        return db

    async def run() -> None:
        await lending.writing(put, "one")
        assert await lending.reading(read) is lent_by(lending)

    asyncio.run(run())
    other.join(30)
    assert not other.is_alive()
    with lending.read() as db:
        assert names(db) == {"one", "other"}


def test_nobody_is_forgotten_who_came_while_it_was_lent(lending: SqliteStore) -> None:
    """Several loops write and read at once: each write is done, and each read sees all of its loop's own."""
    failed: list[Exception] = []

    def run(number: int) -> None:
        async def one(place: int) -> None:
            name = f"{number}-{place}"
            await lending.writing(put, name)
            assert name in await lending.reading(names)
            assert name in await lending.reading_at_once(names)

        async def all_of_them() -> None:
            await asyncio.gather(*map(one, range(100)))

        try:
            asyncio.run(all_of_them())
        except Exception as error:  # noqa: BLE001 - told in the main thread
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed
    assert not any(thread.is_alive() for thread in threads)
    with lending.read() as db:
        assert len(names(db)) == 300
