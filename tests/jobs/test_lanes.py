"""Jobs that wait for other servers hold up only their like."""

import asyncio

import pytest

from martlet.jobs.runner import Lane, Runner
from martlet.model.server import Server
from martlet.storage import events
from martlet.storage.database import Store

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
