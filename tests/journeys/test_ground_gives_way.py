"""A full disk, a locked or absent database, a missing file, a poisoned event: told clearly, and over when they are over."""

import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import time_machine
from PIL import Image

from martlet.cli.check import of_work
from martlet.jobs.runner import TRIES
from martlet.model.errors import Unavailable
from martlet.model.events import PostPublished
from martlet.model.server import Server
from martlet.storage import sqlite
from martlet.storage.database import DatabaseBusy, Writer
from martlet.storage.sqlite import SqliteStore
from tests.client import Api

POSTS = "/api/v1/statuses"
only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database", ["postgres"], indirect=True)


@only_sqlite
def test_a_full_disk_is_told_and_nothing_is_half_done(api: Api) -> None:
    ada = api.person("ada")
    assert api.post(POSTS, ada, form={"status": "before"}).status == 200
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    _allow_pages(store, 1)  # SQLite takes what is there already as the least
    texts = [f"{number} " + "long " * 900 for number in range(60)]
    replies = [api.post(POSTS, ada, json={"status": text}) for text in texts]
    refused = [reply for reply in replies if reply.status != 200]
    assert refused
    for reply in refused:
        assert reply.status == 503
        assert "disk is full" in reply.json["error"]
        assert reply.headers["retry-after"]
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 200
    _allow_pages(store, 1_000_000)
    assert api.post(POSTS, ada, form={"status": "after"}).status == 200
    with store.read() as db:
        kept = {row[0] for row in db.rows("SELECT text FROM post")}
    taken = {text for text, reply in zip(texts, replies, strict=True) if reply.status == 200}
    assert kept == taken | {"before", "after"}


def _allow_pages(store: SqliteStore, pages: int) -> None:
    for connection in store._connections:
        connection.execute(f"PRAGMA max_page_count = {pages}")


@only_sqlite
def test_a_locked_database_is_told_and_waited_for(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.2)
    ada = api.person("ada")
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    reply = api.post(POSTS, ada, form={"status": "Hello"})
    assert reply.status == 503
    assert "busy" in reply.json["error"]
    with pytest.raises(DatabaseBusy), store.write():
        pass
    assert api.get("/api/v1/timelines/public").status == 200  # reading goes on
    assert api.get("/auth/sign_in").status == 200
    other.execute("ROLLBACK")
    other.close()
    assert api.post(POSTS, ada, form={"status": "Hello"}).status == 200
    assert len(api.get("/api/v1/timelines/public", ada).json) == 1


@only_postgres
def test_a_database_that_goes_is_told_and_used_again_when_it_is_back(
    api: Api, postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, store = api.person("ada"), api.built.ground.store
    monkeypatch.setattr(store._pool, "timeout", 0.3)  # type: ignore[attr-defined]  # the pool of this kind of Store
    with store.read() as db:
        name = db.value("SELECT current_database()")
    with psycopg.connect(postgres, autocommit=True) as outside:
        outside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        outside.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        for _ in range(4):
            reply = api.post(POSTS, ada, form={"status": "Hello"})
            assert reply.status == 503, reply.text
            assert "database" in reply.json["error"] or "busy" in reply.json["error"]
            assert api.get("/api/v1/timelines/home", ada).status == 503
        with pytest.raises(Unavailable), store.write():
            pass
        outside.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    monkeypatch.setattr(store._pool, "timeout", 20)  # type: ignore[attr-defined]  # as above
    replies = [api.post(POSTS, ada, form={"status": "Hello"}).status for _ in range(10)]
    assert replies[-1] == 200
    assert set(replies) <= {200, 503}


def test_a_missing_file_is_missing_and_its_post_is_there(api: Api) -> None:
    ada, held = api.person("ada"), io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(held, "PNG")
    sent = api.post("/api/v2/media", ada, files={"file": ("a.png", held.getvalue(), "image/png")})
    assert sent.status == 200, sent.text
    post = api.post(POSTS, ada, json={"status": "Look", "media_ids": [sent.json["id"]]}).json
    path = sent.json["url"].removeprefix("http://localhost:3000")
    assert api.get(path).status == 200
    for file in _files(api):
        file.unlink()
    assert api.get(path).status == 404
    shown = api.get(f"{POSTS}/{post['id']}", ada)
    assert shown.status == 200
    assert len(shown.json["media_attachments"]) == 1
    assert api.delete(f"{POSTS}/{post['id']}", ada).status == 200
    api.work()
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM job WHERE error <> ''") == 0


def _files(api: Api) -> Iterator[Path]:
    folder = api.built.ground.media.folder
    yield from (file for file in folder.rglob("*") if file.is_file())


def test_a_poisoned_event_is_set_aside_and_holds_up_nobody(api: Api) -> None:
    ada, runner = api.person("ada"), api.built.runner
    bob = api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    api.work()
    poisoned = api.post(POSTS, ada, form={"status": "poison"}).json["id"]

    def choke(db: Writer, event: PostPublished, here: Server) -> None:
        if str(event.post) == poisoned:
            db.run("DELETE FROM account")  # whatever it did is undone
            raise RuntimeError("this one cannot be swallowed")

    runner.reactions = {**runner.reactions, PostPublished: (choke, *runner.reactions[PostPublished])}
    healthy = api.post(POSTS, ada, form={"status": "healthy"}).json["id"]
    for day in range(TRIES + 2):
        with time_machine.travel(api.built.ground.here.now_ms() / 1000 + day * 86_400, tick=False):
            api.work()
    home = [post["id"] for post in api.get("/api/v1/timelines/home", bob).json]
    assert sorted(home) == sorted([poisoned, healthy])  # its other reactions were done too
    findings = list(of_work(api.built.ground.store))
    parked = [finding for finding in findings if finding.verdict == "bad"]
    assert len(parked) == 1
    assert "this one cannot be swallowed" in parked[0].sentence
    assert f"after {TRIES} tries" in parked[0].sentence
    assert "martlet jobs retry" in parked[0].advice
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM job WHERE name <> 'tally'") == 1  # that one comes every day
        assert db.value("SELECT count(*) FROM event") == 0
