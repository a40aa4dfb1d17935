"""Linked-data signatures, as far as they can be judged without another implementation (tests/peers does that)."""

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from martlet.activitypub import contexts
from martlet.signing import linked_data, proofs
from martlet.signing.keys import PrivateKey
from martlet.signing.linked_data import NotLinkedData
from tests.elsewhere import rsa

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEY = rsa("any")
OTHER = PrivateKey.make_ed25519()
ACTOR = "https://home.example/users/ada"
LIKE: dict[str, Any] = {
    "@context": contexts.DOCUMENT,
    "id": f"{ACTOR}#likes/1",
    "type": "Like",
    "actor": ACTOR,
    "object": "https://peer.example/notes/1",
}
GRAPH = "".join(
    f"<{LIKE['id']}> <{name}> <{value}> .\n"
    for name, value in (
        (
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
            "https://www.w3.org/ns/activitystreams#Like",
        ),
        ("https://www.w3.org/ns/activitystreams#actor", ACTOR),
        ("https://www.w3.org/ns/activitystreams#object", LIKE["object"]),
    )
)
OPTIONS = (
    '_:c14n0 <http://purl.org/dc/terms/created> "2026-11-23T08:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n'
    f"_:c14n0 <http://purl.org/dc/terms/creator> <{ACTOR}#main-key> .\n"
)


def test_what_is_signed_is_what_the_document_means() -> None:
    """Written out by hand."""
    signed = linked_data.sign(LIKE, KEY, f"{ACTOR}#main-key", NOW)
    message = "".join(hashlib.sha256(part.encode()).hexdigest() for part in (OPTIONS, GRAPH))
    signature = signed.pop("signature")
    assert signed == LIKE
    assert KEY.public.verifies(base64.b64decode(signature["signatureValue"]), message.encode())
    assert (signature["type"], signature["creator"]) == ("RsaSignature2017", f"{ACTOR}#main-key")


def test_a_proof_stays_good() -> None:
    proven = proofs.sign(LIKE, OTHER, f"{ACTOR}#ed25519-key", NOW)
    signed = linked_data.sign(proven, KEY, f"{ACTOR}#main-key", NOW)
    assert proofs.verify(signed, OTHER.public, NOW) == proven


@pytest.mark.parametrize("context", [contexts.DOCUMENT, contexts.ACTOR])
def test_all_that_our_documents_mean_is_bundled(context: list[Any]) -> None:
    assert {one for one in context if isinstance(one, str)} <= linked_data.CONTEXTS.keys()
    linked_data.sign({**LIKE, "@context": context}, KEY, f"{ACTOR}#main-key", NOW)


@pytest.mark.parametrize(
    "context",
    [
        "https://evil.example/context",
        "http://127.0.0.1:9/",
        "file:///etc/passwd",
        "https://www.w3.org/ns/did/v1",
        [*contexts.DOCUMENT, "https://evil.example/context"],
        {"@import": "https://evil.example/context"},
        "contexts/../../secret",
    ],
)
def test_nothing_else_is_fetched(context: object) -> None:
    """E4."""
    with pytest.raises(NotLinkedData):
        linked_data.sign({**LIKE, "@context": context}, KEY, f"{ACTOR}#main-key", NOW)


def test_what_libraries_write_differently_is_not_signed() -> None:
    with pytest.raises(NotLinkedData):
        linked_data.sign({**LIKE, "content": "a\u0001b"}, KEY, f"{ACTOR}#main-key", NOW)


def test_a_document_is_signed_once_and_with_rsa() -> None:
    with pytest.raises(ValueError, match="once"):
        linked_data.sign({**LIKE, "signature": {}}, KEY, f"{ACTOR}#main-key", NOW)
    with pytest.raises(ValueError, match="RSA"):
        linked_data.sign(LIKE, OTHER, f"{ACTOR}#main-key", NOW)
