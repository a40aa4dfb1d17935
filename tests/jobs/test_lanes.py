"""Jobs that wait for other servers hold up only their like."""

import asyncio

import pytest

from martlet.jobs.runner import Lane, Runner
from martlet.model.server import Server
from martlet.storage import events
from martlet.storage.database import Store
from martlet.storage.sqlite import SqliteStore

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_a_full_lane_holds_up_nobody_else(store: Store, here: Server) -> None:
    done: list[str] = []
    goes_on, all_done = asyncio.Event(), asyncio.Event()

    async def slow(body: str, here: Server) -> None:
        del here
        done.append(f"{body} began")
        await goes_on.wait()
        done.append(f"{body} ended")

    async def quick(body: str, here: Server) -> None:
        del here
        done.append(body)
        all_done.set()

    jobs = {"far": slow, "farther": slow, "near": quick}
    runner = Runner(store, here, {}, jobs, lanes=[Lane(("far", "farther"), 1)])
    with store.write() as db:
        for moment, (name, body) in enumerate((("far", "one"), ("farther", "two"), ("near", "three"))):
            events.add_job(db, name, body, moment)
    await runner.start()
    async with asyncio.timeout(20):
        await all_done.wait()
    assert done == ["one began", "three"]
    goes_on.set()
    await runner.stop()
    await runner.run_until_idle()
    assert done == ["one began", "three", "one ended", "two began", "two ended"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_however_many_wait_of_one_kind_another_is_found_at_once(store: SqliteStore) -> None:
    with store.write() as db:
        for number in range(3000):
            events.add_job(db, "far", str(number), 1)
        for name in ("far", "near", "nearer"):
            events.add_job(db, name, "later", 9)
        events.add_job(db, "near", "two", 3)
        events.add_job(db, "nearer", "one", 2)
        events.add_job(db, "parked", "x", 1)
        db.run("UPDATE job SET parked_at = 1 WHERE name = 'parked'")
    looked = 0

    def look() -> None:
        nonlocal looked
        looked += 1

    for connection in store._connections:
        connection.set_progress_handler(look, 1)
    with store.write() as db:
        assert events.due(db, 3) == (False, ["far", "near", "nearer"])
        taken = events.take_jobs(db, ["near", "nearer"], 3, 5, 2, 0)
        assert [(job.name, job.body, job.tries) for job in taken] == [
            ("nearer", "one", 1),
            ("near", "two", 1),
        ]
        assert events.due(db, 3) == (False, ["far"])
        assert [job.body for job in events.take_jobs(db, ["far"], 3, 5, 2, 0)] == ["0", "1"]
    assert looked < 2000  # steps of SQLite's machine, some tens for each row
