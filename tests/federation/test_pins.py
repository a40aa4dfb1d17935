"""What people pin, told to other servers and heard from them; shown by `pinned=true`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from tests import client
from tests.client import Api
from tests.elsewhere import CONTEXT, Document, Elsewhere, Person
from tests.mastodon.acts import publish

ADA = "http://localhost:3000/users/ada"
DOCUMENT = {"accept": "application/activity+json"}


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    uri = f"https://{there.host}/users/eve"
    return there.person("eve", featured=f"{uri}/collections/featured")


def featured(person: Person, *notes: Document, **more: Any) -> Document:
    return {
        "@context": CONTEXT,
        "id": person.extra["featured"],
        "type": "OrderedCollection",
        "orderedItems": list(notes),
        **more,
    }


def found(api: Api, ada: client.Person, person: Person) -> str:
    accounts = api.get(f"/api/v2/search?q={person.uri}&resolve=true", ada).json["accounts"]
    id: str = accounts[0]["id"]
    api.get(f"/api/v1/accounts/{id}", ada)
    api.work()
    return id


def follow(api: Api, there: Elsewhere, ada: client.Person, person: Person) -> str:
    id = found(api, ada, person)
    api.post(f"/api/v1/accounts/{id}/follow", ada)
    api.work()
    there.bring(api, person.act("Accept", [one for one in there.received if one["type"] == "Follow"][-1]))
    return id


def pinned(api: Api, ada: client.Person, id: str) -> list[str]:
    shown = api.get(f"/api/v1/accounts/{id}/statuses?pinned=true", ada).json
    return [one["uri"] for one in shown]


def test_pins_are_told_to_followers_servers(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    there.bring(api, eve.act("Follow", ADA))
    status = publish(api, ada)
    api.work()
    there.received.clear()
    for verb in ("pin", "pin", "unpin", "unpin"):
        api.post(f"/api/v1/statuses/{status['id']}/{verb}", ada)
    api.work()
    assert [one["type"] for one in there.received] == ["Add", "Remove"]
    for act in there.received:
        assert (act["actor"], act["object"], act["target"]) == (ADA, status["uri"], f"{ADA}/featured")
        assert "proof" in act
    private = publish(api, ada, visibility="private")
    there.received.clear()
    api.post(f"/api/v1/statuses/{private['id']}/pin", ada)
    api.work()
    assert [one["type"] for one in there.received] == ["Create"]


def test_what_is_featured_here(api: Api, ada: client.Person) -> None:
    """In order, the last pinned first, each post with its proof, and nothing that is not for all."""
    posts = [
        publish(api, ada, text, visibility=to)
        for text, to in (("1", "public"), ("2", "private"), ("3", "unlisted"))
    ]
    for status in posts:
        api.post(f"/api/v1/statuses/{status['id']}/pin", ada)
    actor = api.get("/users/ada", headers=DOCUMENT).json
    collection = api.get(actor["featured"].removeprefix("http://localhost:3000"), headers=DOCUMENT).json
    assert (collection["type"], collection["totalItems"]) == ("OrderedCollection", 2)
    assert [one["id"] for one in collection["orderedItems"]] == [posts[2]["uri"], posts[0]["uri"]]
    assert all("proof" in one for one in collection["orderedItems"])


def test_what_is_kept_is_read_without_writing(
    api: Api, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first who asks has it made; whoever comes later is given the same bytes, and waits for no writer."""
    note, poll = (
        publish(api, ada, "1"),
        publish(api, ada, "2", poll={"options": ["a", "b"], "expires_in": 300}),
    )
    for status in (note, poll):
        api.post(f"/api/v1/statuses/{status['id']}/pin", ada)
    boost = api.post(f"/api/v1/statuses/{note['id']}/reblog", ada).json
    other = api.post(f"/api/v1/statuses/{note['id']}/reblog", api.person("bob")).json
    names = [one["uri"].removesuffix("/activity") for one in (note, poll, boost, other)]
    paths = [
        *(name.removeprefix("http://localhost:3000") + part for name in names for part in ("", "/activity")),
        *("/users/ada/featured", "/users/ada/outbox?page=true", "/users/bob/outbox?page=true"),
    ]
    with time_machine.travel(datetime.now(UTC), tick=False):
        first = [api.get(path, headers=DOCUMENT) for path in paths]
        assert {one.status for one in first} == {200}
        monkeypatch.setattr(api.built.ground.store, "writing", None)
        again = [api.get(path, headers=DOCUMENT) for path in paths]
    assert [one.body for one in again] == [one.body for one in first]
    assert [one["type"] for one in first[-2].json["orderedItems"]] == ["Announce", "Create", "Create"]
    assert all("proof" in one for one in (first[5].json, *first[-2].json["orderedItems"]))
    monkeypatch.undo()
    api.delete(f"/api/v1/statuses/{note['id']}", ada)
    monkeypatch.setattr(api.built.ground.store, "writing", None)
    assert api.get(paths[0], headers=DOCUMENT).json["type"] == "Tombstone"
    with api.built.ground.store.read() as db:
        kept = [uri for (uri,) in db.rows("SELECT uri FROM document") if "/posts/" in uri]
    assert kept == []


