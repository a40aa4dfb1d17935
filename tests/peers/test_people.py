"""Who is who, and who follows and blocks whom, between Martlet and Fedify."""

from typing import Any

from tests.journeys.conftest import eventually
from tests.peers.running import Peer, each, thing, url
from tests.peers.saying import act
from tests.towns import Town

DOCUMENT = {"Accept": "application/activity+json"}


def test_each_finds_the_other(ada: Town, eve: str, peer: Peer) -> None:
    """WebFinger, NodeInfo, actor documents."""
    finger = peer.ask("web_finger", what=ada.uri)
    assert finger["subject"] == f"acct:{ada.handle}"
    assert ada.uri in [link.get("href") for link in finger["links"] if link["rel"] == "self"]
    for link in ada.get("/.well-known/nodeinfo")["links"]:
        info = peer.ask("node_info", document=ada.get(link["href"].removeprefix(ada.server.url)))
        assert (info["software"]["name"], info["protocols"]) == ("martlet", ["activitypub"])
    actor = peer.ask("look_up", what=ada.uri)
    assert (actor["type"], actor["read"]["preferredUsername"]) == ("Person", ada.name)
    assert peer.ask("verify", document=ada.server.call("GET", f"/users/{ada.name}", headers=DOCUMENT)[1])
    assert peer.ask("look_up", what=f"{ada.server.url}/actor")["type"] == "Application"

    peer.ask("describe", name=eve, attributes={"name": "Eve Ærø 例", "summary": "<p>I <b>speak</b></p>"})
    found = ada.find(peer.handle(eve))
    assert (found["acct"], found["uri"]) == (peer.handle(eve), peer.uri(eve))
    assert found["display_name"] == "Eve Ærø 例"
    assert "speak" in found["note"]


def test_ada_follows_eve(ada: Town, eve: str, peer: Peer) -> None:
    found = ada.find(peer.handle(eve))
    assert ada.post(f"/api/v1/accounts/{found['id']}/follow")["following"] is False
    came = peer.received_of("Follow", ada.uri)
    assert (came["signer"], came["path"]) == (ada.uri, f"/users/{eve}/inbox")
    assert came["read"]["object"] == peer.uri(eve)
    peer.send(eve, answer("Accept", peer, eve, came["sent"]), ada.uri)
    eventually(ada.relation(found, "following"))
    ada.post(f"/api/v1/accounts/{found['id']}/unfollow")
    undone = peer.received_of("Undo", ada.uri)
    assert undone["read"]["object"]["id"] == came["sent"]["id"]


def test_eve_says_no(ada: Town, eve: str, peer: Peer) -> None:
    found = ada.find(peer.handle(eve))
    ada.post(f"/api/v1/accounts/{found['id']}/follow")
    came = peer.received_of("Follow", ada.uri)
    assert ada.relation(found, "requested")()
    reject = answer("Reject", peer, eve, came["sent"])
    peer.send(eve, reject, ada.uri)
    eventually(lambda: not ada.relation(found, "requested")())
    assert not ada.relation(found, "following")()
    peer.send(eve, act(peer, eve, "Undo", reject, "Reject"), ada.uri)
    eventually(ada.relation(found, "requested"))


def answer(kind: str, peer: Peer, name: str, request: Any) -> dict[str, Any]:
    asked = thing("Follow", id=url(request["id"]), actor=url(request["actor"]), object=url(request["object"]))
    return thing(kind, id=url(f"{peer.uri(name)}#{kind}"), actor=url(peer.uri(name)), object=asked)


def follow(ada: Town, eve: str, peer: Peer) -> dict[str, Any]:
    return thing("Follow", id=url(f"{peer.uri(eve)}#follow"), actor=url(peer.uri(eve)), object=url(ada.uri))


