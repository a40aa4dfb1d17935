"""Group A of the attacks: what belongs to somebody else, and what has no end. Walks over every method."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect

from martlet.mastodon.door import MastodonDoor
from martlet.mastodon.routing import Operation
from martlet.storage.database import Store
from tests.client import Api, Person
from tests.mastodon.acts import POSTS, publish, upload

MUCH = "x" * 900_000
"""Nearly all that a body may have."""
LONGEST = 40_000
"""Bytes that any text in the database may have: a post of 5,000 characters, rendered."""
PASSING = {
    "token",
    "day_count",
    "session",
    "users",
    "event",
    "job",
    "rendered_post",
    "server_value",
    "attempt",
    "weekly_activity",
}
"""Tables in which a refused request may leave a trace: who was here, how often."""
NEEDED: dict[str, dict[str, Any]] = {
    POSTS: {"status": "Hello"},
    "/api/v1/scheduled_statuses/{id}": {"scheduled_at": "2099-02-01"},
    "/api/v1/featured_tags": {"name": "Rain"},
    "/api/v1/domain_blocks": {"domain": "elsewhere.example"},
    "/api/v1/lists": {"title": "Friends"},
    "/api/v1/lists/{id}": {"title": "Friends"},
    "/api/v1/filters": {"phrase": "rain", "context": ["home"]},
    "/api/v2/filters": {"title": "Rain", "context": ["home"]},
    "/api/v2/filters/{id}/keywords": {"keyword": "rain"},
    "/api/v2/filters/keywords/{id}": {"keyword": "rain"},
    "/api/v2/filters/{id}/statuses": {"status_id": "1"},
    "/api/v1/apps": {"client_name": "Bell", "redirect_uris": "urn:ietf:wg:oauth:2.0:oob"},
    "/api/v1/lists/{id}/accounts": {"account_ids": ["1"]},
    "/api/v1/polls/{id}/votes": {"choices": ["0"]},
    "/oauth/token": {"grant_type": "password"},
}


def operations(api: Api) -> Iterator[tuple[Operation, str]]:
    for door in api.built.application.doors:
        if isinstance(door, MastodonDoor):
            for operation in door.operations:
                for method in (operation.method, *operation.aliases):
                    yield operation, method


def private_ids(api: Api, ada: Person, bob: Person) -> dict[str, str]:
    """One of each thing of Ada's that nobody else may see or touch."""

    def make(path: str, **body: Any) -> Any:
        reply = api.post(path, ada, json=body)
        assert reply.status == 200, reply.text
        return reply.json

    make(f"/api/v1/accounts/{bob.id}/follow")
    publish(api, bob, "@ada for you alone", visibility="direct")
    publish(api, api.person("joe"), "@ada psst", visibility="direct")
    filter = make(
        "/api/v2/filters", title="Rain", context=["home"], keywords_attributes=[{"keyword": "rain"}]
    )
    poll = publish(
        api, ada, "@bob which?", visibility="direct", poll={"options": ["a", "b"], "expires_in": 3600}
    )
    marked = make(f"/api/v2/filters/{filter['id']}/statuses", status_id=poll["id"])
    boosted = publish(api, ada, "For everybody")
    api.post(f"{POSTS}/{boosted['id']}/reblog", bob)
    api.work()
    return {
        "list": make("/api/v1/lists", title="Friends")["id"],
        "filter": filter["id"],
        "keyword": filter["keywords"][0]["id"],
        "filtered": marked["id"],
        "media": upload(api, ada),
        "featured tag": make("/api/v1/featured_tags", name="Rain")["id"],
        "scheduled": make(POSTS, status="Later", scheduled_at="2099-01-01")["id"],
        "post": poll["id"],
        "poll": poll["poll"]["id"],
        "notification": api.get("/api/v1/notifications", ada).json[0]["id"],
        "album": make("/api/v1/martlet/albums", title="Us", visibility="direct")["id"],
        "folder": make("/api/v1/pleroma/bookmark_folders", name="Soups")["id"],
        "request": api.get("/api/v1/notifications/requests", ada).json[0]["id"],
        "group": api.get("/api/v2/notifications?types[]=reblog", ada).json["notification_groups"][0][
            "group_key"
        ],
        "conversation": api.get("/api/v1/conversations", ada).json[0]["id"],
    }


