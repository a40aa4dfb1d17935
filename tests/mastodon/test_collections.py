"""Collections: whom people recommend to others, with whose consent, and who sees what of it."""

from typing import Any

import pytest

from martlet.mastodon import collection_entities as entities
from martlet.mastodon.entities import CollectionWithAccounts
from martlet.services import packing
from tests.browser import Browser
from tests.client import Api, Person, Reply
from tests.make import insert_stranger
from tests.mastodon.acts import publish
from tests.mastodon.moderating import staff
from tests.web.desking import sit_down, text_of, ways

PATH = "/api/v1/collections"


def found_person(api: Api, name: str) -> Person:
    """Somebody who wants to be found."""
    person = api.person(name)
    api.patch("/api/v1/accounts/update_credentials", person, form={"discoverable": "true"})
    return person


def make(api: Api, owner: Person, name: str = "Gardeners", **more: Any) -> entities.Collection:
    reply = api.post(PATH, owner, json={"name": name, **more})
    assert reply.status == 200, reply.text
    return reply.entity(entities.WrappedCollection).collection


def put_in(api: Api, owner: Person, pack: entities.Collection, who: Person) -> entities.CollectionItem:
    reply = api.post(f"{PATH}/{pack.id}/items", owner, json={"account_id": str(who.id)})
    assert reply.status == 200, reply.text
    return reply.entity(entities.WrappedCollectionItem).collection_item


def show(api: Api, pack: entities.Collection, viewer: Person | None = None) -> CollectionWithAccounts:
    return api.get(f"{PATH}/{pack.id}", viewer).entity(CollectionWithAccounts)


def members(api: Api, pack: entities.Collection, viewer: Person | None = None) -> list[str | None]:
    return [one.account_id for one in show(api, pack, viewer).collection.items]


def test_a_collection_from_first_to_last(api: Api) -> None:
    ada, bob, cyn = api.person("ada"), found_person(api, "bob"), found_person(api, "cyn")
    pack = make(
        api,
        ada,
        description="They grow <things>",
        language="de-AT",
        tag_name="#Garten",
        sensitive=False,
        discoverable=True,
        account_ids=[str(bob.id)],
    )
    assert (pack.name, pack.description, pack.language) == ("Gardeners", "They grow &lt;things&gt;", "de")
    assert pack.tag is not None
    assert (pack.tag.name, pack.local, pack.item_count) == ("Garten", True, 1)
    item = put_in(api, ada, pack, cyn)
    assert item.state == "accepted"
    seen = show(api, pack)
    assert [one.username for one in seen.accounts] == ["ada", "bob", "cyn"]
    assert [one.account_id for one in seen.collection.items] == [str(bob.id), str(cyn.id)]
    changed = api.patch(f"{PATH}/{pack.id}", ada, json={"name": "Growers", "sensitive": True, "tag_name": ""})
    assert changed.status == 200
    now = changed.entity(entities.WrappedCollection).collection
    assert (now.name, now.sensitive, now.tag, now.description) == ("Growers", True, None, pack.description)
    assert api.put(f"{PATH}/{pack.id}", ada, json={"name": "Gardeners"}).status == 200
    assert api.delete(f"{PATH}/{pack.id}/items/{item.id}", ada).json == {}
    assert members(api, pack) == [str(bob.id)]
    assert put_in(api, ada, pack, cyn).id != item.id
    assert api.delete(f"{PATH}/{pack.id}", ada).json == {}
    assert api.get(f"{PATH}/{pack.id}").status == 404


