"""Trends, suggestions and what hangs on them are read by indexes."""

import pytest

from martlet.storage.sqlite import SqliteStore
from tests.client import Api
from tests.mastodon.acts import do
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
    assert plans.scans() == {}
