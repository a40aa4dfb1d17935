"""Posts from elsewhere are indexed for those who may find them, and not before."""

import pytest

from tests.client import Api, Person
from tests.elsewhere import Elsewhere
from tests.elsewhere import Person as Stranger

POSTS = "/api/v1/statuses"
ADA = "http://localhost:3000/users/ada"


@pytest.fixture
def eve(api: Api, there: Elsewhere, ada: Person) -> Stranger:
    """Ada follows her; she has not said that everybody may find her posts."""
    eve = there.person("eve")
    found = api.get("/api/v2/search", ada, query={"q": eve.uri, "resolve": "true"}).json["accounts"][0]
    api.post(f"/api/v1/accounts/{found['id']}/follow", ada)
    api.work()
    there.bring(api, eve.act("Accept", there.received[-1]))
    return eve


def found_by(api: Api, who: Person, text: str) -> list[str]:
    reply = api.get("/api/v2/search", who, query={"q": text, "type": "statuses"})
    return [one["uri"] for one in reply.json["statuses"]]


def is_indexed(api: Api, id: str) -> bool:
    with api.built.ground.store.read() as db:
        return db.value("SELECT 1 FROM post_search WHERE rowid = :id", id=int(id)) is not None


def brought(
    api: Api, there: Elsewhere, by: Stranger, ada: Person, content: str, **more: object
) -> tuple[str, str]:
    """Id and uri of a post in Ada's home timeline."""
    note = by.note(content, **more)
    there.bring(api, by.act("Create", note))
    shown = next(one for one in api.get("/api/v1/timelines/home", ada).json if one["uri"] == note["id"])
    return shown["id"], note["id"]


@pytest.mark.parametrize("act", ["favourite", "bookmark", "reblog"])
def test_who_marks_a_post_finds_it_from_then_on(
    api: Api, there: Elsewhere, ada: Person, eve: Stranger, act: str
) -> None:
    ben = api.person("ben")
    id, uri = brought(api, there, eve, ada, "<p>Sandpipers at dawn</p>")
    assert not is_indexed(api, id)
    assert found_by(api, ada, "sandpipers") == []
    api.post(f"{POSTS}/{id}/{act}", ada)
    api.work()
    assert found_by(api, ada, "sandpipers") == [uri]
    assert found_by(api, ben, "sandpipers") == []


def test_who_is_named_finds_the_post(api: Api, there: Elsewhere, ada: Person, eve: Stranger) -> None:
    mention = {"type": "Mention", "href": ADA, "name": "@ada@localhost:3000"}
    _, uri = brought(api, there, eve, ada, "<p>Sandpipers for you</p>", tag=[mention], cc=[ADA])
    assert found_by(api, ada, "sandpipers") == [uri]


def test_whoever_lets_everybody_find_their_posts_is_found(
    api: Api, there: Elsewhere, ada: Person, eve: Stranger
) -> None:
    ben = api.person("ben")
    _, old = brought(api, there, eve, ada, "<p>Sandpipers of before</p>")
    assert found_by(api, ben, "sandpipers") == []
    eve.extra["indexable"] = True
    there.bring(api, eve.act("Update", eve.document))
    _, new = brought(api, there, eve, ada, "<p>Sandpipers of today</p>")
    assert sorted(found_by(api, ben, "sandpipers")) == sorted([old, new])
    eve.extra["indexable"] = False
    there.bring(api, eve.act("Update", eve.document))
    assert found_by(api, ben, "sandpipers") == []
