"""The Store: many readers, one writer, each function whole or not at all."""

import asyncio
import threading
import time
from pathlib import Path

import pytest

from martlet.model.events import PostDeleted
from martlet.model.names import AccountId, PostId
from martlet.storage.database import AlreadyThere, Reader, Store, Writer
from martlet.storage.opening import open_store


def put(db: Writer, name: str, value: str = "1") -> None:
    db.run("INSERT INTO server_value (name, value) VALUES (:name, :value)", name=name, value=value)


def put_and_fail(db: Writer, name: str) -> None:
    put(db, name)
    raise RuntimeError(name)


def emit_and_fail(db: Writer) -> None:
    db.emit(PostDeleted(PostId(1), AccountId(1)))
    raise RuntimeError


def names(db: Reader) -> set[str]:
    return {row[0] for row in db.rows("SELECT name FROM server_value WHERE name <> 'vapid_key'")}


def test_functions_that_wait_together_fail_alone(store: Store) -> None:
    async def run() -> list[BaseException | None]:
        wanted = [store.writing(put_and_fail if n % 3 == 0 else put, f"n{n}") for n in range(30)]
        return await asyncio.gather(*wanted, return_exceptions=True)

    came = asyncio.run(run())
    assert [n for n, one in enumerate(came) if isinstance(one, RuntimeError)] == list(range(0, 30, 3))
    with store.read() as db:
        assert names(db) == {f"n{n}" for n in range(30) if n % 3}


def test_a_duplicate_is_told_as_such_and_harms_nobody_else(store: Store) -> None:
    async def run() -> list[BaseException | None]:
        return await asyncio.gather(*(store.writing(put, "same") for _ in range(5)), return_exceptions=True)

    came = asyncio.run(run())
    assert sum(isinstance(one, AlreadyThere) for one in came) == 4


def test_a_block_that_is_left_by_an_error_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as db:
        put_and_fail(db, "x")
    with store.read() as db:
        assert names(db) == set()


def test_a_part_can_fail_alone(store: Store) -> None:
    with store.write() as db:
        put(db, "kept")
        with pytest.raises(RuntimeError), db.part():
            put_and_fail(db, "undone")
        put(db, "after")
    with store.read() as db:
        assert names(db) == {"kept", "after"}


def test_what_is_written_is_seen_by_the_next_reader(store: Store) -> None:
    async def run() -> None:
        for n in range(20):
            await store.writing(put, f"n{n}")
            assert f"n{n}" in await store.reading(names)

    asyncio.run(run())


def test_a_snapshot_is_of_one_moment(store: Store) -> None:
    with store.write() as db:
        put(db, "before")
    with store.snapshot() as snapshot:
        assert names(snapshot) == {"before"}
        with store.write() as db:
            put(db, "meanwhile")
        assert names(snapshot) == {"before"}
        assert [
            row[0] for row in snapshot.each("SELECT name FROM server_value WHERE name <> 'vapid_key'")
        ] == ["before"]


def test_listeners_are_called_after_commits_that_left_events_and_only_then(store: Store) -> None:
    called: list[bool] = []

    def look() -> None:
        with store.read() as db:
            called.append(bool(db.value("SELECT count(*) FROM event")))

    store.listeners.append(look)
    with store.write() as db:
        put(db, "quiet")
    with pytest.raises(RuntimeError), store.write() as db:
        emit_and_fail(db)
    assert called == []
    with store.write() as db:
        db.emit(PostDeleted(PostId(1), AccountId(1)))
    assert called == [True]


def test_every_process_has_a_slot_of_its_own(store: Store, database: str, tmp_path: Path) -> None:
    other = open_store(database, tmp_path / "data")
    try:
        taken = {store.take_slot(), other.take_slot()}
    finally:
        other.close()
    assert len(taken) == 2


