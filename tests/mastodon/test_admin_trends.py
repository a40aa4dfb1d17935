"""What those who look after trends decide."""

from dataclasses import replace
from typing import Any

import pytest

from tests.client import Api, Person
from tests.mastodon.acts import do, publish, refusal
from tests.mastodon.test_trends import shared
from tests.mastodon.trending import LEAST, all_write, measured, names, posts, townspeople

ADMIN = "/api/v1/admin"
URL = "https://paper.example/river"


@pytest.fixture
def people(api: Api) -> list[Person]:
    return townspeople(api, LEAST + 1)


@pytest.fixture
def moderator(api: Api) -> Person:
    return api.person("mo", scopes="read write admin:read admin:write", role="moderator")


def listed(api: Api, moderator: Person, which: str, **query: Any) -> list[dict[str, Any]]:
    reply = api.get(f"{ADMIN}/trends/{which}", moderator, query=query)
    assert reply.status == 200, reply.body
    found: list[dict[str, Any]] = reply.json
    return found


def decide(api: Api, moderator: Person, path: str) -> dict[str, Any]:
    reply = api.post(f"{ADMIN}/trends/{path}", moderator)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def reviewing(api: Api) -> None:
    """The server wants to look first."""
    here = api.built.ground.here
    object.__setattr__(here, "trends", "reviewed")


def test_hashtags(api: Api, people: list[Person], moderator: Person) -> None:
    all_write(api, people, "#swifts")
    (tag,) = listed(api, moderator, "tags")
    assert (tag["trendable"], tag["usable"], tag["listable"], tag["requires_review"]) == (
        True,
        True,
        True,
        True,
    )
    assert listed(api, moderator, "tags", offset=1) == []
    rejected = decide(api, moderator, f"tags/{tag['id']}/reject")
    assert (rejected["trendable"], rejected["requires_review"]) == (False, False)
    assert names(api) == []
    publish(api, people[0], "#other")
    measured(api)
    assert names(api) == []
    assert decide(api, moderator, f"tags/{tag['id']}/approve")["trendable"] is True
    assert names(api) == ["swifts"]
    assert api.post(f"{ADMIN}/trends/tags/1/approve", moderator).status == 404


def test_a_server_that_looks_first(api: Api, people: list[Person], moderator: Person) -> None:
    reviewing(api)
    first, *_ = all_write(api, people, "#swifts")
    publish(api, people[0], "#swiftsong")
    for one in people[1:]:
        do(api, one, "favourite", {"id": first})
    card = shared(api, people, URL)
    measured(api)
    assert names(api) == posts(api) == api.get("/api/v1/trends/links").json == []
    (tag, *_), (post,), (link,) = (listed(api, moderator, which) for which in ("tags", "statuses", "links"))
    assert (tag["trendable"], post["requires_review"], link["requires_review"]) == (False, True, True)
    assert (post["id"], link["id"]) == (first, str(card))
    searched = {"q": "swift", "type": "hashtags", "exclude_unreviewed": True}
    assert api.get("/api/v2/search", moderator, query=searched).json["hashtags"] == []
    decide(api, moderator, f"tags/{tag['id']}/approve")
    assert decide(api, moderator, f"statuses/{first}/approve")["requires_review"] is False
    assert decide(api, moderator, f"links/{card}/approve")["requires_review"] is False
    assert (names(api), posts(api)) == (["swifts"], [first])
    assert len(api.get("/api/v1/trends/links").json) == 1
    (found,) = api.get("/api/v2/search", moderator, query=searched).json["hashtags"]
    assert found["name"] == "swifts"
    for path in (f"statuses/{first}/reject", f"links/{card}/reject"):
        decide(api, moderator, path)
    assert posts(api) == api.get("/api/v1/trends/links").json == []


