"""Filters: keeping them, and what they match."""

from typing import Any

import pytest
import time_machine

from tests.client import Api, Person

FILTERS = "/api/v2/filters"
ALL = ["home", "notifications", "public", "thread", "account"]


def make_filter(api: Api, owner: Person, *keywords: str, whole_word: bool = True, **fields: Any) -> Any:
    body = {
        "title": "Enough",
        "context": ALL,
        "keywords_attributes": [{"keyword": keyword, "whole_word": whole_word} for keyword in keywords],
    }
    made = api.post(FILTERS, owner, json=body | fields)
    assert made.status == 200, made.body
    return made.json


def post(api: Api, by: Person, text: str, **form: str) -> str:
    reply = api.post("/api/v1/statuses", by, form={"status": text, **form})
    assert reply.status == 200, reply.body
    return str(reply.json["id"])


def filtered(api: Api, viewer: Person, id: str, path: str = "/api/v1/timelines/public") -> list[Any]:
    found = api.get(path, viewer)
    assert found.status == 200, found.body
    return next(list(one["filtered"]) for one in found.json if one["id"] == id)


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


def test_making_changing_and_deleting(api: Api, ada: Person) -> None:
    made = api.post(
        FILTERS,
        ada,
        form=[
            ("title", "test"),
            ("context[]", "public"),
            ("context[]", "home"),
            ("filter_action", "blur"),
            ("keywords_attributes[][keyword]", "foo"),
            ("keywords_attributes[][whole_word]", "false"),
            ("keywords_attributes[][keyword]", "bar"),
        ],
    ).json
    assert made["context"] == ["home", "public"]
    assert made["filter_action"] == "blur"
    assert made["expires_at"] is None
    assert [(one["keyword"], one["whole_word"]) for one in made["keywords"]] == [
        ("foo", False),
        ("bar", True),
    ]
    assert made["statuses"] == []
    foo, bar = made["keywords"]
    changed = api.put(
        f"{FILTERS}/{made['id']}",
        ada,
        json={
            "expires_in": 60,
            "keywords_attributes": [
                {"id": foo["id"], "_destroy": True},
                {"id": bar["id"], "keyword": "baz"},
                {"keyword": "new"},
            ],
        },
    ).json
    assert [one["keyword"] for one in changed["keywords"]] == ["baz", "new"]
    assert changed["expires_at"] is not None
    assert changed["context"] == made["context"]
    assert api.get(FILTERS, ada).json == [changed]
    assert api.put(f"{FILTERS}/{made['id']}", ada, json={"expires_in": None}).json["expires_at"] is None
    assert api.delete(f"{FILTERS}/{made['id']}", ada).json == {}
    assert api.get(f"{FILTERS}/{made['id']}", ada).status == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "x"},
        {"title": "x", "context": []},
        {"title": "x", "context": ["home", "kitchen"]},
        {"title": "x", "context": ["home"], "filter_action": "burn"},
        {"title": "x", "context": ["home"], "expires_in": "soon"},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": " "}]},
        {"title": "x", "context": ["home"], "keywords_attributes": [{"keyword": "x" * 600}]},
        {"title": "x" * 300, "context": ["home"]},
    ],
)
def test_what_does_not_make_a_filter(api: Api, ada: Person, body: Any) -> None:
    refused = api.post(FILTERS, ada, json=body)
    assert refused.status == 422
    assert refused.json["error"].startswith("Validation failed: ")
    assert api.get(FILTERS, ada).json == []


def test_keywords_and_statuses_one_by_one(api: Api, ada: Person) -> None:
    path = f"{FILTERS}/{make_filter(api, ada)['id']}"
    keyword = api.post(f"{path}/keywords", ada, form={"keyword": "foo", "whole_word": "0"}).json
    assert api.get(f"{path}/keywords", ada).json == [keyword]
    one = f"{FILTERS}/keywords/{keyword['id']}"
    assert api.get(one, ada).json == keyword
    assert api.put(one, ada, form={"keyword": "bar"}).json == keyword | {"keyword": "bar"}
    assert api.put(one, ada, form={"keyword": ""}).status == 422
    assert api.delete(one, ada).json == {}
    assert api.get(one, ada).status == 404
    made = post(api, ada, "Hello")
    status = api.post(f"{path}/statuses", ada, form={"status_id": made}).json
    assert status["status_id"] == made
    assert api.get(f"{path}/statuses", ada).json == [status]
    assert api.post(f"{path}/statuses", ada, form={"status_id": made}).status == 422
    assert api.post(f"{path}/statuses", ada, form={"status_id": "1"}).status == 404
    one = f"{FILTERS}/statuses/{status['id']}"
    assert api.get(one, ada).json == status
    assert api.delete(one, ada).json == {}
    assert api.get(one, ada).status == 404


