"""
Nothing is lost: what was acknowledged survives `kill -9`, at whatever moment it comes.

The server is killed under load again and again, while posts that were scheduled
are due. In the end every acknowledged post and every scheduled one is there
once, and its reactions (followers' timelines, mentions) were done once.
`MARTLET_TEST_KILLS=200` makes it a long run.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from martlet.model.names import AccountId
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.services import here as this_server
from martlet.services import scheduling
from martlet.settings import Settings
from martlet.storage.database import Store, Writer
from martlet.storage.opening import open_store
from tests.journeys.conftest import eventually
from tests.make import insert_person
from tests.running import Running

KILLS = int(os.environ.get("MARTLET_TEST_KILLS", "2"))
WRITERS = 4
LISTENERS = 6
PATIENCE = 120.0
"""Seconds, on a busy machine."""
SCHEDULED = 24


@dataclass
class Load:
    """Writers that post as fast as they can, and write down what was acknowledged."""

    server: Running
    tokens: list[str]
    acknowledged: list[str] = field(default_factory=list)
    tried: int = 0
    is_over: threading.Event = field(default_factory=threading.Event)

    def write(self, writer: int) -> None:
        number = 0
        while not self.is_over.is_set():
            number += 1
            text = f"@reader post {writer}-{number}"
            headers = {"Idempotency-Key": f"{writer}-{number}"}
            while not self.is_over.is_set():  # like a client that tries until it is told
                self.tried += 1
                try:
                    status, _ = self.server.call(
                        "POST", "/api/v1/statuses", self.tokens[writer], {"status": text}, headers
                    )
                except OSError:
                    time.sleep(0.05)
                    continue
                assert status in {200, 503}, status
                if status == 200:
                    self.acknowledged.append(text)
                    break

    def end(self, threads: list[threading.Thread]) -> None:
        self.is_over.set()
        for thread in threads:
            if thread.ident is not None:
                thread.join()


@pytest.mark.parametrize(
    ("database", "workers"), [("sqlite", 1), ("sqlite", 2), ("postgres", 2)], indirect=["database"]
)
def test_what_was_acknowledged_survives_being_killed(database: str, tmp_path: Path, workers: int) -> None:
    server = Running(tmp_path / "data", database, workers=workers)
    settings = Settings(url=server.url, database=database, data=str(tmp_path / "data"))
    tokens = _people(settings)
    load = Load(server, tokens)
    threads = [threading.Thread(target=load.write, args=(writer,)) for writer in range(WRITERS)]
    try:
        server.start()
        for thread in threads:
            thread.start()
        for _ in range(KILLS):
            time.sleep(random.uniform(0.2, 1.0))
            server.kill()
            server.start()
        eventually(lambda: len(load.acknowledged) > KILLS)
        time.sleep(0.3)
        load.end(threads)
        _wait_until_idle(settings)
        _whoever_listens_hears(server, tokens[-1], tokens[0])
    finally:
        load.end(threads)
        server.kill()

    store = open_store(settings.database, settings.folder)
    try:
        _nothing_lost_nothing_twice(store, load.acknowledged)
    finally:
        store.close()


def _people(settings: Settings) -> list[str]:
    """
    The tokens of four writers, and last of the reader who follows them.

    The reader follows somebody besides who planned ahead.
    """
    store = open_store(settings.database, settings.folder)
    here = this_server.server(settings, store.take_slot())
    with store.write() as db:
        reader, own = insert_person(db, "reader", here)
        people = [insert_person(db, f"writer{number}", here) for number in range(WRITERS + 1)]
        for writer, _ in people:
            db.run(
                "INSERT INTO follow (follower_id, followed_id, id, is_accepted) VALUES (:reader, :writer, :id, 1)",
                reader=reader,
                writer=writer,
                id=here.next_id(),
            )
        planner, _ = people.pop()
        _schedule(db, AccountId(planner), here)
    store.close()
    return [*(token for _, token in people), own]


def _schedule(db: Writer, planner: AccountId, here: Server) -> None:
    """Posts that are due within three seconds, some before the server is up; written down when that was ten minutes ahead."""
    earlier = replace(here, clock=lambda: this_server.now() - timedelta(minutes=10))
    for number in range(SCHEDULED):
        at = here.now_ms() + number * 3000 // SCHEDULED
        scheduling.publish_at(db, Draft(planner, f"@reader scheduled {number}"), at, earlier)


def _whoever_listens_hears(server: Running, reader: str, writer: str) -> None:
    """On whichever of the processes they listen: each hears of each post, once and in order."""
    address = f"ws://localhost:{server.port}/api/v1/streaming"
    headers = {"Authorization": f"Bearer {reader}"}
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(connect(f"{address}/?stream=user", additional_headers=headers, proxy=None))
            for _ in range(LISTENERS)
        ]
        sockets += [stack.enter_context(connect(address, subprotocols=[Subprotocol(reader)], proxy=None))]
        sockets[-1].send(json.dumps({"type": "subscribe", "stream": "user"}))
        sockets[-1].send(json.dumps({"type": "subscribe", "stream": "nonsense"}))
        assert json.loads(sockets[-1].recv(PATIENCE))["status"] == 404, (
            "which says that the one before it is done"
        )
        made = [
            server.call("POST", "/api/v1/statuses", writer, {"status": f"@reader do you hear {number}"})[1][
                "id"
            ]
            for number in range(5)
        ]
        for socket in sockets:
            heard = [json.loads(socket.recv(PATIENCE)) for _ in range(2 * len(made))]
            told = [json.loads(one["payload"])["id"] for one in heard if one["event"] == "update"]
            assert told == made
            assert {(one["event"], *one["stream"]) for one in heard} == {
                ("update", "user"),
                ("notification", "user"),
            }


def _wait_until_idle(settings: Settings) -> None:
    """A job that a killed process had taken is another's five minutes later: here it is given back at once."""
    store = open_store(settings.database, settings.folder)
    until = time.monotonic() + PATIENCE
    try:
        while time.monotonic() < until:
            with store.write() as db:
                if not db.value(
                    "SELECT (SELECT count(*) FROM scheduled_post) + (SELECT count(*) FROM event)"
                ):
                    return
                db.run("UPDATE job SET taken_till = NULL WHERE taken_till IS NOT NULL")
            time.sleep(0.1)
        raise AssertionError("events or scheduled posts are left")
    finally:
        store.close()