def everything(store: Store) -> dict[str, list[str]]:
    """All rows that a request by somebody else must leave as they are."""
    with store.read() as db:
        return {
            table: sorted(map(repr, db.rows(f"SELECT * FROM {table}")))
            for table in _tables(store)
            if table not in PASSING
        }


def _tables(store: Store) -> list[str]:
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND sql NOT LIKE '%VIRTUAL%'"
        if store.dialect == "sqlite"
        else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    )
    with store.read() as db:
        return [row[0] for row in db.rows(sql)]


def test_a2_nobody_reaches_anothers_things_by_any_method(api: Api) -> None:
    """A2"""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    ids = private_ids(api, ada, bob)
    before = everything(api.built.ground.store)
    for operation, method in operations(api):
        if "{" not in operation.path or "{hashtag}" in operation.path:
            continue
        if operation.path == "/api/v1/suggestions/{id}":  # answers the same whatever the id is, as documented
            continue
        for kind, id in ids.items():
            path = re.sub(r"{\w+}", id, operation.path)
            reply = api.call(
                method, path, eve, json=NEEDED.get(operation.path, {}) if method != "GET" else None
            )
            refusals = (403,) if operation.permission else (404, 422)  # for staff alone, whatever the id
            assert reply.status in refusals, f"{method} {path} ({kind}): {reply.status} {reply.text[:200]}"
    api.work()
    after = everything(api.built.ground.store)
    assert [table for table in before if before[table] != after[table]] == []


def test_a2_ids_in_bodies_too(api: Api) -> None:
    """A2"""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    ids = private_ids(api, ada, bob)
    own = api.post("/api/v2/filters", eve, json={"title": "x", "context": ["home"]}).json["id"]
    before = everything(api.built.ground.store)
    calls: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", POSTS, {"status": "x", "in_reply_to_id": ids["post"]}),
        ("POST", POSTS, {"status": "x", "quoted_status_id": ids["post"]}),
        ("POST", POSTS, {"status": "x", "media_ids": [ids["media"]]}),
        ("POST", "/api/v1/martlet/albums", {"title": "x", "media_ids": [ids["media"]]}),
        ("POST", f"/api/v2/filters/{own}/statuses", {"status_id": ids["post"]}),
        (
            "PUT",
            f"/api/v2/filters/{own}",
            {"keywords_attributes": [{"id": ids["keyword"], "_destroy": True}]},
        ),
        (
            "PUT",
            f"/api/v2/filters/{own}",
            {"keywords_attributes": [{"id": ids["keyword"], "keyword": "stolen"}]},
        ),
    ]
    for method, path, body in calls:
        reply = api.call(method, path, eve, json=body)
        assert reply.status in (404, 422), f"{path} {body}: {reply.status} {reply.text[:200]}"
    for method, path, body in (
        ("DELETE", "/api/v1/notifications/destroy_multiple", {"ids": [ids["notification"]]}),
        ("POST", "/api/v1/notifications/requests/accept", {"id": [ids["request"]]}),
        ("POST", "/api/v1/notifications/requests/dismiss", {"id": [ids["request"]]}),
    ):
        assert (
            api.call(method, path, eve, json=body).json == {}
        )  # of many, those that are not one's own are left out
    assert api.post("/api/v1/notifications/dismiss", eve, json={"id": ids["notification"]}).status == 404
    api.work()
    after = everything(api.built.ground.store)
    for table in ("post", "media", "filter_keyword", "filter_post", "notification", "notification_request"):
        assert before[table] == after[table], table
    for name in ("max_id", "min_id", "since_id"):
        assert api.get("/api/v1/notifications", eve, query={name: ids["notification"]}).json == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what is refused never comes to a database
