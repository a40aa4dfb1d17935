"""Alive, and ready: what whoever watches over a server is told."""

import pytest

from martlet.jobs import runner
from martlet.storage import migrating
from martlet.storage.database import DatabaseGone
from tests.client import Api


def test_alive_and_ready(api: Api) -> None:
    assert (api.get("/health").status, api.get("/health").json) == (200, {"status": "UP"})
    asleep = api.get("/health/ready")
    assert (asleep.status, asleep.json["jobs"], asleep.json["status"]) == (503, "DOWN", "DOWN")
    api.person("ada")
    api.work()
    ready = api.get("/health/ready")
    assert ready.json == {"status": "UP", "database": "UP", "schema": "UP", "jobs": "UP"}
    assert ready.headers["cache-control"] == "private, no-store"
    assert api.get("/health/x").status == 404
    assert api.post("/health").status == 404


def test_not_ready(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.person("ada")
    api.work()
    monkeypatch.setattr(runner, "SILENT_SECONDS", 0)
    assert api.get("/health/ready").json["jobs"] == "DOWN"
    with api.built.ground.store.write() as db:
        db.run("INSERT INTO schema_version (version, name) VALUES (9999, 'later')")
    assert (api.get("/health/ready").status, api.get("/health/ready").json["schema"]) == (503, "DOWN")
    with api.built.ground.store.write() as db:
        db.run("DELETE FROM schema_version WHERE version = 9999")

    def gone(*_: object) -> int:
        raise DatabaseGone

    monkeypatch.setattr(migrating, "version_of", gone)
    monkeypatch.setattr("martlet.http.health.version_of", gone)
    told = api.get("/health/ready")
    assert (told.status, told.json["database"]) == (503, "DOWN")
    assert api.get("/health").status == 200