def test_a_site(api: Api, people: list[Person], moderator: Person) -> None:
    card = shared(api, people, URL)
    reply = api.get(f"{ADMIN}/trends/links/publishers", moderator)
    (site,) = reply.json
    assert site == {
        "id": site["id"],
        "domain": "paper.example",
        "trendable": None,
        "reviewed_at": None,
        "requested_review_at": None,
        "requires_review": True,
    }
    assert api.get("/api/v1/trends/links").json
    site_path = f"{ADMIN}/trends/links/publishers/{site['id']}"
    assert api.post(f"{site_path}/approve", moderator).json["trendable"] is True
    assert api.post(f"{site_path}/reject", moderator).json["trendable"] is False
    assert api.get("/api/v1/trends/links").json == []
    publish(api, people[0], "#other")
    measured(api)
    assert api.get("/api/v1/trends/links").json == []
    decide(api, moderator, f"links/{card}/approve")
    assert api.get("/api/v1/trends/links").json
    decide(api, moderator, f"links/publishers/{site['id']}/reject")
    assert api.get("/api/v1/trends/links").json  # what was decided about the link goes before


def test_what_a_hashtag_may(api: Api, people: list[Person], moderator: Person) -> None:
    all_write(api, people, "#swifts")
    (tag,) = api.get(f"{ADMIN}/tags", moderator).json
    path = f"{ADMIN}/tags/{tag['id']}"
    assert api.get(path, moderator).json == tag
    changed = api.put(path, moderator, json={"display_name": "Swifts", "listable": False}).json
    assert changed == tag | {"name": "Swifts", "listable": False, "requires_review": False}
    assert names(api) == []
    assert (
        api.get("/api/v2/search", people[0], query={"q": "swifts", "type": "hashtags"}).json["hashtags"] == []
    )
    decide(api, moderator, f"trends/tags/{tag['id']}/approve".removeprefix("trends/"))
    assert names(api) == []  # not listed, so not among trends either
    changed = api.put(path, moderator, json={"listable": True, "usable": False}).json
    assert (changed["listable"], changed["usable"], changed["trendable"]) == (True, False, True)
    assert names(api) == ["Swifts"]
    refused = api.post("/api/v1/statuses", people[0], json={"status": "#SWIFTS"})
    assert refusal(refused) == "Validation failed: Text contained a disallowed hashtag: #Swifts"
    assert publish(api, people[0], "#other")
    assert "hashtag" in refusal(
        api.put(f"/api/v1/statuses/{publish(api, people[0])['id']}", people[0], json={"status": "#swifts"})
    )
    assert "previous name" in refusal(api.put(path, moderator, json={"display_name": "Swallows"}))
    assert api.put(path, moderator, json={"trendable": False}).json["trendable"] is False
    assert names(api) == []
    for missing in (api.get(f"{ADMIN}/tags/1", moderator), api.put(f"{ADMIN}/tags/1", moderator)):
        assert missing.status == 404


def test_switched_off(api: Api, people: list[Person], moderator: Person) -> None:
    first, *_ = all_write(api, people, "#swifts")
    object.__setattr__(api.built.ground.here, "trends", "off")
    assert names(api) == []
    do(api, people[1], "favourite", {"id": first})
    all_write(api, people, "#swallows")
    assert names(api) == []
    assert listed(api, moderator, "tags") == []


def test_only_those_who_look_after_trends(api: Api, people: list[Person], moderator: Person) -> None:
    """A1"""
    all_write(api, people, "#swifts")
    (tag,) = listed(api, moderator, "tags")
    anybody = api.person("anybody", scopes="read write admin:read admin:write")
    without = replace(moderator, token=api.token(moderator.id, "read write admin:read:reports"))
    for method, path in (
        ("GET", f"{ADMIN}/trends/tags"),
        ("GET", f"{ADMIN}/trends/links"),
        ("GET", f"{ADMIN}/trends/statuses"),
        ("GET", f"{ADMIN}/trends/links/publishers"),
        ("GET", f"{ADMIN}/tags"),
        ("PUT", f"{ADMIN}/tags/{tag['id']}"),
        *(
            ("POST", f"{ADMIN}/trends/{what}/{tag['id']}/{verb}")
            for what in ("tags", "links", "statuses", "links/publishers")
            for verb in ("approve", "reject")
        ),
    ):
        assert api.call(method, path, anybody).status == 403, path
        assert api.call(method, path, without).status == 403, path
        assert api.call(method, path).status == 401, path
    assert names(api) == ["swifts"]
