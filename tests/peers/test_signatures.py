"""Requests signed in both ways, each as the other checks it."""

from collections.abc import Iterator

import pytest

from tests.journeys.conftest import eventually
from tests.peers.running import Peer, thing, url
from tests.towns import Town

RFC_9421 = "rfc9421"
CAVAGE = "draft-cavage-http-signatures-12"


@pytest.fixture
def particular(peer: Peer) -> Iterator[Peer]:
    """A peer that may be told to take one kind of signatures only."""
    yield peer
    peer.ask("refuse_all_but", scheme=None)


@pytest.mark.parametrize("scheme", [RFC_9421, CAVAGE])
def test_what_martlet_signs(ada: Town, eve: str, particular: Peer, scheme: str) -> None:
    """A server that refuses one kind is asked again in the other."""
    found = ada.find(particular.handle(eve))
    particular.ask("refuse_all_but", scheme=scheme)
    ada.post(f"/api/v1/accounts/{found['id']}/follow")
    came = particular.received_of("Follow", ada.uri)
    assert (came["scheme"], came["signer"]) == (scheme, ada.uri)


@pytest.mark.parametrize("scheme", [RFC_9421, CAVAGE])
def test_what_fedify_signs(ada: Town, eve: str, peer: Peer, scheme: str) -> None:
    follow = thing("Follow", id=url(f"{peer.uri(eve)}#follow"), actor=url(peer.uri(eve)), object=url(ada.uri))
    peer.send(eve, follow, ada.uri, scheme=scheme)
    assert [one["account"]["acct"] for one in eventually(lambda: ada.told("follow"))] == [peer.handle(eve)]


@pytest.mark.parametrize("scheme", [RFC_9421, CAVAGE])
def test_what_fedify_signs_for_somebody_else(ada: Town, eve: str, peer: Peer, scheme: str) -> None:
    """Its signature and its proof are good, and not its author's: only what comes after it counts."""
    for name in (f"{eve}x", eve):
        actor = peer.uri(name)
        follow = thing("Follow", id=url(f"{actor}#follow"), actor=url(actor), object=url(ada.uri))
        peer.send(eve, follow, ada.uri, scheme=scheme)
    assert [one["account"]["acct"] for one in eventually(lambda: ada.told("follow"))] == [peer.handle(eve)]
    assert ada.get(f"/api/v1/accounts/lookup?acct={ada.name}")["followers_count"] == 1