def test_lists_of_collections_in_pages(api: Api) -> None:
    ada, bob = api.person("ada"), found_person(api, "bob")
    made = [
        make(api, ada, f"Number {number}", discoverable=number != 1, account_ids=[str(bob.id)])
        for number in range(4)
    ]
    own, path = made[::-1], f"/api/v1/accounts/{ada.id}/collections"

    def listed(who: Person | None, where: str = path, **query: Any) -> list[str]:
        found = api.get(where, who, query=query).entity(entities.Collections)
        return [one.id for one in found.collections]

    assert listed(ada) == [one.id for one in own]
    assert listed(bob) == listed(None) == [own[0].id, own[1].id, own[3].id]
    page = api.get(path, ada, query={"limit": 2})
    assert [one["id"] for one in page.json["collections"]] == [own[0].id, own[1].id]
    after = api.get(page.links["next"], ada)
    assert [one["id"] for one in after.json["collections"]] == [own[2].id, own[3].id]
    assert "next" not in after.links
    assert api.get(after.links["prev"], ada).json == page.json
    assert listed(ada, offset=10**18) == listed(ada, offset=-1, limit=-1)[1:] == []
    mine = f"/api/v1/accounts/{bob.id}/in_collections"
    assert len(listed(bob, mine)) == 4
    assert api.get(mine, ada).status == 403
    assert api.get(mine).status == 401
    assert api.get("/api/v1/accounts/1/collections").status == 404


def test_only_the_owner_changes_a_collection(api: Api) -> None:
    ada, bob = api.person("ada"), found_person(api, "bob")
    pack = make(api, ada, account_ids=[str(bob.id)])
    (item,) = pack.items
    for reply in (
        api.patch(f"{PATH}/{pack.id}", bob, json={"name": "Mine"}),
        api.delete(f"{PATH}/{pack.id}", bob),
        api.post(f"{PATH}/{pack.id}/items", bob, json={"account_id": str(bob.id)}),
        api.delete(f"{PATH}/{pack.id}/items/{item.id}", bob),
        api.post(f"{PATH}/{pack.id}/items/{item.id}/revoke", ada),
    ):
        assert (reply.status, reply.json["error"]) == (403, "This action is not allowed")
    assert api.delete(f"{PATH}/{pack.id}/items/1", ada).status == 404
    assert api.post(f"{PATH}/{pack.id}/items/1/revoke", bob).status == 404


def test_who_takes_themselves_out_is_not_put_in_again(api: Api) -> None:
    ada, bob = api.person("ada"), found_person(api, "bob")
    pack = make(api, ada, account_ids=[str(bob.id)])
    assert api.post(f"{PATH}/{pack.id}/items/{pack.items[0].id}/revoke", bob).json == {}
    assert members(api, pack, ada) == []
    assert api.post(f"{PATH}/{pack.id}/items", ada, json={"account_id": str(bob.id)}).status == 422
    api.delete(f"{PATH}/{pack.id}/items/{pack.items[0].id}", ada)
    assert api.post(f"{PATH}/{pack.id}/items", ada, json={"account_id": str(bob.id)}).status == 422
    assert api.get(f"/api/v1/accounts/{bob.id}/in_collections", bob).json == {"collections": []}


def test_f_nobody_is_put_into_a_collection_who_has_not_said_that_they_may_be(api: Api) -> None:
    """F: who hides, is locked to strangers, blocks or is elsewhere without a word is in no collection."""
    ada = api.person("ada")
    hidden, locked, blocking = (
        api.person("hidden"),
        found_person(api, "locked"),
        found_person(api, "blocking"),
    )
    api.patch("/api/v1/accounts/update_credentials", locked, form={"locked": "true"})
    api.post(f"/api/v1/accounts/{ada.id}/block", blocking)
    with api.built.ground.store.write() as db:
        far = insert_stranger(db, "far", "peer.example", api.built.ground.here)
    pack = make(api, ada)
    for id in (hidden.id, locked.id, blocking.id, far):
        assert api.post(f"{PATH}/{pack.id}/items", ada, json={"account_id": str(id)}).status == 403
        assert api.post(PATH, ada, json={"name": "x", "account_ids": [str(id)]}).status == 403
    assert len(api.get(f"/api/v1/accounts/{ada.id}/collections", ada).json["collections"]) == 1
    api.post(f"/api/v1/accounts/{locked.id}/follow", ada)
    api.post(f"/api/v1/follow_requests/{ada.id}/authorize", locked)
    assert put_in(api, ada, pack, locked).state == "accepted"
    assert put_in(api, ada, pack, ada).state == "accepted"
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET feature_policy = 'followers;public' WHERE id = :id", id=far)
    asked = api.post(f"{PATH}/{pack.id}/items", ada, json={"account_id": str(far)}).json["collection_item"]
    assert asked["state"] == "pending"
    assert str(far) in members(api, pack, ada)
    assert str(far) not in members(api, pack, hidden)
    assert str(far) not in members(api, pack)


