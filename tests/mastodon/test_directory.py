"""The profile directory: who stands in it, in which order, at what cost."""

from typing import Any

import time_machine

from martlet.model.names import AccountId
from martlet.services import moderating, tallying
from martlet.storage import directory
from tests.client import Api, Person
from tests.make import insert_stranger
from tests.mastodon.acts import publish

PATH = "/api/v1/directory"


def names(api: Api, viewer: Person | None = None, **query: Any) -> list[str]:
    return [one["acct"] for one in api.get(PATH, viewer, query=query).json]


def test_those_who_want_to_be_found_and_write(api: Api) -> None:
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        people = {name: api.person(name) for name in ("ada", "bob", "cyn", "dan", "eve")}
        for name in ("ada", "bob", "dan", "eve"):
            api.patch("/api/v1/accounts/update_credentials", people[name], form={"discoverable": "true"})
        publish(api, people["bob"])
        clock.shift(2 * 86_400)
        for name in ("ada", "cyn", "eve"):
            publish(api, people[name], visibility="public" if name != "eve" else "private")
        api.work()
        clock.shift(2 * tallying.EVERY_MS / 1000)
        api.work()
        assert names(api) == ["ada", "bob"]  # cyn hides, dan is silent, eve writes for friends only
        assert names(api, order="new") == ["bob", "ada"]
        assert names(api, limit=1) == ["ada"]
        assert names(api, offset=1) == ["bob"]
        assert names(api, offset=10**15) == names(api, offset=2) == []
        assert names(api, offset=-1, limit=-1) == ["ada"]
        api.post(f"/api/v1/accounts/{people['ada'].id}/block", people["dan"])
        assert names(api, people["dan"]) == ["bob"]
        api.patch("/api/v1/accounts/update_credentials", people["bob"], form={"discoverable": "false"})
        assert names(api) == ["ada"]
        with api.built.ground.store.write() as db:
            moderating.limit(db, people["ada"].id, api.built.ground.here)
        assert names(api) == []


def test_people_here_only(api: Api) -> None:
    here, store = api.built.ground.here, api.built.ground.store
    ada = api.person("ada")
    with store.write() as db:
        far = insert_stranger(db, "far", "peer.example", here)
        db.run("UPDATE account SET is_discoverable = 1")
        directory.put(db, {ada.id: (True, 10), far: (False, 11)})
        directory.put(db, {far: (False, 9)})  # an older post changes nothing
    assert names(api) == ["far@peer.example", "ada"]
    assert names(api, local="true") == names(api, local="true", order="new") == ["ada"]
    api.post("/api/v1/domain_blocks", ada, form={"domain": "peer.example"})
    assert names(api, ada) == ["ada"]
    object.__setattr__(here, "disclosure", type(here.disclosure)(directory=False))
    assert api.get(PATH).status == 404


def test_f_who_copies_the_directory_reads_so_much_and_no_more(api: Api) -> None:
    """F: scraping it costs the same however many people are known, and comes to an end."""
    here, store = api.built.ground.here, api.built.ground.store
    with store.write() as db:
        found = [insert_stranger(db, f"p{number}", "peer.example", here) for number in range(60)]
        db.run("UPDATE account SET is_discoverable = 1")
        directory.put(db, {AccountId(id): (False, 20_000) for id in found})
    with store.read() as db:
        page = directory.page(db, AccountId(0), "active", 0, offset=0, limit=80, only_here=False)
        plan = "" if db.dialect == "postgres" else str(db.rows(f"EXPLAIN QUERY PLAN {_inner()}"))
    assert len(page) == 60
    assert "TEMP B-TREE" not in plan
    assert len(names(api, limit=10_000)) == 60 <= directory.WINDOW


def _inner() -> str:
    return "SELECT account_id, day FROM directory_entry ORDER BY day DESC, account_id DESC LIMIT 2000"