def test_a14_no_field_of_any_method_keeps_what_has_no_end(api: Api) -> None:
    """A14"""
    ada = api.person("ada")
    app = api.app_token()
    post = publish(api, ada, "Hello")
    for operation, method in operations(api):
        if method == "GET" or operation.body_limit is None:
            continue
        path = re.sub(r"{\w+}", post["id"], operation.path)
        token = app if operation.path == "/api/v1/accounts" else ada
        for name, body in _bodies(operation.form, NEEDED.get(operation.path, {})):
            reply = api.call(method, path, token, json=body)
            assert reply.status < 500, f"{method} {path} {name}: {reply.status}"
    api.work()
    assert dict(_too_long(api.built.ground.store)) == {}


def _bodies(form: type[Any], needed: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """For each field of the form a body in which it is far too much, in the ways its type allows."""
    info = inspect.type_info(form)
    assert isinstance(info, inspect.StructType)
    for field in info.fields:
        name = field.encode_name
        for much in (MUCH, [MUCH], ["1"] * 20_000, {MUCH: MUCH[:10]}, [{"keyword": MUCH, "name": MUCH[:9]}]):
            yield name, {**needed, name: much}


def _too_long(store: Store) -> Iterator[tuple[str, int]]:
    with store.read() as db:
        for table in _tables(store):
            for column in [row[1] for row in db.rows(f"PRAGMA table_info({table})")]:
                found = db.value(f'SELECT max(length(CAST("{column}" AS TEXT))) FROM "{table}"') or 0
                if found > LONGEST:
                    yield f"{table}.{column}", found


@pytest.mark.parametrize("length", [10_000, 60_000])
def test_a14_queries_too(api: Api, length: int) -> None:
    """A14"""
    ada = api.person("ada")
    for operation, method in operations(api):
        if method != "GET":
            continue
        path = re.sub(r"{\w+}", "1", operation.path)
        info = inspect.type_info(operation.form)
        assert isinstance(info, inspect.StructType)
        for field in info.fields:
            for name in (field.encode_name, f"{field.encode_name}[]"):
                assert api.get(f"{path}?{name}={'9' * length}", ada).status < 500, f"{path} {name}"


def test_a15_an_idempotency_key_belongs_to_one_person(api: Api) -> None:
    """A15"""
    ada, bob = api.person("ada"), api.person("bob")
    key = {"Idempotency-Key": "the same"}
    first = api.post(POSTS, ada, json={"status": "Ada's", "visibility": "direct"}, headers=key).json
    other = api.post(POSTS, bob, json={"status": "Bob's"}, headers=key).json
    again = api.post(POSTS, ada, json={"status": "Ada's", "visibility": "direct"}, headers=key).json
    assert other["id"] != first["id"]
    assert other["account"]["id"] == str(bob.id)
    assert "Bob" in other["content"]
    assert again["id"] == first["id"]


def test_a19_a_boost_does_not_lead_round_the_rule_on_quotes(api: Api) -> None:
    """A19"""
    ada, bob = api.person("ada"), api.person("bob")
    post = publish(api, ada, "Not to be quoted", quote_approval_policy="nobody")
    boost = api.post(f"{POSTS}/{post['id']}/reblog", bob).json
    for id in (post["id"], boost["id"]):
        reply = api.post(POSTS, bob, json={"status": "Look", "quoted_status_id": id})
        assert reply.status in (403, 404, 422), reply.text
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post WHERE text = 'Look'") == 0


def test_c10_media_of_somebody_else_cannot_be_taken(api: Api) -> None:
    """C10"""
    ada, eve = api.person("ada"), api.person("eve")
    id = upload(api, ada)
    assert api.post(POSTS, eve, json={"status": "x", "media_ids": [id]}).status == 422
    own = publish(api, eve)
    for path in (f"{POSTS}/{own['id']}",):
        assert api.put(path, eve, json={"status": "x", "media_ids": [id]}).status == 422
    assert api.get(f"/api/v1/media/{id}", eve).status == 404
    assert api.put(f"/api/v1/media/{id}", eve, json={"description": "mine"}).status == 404
    assert api.delete(f"/api/v1/media/{id}", eve).status == 404
    with api.built.ground.store.read() as db:
        assert db.row("SELECT owner_id, post_id, description FROM media") == (ada.id, None, "")
    taken = publish(api, ada, "mine", media_ids=[id])
    assert [one["id"] for one in taken["media_attachments"]] == [id]