def test_what_an_account_says_about_collections(api: Api) -> None:
    ada, bob, cyn = api.person("ada"), found_person(api, "bob"), found_person(api, "cyn")
    api.patch("/api/v1/accounts/update_credentials", cyn, form={"locked": "true"})

    def told(who: Person, viewer: Person | None) -> tuple[list[str], str]:
        found = api.get(f"/api/v1/accounts/{who.id}", viewer).json["feature_approval"]
        return found["automatic"], found["current_user"]

    assert told(ada, bob) == ([], "denied")
    assert told(ada, ada) == ([], "automatic")
    assert told(bob, ada) == (["public"], "automatic")
    assert told(bob, None) == (["public"], "denied")
    assert told(cyn, ada) == (["followers"], "denied")
    api.post(f"/api/v1/accounts/{cyn.id}/follow", ada)
    api.post(f"/api/v1/follow_requests/{ada.id}/authorize", cyn)
    assert told(cyn, ada) == (["followers"], "automatic")
    everybody = api.get("/api/v1/accounts", query={"id[]": [str(cyn.id)]}).json[0]
    assert everybody["feature_approval"]["current_user"] == "unknown"


def test_who_sees_whom(api: Api) -> None:
    ada, bob, cyn, dan = (
        api.person("ada"),
        found_person(api, "bob"),
        found_person(api, "cyn"),
        api.person("dan"),
    )
    pack = make(api, ada, account_ids=[str(bob.id), str(cyn.id)])
    api.post(f"/api/v1/accounts/{cyn.id}/block", dan)
    assert members(api, pack, dan) == [str(bob.id)]
    api.post(f"/api/v1/accounts/{dan.id}/block", ada)
    assert api.get(f"{PATH}/{pack.id}", dan).status == 404
    assert api.get(f"/api/v1/accounts/{ada.id}/collections", dan).json == {"collections": []}
    assert members(api, pack) == [str(bob.id), str(cyn.id)]


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "name"), ({"name": " "}, "name"), ({"name": "x" * 41}, "name"), ({"name": "x", "description": "x" * 101}, "description"),
     ({"name": "x", "language": "klingonian"}, "language"), ({"name": "x", "tag_name": "two words"}, "tag_name")],
    ids=range(6),
)  # fmt: skip
def test_what_is_no_collection(api: Api, body: dict[str, Any], field: str) -> None:
    reply = api.post(PATH, api.person("ada"), json=body)
    assert reply.status == 422
    assert list(reply.json["error"]["details"]) == [field]
    assert reply.json["error"]["error"].startswith("Validation failed")


def test_a_collections_and_what_is_in_them_have_an_end(api: Api) -> None:
    """A14"""
    ada = api.person("ada")
    people = [str(found_person(api, f"p{number}").id) for number in range(packing.MEMBERS + 1)]
    assert api.post(PATH, ada, json={"name": "x", "account_ids": people}).status == 422
    full = make(api, ada, account_ids=people[:-1])
    assert full.item_count == packing.MEMBERS
    replies = api.at_once(
        api.calling("POST", f"{PATH}/{full.id}/items", ada, json={"account_id": one})
        for one in people[-1:] * 3
    )
    assert {reply.status for reply in replies} == {422}
    made = api.at_once(api.calling("POST", PATH, ada, json={"name": "x"}) for _ in range(12))
    assert sorted(reply.status for reply in made) == [200] * 9 + [422] * 3
    for id in ("", "x", "9" * 30, "1"):
        assert api.post(f"{PATH}/{full.id}/items", ada, json={"account_id": id}).status == 422


