import json
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import MalformedDocument
from martlet.signing import canonical_json, multibase, proofs
from martlet.signing.keys import PrivateKey, PublicKey
from martlet.signing.proofs import ProofRejected
from tests.signing.vectors import FOLDER, read, scenarios

PAIR = read("w3c/keyPair.json")
KEY = PrivateKey.from_multibase(PAIR["privateKeyMultibase"])
KEY_ID = "https://server.example/users/alice#ed25519-key"
OTHER = PrivateKey.make_ed25519()
THEN = datetime(2023, 2, 24, 23, 36, 38, tzinfo=UTC)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]


def note(**fields: Any) -> dict[str, Any]:
    return {
        "@context": CONTEXT,
        "id": "https://server.example/objects/1",
        "type": "Note",
        "attributedTo": "https://server.example/users/alice",
        "content": "Hello world",
    } | fields


def with_proof(document: dict[str, Any], **options: Any) -> dict[str, Any]:
    """`document` with its proof changed; an option that is None is left out."""
    proof = {name: value for name, value in (document["proof"] | options).items() if value is not None}
    return {**document, "proof": proof}


SIGNED = proofs.sign(note(), KEY, KEY_ID, THEN)


def accepted(document: dict[str, Any], key: PublicKey = KEY.public) -> bool:
    try:
        proofs.verify(document, key, NOW)
    except ProofRejected:
        return False
    return True


def test_the_example_of_the_w3c() -> None:
    folder = FOLDER / "w3c" / "eddsa-jcs-2022"
    signed = json.loads((folder / "signedJCS.json").read_text())
    proof = proofs.find(signed)
    assert proof is not None
    assert proof.value.hex() == (folder / "sigHexJCS.txt").read_text().strip()
    assert multibase.encode(proof.value) == (folder / "sigBTC58JCS.txt").read_text().strip()
    assert proofs.verify(signed, PublicKey.from_did(proof.key_id), NOW) == signed
    assert proofs.sign(read("w3c/unsigned.json"), KEY, proof.key_id, THEN) == signed
    options = {name: value for name, value in signed["proof"].items() if name != "proofValue"}
    assert canonical_json.encode(options) == (folder / "proofCanonJCS.txt").read_bytes().strip()
    assert (
        canonical_json.encode(read("w3c/unsigned.json")) == (folder / "canonDocJCS.txt").read_bytes().strip()
    )
    hashed = proofs._hashed(options, read("w3c/unsigned.json"))
    assert hashed.hex() == (folder / "combinedHashJCS.txt").read_text().strip()


def test_the_example_of_fep_8b32() -> None:
    unsigned, signed, *_ = scenarios("fep-8b32.feature")
    assert proofs.sign(unsigned, KEY, KEY_ID, THEN) == signed
    assert proofs.verify(signed, KEY.public, NOW) == signed


@pytest.mark.parametrize(
    ("context", "value"),
    [
        (
            "https://w3id.org/security/data-integrity/v1",
            "zLaewdp4H9kqtwyrLatK4cjY5oRHwVcw4gibPSUDYDMhi4M49v8pcYk3ZB6D69dNpAPbUmY8ocuJ3m9KhKJEEg7z",
        ),
        (None, "z5bZgaP3oausBCsnwDcSaEBaTrfaRGsm1zhpH9AuJ8HjRnQvNWLYYxTXffeeaywdRFjXuq37QziM1efwCVdB5Ko24"),
    ],
    ids=["an older context", "no context in the proof"],
)
def test_other_shapes_of_the_same_example(context: str | None, value: str) -> None:
    unsigned, signed, *_ = scenarios("fep-8b32.feature")
    if context is not None:
        unsigned["@context"][1] = context
    options = signed["proof"] | {"@context": context and unsigned["@context"], "proofValue": value}
    assert accepted(with_proof({**unsigned, "proof": {}}, **options))


def test_the_example_of_fep_c390() -> None:
    statement = scenarios("fep-c390.feature")[1]
    proof = proofs.find(statement)
    assert proof is not None
    assert proofs.verify(statement, PublicKey.from_did(proof.key_id), NOW) == statement


@pytest.mark.parametrize("name", ["note", "create", "tombstone"])
def test_documents_that_fedify_verified(name: str) -> None:
    document = read("martlet-and-fedify-compound.json")[name]
    proof = proofs.find(document)
    assert proof is not None
    assert proofs.verify(document, KEY.public, NOW) == document
    unsigned = {key: value for key, value in document.items() if key != "proof"}
    assert proofs.sign(unsigned, KEY, KEY_ID, proof.created_at) == document


@pytest.mark.parametrize("name", ["fedify_inner", "fedify_outer"])
def test_documents_of_fedify_one_inside_the_other(name: str) -> None:
    document = read("martlet-and-fedify-compound.json")[name]
    proof = proofs.find(document)
    assert proof is not None
    assert accepted(document, PublicKey.from_did(proof.key_id))


def test_a_document_in_a_document_is_part_of_what_is_signed() -> None:
    """Swapping the inner proof leaves the inner document good, and not the outer one."""
    document = read("martlet-and-fedify-compound.json")["create"]
    inner = proofs.sign(
        {key: value for key, value in document["object"].items() if key != "proof"},
        KEY, KEY_ID, THEN + timedelta(seconds=1),
    )  # fmt: skip
    assert accepted(inner)
    assert not accepted({**document, "object": inner})