def test_two_writers_of_one_database_take_turns(store: Store, database: str, tmp_path: Path) -> None:
    other = open_store(database, tmp_path / "data")
    with store.write() as db:
        db.run("INSERT INTO server_value (name, value) VALUES ('sum', '0')")

    def add(db: Writer) -> None:
        db.run("UPDATE server_value SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE name = 'sum'")

    def work(one: Store) -> None:
        async def run() -> None:
            await asyncio.gather(*(one.writing(add) for _ in range(50)))

        asyncio.run(run())

    threads = [threading.Thread(target=work, args=(one,)) for one in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    with store.read() as reader:
        assert reader.value("SELECT value FROM server_value WHERE name = 'sum'") == "100"


def test_a_caller_who_gave_up_does_not_stop_the_writer(store: Store) -> None:
    def slow(db: Writer) -> None:
        time.sleep(0.2)
        put(db, "slow")

    async def run() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await store.writing(slow)
        await store.writing(put, "next")

    asyncio.run(run())
    with store.read() as db:
        assert "next" in names(db)


def test_what_is_looked_at_often_is_read_once_until_it_changes(store: Store) -> None:
    reads: list[str] = []

    def look(db: Reader) -> str:
        def read() -> str:
            reads.append("read")
            return str(db.value("SELECT value FROM server_value WHERE name = 'x'"))

        return db.once("server_value", 1, read)

    def change_look_and_fail(db: Writer) -> None:
        db.run("UPDATE server_value SET value = '2' WHERE name = 'x'")
        assert look(db) == "2"
        raise RuntimeError

    with store.write() as db:
        put(db, "x", "1")
        assert [look(db), look(db)] == ["1", "1"]
        assert len(reads) == 2
        with db.remembering():
            assert [look(db), look(db)] == ["1", "1"]
            assert len(reads) == 3
            db.run("UPDATE job SET error = ''")
            assert look(db) == "1"
            assert len(reads) == 3
            with pytest.raises(RuntimeError), db.part():
                change_look_and_fail(db)
            assert look(db) == "1"
            db.run("DELETE FROM post")
            assert look(db) == "1"
            assert len(reads) == 6
    with store.read() as reader:
        assert [look(reader), look(reader)] == ["1", "1"]
        assert len(reads) == 8


def test_what_takes_long_does_not_hold_up_the_loop(store: Store) -> None:
    """On SQLite short functions run in the loop; what took long leaves it free the next time."""
    threads: list[str] = []

    def slow(db: Writer) -> None:
        del db
        threads.append(threading.current_thread().name)
        until = time.thread_time() + 0.03
        while time.thread_time() < until:
            pass

    async def run() -> None:
        for n in range(3):
            await store.writing(slow)
            await store.writing(put, f"n{n}")

    asyncio.run(run())
    if store.dialect == "sqlite":
        assert threads == [threading.main_thread().name, "writer", "writer"]
    with store.read() as db:
        assert names(db) == {"n0", "n1", "n2"}


def test_a_loop_that_ended_holds_up_no_other(store: Store) -> None:
    loop = asyncio.new_event_loop()
    tasks: list[asyncio.Task[None]] = []

    async def begin() -> None:
        tasks.append(asyncio.ensure_future(store.writing(put, "left behind")))
        await asyncio.sleep(0)

    loop.run_until_complete(begin())
    asyncio.run(asyncio.wait_for(store.writing(put, "next"), 60))
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
    loop.close()
    with store.read() as db:
        assert "next" in names(db)


def test_what_waits_when_the_store_is_closed_is_written(store: Store, database: str, tmp_path: Path) -> None:
    other = open_store(database, tmp_path / "data")

    async def run() -> None:
        tasks = [asyncio.ensure_future(other.writing(put, f"n{n}")) for n in range(3)]
        await asyncio.sleep(0)
        other.close()
        await asyncio.gather(*tasks)

    asyncio.run(run())
    with store.read() as db:
        assert names(db) == {"n0", "n1", "n2"}


def test_sqlite_answers_when_it_is_on_disk(tmp_path: Path) -> None:
    """As installed; the tests' own databases do not wait for the disk (`tests/conftest.py`)."""
    store = open_store("sqlite", tmp_path)
    with store.write() as db:
        assert db.value("PRAGMA synchronous") == 2  # FULL
    store.close()