def test_those_in_it_are_told(api: Api) -> None:
    ada, bob = api.person("ada"), found_person(api, "bob")
    pack = make(api, ada, account_ids=[str(bob.id)])
    second = make(api, ada, "Others", account_ids=[str(bob.id)])
    api.work()

    def told(**query: Any) -> list[tuple[str, str]]:
        found = api.get("/api/v1/notifications", bob, query=query).json
        return [(one["type"], one["collection"]["id"]) for one in found]

    assert told() == [("added_to_collection", second.id), ("added_to_collection", pack.id)]
    for description in ("Old", "New"):
        api.patch(f"{PATH}/{pack.id}", ada, json={"description": description})
        api.work()
    api.patch(f"{PATH}/{pack.id}", ada, json={"sensitive": True})
    api.work()
    assert told(**{"types[]": ["collection_update"]}) == [("collection_update", pack.id)]
    groups = api.get("/api/v2/notifications", bob).json["notification_groups"]
    assert groups[0]["collection"]["description"] == "New"
    unknown = api.get("/api/v1/notifications", bob, query={"supported_types[]": ["mention"]})
    assert unknown.status == 200
    api.delete(f"{PATH}/{pack.id}", ada)
    assert told() == [("added_to_collection", second.id)]
    api.post(f"/api/v1/accounts/{ada.id}/block", bob)
    assert told() == []


def test_a_collection_has_a_page(api: Api) -> None:
    ada, bob = api.person("ada"), found_person(api, "bob")
    pack = make(api, ada, "<b>Gardeners</b>", account_ids=[str(bob.id)])
    assert pack.url == f"http://localhost:3000/packs/{pack.id}"
    page = Browser(api).get(f"/packs/{pack.id}")
    assert "&lt;b&gt;Gardeners" in page.text
    assert "@bob" in page.text
    assert Browser(api).get("/packs/1").status == Browser(api).get("/packs/x").status == 404


def test_posts_tell_of_collections_that_they_link_to(api: Api) -> None:
    ada, bob, eve = api.person("ada"), found_person(api, "bob"), api.person("eve")
    pack = make(api, ada, account_ids=[str(bob.id)])
    post = publish(api, bob, f"Whom to follow: {pack.url} and https://elsewhere.example/")
    plain = publish(api, bob, 'Not a link: "tagged_collections":[1]')
    assert [one["id"] for one in post["tagged_collections"]] == [pack.id]
    assert plain["tagged_collections"] == []
    api.post(f"/api/v1/statuses/{post['id']}/reblog", bob)

    def seen(viewer: Person | None) -> list[str]:
        found = api.get(f"/api/v1/statuses/{post['id']}", viewer).json["tagged_collections"]
        return [one["name"] for one in found]

    assert seen(None) == seen(eve) == ["Gardeners"]
    boost = api.get(f"/api/v1/accounts/{bob.id}/statuses", eve).json[0]
    assert (boost["tagged_collections"], boost["reblog"]["tagged_collections"][0]["item_count"]) == ([], 1)
    api.patch(f"{PATH}/{pack.id}", ada, json={"name": "Growers"})
    assert seen(eve) == ["Growers"], "as it is now"
    api.post(f"/api/v1/accounts/{eve.id}/block", ada)
    assert (seen(eve), seen(None)) == ([], ["Growers"])
    api.delete(f"{PATH}/{pack.id}", ada)
    assert seen(None) == []


def test_collections_are_reported(api: Api) -> None:
    ada, bob, cyn = api.person("ada"), api.person("bob"), api.person("cyn")
    pack, other = make(api, ada, "Fools"), make(api, bob)

    def report(*ids: str) -> Reply:
        return api.post("/api/v1/reports", cyn, json={"account_id": str(ada.id), "collection_ids": list(ids)})

    assert report(pack.id).json["collection_ids"] == [pack.id]
    assert [report(*ids).status for ids in ((pack.id, other.id), ("7",), ("x",))] == [404] * 3
    assert report(*map(str, range(1, 102))).status == 422
    mo = sit_down(api, "mo", "moderator")
    [way] = set(ways(mo.get("/desk/reports"), r"/desk/reports/\d+"))
    assert "Fools" in text_of(mo.get(way))
    shown = api.get("/api/v1/admin/reports", staff(api, "max", "moderator")).json
    assert [one["collection_ids"] for one in shown] == [[pack.id]]
