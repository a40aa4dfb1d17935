"""Attacks of several groups on accounts, profiles and what is between people."""

import time
from typing import Any

import pytest

from martlet.services import leaving, moderating
from tests.client import Api, Person

UPDATE = "/api/v1/accounts/update_credentials"
SCRIPTS = (
    '"><img src=x onerror=1>',
    "<svg onload=alert(1)>",
    "javascript:alert(1)",
    "<a hx-post=/settings/delete>",
    "</p><script>1</script>",
)


def follow(api: Api, who: Person, whom: Person) -> None:
    assert api.post(f"/api/v1/accounts/{whom.id}/follow", who).status == 200


def test_a2_other_peoples_requests_and_lists_of_blocks(api: Api) -> None:
    """A2"""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    api.patch(UPDATE, ada, json={"locked": True})
    follow(api, bob, ada)
    for action in ("authorize", "reject"):
        for id in (ada.id, bob.id):
            assert api.post(f"/api/v1/follow_requests/{id}/{action}", eve).status == 404
    assert len(api.get("/api/v1/follow_requests", ada).json) == 1
    api.post(f"/api/v1/accounts/{eve.id}/block", ada)
    api.post(f"/api/v1/accounts/{eve.id}/note", ada, form={"comment": "secretword"})
    for path in ("/api/v1/blocks", "/api/v1/mutes", "/api/v1/follow_requests"):
        assert api.get(path, eve).json == []
    assert b"secretword" not in api.get("/api/v1/accounts/relationships", eve, query={"id[]": ada.id}).body


@pytest.mark.parametrize("reason", ["suspended", "frozen", "leaving"])
def test_a3_access_ends_with_its_reason(api: Api, reason: str) -> None:
    """A3"""
    ada, here = api.person("ada"), api.built.ground.here
    assert api.get("/api/v1/accounts/verify_credentials", ada).status == 200
    with api.built.ground.store.write() as db:
        if reason == "suspended":
            moderating.suspend(db, ada.id, here)
        elif reason == "frozen":
            moderating.freeze(db, ada.id, here)
        else:
            leaving.delete_account(db, ada.id, here)
    for path in (
        "/api/v1/accounts/verify_credentials",
        "/api/v1/timelines/home",
        f"/api/v1/accounts/{ada.id}",
    ):
        assert api.get(path, ada).status == 401


@pytest.mark.parametrize("size", [1_000_000, 200_000])
def test_a14_every_text_has_an_end(api: Api, size: int) -> None:
    """A14"""
    ada, bob = api.person("ada"), api.person("bob")
    much = "x" * size
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", UPDATE, {name: much})
        for name in ("display_name", "note", "avatar_description", "header_description")
    ]
    calls += [
        ("PATCH", UPDATE, {"fields_attributes": [{"name": much, "value": "x"}]}),
        ("PATCH", UPDATE, {"fields_attributes": [{"name": "x", "value": much}]}),
        ("PATCH", UPDATE, {"attribution_domains": [much]}),
        ("PATCH", UPDATE, {"source": {"language": much}}),
        ("POST", f"/api/v1/accounts/{bob.id}/note", {"comment": much}),
        ("POST", "/api/v1/reports", {"account_id": str(bob.id), "comment": much}),
        ("POST", "/api/v1/reports", {"account_id": str(bob.id), "category": much}),
        ("POST", "/api/v1/reports", {"account_id": much}),
        ("POST", "/api/v1/reports", {"account_id": str(bob.id), "rule_ids": [much]}),
    ]
    for method, path, form in calls:
        began = time.process_time()
        assert api.call(method, path, ada, json=form).status in (404, 413, 422), f"{path} {list(form)}"
        assert time.process_time() - began < 5
    many = ["1"] * 30_000
    for path, name in ((f"/api/v1/accounts/{bob.id}/follow", "languages"), ("/api/v1/reports", "status_ids")):
        assert api.post(path, ada, json={name: many, "account_id": str(bob.id)}).status in (200, 404, 422)
    with api.built.ground.store.read() as db:
        assert (db.value("SELECT max(length(languages)) FROM follow") or 0) < 1000


@pytest.mark.parametrize("script", SCRIPTS)
def test_b4_nothing_in_a_profile_is_markup(api: Api, script: str) -> None:
    """B4"""
    ada = api.person("ada")
    fields = [{"name": script, "value": script}]
    sent = {"display_name": script, "note": script, "fields_attributes": fields, "avatar_description": script}
    shown = api.patch(UPDATE, ada, json=sent).json
    for html in (shown["note"], shown["fields"][0]["value"]):
        bare = html.removeprefix("<p>").removesuffix("</p>")
        assert "<" not in bare, html


def test_b9_names_that_deceive(api: Api) -> None:
    """B9"""
    ada = api.person("ada")
    for odd in ("Ada\u202eadmin", "Ada\u2066", "\u200f\u200eAda", "Ada\n\nAdmin", "Ada\x00", "\u2028Ada"):
        reply = api.patch(UPDATE, ada, form={"display_name": odd})
        if reply.status == 200:
            assert not set(reply.json["display_name"]) & set("\u202e\u2066\u200e\u200f\n\x00\u2028")
        else:
            assert reply.status in (400, 422)


def test_f12_hidden_follows_stay_hidden(api: Api) -> None:
    """F12"""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    follow(api, ada, bob)
    follow(api, bob, ada)
    follow(api, eve, ada)
    api.patch(UPDATE, ada, json={"hide_collections": True})
    for viewer in (None, eve):
        for which in ("followers", "following"):
            reply = api.get(f"/api/v1/accounts/{ada.id}/{which}", viewer)
            assert reply.json == []
            assert not reply.links
        bobs = api.get("/api/v1/accounts/familiar_followers", eve, query={"id[]": [bob.id, ada.id]}).json
        assert [one["accounts"] for one in bobs] == [[], []]


@pytest.mark.parametrize(
    "text", ['"', "NEAR(a, b)", "%", "*", "_", "'; DROP TABLE account; --", "a AND", "a:*", "!", "\\", "\u0000", ":* & |", "(" * 500]
)  # fmt: skip
def test_h6_search_boxes_take_anything(api: Api, text: str) -> None:
    """H6"""
    ada = api.person("ada")
    api.work()
    for path, name in (("/api/v1/accounts/search", "q"), ("/api/v1/accounts/lookup", "acct")):
        assert api.get(path, ada, query={name: text}).status in (200, 400, 404, 422)


def test_h7_fifty_follows_blocks_and_mutes_at_once(api: Api) -> None:
    """H7"""
    ada, bob = api.person("ada"), api.person("bob")
    for action, table in (("follow", "follow"), ("mute", "mute"), ("block", "block")):
        calls = [api.calling("POST", f"/api/v1/accounts/{bob.id}/{action}", ada) for _ in range(50)]
        assert {reply.status for reply in api.at_once(calls)} == {200}
        with api.built.ground.store.read() as db:
            assert db.value(f"SELECT count(*) FROM {table}") == 1
        expected = 1 if action != "block" else 0
        assert api.get(f"/api/v1/accounts/{bob.id}").json["followers_count"] == expected
