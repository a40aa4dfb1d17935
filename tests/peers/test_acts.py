"""Reactions, pins, reports, moves and quotes between Martlet and Fedify."""

import subprocess
import sys
from typing import Any
from urllib.parse import quote

import pytest

from martlet.activitypub.addressing import PUBLIC
from tests.client import PASSWORD
from tests.journeys.browser import Browser
from tests.journeys.conftest import eventually
from tests.peers.running import Peer, each, thing, url
from tests.peers.saying import act, note
from tests.towns import Town


@pytest.mark.usefixtures("friends")
def test_emoji_reactions(ada: Town, eve: str, peer: Peer) -> None:
    posted = ada.publish("What do you think?")
    reaction = act(peer, eve, "EmojiReact", url(posted["uri"]), content="🎉")
    peer.send(eve, reaction, ada.uri)
    path = f"/api/v1/pleroma/statuses/{posted['id']}/reactions"
    [found] = eventually(lambda: ada.get(path))
    assert (found["name"], found["count"]) == ("🎉", 1)
    peer.send(eve, act(peer, eve, "Undo", reaction, "Reaction"), ada.uri)
    eventually(lambda: ada.get(path) == [])

    said = note(peer, eve, content="<p>And you?</p>")
    peer.send(eve, act(peer, eve, "Create", said), ada.uri)
    seen = ada.sees("And you?")
    ada.put(f"/api/v1/pleroma/statuses/{seen['id']}/reactions/{quote('🐦')}", {})
    came = peer.received_of("Like", ada.uri, said["id"]["$url"])
    assert (came["signer"], came["read"]["content"]) == (ada.uri, "🐦")


