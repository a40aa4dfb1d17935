"""Posts for people of this server only, as apps write and read them."""

from typing import Any

import pytest

from tests.client import Api, Person


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api) -> Person:
    return api.person("bob")


def write(api: Api, who: Person, status: str = "For us #here", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, form={"status": status, **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def ids(api: Api, path: str, who: Person | None) -> list[str]:
    return [one["id"] for one in api.get(path, who).json]


def test_it_is_shown_to_those_who_are_signed_in(api: Api, ada: Person, bob: Person) -> None:
    post = write(api, ada, local_only="true")
    assert post["local_only"]
    assert post["visibility"] == "public"
    lists = (
        "/api/v1/timelines/public?local=true",
        "/api/v1/timelines/public",
        "/api/v1/timelines/tag/here",
        f"/api/v1/accounts/{ada.id}/statuses",
    )
    for path in lists:
        assert ids(api, path, bob) == [post["id"]], path
        assert ids(api, path, None) == [], path
    assert api.get(f"/api/v1/statuses/{post['id']}", bob).json["local_only"]
    assert api.get(f"/api/v1/statuses/{post['id']}").status == 404
    assert "local_only" not in write(api, ada)


def test_pleroma_calls_it_a_visibility(api: Api, ada: Person) -> None:
    post = write(api, ada, visibility="local")
    assert (post["visibility"], post["local_only"]) == ("public", True)


def test_what_answers_quotes_or_boosts_it_stays_here_too(api: Api, ada: Person, bob: Person) -> None:
    post = write(api, ada, local_only="true")
    answer = write(api, bob, in_reply_to_id=post["id"])
    assert answer["local_only"]
    assert "local_only" not in write(api, bob, in_reply_to_id=post["id"], local_only="false")
    assert write(api, bob, in_reply_to_id=answer["id"])["local_only"]
    quote = write(api, bob, quoted_status_id=post["id"], local_only="false")
    assert quote["local_only"]
    assert quote["quote"]["state"] == "accepted"
    boost = api.post(f"/api/v1/statuses/{post['id']}/reblog", bob).json
    assert boost["local_only"]
    assert boost["reblog"]["local_only"]
    assert api.get(f"/api/v1/statuses/{boost['id']}").status == 404


def test_an_edit_keeps_it(api: Api, ada: Person) -> None:
    post = write(api, ada, local_only="true")
    edited = api.put(f"/api/v1/statuses/{post['id']}", ada, form={"status": "Otherwise"}).json
    assert edited["local_only"]
    assert api.get(f"/api/v1/statuses/{post['id']}").status == 404


def test_it_can_be_what_one_prefers(api: Api, ada: Person) -> None:
    changed = api.patch("/api/v1/accounts/update_credentials", ada, form={"source[local_only]": "true"})
    assert changed.json["source"]["local_only"]
    assert api.get("/api/v1/preferences", ada).json["posting:default:local_only"]
    assert write(api, ada)["local_only"]
    assert "local_only" not in write(api, ada, local_only="false")


def test_one_that_is_scheduled_stays_one(api: Api, ada: Person) -> None:
    form = {"status": "Later", "local_only": "true", "scheduled_at": "2999-01-01T12:00:00Z"}
    assert api.post("/api/v1/statuses", ada, form=form).json["params"]["local_only"]


def test_hashtags_of_profiles_do_not_count_it(api: Api, ada: Person) -> None:
    """Visitors see those counts."""
    api.post("/api/v1/featured_tags", ada, form={"name": "here"})
    write(api, ada, local_only="true")
    assert api.get(f"/api/v1/accounts/{ada.id}/featured_tags").json[0]["statuses_count"] == "0"