def test_what_somebody_elsewhere_has_pinned(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """It is fetched when somebody looks at them, and shown in its order; only their own posts."""
    mallory = there.person("mallory")
    first, second, other = (there.keep(one.note(f"<p>{one.username}</p>")) for one in (eve, eve, mallory))
    there.keep(featured(eve, second, other, first["id"]))
    id = found(api, ada, eve)
    assert pinned(api, ada, id) == [second["id"], first["id"]]
    there.keep(featured(eve, first))
    with time_machine.travel(datetime.now(UTC) + timedelta(days=2)):
        api.get(f"/api/v1/accounts/{id}", ada)
        api.work()
    assert pinned(api, ada, id) == [first["id"]]


def test_a_collection_in_pages(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    note = there.keep(eve.note())
    page = {
        "id": f"{eve.extra['featured']}?page=1",
        "type": "OrderedCollectionPage",
        "orderedItems": [note["id"]],
    }
    there.keep(page)
    there.keep({**featured(eve), "orderedItems": None, "first": page["id"]})
    assert pinned(api, ada, found(api, ada, eve)) == [note["id"]]


def test_a_long_collection_costs_no_more_than_a_short_one(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """E11: so many are fetched as may be pinned."""
    notes = [there.keep(eve.note()) for _ in range(30)]
    there.keep(featured(eve, *notes))
    id = found(api, ada, eve)
    assert len(pinned(api, ada, id)) == api.built.ground.here.limits.pins
    asked = {one["id"] for one in notes} & set(there.asked)
    assert len(asked) == api.built.ground.here.limits.pins


def test_pins_and_unpins_are_heard(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    id = follow(api, there, ada, eve)
    known, unknown = there.keep(eve.note()), there.keep(eve.note())
    there.bring(api, eve.act("Create", known))
    for note in (known, unknown, unknown):
        there.bring(api, eve.act("Add", note["id"], target=eve.extra["featured"]))
    assert pinned(api, ada, id) == [unknown["id"], known["id"]]
    there.bring(api, eve.act("Remove", unknown["id"], target=eve.extra["featured"]))
    assert pinned(api, ada, id) == [known["id"]]
    there.bring(api, eve.act("Delete", known["id"]))
    assert pinned(api, ada, id) == []


def test_d9_pins_that_are_not_theirs(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """Somebody else's post, in somebody else's collection, in another collection, a post here."""
    id = follow(api, there, ada, eve)
    mallory = there.person("mallory", featured=f"https://{there.host}/users/mallory/collections/featured")
    other = follow(api, there, ada, mallory)
    own, foreign, status = there.keep(eve.note()), there.keep(mallory.note()), publish(api, ada)
    for note in (own, foreign):
        there.bring(api, there.people[note["attributedTo"]].act("Create", note))
    for act in (
        eve.act("Add", foreign["id"], target=eve.extra["featured"]),
        mallory.act("Add", own["id"], target=eve.extra["featured"]),
        eve.act("Add", own["id"], target=mallory.extra["featured"]),
        eve.act("Add", own["id"], target=f"{eve.uri}/collections/other"),
        eve.act("Add", status["uri"], target=eve.extra["featured"]),
        eve.act("Add", status["uri"], target=f"{ADA}/featured"),
    ):
        there.bring(api, act)
    assert pinned(api, ada, id) == pinned(api, ada, other) == pinned(api, ada, str(ada.id)) == []
    there.bring(api, eve.act("Add", own["id"], target=eve.extra["featured"]))
    there.bring(api, mallory.act("Remove", own["id"], target=eve.extra["featured"]))
    assert pinned(api, ada, id) == [own["id"]]


def test_hashtags_that_somebody_features(api: Api, ada: client.Person) -> None:
    for name in ("Swifts", "gasworks"):
        assert api.post("/api/v1/featured_tags", ada, json={"name": name}).status == 200
    address = api.get("/users/ada", headers=DOCUMENT).json["featuredTags"]
    found = api.get(address.removeprefix("http://localhost:3000"), headers=DOCUMENT).json
    assert (found["id"], found["type"], found["totalItems"]) == (address, "Collection", 2)
    assert found["items"][0] == {
        "type": "Hashtag",
        "href": "http://localhost:3000/@ada/tagged/swifts",
        "name": "#Swifts",
    }


def test_what_came_in_the_wrong_order_is_set_right(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """The later of the two overtook the earlier; a little later the collection is asked, once for many."""
    id = follow(api, there, ada, eve)
    note = there.keep(eve.note())
    there.bring(api, eve.act("Create", note))
    there.keep(featured(eve))
    for verb in ("Remove", "Add"):
        there.bring(api, eve.act(verb, note["id"], target=eve.extra["featured"]))
    assert pinned(api, ada, id) == [note["id"]]
    there.asked.clear()
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        api.work()
    assert pinned(api, ada, id) == []
    assert there.asked.count(eve.extra["featured"]) == 1
