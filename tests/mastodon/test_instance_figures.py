"""What the server tells of itself and of others in lists, and to whom."""

import hashlib
from dataclasses import replace
from typing import Any

import time_machine

from martlet.mastodon import server_entities as entities
from martlet.model.moderation import Decision, Policy, Severity
from martlet.model.server import Disclosure, Server
from martlet.services import block_lists, disclosing, tallying
from martlet.services.ports import Ground
from martlet.storage import peer_policies
from martlet.storage.database import Store
from tests.client import Api
from tests.make import insert_stranger
from tests.mastodon.acts import publish


def _told(api: Api, **said: Any) -> None:
    """The setting, changed while the server runs."""
    here = api.built.ground.here
    object.__setattr__(here, "disclosure", replace(here.disclosure, **said))


def _decide(store: Store, host: str, severity: Severity, id: int, **more: Any) -> None:
    with store.write() as db:
        peer_policies.put(db, Decision(host, Policy(severity), **more), id)


def test_peers_are_those_whose_people_are_known(api: Api, ground: Ground) -> None:
    with ground.store.write() as db:
        for name, host in (
            ("ann", "b.example"),
            ("bea", "a.example"),
            ("cas", "a.example"),
            ("dee", "bad.example"),
        ):
            insert_stranger(db, name, host, ground.here)
    _decide(ground.store, "bad.example", Severity.SUSPEND, 1)
    assert api.get("/api/v1/instance/peers").json == ["a.example", "b.example"]
    assert api.get("/api/v1/peers/search", query={"q": "A."}).json == ["a.example"]
    assert api.get("/api/v1/peers/search").json == []
    with ground.store.write() as db:
        insert_stranger(db, "eve", "late.example", ground.here)
    assert len(api.get("/api/v1/instance/peers").json) == 2  # read once in a while
    _told(api, peers=False)
    assert api.get("/api/v1/instance/peers").status == api.get("/api/v1/peers/search?q=a").status == 404


def test_where_only_listed_servers_are_spoken_with_strangers_are_told_nothing(api: Api) -> None:
    object.__setattr__(api.built.ground.here, "federation", "allow-list")
    ada = api.person("ada")
    for path in ("/api/v1/instance/peers", "/api/v1/peers/search?q=a", "/api/v1/instance/activity"):
        assert (api.get(path).status, api.get(path, ada).status) == (401, 200)
    assert api.get("/api/v2/instance").json["configuration"]["limited_federation"] is True


def test_domain_blocks_are_shown_to_whom_the_owner_wants(api: Api, ground: Ground) -> None:
    path = "/api/v1/instance/domain_blocks"
    ada = api.person("ada")
    _decide(ground.store, "quiet.example", Severity.LIMIT, 1, comment="Loud")
    _decide(ground.store, "verybad.example", Severity.SUSPEND, 2, comment="Spam", is_obfuscated=True)
    _decide(ground.store, "listed.example", Severity.SUSPEND, 3, list_id=7)
    _decide(ground.store, "excepted.example", Severity.SUSPEND, 4, list_id=7)
    _decide(ground.store, "excepted.example", Severity.NONE, 5)
    assert api.get(path).status == api.get(path, ada).status == 404
    _told(api, domain_blocks="users", reasons="disabled")
    assert api.get(path).status == 401
    shown = api.get(path, ada).entity(list[entities.DomainBlock])
    assert [(one.domain, one.severity) for one in shown] == [
        ("listed.example", "suspend"),
        ("ver****.****ple", "suspend"),
        ("quiet.example", "silence"),
    ]
    assert shown[1].digest == hashlib.sha256(b"verybad.example").hexdigest()
    assert "comment" not in api.get(path, ada).json[1]
    _told(api, domain_blocks="all", reasons="users")
    assert "comment" not in api.get(path).json[1]
    assert api.get(path, ada).json[1]["comment"] == "Spam"


def test_domain_blocks_are_shared_as_a_list_that_others_can_keep_to(api: Api, ground: Ground) -> None:
    path = "/api/v1/instance/domain_blocks.csv"
    ada = api.person("ada")
    _decide(ground.store, "quiet.example", Severity.LIMIT, 1, comment="=Loud, and rude")
    _decide(ground.store, "verybad.example", Severity.SUSPEND, 2, is_obfuscated=True)
    assert api.get(path).status == api.get(path, ada).status == 404
    _told(api, domain_blocks="users", reasons="users")
    assert api.get(path).status == 401
    _told(api, domain_blocks="all", reasons="users")
    told = api.get(path)
    assert told.headers["content-type"] == "text/csv; charset=utf-8"
    assert "rude" not in told.text
    assert "verybad" not in api.get(path, ada).text
    found = block_lists.read(api.get(path, ada).text, ground.here).decisions
    assert {host: (one.policy.severity, one.comment) for host, one in found.items()} == {
        "quiet.example": (Severity.LIMIT, "=Loud, and rude")
    }


def test_an_obfuscated_name_keeps_its_dots() -> None:
    assert disclosing.obfuscated("a.b") == "a.b"
    assert disclosing.obfuscated("mastodon.example") == "mast****.***mple"


def test_weeks_begin_on_monday() -> None:
    with time_machine.travel("2026-11-29T23:59:59Z"):
        assert tallying.week_of(1_795_996_799_000) == 1_795_392_000_000  # Monday, 2026-11-23
    assert tallying.week_of(1_795_996_800_000) == 1_795_996_800_000  # 2026-11-30


def test_weekly_activity_is_kept(api: Api, here: Server) -> None:
    with time_machine.travel("2026-11-25T12:00:00Z", tick=False) as clock:
        ada, bob = api.person("ada"), api.person("bob")
        post = publish(api, ada)
        publish(api, bob, visibility="direct")
        api.post(f"/api/v1/statuses/{post['id']}/reblog", bob)
        api.work()
        clock.shift(3600)
        api.work()
        clock.shift(7 * 86_400)
        publish(api, ada)
        api.work()
        clock.shift(3600)
        api.work()
        found = api.get("/api/v1/instance/activity").entity(list[entities.WeeklyActivity])
    assert len(found) == 12
    assert [int(one.week) for one in found[:2]] == [1_795_996_800, 1_795_392_000]
    assert [(one.statuses, one.logins, one.registrations) for one in found[:3]] == [
        ("1", "1", "0"),
        ("2", "2", "2"),
        ("0", "0", "0"),
    ]
    _told(api, activity=False)
    assert api.get("/api/v1/instance/activity").status == 404
    assert here.disclosure != Disclosure()


def test_languages(api: Api) -> None:
    found = {one["code"]: one["name"] for one in api.get("/api/v1/instance/languages").json}
    assert found["de"] == "German"
    assert found["zh-TW"] == "Chinese (Taiwan)"