def test_the_one_shape() -> None:
    assert SIGNED["proof"] == {
        "@context": CONTEXT,
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": KEY_ID,
        "proofPurpose": "assertionMethod",
        "created": "2023-02-24T23:36:38Z",
        "proofValue": SIGNED["proof"]["proofValue"],
    }
    later = proofs.sign(note(), KEY, KEY_ID, datetime(2026, 1, 1, 1, 0, 0, 999, timezone(timedelta(hours=1))))
    assert later["proof"]["created"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    "document",
    [
        note(**{"@context": "https://www.w3.org/ns/activitystreams"}),
        {"type": "Note"},
        SIGNED,
        note(signature={}),
        note(object={**SIGNED, "@context": CONTEXT[:1]}),
    ],
)
def test_what_not_all_could_verify_is_not_signed(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="@context"):
        proofs.sign(document, KEY, KEY_ID, NOW)


def test_documents_are_signed_with_ed25519() -> None:
    rsa = PrivateKey.make_rsa()
    with pytest.raises(ValueError, match="Ed25519"):
        proofs.sign(note(), rsa, KEY_ID, NOW)
    assert not accepted(SIGNED, rsa.public)


def test_a_linked_data_signature_is_left_out() -> None:
    assert proofs.verify({**SIGNED, "signature": {"type": "RsaSignature2017"}}, KEY.public, NOW) == SIGNED


def test_no_proof_is_none() -> None:
    assert proofs.find(note()) is None
    assert not accepted(note())


@pytest.mark.parametrize(
    ("created", "is_good"),
    [
        ("2026-11-23T00:14:59Z", True),
        ("2026-11-23T00:15:01Z", False),
        ("2026-11-23T01:14:59.123456+01:00", True),
        ("9999-12-31T23:59:59Z", False),
    ],
)
def test_the_future_is_not_here_yet(created: str, is_good: bool) -> None:  # noqa: FBT001 - a table
    document = with_proof({**note(), "proof": SIGNED["proof"]}, created=created, proofValue=None)
    value = KEY.sign(proofs._hashed(document["proof"], note()))
    assert accepted(with_proof(document, proofValue=multibase.encode(value))) is is_good


# Documents as people write them, with what has gone wrong elsewhere: fractions, odd keys, every script.
letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30)
fields = st.dictionaries(
    letters.filter(lambda name: name not in ("@context", "proof", "signature", "object")),
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | letters
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=6,
)  # fmt: skip


@given(fields, st.randoms())
def test_signed_then_verified_in_any_order_of_keys(extra: dict[str, Any], dice: random.Random) -> None:
    signed = proofs.sign(note() | extra, KEY, KEY_ID, THEN)
    pairs = list(signed.items())
    dice.shuffle(pairs)
    carried = canonical_json.parse_object(json.dumps(dict(pairs), indent=dice.choice((None, 1))).encode())
    assert proofs.verify(carried, KEY.public, NOW) == signed
    assert not accepted(carried, OTHER.public)


@given(fields, st.integers(0), st.integers(1, 255))
def test_any_changed_byte_is_refused(extra: dict[str, Any], at: int, flip: int) -> None:
    """What is kept are canonical bytes: others that mean the same are not the same document."""
    body = bytearray(canonical_json.encode(proofs.sign(note() | extra, KEY, KEY_ID, THEN)))
    body[at % len(body)] ^= flip
    try:
        document = canonical_json.parse_object(bytes(body))
    except MalformedDocument:
        return
    assert canonical_json.encode(document) != bytes(body) or not accepted(document)


def generated(dice: random.Random) -> dict[str, Any]:
    """A post of some kind: note or question, edited or deleted, with places, pictures and every script."""
    scripts = 'aäßжяعربי中文字日本語한국어ไทย🐦👩‍👩‍👧‍👦\u202e\u0301\\"/\t\n</script>\u2028\ue000\U0001f602'
    text = "".join(dice.choices(scripts, k=dice.randrange(1, 200)))
    more: dict[str, Any]
    match dice.randrange(4):
        case 0:
            more = {
                "type": "Question",
                "oneOf": [
                    {"type": "Note", "name": text[:9], "replies": {"totalItems": dice.randrange(10**6)}}
                ],
                "endTime": "2026-11-24T00:00:00Z",
            }
        case 1:
            more = {"type": "Tombstone", "formerType": "Note", "deleted": "2026-11-23T00:00:00Z"}
        case 2:
            more = {
                "location": {
                    "type": "Place",
                    "longitude": dice.uniform(-180, 180),
                    "latitude": dice.uniform(-90, 90),
                    "altitude": 10 ** dice.uniform(-30, 30),
                }
            }
        case _:
            more = {
                "updated": "2026-11-23T00:00:00Z",
                "attachment": [
                    {
                        "type": "Image",
                        "focalPoint": [dice.uniform(-1, 1), -0.0],
                        "width": dice.randrange(10**4),
                        "name": text[::-1],
                    }
                ],
                "sensitive": dice.random() < 0.5,
                "contentMap": {text[:3]: text},
            }
    return note(content=f"<p>{text}</p>", summary=None) | more


def test_a_thousand_generated_posts() -> None:
    dice = random.Random(8)
    for number in range(1000):
        document = generated(dice)
        signed = proofs.sign(document, KEY, KEY_ID, THEN + timedelta(hours=number))
        carried = canonical_json.parse_object(canonical_json.encode(signed))
        assert proofs.verify(carried, KEY.public, NOW) == carried
        name = dice.choice([key for key in carried if key != "proof"])
        assert not accepted({**carried, name: "changed"})
        assert not accepted({key: value for key, value in carried.items() if key != name})
