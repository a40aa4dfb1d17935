"""Packs between servers (FEP-7aa9): nobody is in one without their consent, and only as long as they do consent."""

from typing import Any

import pytest

from martlet.activitypub.addressing import PUBLIC
from martlet.services import consenting_to_packs
from tests import client
from tests.client import Api
from tests.elsewhere import CONTEXT, Document, Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
DOCUMENT = {"accept": "application/activity+json"}
PATH = "/api/v1/collections"


def policy(*automatic: str, manual: tuple[str, ...] = ()) -> Document:
    return {"canFeature": {"automaticApproval": list(automatic), "manualApproval": list(manual)}}


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve", interactionPolicy=policy(PUBLIC))


@pytest.fixture
def open_ada(api: Api, ada: client.Person) -> client.Person:
    api.patch("/api/v1/accounts/update_credentials", ada, form={"discoverable": "true"})
    return ada


def known(api: Api, by: client.Person, person: Person) -> str:
    found = api.get(f"/api/v2/search?q={person.uri}&resolve=true", by).json
    id: str = found["accounts"][0]["id"]
    return id


def pack_of(person: Person, **more: Any) -> Document:
    return {
        "@context": CONTEXT,
        "id": f"{person.uri}/featured/23",
        "type": "FeaturedCollection",
        "attributedTo": person.uri,
        "name": "Cute <b>cats</b>",
        "summary": "<p>Cats &amp; more</p><script>alert(1)</script>",
        "sensitive": False,
        "discoverable": True,
        "topic": {"type": "Hashtag", "name": "#cats"},
        "totalItems": 0,
        "orderedItems": [],
        **more,
    }


def request(person: Person, pack: Document, target: str = ADA) -> Document:
    return person.act("FeatureRequest", target, instrument=pack["id"])


def answers(there: Elsewhere, kind: str) -> list[Document]:
    return [one for one in there.received if one["type"] == kind]


# -- of packs here -------------------------------------------------------


def test_what_is_here_is_served(api: Api, open_ada: client.Person) -> None:
    bob = api.person("bob")
    made = api.post(
        PATH,
        bob,
        json={
            "name": "Gardeners",
            "description": "All <green>",
            "language": "de",
            "tag_name": "Garten",
            "account_ids": [str(open_ada.id)],
        },
    ).json["collection"]
    actor = api.get("/users/bob", headers=DOCUMENT).json
    assert actor["interactionPolicy"]["canFeature"]["automaticApproval"] == [actor["id"]]
    assert api.get("/users/ada", headers=DOCUMENT).json["interactionPolicy"] == policy(PUBLIC)
    listed = api.get(actor["featuredCollections"].removeprefix(HERE)).json
    assert listed["orderedItems"] == [made["uri"]]
    pack = api.get(made["uri"].removeprefix(HERE)).json
    assert (pack["type"], pack["name"], pack["summaryMap"]) == (
        "FeaturedCollection",
        "Gardeners",
        {"de": "All <green>"},
    )
    assert pack["topic"] == {"type": "Hashtag", "name": "#Garten", "href": f"{HERE}/tags/garten"}
    (item,) = pack["orderedItems"]
    assert (item["featuredObject"], item["featuredObjectType"]) == (ADA, "Person")
    assert api.get(item["id"].removeprefix(HERE)).json["featuredObject"] == ADA
    stamp = api.get(item["featureAuthorization"].removeprefix(HERE)).json
    assert stamp["type"] == "FeatureAuthorization"
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (made["uri"], ADA)
    api.post(f"{PATH}/{made['id']}/items/{made['items'][0]['id']}/revoke", open_ada)
    assert api.get(item["featureAuthorization"].removeprefix(HERE)).status == 404
    assert api.get(made["uri"].removeprefix(HERE)).json["orderedItems"] == []
    for path in (
        "/users/ada/packs/1",
        f"/users/ada/packs/{made['id']}",
        "/users/bob/packs/x",
        "/users/bob/feature_authorizations/1",
    ):
        assert api.get(path).status == 404
    api.patch(f"{PATH}/{made['id']}", bob, json={"discoverable": False})
    assert api.get("/users/bob/packs").json["totalItems"] == 0


