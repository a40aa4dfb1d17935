"""Profiles of other servers are filled when somebody follows or opens them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.model.names import AccountId
from martlet.services import gathering
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.federation.test_intake import follow

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    found = there.person("eve")
    found.extra = {name: f"{found.uri}/{name}" for name in ("outbox", "followers", "following")}
    return found


def said(eve: Person, text: str, days: int, **more: Any) -> Document:
    published = (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return eve.note(f"<p>{text}</p>", **{"id": f"{eve.uri}/posts/{text}", "published": published, **more})


def outbox(there: Elsewhere, eve: Person, *items: Document | str, total: int = 0) -> None:
    """What she has published, the newest first, two on a page; and how many there are of everything."""
    name = f"{eve.uri}/outbox"
    there.keep(
        {
            "id": name,
            "type": "OrderedCollection",
            "totalItems": total or len(items),
            "first": f"{name}?page=0",
        }
    )
    for number in range(0, max(len(items), 1), 2):
        page: Document = {
            "id": f"{name}?page={number}",
            "type": "OrderedCollectionPage",
            "orderedItems": list(items[number : number + 2]),
        }
        if number + 2 < len(items):
            page["next"] = f"{name}?page={number + 2}"
        there.keep(page)
    for other, count in (("followers", 1234), ("following", 56)):
        there.keep({"id": f"{eve.uri}/{other}", "type": "OrderedCollection", "totalItems": count})


def everything(there: Elsewhere, eve: Person) -> None:
    first = said(eve, "first", 9)
    other = said(eve, "other", 4, inReplyTo="https://nowhere.example/posts/1")
    secret = said(eve, "secret", 3, to=[f"{eve.uri}/followers"], cc=[])
    on = said(eve, "on", 2, inReplyTo=first["id"])
    unlisted = said(
        eve, "unlisted", 1, to=[f"{eve.uri}/followers"], cc=["https://www.w3.org/ns/activitystreams#Public"]
    )
    forged = said(there.person("bob", "other.example"), "forged", 1)
    boost = eve.act("Announce", "https://nowhere.example/posts/2")
    there.keep(unlisted)
    outbox(
        there, eve,
        eve.act("Create", unlisted["id"]), boost, eve.act("Create", on), eve.act("Create", secret),
        eve.act("Create", other), eve.act("Create", forged), eve.act("Create", first), total=321,
    )  # fmt: skip


def texts(api: Api, path: str, ada: client.Person) -> list[str]:
    return [one["content"].removeprefix("<p>").removesuffix("</p>") for one in api.get(path, ada).json]


def known(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> str:
    found = api.get(f"/api/v2/search?q=@{eve.username}@{there.host}&resolve=true", ada).json
    id: str = found["accounts"][0]["id"]
    return id


def test_opening_a_profile_fills_it(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    with time_machine.travel(NOW, tick=False):
        everything(there, eve)
        id = known(api, there, ada, eve)
        api.get(f"/api/v1/accounts/{id}", None)
        api.work()
        assert texts(api, f"/api/v1/accounts/{id}/statuses", ada) == []
        api.get(f"/api/v1/accounts/{id}", ada)
        api.work()
        assert texts(api, f"/api/v1/accounts/{id}/statuses", ada) == ["unlisted", "on", "first"]
        found = api.get(f"/api/v1/accounts/{id}", ada).json
        counts = [found[f"{name}_count"] for name in ("statuses", "followers", "following")]
        assert counts == [321, 1234, 56]
        assert found["last_status_at"] == "2026-11-22"
        there.asked.clear()
        api.get(f"/api/v1/accounts/{id}", ada)
        api.work()
        assert there.asked == []
    with time_machine.travel(NOW + timedelta(hours=1, minutes=1), tick=False):
        outbox(there, eve, eve.act("Create", said(eve, "newest", 0)), total=322)
        api.get(f"/api/v1/accounts/{id}", ada)
        api.work()
        assert texts(api, f"/api/v1/accounts/{id}/statuses?limit=1", ada) == ["newest"], "nobody follows her"
        assert eve.uri not in there.asked
    with time_machine.travel(NOW + timedelta(days=1, minutes=1), tick=False):
        eve.extra |= {"summary": "<p>New words</p>"}
        api.get(f"/api/v1/accounts/{id}", ada)
        api.work()
        assert api.get(f"/api/v1/accounts/{id}", ada).json["note"] == "<p>New words</p>"


def test_who_follows_anew_finds_the_last_posts_in_their_place(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    bob = api.person("bob")
    api.post("/api/v1/statuses", ada, json={"status": "own"})
    for person in (ada, bob):
        api.get("/api/v1/timelines/home", person)
    everything(there, eve)
    follow(api, there, ada, eve)
    api.work()
    assert texts(api, "/api/v1/timelines/home", ada) == ["own", "unlisted", "on", "first"]
    assert texts(api, "/api/v1/timelines/home", bob) == []
    assert api.get("/api/v1/notifications", ada).json == []


def test_who_was_accepted_before_the_posts_came_finds_them_all_the_same(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    api.get("/api/v1/timelines/home", ada)
    id = follow(api, there, ada, eve)
    assert texts(api, "/api/v1/timelines/home", ada) == []
    everything(there, eve)
    with api.built.ground.store.write() as db:
        db.run("UPDATE remote_account SET filled_at = NULL")
        gathering.want_profile(db, AccountId(int(id)), api.built.ground.here)
    api.work()
    assert texts(api, "/api/v1/timelines/home", ada) == ["unlisted", "on", "first"]


def test_a_server_without_an_answer_harms_nothing(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bugs: list[str]
) -> None:
    id = known(api, there, ada, eve)
    there.is_down = True
    api.get(f"/api/v1/accounts/{id}", ada)
    api.work()
    assert api.get(f"/api/v1/accounts/{id}", ada).json["statuses_count"] == 0
    assert bugs == []


def test_no_more_than_a_few_dozen_posts_are_brought(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    name = f"{eve.uri}/outbox"
    acts = [eve.act("Create", said(eve, f"post{number}", number + 1)) for number in range(60)]
    there.keep({"id": name, "type": "OrderedCollection", "orderedItems": acts})
    id = known(api, there, ada, eve)
    api.get(f"/api/v1/accounts/{id}", ada)
    api.work()
    found = texts(api, f"/api/v1/accounts/{id}/statuses?limit=40", ada)
    assert found == [f"post{number}" for number in range(40)]
    assert api.get(f"/api/v1/accounts/{id}", ada).json["statuses_count"] == 40


@pytest.mark.parametrize("wait", ["600", "Mon, 23 Nov 2026 12:10:00 GMT"])
def test_who_wants_to_be_left_alone_is_asked_for_nothing(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, wait: str
) -> None:
    """Not by those who open something else of that server either; other servers are asked as before."""
    finn, gus = there.person("finn"), there.person("gus", "other.example")

    def ask(who: Person) -> None:
        there.asked.clear()
        api.get(f"/api/v2/search?q={who.uri}&resolve=true", ada)

    with time_machine.travel(NOW, tick=False) as clock:
        there.asks_readers_to_wait = wait
        ask(eve)
        assert there.asked == [eve.uri]
        there.asks_readers_to_wait = None
        ask(finn)
        assert there.asked == []
        ask(gus)
        assert gus.uri in there.asked
        clock.shift(timedelta(minutes=9))
        ask(finn)
        assert there.asked == []
        clock.shift(timedelta(minutes=2))
        ask(finn)
        assert finn.uri in there.asked
