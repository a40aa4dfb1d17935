"""
A scheduled post is published once, and late rather than never.

The server is down when the first ones are due, and killed again and again
while the others are.
"""

import random
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from martlet.model.names import AccountId
from martlet.model.posts import Draft
from martlet.services import here as this_server
from martlet.services import scheduling
from martlet.settings import Settings
from martlet.storage.opening import open_store
from tests.make import insert_person
from tests.running import Running

POSTS = 24
KILLS = 3


@pytest.mark.parametrize("workers", [1, 2])
def test_scheduled_posts_survive_being_killed(database: str, tmp_path: Path, workers: int) -> None:
    server = Running(tmp_path / "data", database, workers=workers)
    settings = Settings(url=server.url, database=database, data=str(tmp_path / "data"))
    _schedule(settings)
    try:
        for _ in range(KILLS):
            server.start()
            time.sleep(random.uniform(0.1, 0.6))
            server.kill()
        server.start()
        _wait_until_published(settings)
    finally:
        server.kill()
    store = open_store(settings.database, settings.folder)
    try:
        with store.read() as db:
            texts = Counter(row[0] for row in db.rows("SELECT text FROM post"))
            told = db.value("SELECT count(*) FROM notification")
            counted = db.value("SELECT posts_count FROM account WHERE username = 'writer'")
    finally:
        store.close()
    assert texts == Counter(f"@reader post {number}" for number in range(POSTS))
    assert (told, counted) == (POSTS, POSTS)


def _schedule(settings: Settings) -> None:
    """Posts that are due within three seconds, written down when that was ten minutes ahead."""
    store = open_store(settings.database, settings.folder)
    here = this_server.server(settings, store.take_slot())
    earlier = replace(here, clock=lambda: this_server.now() - timedelta(minutes=10))
    with store.write() as db:
        insert_person(db, "reader", here)
        writer, _ = insert_person(db, "writer", here)
        for number in range(POSTS):
            at = here.now_ms() + number * 3000 // POSTS
            draft = Draft(AccountId(writer), f"@reader post {number}")
            scheduling.publish_at(db, draft, at, earlier)
    store.close()


def _wait_until_published(settings: Settings) -> None:
    """A job that a killed process had taken is another's five minutes later: here it is given back at once."""
    store = open_store(settings.database, settings.folder)
    until = time.monotonic() + 30
    try:
        while time.monotonic() < until:
            with store.write() as db:
                if not db.value("SELECT count(*) FROM scheduled_post") + db.value(
                    "SELECT count(*) FROM event"
                ):
                    return
                db.run("UPDATE job SET taken_till = NULL WHERE taken_till IS NOT NULL")
            time.sleep(0.2)
        raise AssertionError("scheduled posts are left")
    finally:
        store.close()
