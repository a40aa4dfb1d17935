"""Trends, suggestions and what hangs on them are read by indexes."""

import pytest

from martlet.services import measuring
from martlet.storage import day_counts, suggestions
from martlet.storage.sqlite import SqliteStore
from tests.client import Api
from tests.mastodon.acts import do, follow
from tests.mastodon.trending import LEAST, all_write, measured, townspeople
from tests.storage.test_plans import Plans


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_trends_are_measured_and_read_by_indexes(api: Api) -> None:
    people = townspeople(api, LEAST)
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    all_write(api, people, "#swallows")
    plans = Plans(store)
    plans.watch()
    first, *_ = all_write(api, people, "#swifts https://paper.example/")
    for one in people[1:]:
        do(api, one, "favourite", {"id": first})
    measured(api)
    for which in ("tags", "links", "statuses"):
        assert api.get(f"/api/v1/trends/{which}", people[0]).status == 200
    assert len([sql for sql in plans.statements if "trend" in sql]) > 10
    ours = "UPDATE job SET run_at = 0"  # `measured` does not wait for the hour
    assert [sql for sql in plans.scans() if ours not in sql] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_suggestions_are_found_by_indexes(api: Api) -> None:
    people = townspeople(api, 4)
    for one in people[1:]:
        follow(api, people[0], one)
        assert api.post("/api/v1/tags/swifts/feature", one).status == 200
    follow(api, people[1], api.person("other"))
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    api.work()
    assert api.get("/api/v2/suggestions", people[0]).status == 200
    plans = Plans(store)
    plans.watch()
    assert api.get("/api/v2/suggestions", people[0]).status == 200
    assert api.get("/api/v1/martlet/why", people[0], query={"account": people[2].id}).status == 200
    with store.write() as db:
        suggestions.keep(db, "most_followed", suggestions.most_followed(db, 0, 10, 10, 10))
        suggestions.keep(db, "most_interactions", suggestions.most_interactions(db, 0, 10, 10))
        suggestions.dismiss(db, people[0].id, people[1].id, 1, 10)
    with store.read() as db:
        suggestions.followed_by_friends(db, people[0].id, 10, 10)
        suggestions.alike(db, people[0].id, 10, 10)
    assert len(plans.statements) > 8
    assert plans.scans() == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_figures_are_found_by_indexes(api: Api) -> None:
    admin = api.person("admin", scopes="read admin:read", role="admin")
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    dates = {"start_at": "2026-01-01", "end_at": "2036-01-01"}
    about = {key: {"id": "1", "domain": "peer.example"} for key in ABOUT}
    with store.write() as db:
        day_counts.count_posts(db, 0, 1)
    plans = Plans(store)
    for watched in (False, True):
        if watched:
            plans.watch()
        for what, keys in (("measures", measuring.COUNTERS), ("dimensions", measuring.DIMENSIONS)):
            reply = api.post(f"/api/v1/admin/{what}", admin, json={"keys": sorted(keys), **dates, **about})
            assert len(reply.json) == len(keys)
        assert api.post("/api/v1/admin/retention", admin, json=dates).status == 200
    with store.write() as db:
        day_counts.count_posts(db, 0, 1)
        day_counts.forget(db, 1, 1)
    assert len(plans.statements) > 20
    newest_tokens = [lines for sql, lines in plans.scans().items() if "FROM token" not in sql]
    assert newest_tokens == []


ABOUT = [key for key in (*measuring.COUNTERS, *measuring.DIMENSIONS) if key.startswith(("tag_", "instance_"))]