def test_eve_follows_ada(ada: Town, eve: str, peer: Peer) -> None:
    peer.send(eve, follow(ada, eve, peer), ada.uri)
    accepted = peer.received_of("Accept", ada.uri)
    assert accepted["signer"] == ada.uri
    assert accepted["read"]["object"]["id"] == f"{peer.uri(eve)}#follow"
    assert [one["account"]["acct"] for one in eventually(lambda: ada.told("follow"))] == [peer.handle(eve)]
    assert peer.ask("collection", uri=f"{ada.uri}/followers") == [{"type": "Person", "id": peer.uri(eve)}]
    found = ada.find(peer.handle(eve))
    undo = thing(
        "Undo", id=url(f"{peer.uri(eve)}#undo"), actor=url(peer.uri(eve)), object=follow(ada, eve, peer)
    )
    peer.send(eve, undo, ada.uri)
    eventually(lambda: not ada.relation(found, "followed_by")())


def test_ada_is_asked_first(ada: Town, eve: str, peer: Peer) -> None:
    assert (
        ada.server.call("PATCH", "/api/v1/accounts/update_credentials", ada.token, {"locked": True})[0] == 200
    )
    for other, way, said in ((f"{eve}a", "authorize", "Accept"), (f"{eve}b", "reject", "Reject")):
        peer.send(other, follow(ada, other, peer), ada.uri)
        [asking] = eventually(lambda: ada.get("/api/v1/follow_requests"))
        ada.post(f"/api/v1/follow_requests/{asking['id']}/{way}")
        peer.received_of(said, ada.uri, peer.uri(other))


def test_blocks(ada: Town, eve: str, peer: Peer) -> None:
    peer.send(eve, follow(ada, eve, peer), ada.uri)
    eventually(lambda: ada.told("follow"))
    found = ada.find(peer.handle(eve))
    ada.post(f"/api/v1/accounts/{found['id']}/block")
    block = peer.received_of("Block", ada.uri)
    assert block["read"]["object"] == peer.uri(eve)
    assert peer.received_of("Reject", ada.uri)["read"]["object"]["id"] == f"{peer.uri(eve)}#follow"
    ada.post(f"/api/v1/accounts/{found['id']}/unblock")
    undone = peer.received_of("Undo", ada.uri)
    assert undone["read"]["object"]["id"] == block["sent"]["id"]

    act = thing("Block", id=url(f"{peer.uri(eve)}#block"), actor=url(peer.uri(eve)), object=url(ada.uri))
    peer.send(eve, act, ada.uri)
    eventually(ada.relation(found, "blocked_by"))
    peer.send(
        eve, thing("Undo", id=url(f"{peer.uri(eve)}#unblock"), actor=url(peer.uri(eve)), object=act), ada.uri
    )
    eventually(lambda: not ada.relation(found, "blocked_by")())


def test_a_profile_changes(ada: Town, eve: str, peer: Peer) -> None:
    peer.send(eve, follow(ada, eve, peer), ada.uri)
    found = eventually(lambda: ada.told("follow"))[0]["account"]
    changed = {
        "display_name": "Ada the second",
        "fields_attributes": [{"name": "Web", "value": "https://ada.example"}],
    }
    assert ada.server.call("PATCH", "/api/v1/accounts/update_credentials", ada.token, changed)[0] == 200
    came = peer.received_of("Update", ada.uri, "Ada the second")
    assert (came["signer"], came["proof"], came["linked_data"]) == (ada.uri, True, True)
    [field] = each(came["read"]["object"]["attachment"])
    assert (field["type"], field["name"]) == ("PropertyValue", "Web")

    peer.ask("describe", name=eve, attributes={"name": "Eve the second"})
    act = thing(
        "Update", id=url(f"{peer.uri(eve)}#update"), actor=url(peer.uri(eve)), object=url(peer.uri(eve))
    )
    peer.send(eve, {**act, "object": thing("Person", id=url(peer.uri(eve)), name="Eve the second")}, ada.uri)
    eventually(lambda: ada.get(f"/api/v1/accounts/{found['id']}")["display_name"] == "Eve the second")
