"""What somebody at Fedify's says and does, in the words that all tests need."""

from typing import Any

from martlet.activitypub.addressing import PUBLIC
from tests.journeys.conftest import eventually
from tests.peers.running import Peer, moment, thing, url
from tests.towns import Town


def note(peer: Peer, eve: str, kind: str = "Note", name: str = "1", **more: Any) -> dict[str, Any]:
    path = "questions" if kind == "Question" else "notes"
    said = {"content": "<p>Hello</p>", "tos": [url(PUBLIC)], "ccs": [url(f"{peer.uri(eve)}/followers")]}
    return thing(
        kind,
        id=url(f"{peer.url}/{path}/{eve}-{name}"),
        attribution=url(peer.uri(eve)),
        published=moment("2026-11-20T08:00:00Z"),
        **said | more,
    )


def act(peer: Peer, eve: str, kind: str, about: Any, name: str = "", **more: Any) -> dict[str, Any]:
    return thing(
        kind,
        id=url(f"{peer.uri(eve)}#{kind}{name}"),
        actor=url(peer.uri(eve)),
        object=about,
        **{"tos": [url(PUBLIC)], "ccs": [url(f"{peer.uri(eve)}/followers")]} | more,
    )


def befriend(ada: Town, eve: str, peer: Peer) -> Any:
    """Each follows the other; returns Eve as Ada's server knows her."""
    follow = thing("Follow", id=url(f"{peer.uri(eve)}#follow"), actor=url(peer.uri(eve)), object=url(ada.uri))
    peer.send(eve, follow, ada.uri)
    peer.received_of("Accept", ada.uri)
    found = ada.find(peer.handle(eve))
    ada.post(f"/api/v1/accounts/{found['id']}/follow")
    request = peer.received_of("Follow", ada.uri)["sent"]
    asked = thing("Follow", id=url(request["id"]), actor=url(ada.uri), object=url(peer.uri(eve)))
    yes = thing("Accept", id=url(f"{peer.uri(eve)}#yes"), actor=url(peer.uri(eve)), object=asked)
    peer.send(eve, yes, ada.uri)
    eventually(ada.relation(found, "following"))
    return found
