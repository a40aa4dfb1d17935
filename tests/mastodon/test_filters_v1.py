"""Filters as older apps know them: each keyword by itself."""

from typing import Any

import pytest

from tests.client import Api, Person
from tests.mastodon.acts import publish, refusal

V1 = "/api/v1/filters"
V2 = "/api/v2/filters"


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def make(api: Api, owner: Person, phrase: str = "rain", **more: Any) -> dict[str, Any]:
    reply = api.post(V1, owner, json={"phrase": phrase, "context": ["home", "public"], **more})
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def test_making_changing_and_deleting(api: Api, ada: Person) -> None:
    made = api.post(
        V1, ada, form={"phrase": " rain ", "context[]": ["home", "thread"], "whole_word": "0"}
    ).json
    assert made == {
        "id": made["id"],
        "phrase": "rain",
        "context": ["home", "thread"],
        "whole_word": False,
        "expires_at": None,
        "irreversible": False,
    }
    (whole,) = api.get(V2, ada).json
    assert (whole["title"], whole["filter_action"], whole["context"]) == ("rain", "warn", ["home", "thread"])
    assert whole["keywords"] == [{"id": made["id"], "keyword": "rain", "whole_word": False}]
    assert api.get(V1, ada).json == [made]
    path = f"{V1}/{made['id']}"
    assert api.get(path, ada).json == made
    changed = api.put(
        path,
        ada,
        json={
            "phrase": "hail",
            "context": ["account"],
            "irreversible": True,
            "whole_word": True,
            "expires_in": 60,
        },
    ).json
    assert (changed["phrase"], changed["context"], changed["irreversible"]) == ("hail", ["account"], True)
    assert (changed["whole_word"], changed["expires_at"] is None) == (True, False)
    (whole,) = api.get(V2, ada).json
    assert (whole["title"], whole["filter_action"]) == ("hail", "hide")
    assert api.put(path, ada, json={}).json == changed
    assert api.put(path, ada, json={"expires_in": None}).json["expires_at"] is None
    assert api.delete(path, ada).json == {}
    assert api.delete(path, ada).status == 404
    assert api.get(V1, ada).json == api.get(V2, ada).json == []


def test_it_works(api: Api, ada: Person) -> None:
    publish(api, api.person("bob"), "Rain again")
    make(api, ada)
    (post,) = api.get("/api/v1/timelines/public", ada).json
    assert post["filtered"][0]["keyword_matches"] == ["rain"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"phrase": "rain"},
        {"phrase": " ", "context": ["home"]},
        {"phrase": "rain", "context": []},
        {"phrase": "rain", "context": ["kitchen"]},
        {"phrase": "x" * 600, "context": ["home"]},
        {"phrase": "rain", "context": ["home"], "expires_in": "soon"},
    ],
)
def test_what_does_not_make_a_filter(api: Api, ada: Person, body: dict[str, Any]) -> None:
    assert refusal(api.post(V1, ada, json=body)).startswith("Validation failed: ")
    assert api.get(V2, ada).json == []


def whole_filter(api: Api, owner: Person, *keywords: str, **more: Any) -> dict[str, Any]:
    body = {
        "title": "Weather",
        "context": ["home"],
        "keywords_attributes": [{"keyword": one} for one in keywords],
    }
    reply = api.post(V2, owner, json=body | more)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def test_a_filter_with_several_keywords(api: Api, ada: Person) -> None:
    whole = whole_filter(api, ada, "rain", "hail")
    first, second = api.get(V1, ada).json
    assert [first["phrase"], second["phrase"]] == ["rain", "hail"]
    path = f"{V1}/{first['id']}"
    for body in ({"context": ["public"]}, {"irreversible": True}, {"expires_in": 60}):
        assert "other keywords" in refusal(api.put(path, ada, json=body))
    assert api.get(V2, ada).json == [whole]
    changed = api.put(path, ada, json={"phrase": "sleet", "context": ["home"], "whole_word": False}).json
    assert (changed["phrase"], changed["whole_word"]) == ("sleet", False)
    assert api.get(f"{V2}/{whole['id']}", ada).json["title"] == "Weather"
    assert api.delete(path, ada).status == 200
    assert [one["keyword"] for one in api.get(f"{V2}/{whole['id']}", ada).json["keywords"]] == ["hail"]


def test_what_this_version_cannot_say_stays(api: Api, ada: Person) -> None:
    whole = whole_filter(api, ada, "rain", filter_action="blur")
    post = publish(api, ada)
    assert api.post(f"{V2}/{whole['id']}/statuses", ada, json={"status_id": post["id"]}).status == 200
    path = f"{V1}/{whole['keywords'][0]['id']}"
    shown = api.put(path, ada, json={"phrase": "hail", "context": ["public"], "irreversible": False}).json
    assert shown["irreversible"] is False
    now = api.get(f"{V2}/{whole['id']}", ada).json
    assert (now["title"], now["filter_action"], now["context"]) == ("Weather", "blur", ["public"])
    assert api.delete(path, ada).status == 200
    assert len(api.get(f"{V2}/{whole['id']}", ada).json["statuses"]) == 1
    assert api.get(V1, ada).json == []


def test_nobody_reaches_another_ones(api: Api, ada: Person) -> None:
    """A2"""
    made, bob = make(api, ada), api.person("bob")
    path = f"{V1}/{made['id']}"
    for reply in (
        api.get(path, bob),
        api.put(path, bob, json={"phrase": "mine"}),
        api.delete(path, bob),
        api.get(f"{V1}/{api.get(V2, ada).json[0]['id']}", ada),
    ):
        assert reply.status == 404
    assert api.get(V1, bob).json == []
    assert api.get(path, ada).json == made


def test_scopes(api: Api, ada: Person) -> None:
    """A1"""
    reading, writing = api.token(ada.id, "read:filters"), api.token(ada.id, "write:filters")
    path = f"{V1}/{make(api, ada)['id']}"
    assert [api.get(V1, token).status for token in (reading, writing, None)] == [200, 403, 401]
    assert [api.get(path, token).status for token in (reading, writing)] == [200, 403]
    assert [api.put(path, token, json={}).status for token in (writing, reading)] == [200, 403]
    assert [api.delete(path, token).status for token in (reading, writing)] == [403, 200]
    assert api.post(V1, reading, json={"phrase": "x", "context": ["home"]}).status == 403
