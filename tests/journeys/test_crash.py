"""
Nothing is lost: what was acknowledged survives `kill -9`, at whatever moment it comes.

The server is killed under load again and again. In the end every acknowledged
post is there once, and its reactions (followers' timelines, mentions) were done
once. `MARTLET_TEST_KILLS=200` makes it a long run.
"""

import json
import os
import random
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from martlet.services import here as this_server
from martlet.settings import Settings
from martlet.storage.database import Store
from martlet.storage.opening import open_store
from tests.make import insert_person
from tests.running import Running

KILLS = int(os.environ.get("MARTLET_TEST_KILLS", "3"))
WRITERS = 4
LISTENERS = 6


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


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_acknowledged_survives_being_killed(database: str, tmp_path: Path, workers: int) -> None:
    server = Running(tmp_path / "data", database, workers=workers)
    settings = Settings(url=server.url, database=database, data=str(tmp_path / "data"))
    tokens = _people(settings)
    load = Load(server, tokens)
    server.start()
    threads = [threading.Thread(target=load.write, args=(writer,)) for writer in range(WRITERS)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(KILLS):
            time.sleep(random.uniform(0.2, 1.0))
            server.kill()
            server.start()
        time.sleep(0.3)
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join()
    _wait_until_idle(settings)
    _whoever_listens_hears(server, tokens[-1], tokens[0])
    server.kill()

    assert len(load.acknowledged) > KILLS
    store = open_store(settings.database, settings.folder)
    try:
        _nothing_lost_nothing_twice(store, load.acknowledged)
    finally:
        store.close()


def _people(settings: Settings) -> list[str]:
    """The tokens of four writers, and last of the reader who follows them."""
    store = open_store(settings.database, settings.folder)
    here = this_server.server(settings, store.take_slot())
    with store.write() as db:
        reader, own = insert_person(db, "reader", here)
        tokens = []
        for number in range(WRITERS):
            writer, token = insert_person(db, f"writer{number}", here)
            tokens.append(token)
            db.run(
                "INSERT INTO follow (follower_id, followed_id, id, is_accepted) VALUES (:reader, :writer, :id, 1)",
                reader=reader,
                writer=writer,
                id=here.next_id(),
            )
    store.close()
    return [*tokens, own]


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
        assert json.loads(sockets[-1].recv(30))["status"] == 404, "which says that the one before it is done"
        made = [
            server.call("POST", "/api/v1/statuses", writer, {"status": f"@reader do you hear {number}"})[1][
                "id"
            ]
            for number in range(5)
        ]
        for socket in sockets:
            heard = [json.loads(socket.recv(30)) for _ in range(2 * len(made))]
            told = [json.loads(one["payload"])["id"] for one in heard if one["event"] == "update"]
            assert told == made
            assert {(one["event"], *one["stream"]) for one in heard} == {
                ("update", "user"),
                ("notification", "user"),
            }


def _wait_until_idle(settings: Settings) -> None:
    store = open_store(settings.database, settings.folder)
    until = time.monotonic() + 30
    try:
        while time.monotonic() < until:
            with store.read() as db:
                if not db.value("SELECT count(*) FROM event"):
                    return
            time.sleep(0.1)
        raise AssertionError("events are left")
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
    assert [text for text in acknowledged if text not in posts] == []
    assert [text for text, times in texts.items() if times != 1] == []
    assert timeline == set(posts.values())
    assert dict(told) == dict.fromkeys(posts.values(), 1)
    assert {id: count for id, count in counted.items() if count} == dict(written)
    assert parked == 0
