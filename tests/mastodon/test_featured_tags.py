"""Hashtags on profiles."""

from datetime import UTC, datetime
from typing import Any

import pytest

from martlet.services import leaving, moderating
from tests.browser import Browser
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, publish, refusal

FEATURED = "/api/v1/featured_tags"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def feature(api: Api, by: Person, name: str) -> dict[str, Any]:
    reply = api.post(FEATURED, by, json={"name": name})
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def counts(api: Api, owner: Person) -> dict[str, tuple[str, str | None]]:
    return {
        one["name"]: (one["statuses_count"], one["last_status_at"]) for one in api.get(FEATURED, owner).json
    }


def test_featuring_and_not(api: Api, ada: Person) -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    publish(api, ada, "#Swifts over the #tram")
    publish(api, ada, "#swifts for followers", visibility="private")
    publish(api, api.person("bob"), "#swifts")
    made = feature(api, ada, " #SWIFTS ")
    assert made == {
        "id": made["id"],
        "name": "SWIFTS",
        "url": "http://localhost:3000/@ada/tagged/swifts",
        "statuses_count": "1",
        "last_status_at": today,
    }
    other = feature(api, ada, "Fledermaus")
    assert (other["statuses_count"], other["last_status_at"]) == ("0", None)
    path = f"/api/v1/accounts/{ada.id}/featured_tags"
    assert api.get(FEATURED, ada).json == api.get(path).json == [made, other]
    assert api.get("/api/v1/profile", ada).json["featured_tags"] == [made, other]
    assert api.get("/api/v1/tags/swifts", ada).json["featuring"] is True
    assert api.get("/api/v1/tags/tram", ada).json["featuring"] is False
    assert api.delete(f"{FEATURED}/{made['id']}", ada).json == {}
    assert api.delete(f"{FEATURED}/{made['id']}", ada).status == 404
    assert api.get(FEATURED, ada).json == [other]


def test_by_name(api: Api, ada: Person) -> None:
    for _ in range(2):
        assert api.post("/api/v1/tags/Swifts/feature", ada).json["featuring"] is True
    assert [one["name"] for one in api.get(FEATURED, ada).json] == ["Swifts"]
    for _ in range(2):
        assert api.post("/api/v1/tags/SWIFTS/unfeature", ada).json["featuring"] is False
    assert api.get(FEATURED, ada).json == []
    for verb in ("feature", "unfeature"):
        assert api.post(f"/api/v1/tags/123/{verb}", ada).status == 404


@pytest.mark.parametrize("name", ["", "#", "123", "a b", "x" * 201, "##a"])
def test_what_is_no_hashtag(api: Api, ada: Person, name: str) -> None:
    assert refusal(api.post(FEATURED, ada, json={"name": name})) == "Validation failed: Tag is invalid"
    assert api.get(FEATURED, ada).json == []


def test_once_each_and_ten_of_them(api: Api, ada: Person) -> None:
    """A14"""
    for number in range(10):
        feature(api, ada, f"tag{number}")
    assert "already been taken" in refusal(api.post(FEATURED, ada, json={"name": "TAG1"}))
    assert "maximum number" in refusal(api.post(FEATURED, ada, json={"name": "another"}))
    assert api.post("/api/v1/tags/tag1/feature", ada).status == 200
    assert api.post("/api/v1/tags/another/feature", ada).status == 422
    assert len(api.get(FEATURED, ada).json) == 10


def test_counts_follow_what_happens(api: Api, ada: Person) -> None:
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    feature(api, ada, "swifts")
    feature(api, ada, "tram")
    first = publish(api, ada, "#swifts #Swifts")
    publish(api, ada, "#swifts", visibility="unlisted")
    for visibility in ("private", "direct"):
        publish(api, ada, "#swifts", visibility=visibility)
    assert counts(api, ada) == {"swifts": ("2", today), "tram": ("0", None)}
    assert api.put(f"{POSTS}/{first['id']}", ada, json={"status": "#tram"}).status == 200
    assert counts(api, ada) == {"swifts": ("1", today), "tram": ("1", today)}
    assert api.put(f"{POSTS}/{first['id']}", ada, json={"status": "#tram!"}).status == 200
    assert counts(api, ada) == {"swifts": ("1", today), "tram": ("1", today)}
    assert api.delete(f"{POSTS}/{first['id']}", ada).status == 200
    assert counts(api, ada) == {"swifts": ("1", today), "tram": ("0", None)}


def test_suggestions(api: Api, ada: Person) -> None:
    for text in ("#swifts", "#swifts #tram", "#swifts #tram #bell", "#bell #bell #tram"):
        publish(api, ada, text)
    publish(api, ada, "#PLOT", visibility="private")
    publish(api, api.person("bob"), "#other")
    api.work()
    feature(api, ada, "tram")
    found = api.get(f"{FEATURED}/suggestions", ada).json
    assert [one["name"] for one in found] == ["swifts", "bell", "plot"]
    assert [one["history"][0]["uses"] for one in found] == ["3", "2", "0"]
    assert {one["featuring"] for one in found} == {False}


def test_who_is_gone_features_nothing(api: Api, ada: Person) -> None:
    feature(api, ada, "swifts")
    path, ground = f"/api/v1/accounts/{ada.id}/featured_tags", api.built.ground
    with ground.store.write() as db:
        moderating.suspend(db, ada.id, ground.here)
    assert api.get(path).json == []
    with ground.store.write() as db:
        moderating.unsuspend(db, ada.id)
        leaving.delete_account(db, ada.id, ground.here)
    assert api.get(path).json == []
    assert api.get("/api/v1/accounts/1/featured_tags").status == 404


def test_nobody_reaches_another_ones(api: Api, ada: Person) -> None:
    """A2"""
    made, bob = feature(api, ada, "swifts"), api.person("bob")
    assert api.delete(f"{FEATURED}/{made['id']}", bob).status == 404
    api.post("/api/v1/tags/swifts/unfeature", bob)
    assert api.get(FEATURED, bob).json == []
    assert api.get(FEATURED, ada).json == [made]


def test_scopes(api: Api, ada: Person) -> None:
    """A1"""
    reading, writing = api.token(ada.id, "read:accounts"), api.token(ada.id, "write:accounts")
    for path in (FEATURED, f"{FEATURED}/suggestions"):
        assert api.get(path, reading).status == 200
        assert api.get(path, writing).status == 403
        assert api.get(path).status == 401
    assert api.post(FEATURED, reading, json={"name": "x"}).status == 403
    made = api.post(FEATURED, writing, json={"name": "x"}).json
    assert api.delete(f"{FEATURED}/{made['id']}", reading).status == 403
    assert api.post("/api/v1/tags/x/feature", reading).status == 403
    assert api.post("/api/v1/tags/x/unfeature", writing).status == 200


def test_the_page_that_is_named(api: Api, ada: Person) -> None:
    url = feature(api, ada, "Straße")["url"]
    publish(api, ada, "Trees in the #Straße")
    publish(api, ada, "#Straße for friends", visibility="private")
    publish(api, ada, "Something else")
    page = Browser(api).get(url.removeprefix("http://localhost:3000"))
    assert page.status == 200
    assert "Trees in the" in page.text
    assert "for friends" not in page.text
    assert "Something else" not in page.text
    for path in ("/@ada/tagged/1", "/@nobody/tagged/x"):
        assert Browser(api).get(path).status == 404