def test_nobody_reaches_another_ones_filter(api: Api, ada: Person, bob: Person) -> None:
    made = make_filter(api, ada, "foo")
    path, keyword = f"{FILTERS}/{made['id']}", f"{FILTERS}/keywords/{made['keywords'][0]['id']}"
    public = post(api, ada, "Hello")
    status = api.post(f"{path}/statuses", ada, form={"status_id": public}).json
    own = f"{FILTERS}/{make_filter(api, bob)['id']}"
    calls = [
        api.get(path, bob),
        api.put(path, bob, json={"title": "mine"}),
        api.delete(path, bob),
        api.get(f"{path}/keywords", bob),
        api.post(f"{path}/keywords", bob, form={"keyword": "x"}),
        api.get(keyword, bob),
        api.put(keyword, bob, form={"keyword": "x"}),
        api.delete(keyword, bob),
        api.get(f"{path}/statuses", bob),
        api.post(f"{path}/statuses", bob, form={"status_id": public}),
        api.get(f"{FILTERS}/statuses/{status['id']}", bob),
        api.delete(f"{FILTERS}/statuses/{status['id']}", bob),
        api.put(
            own, bob, json={"keywords_attributes": [{"id": made["keywords"][0]["id"], "_destroy": True}]}
        ),
    ]
    assert [reply.status for reply in calls] == [404] * 13
    assert api.get(path, ada).json == made | {"statuses": [status]}
    private = post(api, ada, "Hello", visibility="private")
    assert api.post(f"{own}/statuses", bob, form={"status_id": private}).status == 404


@pytest.mark.parametrize(
    ("keyword", "text", "is_found"),
    [
        ("cat", "A Cat!", True),
        ("cat", "a category", False),
        ("cat", "concat", False),
        ("cat", "我的cat坏了", True),
        ("手机", "我的手机坏了", True),
        ("手机", "我的手表坏了", False),
        ("C++", "learning C++17", True),
        ("ＡＢＣ", "abc", True),
        ("straße", "STRASSE", True),
        ("two words", "two words.", True),
        (".*", "anything", False),
    ],
)
def test_whole_words(api: Api, ada: Person, bob: Person, keyword: str, text: str, is_found: bool) -> None:  # noqa: FBT001
    make_filter(api, ada, keyword)
    assert bool(filtered(api, ada, post(api, bob, text))) is is_found


def test_a_result_tells_the_filter_and_what_matched(api: Api, ada: Person, bob: Person) -> None:
    made = make_filter(api, ada, "foo", "bar", "nothing", whole_word=False, filter_action="hide")
    seen, unseen = post(api, bob, "Foolish BARS"), post(api, bob, "Hello")
    (result,) = filtered(api, ada, seen)
    wanted = {name: made[name] for name in ("id", "title", "context", "expires_at", "filter_action")}
    assert result == {"filter": wanted, "keyword_matches": ["foo", "bar"], "status_matches": None}
    assert filtered(api, ada, unseen) == []
    assert filtered(api, bob, seen) == []
    assert "filtered" not in api.get("/api/v1/timelines/public").json[0]


def test_warnings_and_options_of_polls_are_read_too(api: Api, ada: Person, bob: Person) -> None:
    make_filter(api, ada, "spider")
    assert filtered(api, ada, post(api, bob, "Look", spoiler_text="A spider"))


def test_an_edited_post_is_matched_anew(api: Api, ada: Person, bob: Person) -> None:
    make_filter(api, ada, "spider")
    made = post(api, bob, "Hello")
    assert not filtered(api, ada, made)
    with api.built.ground.store.write() as db:
        db.run(
            "UPDATE post SET html = '<p>a spider</p>', version = version + 1, revision = revision + 1 WHERE id = :id",
            id=int(made),
        )
    assert filtered(api, ada, made)


def test_single_posts_and_their_boosts(api: Api, ada: Person, bob: Person) -> None:
    path = f"{FILTERS}/{make_filter(api, ada)['id']}/statuses"
    made = post(api, bob, "Hello")
    api.post(path, ada, form={"status_id": made})
    (result,) = filtered(api, ada, made)
    assert result["status_matches"] == [made]
    assert result["keyword_matches"] is None


def test_a_filter_is_told_everywhere_with_its_contexts(api: Api, ada: Person, bob: Person) -> None:
    """Apps keep a post that they were shown in one place and show it in another: they ask themselves where a filter holds."""
    make_filter(api, ada, "spider", context=["account"])
    made = post(api, bob, "a spider")
    told = api.get(f"/api/v1/statuses/{made}", ada).json["filtered"]
    assert told[0]["filter"]["context"] == ["account"]
    assert filtered(api, ada, made) == told
    assert filtered(api, ada, made, f"/api/v1/accounts/{bob.id}/statuses") == told


def test_a_filter_ends(api: Api, ada: Person, bob: Person) -> None:
    make_filter(api, ada, "spider", expires_in=3600)
    made = post(api, bob, "a spider")
    assert filtered(api, ada, made)
    with time_machine.travel(api.built.ground.here.now_ms() / 1000 + 3601, tick=False):
        assert filtered(api, ada, made) == []


def test_without_filters_nobody_pays_for_them(api: Api, bob: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    made = post(api, bob, "Hello")
    monkeypatch.setattr("martlet.storage.filters.of_account", None)
    assert filtered(api, bob, made) == []