def ask(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> tuple[dict[str, Any], Document]:
    """Ada puts Eve into a pack; returns it, and the request."""
    made: dict[str, Any] = api.post(
        PATH, ada, json={"name": "People", "account_ids": [known(api, ada, eve)]}
    ).json["collection"]
    api.work()
    (asked,) = answers(there, "FeatureRequest")
    return made, asked


def test_whoever_is_elsewhere_is_asked_first(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    made, asked = ask(api, there, ada, eve)
    assert (asked["actor"], asked["object"], asked["instrument"]) == (ADA, eve.uri, made["uri"])
    assert made["items"][0]["state"] == "pending"
    assert api.get(made["uri"].removeprefix(HERE)).json["orderedItems"] == []
    stamp = f"{eve.uri}/stamps/1"
    there.bring(api, eve.act("Accept", asked["id"], result=stamp))
    (item,) = api.get(f"{PATH}/{made['id']}").json["collection"]["items"]
    assert item["state"] == "accepted"
    (served,) = api.get(made["uri"].removeprefix(HERE)).json["orderedItems"]
    assert (served["featuredObject"], served["featureAuthorization"]) == (eve.uri, stamp)
    told = answers(there, "Update")[-1]
    assert told["object"]["orderedItems"] == [served]
    there.bring(api, eve.act("Delete", {"id": stamp, "type": "FeatureAuthorization"}))
    assert api.get(f"{PATH}/{made['id']}", ada).json["collection"]["items"] == []
    again = api.post(f"{PATH}/{made['id']}/items", ada, json={"account_id": item["account_id"]})
    assert again.status == 422


def test_a_refusal_stands(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    made, asked = ask(api, there, ada, eve)
    there.bring(api, eve.act("Reject", asked["id"]))
    there.bring(api, eve.act("Accept", asked["id"], result=f"{eve.uri}/stamps/1"))
    assert api.get(f"{PATH}/{made['id']}", ada).json["collection"]["items"] == []


def test_d_nobody_answers_for_another(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """D12: the answer is that of whoever was asked, and the consent is called by their own server."""
    made, asked = ask(api, there, ada, eve)
    mallory = there.person("mallory", "other.example")
    there.bring(api, mallory.act("Accept", asked["id"], result=f"{mallory.uri}/stamps/1"))
    there.bring(api, eve.act("Accept", asked["id"], result=f"{mallory.uri}/stamps/1"))
    there.bring(api, eve.act("Accept", asked["id"], result=f"{HERE}/users/eve/feature_authorizations/1"))
    there.bring(api, eve.act("Accept", asked["id"]))
    assert api.get(f"{PATH}/{made['id']}", ada).json["collection"]["items"][0]["state"] == "pending"
    there.bring(api, eve.act("Accept", asked["id"], result=f"{eve.uri}/stamps/1"))
    there.bring(api, mallory.act("Delete", f"{eve.uri}/stamps/1"))
    assert api.get(f"{PATH}/{made['id']}", ada).json["collection"]["items"][0]["state"] == "accepted"


def test_what_accounts_elsewhere_say(api: Api, there: Elsewhere, ada: client.Person) -> None:
    people = {
        "silent": (there.person("silent"), [], [], "missing"),
        "nobody": (there.person("nobody"), [], [], "denied"),
        "friends": (there.person("friends"), ["followers"], [], "denied"),
        "slow": (there.person("slow"), [], ["public"], "manual"),
        "odd": (there.person("odd"), ["unsupported_policy"], [], "unknown"),
    }
    people["nobody"][0].extra["interactionPolicy"] = policy(people["nobody"][0].uri)
    people["friends"][0].extra["interactionPolicy"] = policy(f"{people['friends'][0].uri}/followers")
    people["slow"][0].extra["interactionPolicy"] = policy(manual=("as:Public",))
    people["odd"][0].extra["interactionPolicy"] = policy("https://other.example/x")
    for person, automatic, manual, current in people.values():
        told = api.get(f"/api/v1/accounts/{known(api, ada, person)}", ada).json["feature_approval"]
        assert told == {"automatic": automatic, "manual": manual, "current_user": current}, person.username


# -- of people here, in packs elsewhere ----------------------------------


def test_a_request_is_answered_by_what_the_account_says(
    api: Api, there: Elsewhere, open_ada: client.Person, eve: Person
) -> None:
    pack = there.keep(pack_of(eve))
    asked = request(eve, pack)
    there.bring(api, asked)
    (accepted,) = answers(there, "Accept")
    assert accepted["object"] == asked["id"]
    stamp = api.get(accepted["result"].removeprefix(HERE)).json
    assert (stamp["interactingObject"], stamp["interactionTarget"]) == (pack["id"], ADA)
    (shown,) = api.get(f"/api/v1/accounts/{open_ada.id}/in_collections", open_ada).json["collections"]
    assert (shown["name"], shown["local"], shown["tag"]["name"]) == ("Cute <b>cats</b>", False, "cats")
    assert "<script" not in shown["description"]
    assert shown["description"] == "Cats &amp; more"
    again = request(eve, pack)
    again.pop("actor")  # as FEP-7aa9 shows it
    there.bring(api, again, eve)
    assert answers(there, "Accept")[-1]["result"] == accepted["result"]
    item = shown["items"][0]
    assert api.post(f"{PATH}/{shown['id']}/items/{item['id']}/revoke", open_ada).status == 200
    api.work()
    (gone,) = answers(there, "Delete")
    assert gone["object"]["id"] == accepted["result"]
    assert api.get(accepted["result"].removeprefix(HERE)).status == 404
    there.bring(api, request(eve, pack))
    assert len(answers(there, "Reject")) == 1
    assert api.get(f"/api/v1/accounts/{open_ada.id}/in_collections", open_ada).json["collections"] == []


def test_d_requests_that_cannot_be_granted(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D2, D12: of whoever hides, by whoever is blocked, for packs of others or none."""
    pack = there.keep(pack_of(eve))
    there.bring(api, request(eve, pack))
    assert len(answers(there, "Reject")) == 1
    assert there.asked.count(pack["id"]) == 0  # nobody looks at packs for those who say no
    api.patch("/api/v1/accounts/update_credentials", ada, form={"discoverable": "true"})
    mallory = there.person("mallory", "other.example")
    foreign = there.keep(pack_of(mallory, attributedTo=eve.uri))
    there.bring(api, request(mallory, foreign))
    there.bring(api, request(mallory, pack))
    there.bring(api, request(eve, {"id": f"{eve.uri}/featured/404"}))
    there.bring(api, request(eve, there.keep(pack_of(eve, id=f"{eve.uri}/featured/24", type="Note"))))
    there.bring(api, request(eve, pack, target=f"{HERE}/users/nobody"))
    api.post(f"/api/v1/accounts/{known(api, ada, mallory)}/block", ada)
    there.bring(api, request(mallory, there.keep(pack_of(mallory, id=f"{mallory.uri}/featured/9"))))
    assert answers(there, "Accept") == []
    monkeypatch.setattr(consenting_to_packs, "MOST_PACKS", 0)
    there.bring(api, request(eve, pack))
    assert answers(there, "Accept") == []
    assert api.get(f"/api/v1/accounts/{ada.id}/in_collections", ada).json["collections"] == []


def test_a_pack_elsewhere_ends(api: Api, there: Elsewhere, open_ada: client.Person, eve: Person) -> None:
    pack = there.keep(pack_of(eve))
    there.bring(api, request(eve, pack))
    mallory = there.person("mallory", "other.example")
    there.bring(api, mallory.act("Delete", pack["id"]))
    path = f"/api/v1/accounts/{open_ada.id}/in_collections"
    assert len(api.get(path, open_ada).json["collections"]) == 1
    there.bring(api, eve.act("Delete", pack["id"]))
    assert api.get(path, open_ada).json["collections"] == []
