"""Statements of root keys: what is read, what is refused, and which one stands."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.continuity import Statement, history
from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.model.names import Uri
from martlet.signing import canonical_json, continuity, multibase, proofs
from martlet.signing.keys import Kind, PrivateKey, PublicKey
from tests.elsewhere import Person
from tests.signing.vectors import read, scenarios
from tests.stating import NOON, revoked, stated, unsigned

ROOT, OTHER = (PrivateKey(Kind.ED25519, bytes([number]) * 32) for number in (1, 2))
EVE = Person(
    "https://peer.example/users/eve", "eve", PrivateKey(Kind.RSA, b""), PrivateKey(Kind.ED25519, bytes(32))
)


def test_the_published_identity_proof_is_made_again_byte_for_byte() -> None:
    """FEP-c390, and no statement of ours: it has no number."""
    claim, proven, actor = scenarios("fep-c390.feature")
    root = PrivateKey(Kind.ED25519, multibase.decode(read("w3c/keyPair.json")["privateKeyMultibase"])[2:])
    assert proofs.sign_statement(claim, root, datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)) == proven
    assert continuity.of_actor(actor, NOON) is None
    with pytest.raises(EvidenceRejected):
        continuity.read(proven, NOON)


def test_what_is_said_is_read() -> None:
    document = stated(
        ROOT,
        EVE,
        7,
        revoked=[revoked(OTHER, id=f"{EVE.uri}#old")],
        gateways=["https://peer.example", "http://abc.onion"],
        formerly=["https://old.example/users/eve"],
    )
    found = continuity.of_actor({"id": EVE.uri, "attachment": [{"type": "PropertyValue"}, document]}, NOON)
    assert found is not None
    assert (found.root, found.actor, found.sequence) == (ROOT.public.to_did(), EVE.uri, 7)
    assert [(one.uri, one.public) for one in found.keys] == [
        (f"{EVE.uri}#ed25519-key", EVE.ed25519.public.to_multibase())
    ]
    assert found.revocation(public=OTHER.public.to_multibase()) == found.revocation(uri=f"{EVE.uri}#old")
    assert (found.gateways, found.formerly) == (
        ("https://peer.example", "http://abc.onion"),
        ("https://old.example/users/eve",),
    )
    again = continuity.propose(found)
    assert again == {name: value for name, value in document.items() if name != "proof"}
    assert continuity.parse(found.body) == found
    later = continuity.read(
        proofs.sign_statement(again, ROOT, NOON + timedelta(days=1)), NOON + timedelta(days=1)
    )
    assert later.digest == found.digest
    assert continuity.of_actor({"id": "https://peer.example/users/bob", "attachment": document}, NOON) is None


BAD: dict[str, dict[str, Any]] = {
    "no number": {"sequence": 0},
    "a number that is none": {"sequence": True},
    "a fraction": {"sequence": 1.5},
    "no account": {"alsoKnownAs": "eve"},
    "several accounts": {"alsoKnownAs": [EVE.uri]},
    "no moment": {"updated": "yesterday"},
    "keys that are no list": {"assertionMethod": {}},
    "too many keys": {"assertionMethod": [{}] * 17},
    "a neighbour's key": {
        "assertionMethod": [{"id": f"{EVE.uri}2#k", "publicKeyMultibase": ROOT.public.to_multibase()}]
    },
    "a weak key": {
        "assertionMethod": [
            {"id": f"{EVE.uri}#k", "publicKeyMultibase": multibase.encode(b"\xed\x01\1" + bytes(31))}
        ]
    },
    "a revocation without a moment": {"revoked": [{"publicKeyMultibase": ROOT.public.to_multibase()}]},
    "a gateway that is none": {"gateways": ["javascript://x"]},
    "a gateway with a path": {"gateways": ["https://a.example/b"]},
    "a gateway of another type": {"gateways": [7]},
    "too long": {"more": "x" * continuity.LIMIT},
    "a context": {"@context": ["https://www.w3.org/ns/activitystreams"]},
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_as_it_should_be_is_refused(name: str) -> None:
    document = proofs.sign_statement(unsigned(ROOT, EVE) | BAD[name], ROOT, NOON)
    with pytest.raises((EvidenceRejected, MalformedDocument)):
        continuity.read(document, NOON)
    assert continuity.of_actor({"id": EVE.uri, "attachment": [document]}, NOON) is None


def test_whoever_else_signs_it_is_refused() -> None:
    """Another key, one that names another, what was changed afterwards, and one from the future."""
    by_other = proofs.sign_statement(unsigned(ROOT, EVE), OTHER, NOON)
    renamed = by_other | {"proof": by_other["proof"] | {"verificationMethod": ROOT.public.to_did()}}
    changed = stated(ROOT, EVE) | {"sequence": 2}
    for document in (by_other, renamed, changed, unsigned(ROOT, EVE)):
        with pytest.raises(EvidenceRejected):
            continuity.read(document, NOON)
    with pytest.raises(EvidenceRejected):
        continuity.read(stated(ROOT, EVE), NOON - timedelta(hours=1))


def test_every_bit_of_a_statement_counts() -> None:
    body = canonical_json.encode(stated(ROOT, EVE, revoked=[revoked(OTHER)]))
    accepted = 0
    for at in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[at // 8] ^= 1 << at % 8
        try:
            found = continuity.read(canonical_json.parse_object(bytes(flipped)), NOON)
        except (EvidenceRejected, MalformedDocument):
            continue
        accepted += found.body != body
    assert accepted == 0


def of(sequence: int, version: int) -> Statement:
    digest = json.dumps([sequence, version]).encode()
    return Statement("did:key:z", Uri(EVE.uri), sequence, 0, (), (), (), (), digest, digest)


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 2)), max_size=12).flatmap(
        lambda some: st.tuples(st.just(some), st.permutations(some))
    )
)
def test_the_highest_stands_unless_two_differ(
    orders: tuple[list[tuple[int, int]], list[tuple[int, int]]],
) -> None:
    """Whatever the order; of two that differ none is chosen, and one of a higher number ends that."""
    found, other = (history(of(*one) for one in some) for some in orders)
    assert found == other
    numbers = {number for number, _ in orders[0]}
    split = {one for one in numbers if len({v for n, v in orders[0] if n == one}) > 1}
    standing, last = max(numbers - split, default=None), max(numbers, default=0)
    assert (found.standing.sequence if found.standing else None) == standing
    assert {one.sequence for one in found.conflict} == split & {last}
    assert found.last_sequence == last


def test_a_root_key_is_named_in_one_way() -> None:
    document = unsigned(ROOT, EVE) | {"subject": f"{ROOT.public.to_did()}#{ROOT.public.to_multibase()}"}
    with pytest.raises(EvidenceRejected):
        continuity.read(proofs.sign_statement(document, ROOT, NOON), NOON)
    assert PublicKey.from_did(document["subject"]) == ROOT.public
