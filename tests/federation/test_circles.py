"""Posts to a circle, between servers: to each reader alone."""

import json
from typing import Any

import pytest

from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
CIRCLES = "/api/v1/circles"


@pytest.fixture
def people(api: Api, there: Elsewhere, ada: client.Person) -> dict[str, Person]:
    """Eve and Fay of one server, Mallory of another; all follow Ada."""
    del ada
    found = {
        "eve": there.person("eve"),
        "fay": there.person("fay"),
        "mallory": there.person("mallory", "other.example"),
    }
    for person in found.values():
        there.bring(api, person.act("Follow", ADA))
    there.received.clear()
    there.delivered.clear()
    return found


@pytest.fixture
def circle(api: Api, ada: client.Person, people: dict[str, Person]) -> str:
    """All but Mallory's neighbour: Eve, Fay and Mallory."""
    id: str = api.post(CIRCLES, ada, form={"title": "Friends"}).json["id"]
    members = [one["id"] for one in api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json]
    assert len(members) == len(people)
    assert api.post(f"{CIRCLES}/{id}/accounts", ada, form={"account_ids[]": members}).status == 200
    return id


def write(api: Api, who: client.Person, status: str = "xyzzy", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, form={"status": status, **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def test_f5_each_reader_gets_it_alone(
    api: Api, there: Elsewhere, ada: client.Person, people: dict[str, Person], circle: str
) -> None:
    """F5: nobody learns who else reads it, by what is sent, edited, fetched, or deleted."""
    post = write(api, ada, circle_id=circle)
    api.put(f"/api/v1/statuses/{post['id']}", ada, form={"status": "xyzzy again"})
    api.work()
    for kind in ("Create", "Update"):
        sent = {url: one for url, one in there.delivered if one["type"] == kind}
        assert set(sent) == {f"{person.uri}/inbox" for person in people.values()}
        for person in people.values():
            one = sent[f"{person.uri}/inbox"]
            assert one["to"] == one["object"]["to"] == [person.uri]
            others = [other.uri for other in people.values() if other is not person]
            assert not [other for other in others if other in json.dumps(one)]
            assert one["object"]["limitedScope"] == "Circle"
        assert len({one["id"] for one in sent.values()}) == len(sent)
    path = post["uri"].removeprefix(HERE)
    for person in people.values():
        found = there.fetch(api, path, person)
        assert found.status == 200
        assert not [other.uri for other in people.values() if other.uri in found.text]
    assert there.fetch(api, path, there.person("nobody", "third.example")).status == 404
    assert api.get(path, headers={"accept": "application/activity+json"}).status == 404
    there.received.clear()
    api.delete(f"/api/v1/statuses/{post['id']}", ada)
    api.work()
    assert {one["type"] for one in there.received} == {"Delete"}
    assert not [one.uri for one in people.values() if one.uri in json.dumps(there.received)]


def test_one_that_comes_is_its_readers(
    api: Api, there: Elsewhere, ada: client.Person, people: dict[str, Person]
) -> None:
    """Brought once for each of them; nobody but its author adds one (attacks D11)."""
    eve, bob, cem = people["eve"], api.person("bob"), api.person("cem")
    for who in (ada, bob):
        id = api.get(f"/api/v2/search?q={eve.uri}&resolve=true", who).json["accounts"][0]["id"]
        api.get("/api/v1/timelines/home", who)
        api.post(f"/api/v1/accounts/{id}/follow", who)
        api.work()
        there.bring(api, eve.act("Accept", [one for one in there.received if one["type"] == "Follow"][-1]))
    note = eve.note("<p>xyzzy</p>", to=[ADA], cc=[], limitedScope="Circle")

    def brought(to: str, by: Person = eve) -> Document:
        return by.act("Create", {**note, "to": [to]}, to=[to])

    def seeing() -> set[str]:
        found = set()
        for who in (ada, bob, cem):
            if "xyzzy" in api.get("/api/v1/timelines/home", who).text:
                found.add(who.username)
        return found

    there.bring(api, brought(ADA))
    assert seeing() == {"ada"}
    [shown] = [one for one in api.get("/api/v1/timelines/home", ada).json if "xyzzy" in one["content"]]
    assert (shown["visibility"], shown["limited_scope"]) == ("private", "circle")
    there.bring(api, brought(f"{HERE}/users/cem", people["mallory"]))
    assert api.get(f"/api/v1/statuses/{shown['id']}", cem).status == 404
    there.bring(api, brought(f"{HERE}/users/bob"))
    assert seeing() == {"ada", "bob"}
    assert api.get(f"/api/v1/statuses/{shown['id']}", cem).status == 404
    answer = write(api, bob, "Yes", in_reply_to_id=shown["id"], visibility="private")
    assert answer["limited_scope"] == "circle"
    assert api.get(f"/api/v1/statuses/{answer['id']}", ada).status == 200
    assert api.get(f"/api/v1/statuses/{answer['id']}", cem).status == 404
    [sent] = [one for url, one in there.delivered if one["type"] == "Create"]
    assert sent["to"] == [eve.uri]
