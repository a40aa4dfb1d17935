"""Follows that end because of a decision about somebody else are told to those who lose them."""

from typing import Any

import pytest

from martlet.model.moderation import Decision, Policy, Severity
from martlet.services import restricting
from tests.browser import Browser
from tests.client import Api, Person
from tests.mastodon.moderating import ADMIN, act, staff

PEER = "peer.example"


@pytest.fixture
def mo(api: Api) -> Person:
    return staff(api, "mo")


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def elsewhere(api: Api, *names: str) -> list[str]:
    """Accounts of another server; their ids."""
    store, here = api.built.ground.store, api.built.ground.here
    made = []
    with store.write() as db:
        db.run("INSERT INTO peer (host, created_at) VALUES (:host, 0) ON CONFLICT DO NOTHING", host=PEER)
        for name in names:
            id = here.next_id()
            db.run(
                """
                INSERT INTO account (id, username, username_folded, host, uri, url, created_at)
                VALUES (:id, :name, :name, :host, :uri, '', 0)
                """,
                id=id, name=name, host=PEER, uri=f"https://{PEER}/{name}",
            )  # fmt: skip
            db.run(
                """
                INSERT INTO remote_account (account_id, host, inbox, shared_inbox, fetched_at)
                VALUES (:id, :host, :inbox, :inbox, 0)
                """,
                id=id, host=PEER, inbox=f"https://{PEER}/{name}/inbox",
            )  # fmt: skip
            made.append(str(id))
    return made


def follows(api: Api, follower: str | int, followed: str | int) -> None:
    with api.built.ground.store.write() as db:
        db.run(
            """
            INSERT INTO follow (follower_id, followed_id, id, is_accepted, shows_boosts, languages)
            VALUES (:follower, :followed, :id, 1, 0, '["de"]')
            """,
            follower=int(follower), followed=int(followed), id=api.built.ground.here.next_id(),
        )  # fmt: skip


def told(api: Api, who: Person) -> list[dict[str, Any]]:
    found = api.get("/api/v1/notifications?types[]=severed_relationships", who).json
    for one in found:
        assert one["account"]["id"] == str(who.id)
    return [one["event"] for one in found]


def test_a_suspended_account_elsewhere_loses_its_follows(api: Api, mo: Person, ada: Person) -> None:
    bob = api.person("bob")
    eve, fay = elsewhere(api, "eve", "fay")
    for follower, followed in ((ada.id, eve), (eve, ada.id), (eve, bob.id), (ada.id, fay)):
        follows(api, follower, followed)
    assert act(api, mo, eve, "suspend").status == 200
    api.work()
    [event] = told(api, ada)
    assert (event["type"], event["target_name"]) == ("account_suspension", f"eve@{PEER}")
    assert (event["followers_count"], event["following_count"], event["purged"]) == (1, 1, False)
    assert [one["followers_count"] for one in told(api, bob)] == [1]
    assert told(api, mo) == []
    with api.built.ground.store.read() as db:
        assert db.rows("SELECT follower_id, followed_id FROM follow") == [(ada.id, int(fay))]
    path = "/api/v1/severed_relationships"
    assert [one["id"] for one in api.get(path, ada).json] == [event["id"]]
    [lost] = api.get(f"{path}/{event['id']}/following", ada).json
    assert lost == {"acct": f"eve@{PEER}", "show_reblogs": False, "notify": False, "languages": ["de"]}
    assert [one["acct"] for one in api.get(f"{path}/{event['id']}/followers", ada).json] == [f"eve@{PEER}"]


def test_a_suspended_server_loses_all_of_them_and_each_is_told_once(api: Api, ada: Person) -> None:
    people = elsewhere(api, *(f"p{n}" for n in range(150)))
    for one in people:
        follows(api, ada.id, one)
    follows(api, people[0], ada.id)
    with api.built.ground.store.write() as db:
        decision = Decision(PEER, Policy(severity=Severity.SUSPEND))
        restricting.decide(db, decision, api.built.ground.here)
    api.work()
    [event] = told(api, ada)
    assert (event["type"], event["target_name"]) == ("domain_block", PEER)
    assert (event["followers_count"], event["following_count"]) == (1, 150)


def test_ones_own_block_of_a_server_is_told_with_a_list_to_take_along(api: Api, ada: Person) -> None:
    eve, fay = elsewhere(api, "eve", "fay")
    follows(api, ada.id, eve)
    follows(api, fay, ada.id)
    assert api.post("/api/v1/domain_blocks", ada, form={"domain": PEER}).status == 200
    api.work()
    [event] = told(api, ada)
    assert (event["type"], event["followers_count"], event["following_count"]) == ("user_domain_block", 1, 1)
    browser = Browser(api)
    browser.sign_in("ada")
    page = browser.get("/settings/decisions")
    assert PEER in page.text
    listed = browser.get(f"/settings/decisions/severed/{event['id']}/following.csv")
    assert listed.text.splitlines() == [
        "Account address,Show boosts,Notify on new posts,Languages", f"eve@{PEER},false,false,de",
    ]  # fmt: skip
    assert browser.get(f"/settings/decisions/severed/{event['id']}/others.csv").status == 404


def test_a_removed_account_here_is_told_of_too(api: Api, ada: Person) -> None:
    boss, bob = staff(api, "boss", "owner"), api.person("bob")
    api.post(f"/api/v1/accounts/{bob.id}/follow", ada)
    act(api, boss, bob, "suspend")
    api.work()
    assert told(api, ada) == [], "a suspension can end"
    api.delete(f"{ADMIN}/accounts/{bob.id}", boss)
    api.work()
    [event] = told(api, ada)
    assert (event["type"], event["target_name"], event["following_count"]) == ("account_suspension", "bob", 1)


def test_a2_nobody_reads_what_others_lost(api: Api, ada: Person) -> None:
    """A2"""
    [eve] = elsewhere(api, "eve")
    follows(api, ada.id, eve)
    act(api, staff(api, "mo"), eve, "suspend")
    api.work()
    [event] = told(api, ada)
    mallory = api.person("mallory", "read")
    path = f"/api/v1/severed_relationships/{event['id']}"
    for name in ("following", "followers"):
        assert api.get(f"{path}/{name}", ada).status == 200
        assert api.get(f"{path}/{name}", mallory).status == 404
    assert api.get("/api/v1/severed_relationships", mallory).json == []
    browser = Browser(api)
    browser.sign_in("mallory")
    assert browser.get(f"/settings/decisions/severed/{event['id']}/following.csv").status == 404