def _nothing_lost_nothing_twice(store: Store, acknowledged: list[str]) -> None:
    with store.read() as db:
        posts = {row[1]: row[0] for row in db.rows("SELECT id, text FROM post")}
        texts = Counter(row[0] for row in db.rows("SELECT text FROM post"))
        reader = db.value("SELECT id FROM account WHERE username = 'reader'")
        timeline = {
            row[0] for row in db.rows("SELECT post_id FROM timeline_entry WHERE timeline_id = :id", id=reader)
        }
        told = Counter(
            row[0] for row in db.rows("SELECT post_id FROM notification WHERE account_id = :id", id=reader)
        )
        counted: dict[int, int] = dict(db.rows("SELECT id, posts_count FROM account"))
        written = Counter(row[0] for row in db.rows("SELECT author_id FROM post"))
        parked = db.value("SELECT count(*) FROM job WHERE parked_at IS NOT NULL OR name = 'react'")
    scheduled = [f"@reader scheduled {number}" for number in range(SCHEDULED)]
    assert [text for text in acknowledged + scheduled if text not in posts] == []
    assert [text for text, times in texts.items() if times != 1] == []
    assert timeline == set(posts.values())
    assert dict(told) == dict.fromkeys(posts.values(), 1)
    assert {id: count for id, count in counted.items() if count} == dict(written)
    assert parked == 0
