"""Broadcasts: heard by every process that listens, after the commit, in its order, nothing twice."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from martlet.model.broadcasts import PostChanged
from martlet.model.names import PostId
from martlet.storage import broadcasts
from martlet.storage.bells import Bells
from martlet.storage.database import Store, Writer
from martlet.storage.opening import open_store


class Ear:
    def __init__(self) -> None:
        self.heard: list[int] = []
        self.is_broken = False

    def hear(self, told: Sequence[tuple[str, str]]) -> None:
        self.heard += [int(body.partition(":")[2].rstrip("}")) for _, body in told]

    def broke(self) -> None:
        self.is_broken = True

    async def until(self, is_so: Callable[[], bool]) -> None:
        for _ in range(12_000):
            if is_so():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(self.heard)


@pytest.fixture
def other(database: str, tmp_path: Path) -> Iterator[Store]:
    """Another process's view of the same database."""
    opened = open_store(database, tmp_path / "data")
    yield opened
    opened.close()


def put(db: Writer, number: int) -> None:
    broadcasts.put(db, PostChanged(PostId(number)))


def put_and_fail(db: Writer) -> None:
    put(db, 666)
    raise RuntimeError


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def all_of_it() -> None:
        await work()

    asyncio.run(all_of_it())


def test_every_process_hears_the_same_in_the_same_order(store: Store, other: Store) -> None:
    """Both write, in groups and alone, and some of it comes to nothing."""

    async def work() -> None:
        ears = Ear(), Ear()
        feeds = store.feed(1), other.feed(2)
        for feed, ear in zip(feeds, ears, strict=True):
            await feed.start(ear.hear, ear.broke)
        await store.writing(broadcasts.listen, 1)
        await asyncio.gather(
            *(one.writing(put, number) for number in range(100) for one in (store if number % 3 else other,)),
            *(store.writing(put_and_fail) for _ in range(5)),
            return_exceptions=True,
        )
        for ear in ears:
            await ear.until(lambda ear=ear: len(ear.heard) >= 100)  # type: ignore[misc]  # bound at once; mypy knows no lambda with a default
        assert ears[0].heard == ears[1].heard
        assert sorted(ears[0].heard) == list(range(100))
        feeds[1].stop()
        await store.writing(put, 100)
        await ears[0].until(lambda: ears[0].heard[-1] == 100)
        await asyncio.sleep(0.05)
        assert 100 not in ears[1].heard
        feeds[0].stop()
        assert not any(ear.is_broken for ear in ears)

    run(work)


def test_nothing_is_told_while_nobody_listens(store: Store) -> None:
    async def work() -> None:
        ear, feed = Ear(), store.feed(1)
        await feed.start(ear.hear, ear.broke)
        await store.writing(put, 1)
        await store.writing(broadcasts.listen, 1)
        await store.writing(put, 2)
        await ear.until(lambda: bool(ear.heard))
        await store.writing(broadcasts.stop_listening, 1)
        await store.writing(put, 3)
        await asyncio.sleep(0.05)
        feed.stop()
        assert ear.heard == [2]

    run(work)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_who_lies_too_far_behind_is_told_so(
    store: Store, other: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are swept away: then something was missed."""
    monkeypatch.setattr(broadcasts, "KEPT", 10)
    monkeypatch.setattr(broadcasts, "_SWEPT_EVERY", 16)
    with store.write() as db:
        broadcasts.listen(db, 1)

    async def work() -> None:
        ear, feed = Ear(), store.feed(1)
        await feed.start(ear.hear, ear.broke)
        with other.write() as db:  # all in one: nobody can read on meanwhile
            for number in range(200):
                put(db, number)
        await ear.until(lambda: ear.is_broken)
        assert ear.heard == []

    run(work)
    with store.read() as found:
        assert found.value("SELECT count(*) FROM broadcast") < 30


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_connection_that_breaks_is_told(store: Store) -> None:
    async def work() -> None:
        ear, feed = Ear(), store.feed(1)
        await feed.start(ear.hear, ear.broke)
        with store.write() as db:
            db.rows("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        await ear.until(lambda: ear.is_broken)

    run(work)


def test_bells_wake_whoever_hangs_one_up(tmp_path: Path) -> None:
    ringing = Bells(tmp_path / "bells")
    ringing.ring()  # nobody is there
    hanging = Bells(tmp_path / "bells")
    first = hanging.hang(1)
    ringing.ring()
    assert os.read(first, 10) == b"\0"
    os.close(first)  # as the end of a process does it
    second, third = hanging.hang(2), hanging.hang(1)
    for _ in range(70_000):  # far more than a pipe holds
        ringing.ring()
    assert os.read(second, 10)
    assert os.read(third, 10)
    hanging.take_down(2, second)
    ringing.ring()
    hanging.take_down(1, third)
    threads = [threading.Thread(target=ringing.ring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ringing.close()
