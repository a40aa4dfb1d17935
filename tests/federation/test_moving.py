"""Accounts that move, away and here: who goes along, and what stays."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.federation.post_office import PostOffice
from martlet.model.names import AccountId, Uri
from martlet.services import moving
from martlet.services.moving import MovedItself, MovedLately, NoSuchAccount, NotNamedThere
from martlet.services.ports import Resolver
from martlet.services.redirecting import HasMoved
from martlet.storage import accounts, relations
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def eve2(there: Elsewhere, eve: Person) -> Person:
    """Eve's new account, on a server of its own."""
    return there.person("eve2", "new.example", alsoKnownAs=[eve.uri])


def known(api: Api, person: Person) -> str:
    """The id here of somebody elsewhere, whom everybody here knows then."""
    host = person.uri.split("/")[2]
    found = api.run(api.built.ground.store.reading(accounts.find_by_uri, Uri(person.uri)))
    if found is None:
        looker = api.person(f"looker_{person.username}_{host.split('.')[0]}")
        api.get(f"/api/v2/search?q=@{person.username}@{host}&resolve=true", looker)
        found = api.run(api.built.ground.store.reading(accounts.find_by_uri, Uri(person.uri)))
    assert found is not None
    return str(found.id)


def follow(api: Api, there: Elsewhere, reader: client.Person, person: Person, **options: Any) -> str:
    """Somebody here follows somebody elsewhere, who accepts."""
    id = known(api, person)
    api.post(f"/api/v1/accounts/{id}/follow", reader, json=options)
    api.work()
    asked = [one for one in there.received if one["type"] == "Follow" and one["object"] == person.uri]
    there.bring(api, person.act("Accept", asked[-1]))
    return id


def relation(api: Api, reader: client.Person, id: str) -> Any:
    return api.get(f"/api/v1/accounts/relationships?id[]={id}", reader).json[0]


def move(there: Elsewhere, old: Person, new: Person) -> dict[str, Any]:
    old.extra["movedTo"] = new.uri
    return old.act("Move", old.uri, target=new.uri)


def test_followers_here_go_along(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, eve2: Person
) -> None:
    old = follow(api, there, ada, eve, reblogs=False, notify=True, languages=["de"])
    one = api.post("/api/v1/lists", ada, json={"title": "Friends"}).json
    api.post(f"/api/v1/lists/{one['id']}/accounts", ada, json={"account_ids": [old]})
    there.bring(api, move(there, eve, eve2))
    new = known(api, eve2)
    wanted = relation(api, ada, new)
    assert (wanted["requested"], wanted["following"]) == (True, False)
    assert not relation(api, ada, old)["following"]
    sent = [(kind["type"], url) for url, kind in there.delivered[-2:]]
    assert sorted(sent) == [("Follow", f"{eve2.uri}/inbox"), ("Undo", f"{eve.uri}/inbox")]
    assert api.get(f"/api/v1/accounts/{old}", ada).json["moved"]["acct"] == "eve2@new.example"

    asked = [act for act in there.received if act["type"] == "Follow"][-1]
    there.bring(api, eve2.act("Accept", asked))
    wanted = relation(api, ada, new)
    assert (wanted["following"], wanted["showing_reblogs"], wanted["notifying"], wanted["languages"]) == (
        True,
        False,
        True,
        ["de"],
    )
    members = api.get(f"/api/v1/lists/{one['id']}/accounts", ada).json
    assert [member["acct"] for member in members] == ["eve2@new.example"]
    assert api.post(f"/api/v1/accounts/{old}/follow", ada).status == 403


def test_somebody_moves_here(api: Api, there: Elsewhere, eve: Person) -> None:
    """To an account of this server, which is locked for one and open for another."""
    ada, bob = api.person("ada"), api.person("bob")
    follow(api, there, bob, eve)
    store, here = api.built.ground.store, api.built.ground.here
    old = api.run(store.reading(accounts.find_by_uri, Uri(eve.uri)))
    assert old is not None
    api.run(store.writing(moving.add_alias, ada.id, old, here))
    assert document(api)["alsoKnownAs"] == [eve.uri]
    there.bring(api, eve.act("Move", eve.uri, target=ADA))
    assert relation(api, bob, str(ada.id))["following"]
    assert not relation(api, bob, str(old.id))["following"]


def test_blocks_and_mutes_go_along(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, eve2: Person
) -> None:
    bob, cleo, dora = (api.person(name) for name in ("bob", "cleo", "dora"))
    old = follow(api, there, ada, eve)
    fay = api.person("fay")
    api.post(f"/api/v1/accounts/{old}/block", bob)
    api.post(f"/api/v1/accounts/{old}/block", fay, json={"duration": 3600})
    api.post(f"/api/v1/accounts/{old}/mute", cleo, json={"notifications": False})
    new = known(api, eve2)
    api.post(f"/api/v1/accounts/{old}/block", dora)
    api.post(f"/api/v1/accounts/{new}/follow", dora)
    there.bring(api, move(there, eve, eve2))
    assert relation(api, bob, new)["blocking"]
    muted = relation(api, cleo, new)
    assert (muted["muting"], muted["muting_notifications"]) == (True, False)
    assert not relation(api, dora, new)["blocking"], "who follows the new account wants to see it"
    assert relation(api, fay, new)["blocking"]
    here, sent = api.built.ground.here, len(there.received)
    later = here.now() + timedelta(hours=1, seconds=1)
    object.__setattr__(here, "clock", lambda: later)
    api.work()
    assert relation(api, bob, new)["blocking"]
    assert not relation(api, fay, new)["blocking"], "it was for an hour"
    undone = {(act["type"], act["actor"], act["object"]["object"]) for act in there.received[sent:]}
    assert undone == {("Undo", "http://localhost:3000/users/fay", one.uri) for one in (eve, eve2)}


