"""Whom one is suggested to follow, and why."""

from typing import Any

import pytest

from martlet.services import following
from tests.client import Api, Person
from tests.mastodon.acts import block, do, follow, mute, publish, value

V2 = "/api/v2/suggestions"


@pytest.fixture
def people(api: Api) -> list[Person]:
    found = [api.person(name) for name in ("ada", "bob", "cem", "dora", "eve", "fritz")]
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET is_discoverable = 1")
        db.run("UPDATE users SET seen_at = :now", now=api.built.ground.here.now_ms())
    return found


def suggested(api: Api, viewer: Person) -> dict[str, list[str]]:
    reply = api.get(V2, viewer)
    assert reply.status == 200, reply.body
    return {one["account"]["username"]: one["sources"] for one in reply.json}


def found_now(api: Api) -> None:
    api.work()
    with api.built.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0 WHERE name = 'find_suggestions'")
    api.work()


def change(api: Api, columns: str, whom: Person) -> None:
    with api.built.ground.store.write() as db:
        db.run(f"UPDATE account SET {columns} WHERE id = :id", id=whom.id)


def test_friends_of_friends(api: Api, people: list[Person]) -> None:
    ada, bob, cem, dora, eve, _ = people
    for who, whom in ((ada, bob), (ada, cem), (bob, dora), (cem, dora), (cem, eve), (bob, ada), (bob, cem)):
        follow(api, who, whom)
    (first, second) = api.get(V2, ada).json
    assert (first["account"]["username"], second["account"]["username"]) == ("dora", "eve")
    assert first["source"] == "past_interactions"
    assert first["sources"] == ["friends_of_friends"]
    assert first["martlet"] == {
        "text": "2 people you follow follow this account.",
        "followers": 2,
        "interactions": 0,
    }
    assert [one["username"] for one in api.get("/api/v1/suggestions", ada, query={"limit": 1}).json] == [
        "dora"
    ]
    change(api, "hides_follows = 1", cem)
    assert suggested(api, ada) == {"dora": ["friends_of_friends"]}
    change(api, "hides_follows = 1", bob)
    assert suggested(api, ada) == {}


def test_whom_many_follow_and_like(api: Api, people: list[Person]) -> None:
    ada, bob, cem, dora, eve, _ = people
    object.__setattr__(api.built.ground.here, "featured_accounts", ("@fritz", "nobody@x", "no handle", "ada"))
    post = publish(api, dora)
    for one in (bob, cem):
        do(api, one, "favourite", post)
        with api.built.ground.store.write() as db:
            following.follow(db, one.id, eve.id, following.Wanted(), api.built.ground.here)
    found_now(api)
    assert suggested(api, ada) == {
        "fritz": ["featured"],
        "eve": ["most_followed"],
        "dora": ["most_interactions"],
    }
    assert [one["source"] for one in api.get(V2, ada).json] == ["staff", "global", "global"]
    follow(api, ada, bob)
    assert next(iter(suggested(api, ada).items())) == ("eve", ["friends_of_friends", "most_followed"])
    with api.built.ground.store.write() as db:
        db.run("UPDATE users SET locale = 'de'")
    texts = [one["martlet"]["text"] for one in api.get(V2, ada).json]
    assert texts[0] == "Eine Person, der du folgst, folgt diesem Konto. 2 Leute hier folgen diesem Konto."


def test_who_features_the_same(api: Api, people: list[Person]) -> None:
    ada, bob, cem, *_ = people
    follow(api, ada, bob)
    for one in (bob, cem):
        assert api.post("/api/v1/tags/swifts/feature", one).status == 200
    assert suggested(api, ada) == {"cem": ["similar_to_recently_followed"]}


@pytest.mark.parametrize(
    "why",
    [
        "followed",
        "asked",
        "blocked",
        "blocking",
        "muted",
        "undiscoverable",
        "moved",
        "limited",
        "suspended",
        "leaving",
        "server",
        "dismissed",
    ],
)
def test_who_is_never_suggested(api: Api, people: list[Person], why: str) -> None:
    """F5"""
    ada, bob, cem, *_ = people
    follow(api, ada, bob)
    follow(api, bob, cem)
    assert suggested(api, ada) == {"cem": ["friends_of_friends"]}
    match why:
        case "followed" | "asked":
            follow(api, ada, cem)
            if why == "asked":
                with api.built.ground.store.write() as db:
                    db.run("UPDATE follow SET is_accepted = 0 WHERE followed_id = :id", id=cem.id)
        case "blocked":
            block(api, ada, cem)
        case "blocking":
            block(api, cem, ada)
        case "muted":
            mute(api, ada, cem)
        case "server":
            change(api, "host = 'peer.example'", cem)
            assert api.post("/api/v1/domain_blocks", ada, form={"domain": "peer.example"}).status == 200
        case "dismissed":
            assert api.delete(f"/api/v1/suggestions/{cem.id}", ada).json == {}
            assert api.delete("/api/v1/suggestions/nobody", ada).json == {}
            assert api.delete("/api/v1/suggestions/1", ada).json == {}
        case _:
            columns = {
                "undiscoverable": "is_discoverable = 0",
                "moved": f"moved_to_id = {bob.id}",
                "limited": "limited_at = 1",
                "suspended": "suspended_at = 1",
                "leaving": "deletes_at = 9",
            }
            change(api, columns[why], cem)
    assert suggested(api, ada) == {}
    asked = api.get("/api/v1/martlet/why", ada, query={"account": cem.id}).json
    assert (asked["is_shown"], asked["sources"]) == (False, [])


def test_why(api: Api, people: list[Person]) -> None:
    ada, bob, cem, *_ = people
    follow(api, ada, bob)
    follow(api, bob, cem)
    told = api.get("/api/v1/martlet/why", ada, query={"account": cem.id}).json
    assert told["text"] == told["suggestion"]["text"] == "One person you follow follows this account."
    assert (told["is_shown"], told["sources"]) == (True, ["friends_of_friends"])
    assert api.get("/api/v1/martlet/why", query={"account": cem.id}).status == 401
    assert api.get("/api/v1/martlet/why", ada).status == 422
    assert api.get("/api/v1/martlet/why", ada, query={"account": cem.id, "tag": "x"}).status == 422


def test_only_the_last_dismissed_are_remembered(api: Api, people: list[Person], monkeypatch: Any) -> None:
    ada, *others = people
    monkeypatch.setattr("martlet.services.suggesting.DISMISSED", 2)
    for one in others:
        api.delete(f"/api/v1/suggestions/{one.id}", ada)
    assert value(api, "SELECT count(*) FROM dismissed_suggestion") == 2