@pytest.mark.usefixtures("friends")
def test_pins(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    posted = ada.publish("Pin me")
    ada.post(f"/api/v1/statuses/{posted['id']}/pin")
    came = peer.received_of("Add", ada.uri)
    assert (came["read"]["object"], came["read"]["target"]) == (posted["uri"], f"{ada.uri}/featured")
    ada.post(f"/api/v1/statuses/{posted['id']}/unpin")
    assert peer.received_of("Remove", ada.uri)["read"]["object"] == posted["uri"]

    said = note(peer, eve, content="<p>Pinned there</p>")
    peer.ask("keep", objects=[said])
    peer.send(eve, act(peer, eve, "Create", said), ada.uri)
    ada.sees("Pinned there")
    pinned = f"/api/v1/accounts/{friends['id']}/statuses?pinned=true"
    featured = url(f"{peer.uri(eve)}/featured")
    peer.send(eve, act(peer, eve, "Add", said["id"], target=featured), ada.uri)
    eventually(lambda: [one["uri"] for one in ada.get(pinned)] == [said["id"]["$url"]])
    peer.send(eve, act(peer, eve, "Remove", said["id"], target=featured), ada.uri)
    eventually(lambda: ada.get(pinned) == [])


def test_a_report(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    """In the server's name, not the reporter's."""
    said = note(peer, eve, content="<p>Rude words</p>")
    peer.send(eve, act(peer, eve, "Create", said), ada.uri)
    seen = ada.sees("Rude words")
    told = {
        "account_id": friends["id"],
        "status_ids": [seen["id"]],
        "comment": "Please look",
        "forward": True,
    }
    ada.post("/api/v1/reports", told)
    server = f"{ada.server.url}/actor"
    came = peer.received_of("Flag", server, said["id"]["$url"])
    assert (came["signer"], came["read"]["content"]) == (server, "Please look")
    assert set(each(came["read"]["object"])) == {peer.uri(eve), said["id"]["$url"]}
    assert ada.name not in str(came["sent"])


@pytest.mark.usefixtures("friends")
def test_a_follower_goes_along(ada: Town, eve: str, peer: Peer) -> None:
    """Eve moves, and says so on both sides."""
    new = f"{eve}new"
    peer.ask("describe", name=new, attributes={"aliases": [url(peer.uri(eve))]})
    peer.ask("describe", name=eve, attributes={"successor": url(peer.uri(new))})
    move = act(peer, eve, "Move", url(peer.uri(eve)), target=url(peer.uri(new)))
    peer.send(eve, move, ada.uri)
    follow = peer.received_of("Follow", ada.uri, peer.uri(new))
    assert follow["path"] == f"/users/{new}/inbox"
    peer.received_of("Undo", ada.uri)


@pytest.mark.usefixtures("friends")
def test_eve_quotes_ada(ada: Town, eve: str, peer: Peer) -> None:
    """She asks, is told yes, and anybody can read that at Ada's."""
    posted = ada.publish("Quote me", quote_approval_policy="public")
    said = note(peer, eve, content="<p>Look at this</p>", quote=url(posted["uri"]))
    peer.ask("keep", objects=[said])
    peer.send(eve, act(peer, eve, "QuoteRequest", url(posted["uri"]), instrument=said["id"]), ada.uri)
    accepted = peer.received_of("Accept", ada.uri, f"{peer.uri(eve)}#QuoteRequest")
    stamp = peer.ask("look_up", what=accepted["sent"]["result"])
    assert stamp["type"] == "QuoteAuthorization"
    assert said["id"]["$url"] in str(stamp["read"])
    agreed = {**said, "quoteAuthorization": url(accepted["sent"]["result"])}
    peer.send(eve, act(peer, eve, "Create", agreed), ada.uri)
    path = f"/api/v2/search?q={said['id']['$url']}&resolve=true&type=statuses"
    [seen] = eventually(lambda: ada.get(path)["statuses"])
    assert (seen["quote"]["state"], seen["quote"]["quoted_status"]["id"]) == ("accepted", posted["id"])


@pytest.mark.usefixtures("friends")
def test_ada_quotes_eve(ada: Town, eve: str, peer: Peer) -> None:
    policy = thing("InteractionPolicy", canQuote=thing("InteractionRule", automaticApproval=url(PUBLIC)))
    said = note(peer, eve, content="<p>Wise words</p>", interactionPolicy=policy)
    peer.ask("keep", objects=[said])
    peer.send(eve, act(peer, eve, "Create", said), ada.uri)
    seen = ada.sees("Wise words")
    quoting = ada.publish("So true", quoted_status_id=seen["id"])
    request = peer.received_of("QuoteRequest", ada.uri, said["id"]["$url"])
    assert (request["signer"], request["sent"]["instrument"]["id"]) == (ada.uri, quoting["uri"])
    stamp = thing(
        "QuoteAuthorization",
        id=url(f"{peer.url}/consents/{eve}"),
        attribution=url(peer.uri(eve)),
        interactingObject=url(quoting["uri"]),
        interactionTarget=said["id"],
    )
    peer.ask("keep", objects=[stamp])
    asked = thing(
        "QuoteRequest",
        id=url(request["sent"]["id"]),
        actor=url(ada.uri),
        object=said["id"],
        instrument=url(quoting["uri"]),
    )
    peer.send(eve, act(peer, eve, "Accept", asked, result=stamp["id"]), ada.uri)
    path = f"/api/v1/statuses/{quoting['id']}"
    eventually(lambda: ada.get(path)["quote"]["state"] == "accepted")
    told = peer.received_of("Update", ada.uri, quoting["uri"])
    assert told["sent"]["object"]["quoteAuthorization"] == stamp["id"]["$url"]


def test_ada_moves_to_fedify(ada: Town, eve: str, peer: Peer, friends: Any) -> None:
    """Those who follow her are told where she is, and the old account says it too."""
    del friends
    new = f"{eve}home"
    peer.ask("describe", name=new, attributes={"aliases": [url(ada.uri)]})
    command = [sys.executable, "-m", "martlet", "account", "reset-password", ada.name, "--password-stdin"]
    environment = ada.server.environment
    subprocess.run(command, env=environment, input=PASSWORD, text=True, check=True, capture_output=True)
    browser = Browser()
    browser.open(f"{ada.server.url}/auth/sign_in")
    browser.submit("password", {"identifier": ada.name, "password": PASSWORD})
    browser.open(f"{ada.server.url}/settings/moving")
    browser.submit("target", {"target": peer.handle(new), "password": PASSWORD})
    came = peer.received_of("Move", ada.uri)
    assert (came["signer"], came["read"]["target"]) == (ada.uri, peer.uri(new))
    assert came["proof"] is True
    assert peer.ask("look_up", what=ada.uri)["read"]["movedTo"] == peer.uri(new)