def test_who_is_blocked_goes_on_following_the_old(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, eve2: Person
) -> None:
    old = follow(api, there, ada, eve)
    new = known(api, eve2)
    with api.built.ground.store.write() as db:
        relations.put_block(db, AccountId(int(new)), ada.id, 1)
    there.bring(api, move(there, eve, eve2))
    assert relation(api, ada, old)["following"]
    assert not relation(api, ada, new)["requested"]


@pytest.mark.parametrize(
    "order", list(itertools.permutations(range(3))), ids=lambda one: "".join(map(str, one))
)
def test_twice_and_in_any_order(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, eve2: Person, order: tuple[int, ...]
) -> None:
    """The move, told twice by two names, and the change of the profile."""
    old = follow(api, there, ada, eve)
    acts = [move(there, eve, eve2), move(there, eve, eve2), eve.act("Update", eve.document)]
    for at in order:
        there.bring(api, acts[at])
        there.bring(api, acts[at])
    assert relation(api, ada, known(api, eve2))["requested"]
    assert not relation(api, ada, old)["following"]
    follows = [act for act in there.received if act["type"] == "Follow" and act["object"] == eve2.uri]
    assert len(follows) == 1


# -- away from here ------------------------------------------------------


def document(api: Api) -> Any:
    return api.get("/users/ada", headers={"accept": "application/activity+json"}).json


def look_up(api: Api, resolver: Resolver, text: str) -> Any:
    return api.run(moving.look_up(api.built.ground, resolver, text))


@pytest.fixture
def resolver(api: Api, there: Elsewhere) -> Resolver:
    return PostOffice.on(api.built.ground, there).resolver


def test_somebody_moves_away(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, resolver: Resolver
) -> None:
    bob = api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    there.bring(api, eve.act("Follow", ADA))
    assert "movedTo" not in document(api)
    new = there.person("ada", "new.example")
    store, here = api.built.ground.store, api.built.ground.here
    with time_machine.travel(NOW, tick=True) as clock:
        target = look_up(api, resolver, "@ada@new.example")
        with pytest.raises(NotNamedThere):
            api.run(store.writing(moving.move_out, ada.id, target, here))
        new.extra["alsoKnownAs"] = [ADA]
        target = look_up(api, resolver, new.uri)
        api.run(store.writing(moving.move_out, ada.id, target, here))
        api.work()
        told = [act for act in there.received if act["type"] in ("Update", "Move")]
        assert [act["type"] for act in told] == ["Update", "Move"]
        assert told[0]["object"]["movedTo"] == new.uri
        assert (told[1]["object"], told[1]["target"]) == (ADA, new.uri)
        assert "proof" in told[1]
        assert any(act["type"] == "Follow" and act["object"] == new.uri for act in there.received)
        assert not relation(api, bob, str(ada.id))["following"]

        assert api.post("/api/v1/statuses", ada, json={"status": "Hello"}).status == 403
        assert api.post(f"/api/v1/accounts/{bob.id}/follow", ada).status == 403
        assert api.get("/api/v1/timelines/home", ada).status == 200
        assert document(api)["movedTo"] == new.uri

        api.run(store.writing(moving.take_back, ada.id))
        api.work()
        assert "movedTo" not in document(api)
        assert api.post("/api/v1/statuses", ada, json={"status": "Hello"}).status == 200
        with pytest.raises(MovedLately):
            api.run(store.writing(moving.move_out, ada.id, target, here))
        clock.shift(timedelta(days=31))
        target = look_up(api, resolver, new.uri)
        api.run(store.writing(moving.move_out, ada.id, target, here))


def test_what_another_server_said_long_ago_is_not_enough(
    api: Api, there: Elsewhere, resolver: Resolver
) -> None:
    ada = api.person("ada")
    there.person("ada", "new.example", alsoKnownAs=[ADA])
    store, here = api.built.ground.store, api.built.ground.here
    with time_machine.travel(NOW, tick=True) as clock:
        target = look_up(api, resolver, "ada@new.example")
        clock.shift(timedelta(hours=1))
        with pytest.raises(NotNamedThere):
            api.run(store.writing(moving.move_out, ada.id, target, here))


def test_nobody_moves_to_who_moved(api: Api, there: Elsewhere, resolver: Resolver) -> None:
    ada, bob, cleo = (api.person(name) for name in ("ada", "bob", "cleo"))
    store, here = api.built.ground.store, api.built.ground.here
    found = {one: api.run(store.reading(accounts.get, one.id)) for one in (ada, bob, cleo)}
    api.run(store.writing(moving.add_alias, bob.id, found[ada], here))
    api.run(store.writing(moving.add_alias, cleo.id, found[bob], here))
    api.run(store.writing(moving.move_out, bob.id, found[cleo], here))
    target = api.run(store.reading(accounts.get, bob.id))
    with pytest.raises(MovedItself):
        api.run(store.writing(moving.move_out, ada.id, target, here))
    for text in ("nobody", "nobody@new.example", "https://new.example/none", "", "@", "@bob@", "x" * 5000):
        with pytest.raises(NoSuchAccount):
            look_up(api, resolver, text)


def test_a_boost_of_who_moved_is_refused(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = api.post("/api/v1/statuses", bob, json={"status": "Hello"}).json["id"]
    with api.built.ground.store.write() as db:
        accounts.update(db, ada.id, moved_to_id=bob.id)
    reply = api.post(f"/api/v1/statuses/{post}/reblog", ada)
    assert (reply.status, reply.json["error"]) == (403, HasMoved().message)
