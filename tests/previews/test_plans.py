"""Nothing that follows from a link reads a whole table."""

import pytest

from martlet.storage.sqlite import SqliteStore
from tests.client import Api, Person
from tests.previews.web import Web, look_up
from tests.storage.test_plans import Plans


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_links_and_cards_are_found_by_indexes(api: Api, ada: Person, web: Web) -> None:
    web.page("https://bare.example/", "bare.html")
    web.html("https://bare.example/2", '<title>2</title><link rel="canonical" href="/">')
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    api.post("/api/v1/statuses", ada, form={"status": "so that all connections are open"})
    api.work()
    plans = Plans(store)
    plans.watch()
    posts = [
        api.post("/api/v1/statuses", ada, form={"status": f"{n} https://bare.example/{n or ''}"}).json["id"]
        for n in (0, 2, 0, 404)
    ]
    look_up(api)
    for viewer in (ada, None):
        assert api.get("/api/v1/timelines/link", viewer, query={"url": "https://bare.example/"}).json
    api.put(f"/api/v1/statuses/{posts[0]}", ada, form={"status": "nothing"})
    for post in posts:
        api.delete(f"/api/v1/statuses/{post}", ada)
    api.patch("/api/v1/accounts/update_credentials", ada, json={"attribution_domains": []})
    look_up(api)
    plans.statements = {sql: None for sql in plans.statements if "card" in sql or "link" in sql}
    assert len(plans.statements) > 20
    # Read whole on purpose: the few cards that were let go of lately; and the test's own hurry.
    ours = {
        sql: lines
        for sql, lines in plans.scans().items()
        if "loose_card" not in sql and "UPDATE job" not in sql
    }
    assert ours == {}
