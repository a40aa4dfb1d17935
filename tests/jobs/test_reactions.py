"""What follows from events and jobs happens once, and what fails takes nothing else along."""

import pytest

from martlet.jobs.runner import Record, Runner
from martlet.model.events import PostDeleted
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.storage import events
from martlet.storage.database import Reader, Store, Writer

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def note(db: Writer, name: str) -> None:
    db.run("INSERT INTO server_value (name, value) VALUES (:name, 'noted')", name=name)


def noted(db: Reader) -> list[str]:
    return sorted(str(row[0]) for row in db.rows("SELECT name FROM server_value WHERE value = 'noted'"))


def one(db: Writer, event: PostDeleted, here: Server) -> None:
    del here
    note(db, f"one {event.post}")


def other(db: Writer, event: PostDeleted, here: Server) -> None:
    del here
    note(db, f"other {event.post}")
    if event.post == PostId(2):
        raise RuntimeError


async def test_a_reaction_that_fails_undoes_only_itself(store: Store, here: Server) -> None:
    runner = Runner(store, here, {PostDeleted: (one, other)}, {})
    with store.write() as db:
        for id in (1, 2, 3):
            db.emit(PostDeleted(PostId(id), AccountId(1)))
    await runner.run_until_idle()
    with store.read() as reader:
        assert noted(reader) == ["one 1", "one 2", "one 3", "other 1", "other 3"]
        assert events.waiting(reader) == (0, 1)
        assert reader.value("SELECT name FROM job") == "react"


async def test_a_job_ends_with_what_it_records_or_not_at_all(store: Store, here: Server) -> None:
    async def job(body: str, here: Server) -> Record:
        del here

        def record(db: Writer) -> None:
            note(db, body)
            if body == "bad":
                raise RuntimeError

        return record

    runner = Runner(store, here, {}, {"job": job})
    with store.write() as db:
        for body in ("good", "bad"):
            events.add_job(db, "job", body, 0)
    await runner.run_until_idle()
    with store.read() as reader:
        assert noted(reader) == ["good"]
        assert [row[0] for row in reader.rows("SELECT body FROM job")] == ["bad"]
