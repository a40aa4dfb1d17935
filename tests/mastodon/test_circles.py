"""Circles: people to write to."""

from typing import Any

import pytest

from tests.client import Api, Person

CIRCLES = "/api/v1/circles"


@pytest.fixture
def people(api: Api) -> dict[str, Person]:
    """Fay, Gus and Mia follow Ada; Sam does not. Fay and Gus know nothing of each other."""
    people = {name: api.person(name) for name in ("ada", "fay", "gus", "mia", "sam")}
    for name in ("fay", "gus", "mia"):
        api.get("/api/v1/timelines/home", people[name])
        assert api.post(f"/api/v1/accounts/{people['ada'].id}/follow", people[name]).status == 200
    api.work()
    return people


@pytest.fixture
def circle(api: Api, people: dict[str, Person]) -> str:
    """Fay and Gus."""
    id: str = api.post(CIRCLES, people["ada"], form={"title": " Close  friends "}).json["id"]
    members = {"account_ids[]": [people["fay"].id, people["gus"].id]}
    assert api.post(f"{CIRCLES}/{id}/accounts", people["ada"], form=members).status == 200
    return id


def write(api: Api, who: Person, status: str = "xyzzy #cats", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, form={"status": status, **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def test_circles_are_made_and_kept(api: Api, people: dict[str, Person], circle: str) -> None:
    ada = people["ada"]
    path = f"{CIRCLES}/{circle}"
    assert api.get(CIRCLES, ada).json == [{"id": circle, "title": "Close friends"}]
    assert [one["acct"] for one in api.get(f"{path}/accounts", ada).json] == ["gus", "fay"]
    first = api.get(f"{path}/accounts?limit=1", ada)
    assert [one["acct"] for one in api.get(first.links["next"], ada).json] == ["fay"]
    assert api.put(path, ada, form={"title": "Friends"}).json["title"] == "Friends"
    assert api.put(path, ada, form={"title": " "}).status == 422
    gone = {"account_ids[]": [people["gus"].id]}
    assert api.call("DELETE", f"{path}/accounts", ada, form=gone).status == 200
    assert [one["acct"] for one in api.get(f"{path}/accounts", ada).json] == ["fay"]
    stranger = {"account_ids[]": [people["sam"].id]}
    assert api.post(f"{path}/accounts", ada, form=stranger).status == 404
    api.post(f"/api/v1/accounts/{ada.id}/unfollow", people["fay"])
    assert api.get(f"{path}/accounts", ada).json == []
    empty = {"status": "Nobody?", "circle_id": circle}
    assert api.post("/api/v1/statuses", ada, form=empty).status == 422
    assert api.delete(path, ada).status == 200
    assert api.get(CIRCLES, ada).json == []


def test_a2_other_peoples_circles_are_not_there(api: Api, people: dict[str, Person], circle: str) -> None:
    """A2"""
    path, sam = f"{CIRCLES}/{circle}", people["sam"]
    member = {"account_ids[]": [people["fay"].id]}
    calls = [
        api.get(path, sam),
        api.put(path, sam, form={"title": "Mine"}),
        api.delete(path, sam),
        api.get(f"{path}/accounts", sam),
        api.post(f"{path}/accounts", sam, form=member),
        api.call("DELETE", f"{path}/accounts", sam, form=member),
        api.post("/api/v1/statuses", sam, form={"status": "Hello", "circle_id": circle}),
    ]
    assert [one.status for one in calls] == [404] * len(calls)
    assert len(api.get(f"{path}/accounts", people["ada"]).json) == 2


def test_only_the_circle_reads_what_is_written_to_it(
    api: Api, people: dict[str, Person], circle: str
) -> None:
    ada = people["ada"]
    post = write(api, ada, visibility="limited", circle_id=circle)
    assert (post["visibility"], post["limited_scope"], post["mentions"]) == ("private", "circle", [])
    path = f"/api/v1/statuses/{post['id']}"
    seeing = {name for name, who in people.items() if api.get(path, who).status == 200}
    assert seeing == {"ada", "fay", "gus"}
    assert api.get(path).status == 404
    homes = {
        name for name, who in people.items() if post["id"] in api.get("/api/v1/timelines/home", who).text
    }
    assert homes == {"ada", "fay", "gus"}
    for name in ("fay", "gus"):
        assert api.get("/api/v1/notifications?types[]=mention", people[name]).json == []
        assert api.get("/api/v1/conversations", people[name]).json == []
    assert api.post(f"{path}/reblog", people["fay"]).status == 403
    assert api.get("/api/v1/timelines/tag/cats", people["mia"]).json == []
    # who joins later does not read it; who leaves still does
    api.post(f"{CIRCLES}/{circle}/accounts", ada, form={"account_ids[]": [people["mia"].id]})
    api.call("DELETE", f"{CIRCLES}/{circle}/accounts", ada, form={"account_ids[]": [people["fay"].id]})
    api.delete(f"{CIRCLES}/{circle}", ada)
    assert api.get(path, people["mia"]).status == 404
    assert api.get(path, people["fay"]).status == 200
    edited = api.put(path, ada, form={"status": "xyzzy again, @mia"})
    assert [one["acct"] for one in edited.json["mentions"]] == ["mia"]
    for name in ("fay", "gus", "mia"):
        assert api.get(path, people[name]).status == 200


def test_f5_nobody_learns_who_is_in_it(api: Api, people: dict[str, Person], circle: str) -> None:
    """F5: its author alone is told."""
    ada, fay, gus = people["ada"], people["fay"], people["gus"]
    post = write(api, ada, circle_id=circle)
    path = f"/api/v1/statuses/{post['id']}"
    assert [one["acct"] for one in api.get(f"{path}/mentioned_by", ada).json] == ["fay", "gus"]
    for name in ("fay", "mia"):
        assert api.get(f"{path}/mentioned_by", people[name]).status == 404
    told = [
        api.get(path + end, fay).text for end in ("", "/context", "/history", "/source", "/favourited_by")
    ]
    told += [
        api.get(one, fay).text
        for one in ("/api/v1/timelines/home", "/api/v1/conversations", "/api/v2/search?q=xyzzy")
    ]
    assert not [one for one in told if "gus" in one or str(gus.id) in one]
    # nor by what is missing: Mia follows Ada too, and mutes Gus
    api.post(f"/api/v1/accounts/{gus.id}/mute", fay)
    again = write(api, ada, circle_id=circle)
    assert again["id"] in api.get("/api/v1/timelines/home", fay).text


def test_answers_go_to_the_same_people(api: Api, people: dict[str, Person], circle: str) -> None:
    post = write(api, people["ada"], circle_id=circle)
    for visibility in ("public", "private", "limited"):
        answer = write(api, people["fay"], "Yes", in_reply_to_id=post["id"], visibility=visibility)
        assert answer["limited_scope"] == "circle"
        path = f"/api/v1/statuses/{answer['id']}"
        seeing = {name for name, who in people.items() if api.get(path, who).status == 200}
        assert seeing == {"ada", "fay", "gus"}
    direct = write(api, people["fay"], "@ada only you", in_reply_to_id=post["id"], visibility="direct")
    assert api.get(f"/api/v1/statuses/{direct['id']}", people["gus"]).status == 404
    limited = {"status": "To whom?", "visibility": "limited"}
    assert api.post("/api/v1/statuses", people["fay"], form=limited).status == 422


def test_one_that_is_scheduled_goes_to_its_circle(api: Api, people: dict[str, Person], circle: str) -> None:
    form = {"status": "Later", "circle_id": circle, "scheduled_at": "2999-01-01T12:00:00Z"}
    assert api.post("/api/v1/statuses", people["ada"], form=form).json["params"]["circle_id"] == circle
