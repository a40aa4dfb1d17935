"""What other servers try with documents, before anybody believes a word of them (docs/security.md, group D)."""

import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from martlet.model.errors import MalformedDocument
from martlet.network import signed
from martlet.network.client import Client
from martlet.network.errors import AnswerRefused, LedElsewhere
from martlet.signing import actor_keys, canonical_json, multibase, proofs
from martlet.signing.http_signatures import Signer
from martlet.signing.keys import PrivateKey, PublicKey
from martlet.signing.proofs import ProofRejected
from tests.elsewhere import rsa
from tests.network.servers import answer, listening, saying

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
ALICE = "https://victim.example/users/alice"
KEY_ID = f"{ALICE}#ed25519-key"
KEY = PrivateKey.make_ed25519()
SIGNER = Signer("https://home.example/actor#main-key", rsa("any"))
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
NOTE: dict[str, Any] = {
    "@context": CONTEXT,
    "id": "https://victim.example/notes/1",
    "type": "Note",
    "attributedTo": ALICE,
    "to": ["https://www.w3.org/ns/activitystreams#Public"],
    "content": "Hello",
}
SIGNED = proofs.sign(NOTE, KEY, KEY_ID, NOW)
PROOF: dict[str, Any] = SIGNED["proof"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def is_believed(document: dict[str, Any], key: PublicKey = KEY.public) -> bool:
    """As the inbox does: no proof is no reason to believe, a bad one a reason to refuse."""
    try:
        if proofs.find(document) is None:
            return False
        proofs.verify(document, key, NOW)
    except ProofRejected:
        return False
    return True


@pytest.mark.anyio
@pytest.mark.parametrize(
    "content_type",
    [
        "application/json", "text/html", "text/plain", "image/png", "application/octet-stream", "", "*/*",
        "application/ld+json", 'application/ld+json; profile="https://example.com/"', "application/activity+json2",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams/x"', "application/json, application/activity+json",
        'text/html; a="application/activity+json"',
    ],
)  # fmt: skip
async def test_d3_a_document_under_another_type_is_none(content_type: str) -> None:
    page = answer(200, canonical_json.encode(SIGNED), content_type=content_type)
    async with listening(saying(page)) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises(AnswerRefused):
            await signed.get(client, there.url, SIGNER)


@pytest.mark.anyio
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_d4_an_open_redirect_lends_nobody_its_name(status: int) -> None:
    forged = answer(200, canonical_json.encode(SIGNED), content_type=signed.ACTIVITY)
    async with listening(saying(forged)) as evil:
        lure = answer(status, location=f"{evil.url}/forged")
        async with listening(saying(lure)) as victim, Client("home.example", allow_private=True) as client:
            with pytest.raises(LedElsewhere):
                await signed.get(client, f"{victim.url}/open?to={evil.url}", SIGNER)
        assert evil.connections == 0


@pytest.mark.parametrize(
    "signature",
    [
        {"type": "RsaSignature2017", "creator": f"{ALICE}#main-key", "created": "2026-11-23T08:00:00Z", "signatureValue": "AAAA"},
        {"@graph": [], "type": "RsaSignature2017"},
        [],
        "signed, believe me",
    ],
)  # fmt: skip
def test_d6_linked_data_signatures_are_worth_nothing(signature: Any) -> None:
    """Neither alone nor beside a proof, of which they are no part: what comes back is what was signed."""
    assert proofs.find({**NOTE, "signature": signature}) is None
    assert proofs.verify({**SIGNED, "signature": signature}, KEY.public, NOW) == SIGNED


@pytest.mark.parametrize("name", ["@graph", "@included", "@reverse", "@id", "as:content", "content"])
def test_d6_words_of_linked_data_added_to_what_is_signed(name: str) -> None:
    assert is_believed(SIGNED)
    assert not is_believed({**SIGNED, name: [{"type": "Undo"}]})


@pytest.mark.parametrize("name", sorted(PROOF))
@pytest.mark.parametrize("value", [None, "", "changed", 7, [], {}, ["changed"]])
def test_d7_each_field_of_a_proof_is_needed_as_it_is(name: str, value: Any) -> None:
    assert not is_believed({**SIGNED, "proof": PROOF | {name: value}})
    if name != "@context":  # Mitra leaves it out; then the signature is another one
        with pytest.raises(ProofRejected):
            proofs.find({**SIGNED, "proof": {key: PROOF[key] for key in PROOF if key != name}})
    assert not is_believed({**SIGNED, "proof": {key: PROOF[key] for key in PROOF if key != name}})


@pytest.mark.parametrize(
    "proof",
    [
        None, "", 7, [], {}, [PROOF], [PROOF, PROOF],
        PROOF | {"expires": "2030-01-01T00:00:00Z"},
        PROOF | {"domain": "home.example"},
        PROOF | {"previousProof": "urn:x"},
        PROOF | {"id": "urn:x"},
        PROOF | {"cryptosuite": "eddsa-rdfc-2022"},
        PROOF | {"cryptosuite": "ecdsa-jcs-2019"},
        PROOF | {"type": "RsaSignature2017"},
        PROOF | {"proofPurpose": "authentication"},
        PROOF | {"proofPurpose": "assertionMethod "},
        PROOF | {"created": "2026-11-23T09:00:00Z"},
        PROOF | {"created": "2026-11-23"},
        PROOF | {"created": "2026-11-23T08:00:00"},
        PROOF | {"created": "2026-13-23T08:00:00Z"},
        PROOF | {"created": "2026-11-23T08:00:00Z\n"},
        PROOF | {"proofValue": "Z" + PROOF["proofValue"][1:]},
        PROOF | {"proofValue": PROOF["proofValue"][1:]},
        PROOF | {"proofValue": multibase.encode(bytes(64))},
        PROOF | {"proofValue": multibase.encode(b"short")},
        PROOF | {"@context": [*CONTEXT, "https://evil.test/context"]},
        PROOF | {"@context": CONTEXT[:1]},
    ],
)  # fmt: skip
def test_d7_a_proof_of_another_shape_is_refused_and_not_passed_over(proof: Any) -> None:
    document = {**NOTE, "proof": proof}
    with pytest.raises(ProofRejected):
        proofs.verify(document, KEY.public, NOW)


def signed_as(options: dict[str, Any], document: dict[str, Any] = NOTE) -> dict[str, Any]:
    """`document` with a proof of these options that its author really made."""
    value = KEY.sign(proofs._hashed(options, document))
    return {**document, "proof": options | {"proofValue": multibase.encode(value)}}


OPTIONS = {name: PROOF[name] for name in PROOF if name != "proofValue"}
LONGER = [*CONTEXT, {"content": "https://evil.test/#content"}]


def test_d7_what_the_author_really_signed_is_believed() -> None:
    assert signed_as(OPTIONS) == SIGNED
    assert is_believed(signed_as({name: OPTIONS[name] for name in OPTIONS if name != "@context"}))


@pytest.mark.parametrize(
    "document",
    [
        signed_as(OPTIONS | {"expires": "2030-01-01T00:00:00Z"}),
        signed_as(OPTIONS | {"domain": "home.example"}),
        signed_as(OPTIONS | {"type": "DataIntegrityProof2"}),
        signed_as(OPTIONS | {"cryptosuite": "eddsa-rdfc-2022"}),
        signed_as(OPTIONS | {"proofPurpose": "authentication"}),
        signed_as(OPTIONS | {"verificationMethod": ""}),
        signed_as(OPTIONS | {"verificationMethod": [KEY_ID]}),
        signed_as(OPTIONS | {"verificationMethod": "https://" + "x" * 2048}),
        signed_as(OPTIONS | {"created": "2026-11-23"}),
        signed_as(OPTIONS | {"created": "20261123T080000Z"}),
        signed_as(OPTIONS | {"created": 1763884800}),
        signed_as(OPTIONS | {"created": "2026-11-23T08:00:00"}),
        signed_as({name: OPTIONS[name] for name in OPTIONS if name != "created"}),
        signed_as(OPTIONS | {"@context": LONGER}),
        signed_as(OPTIONS | {"@context": CONTEXT[:1]}),
        signed_as(OPTIONS, NOTE | {"@context": LONGER}),
        signed_as(OPTIONS, {name: NOTE[name] for name in NOTE if name != "@context"}),
        signed_as(
            {name: OPTIONS[name] for name in OPTIONS if name != "@context"},
            {name: NOTE[name] for name in NOTE if name != "@context"},
        ),
    ],
    ids=lambda document: str(
        {
            name: document["proof"][name]
            for name in document["proof"]
            if name != "proofValue" and document["proof"][name] != PROOF.get(name)
        }
    )[:60],
)
def test_d7_well_signed_and_yet_in_no_shape_that_all_read_alike(document: dict[str, Any]) -> None:
    with pytest.raises(ProofRejected):
        proofs.verify(document, KEY.public, NOW)


def test_d7_every_way_to_spell_a_signature_but_one_is_refused() -> None:
    value: str = PROOF["proofValue"]
    for at in range(len(value)):
        for bit in range(7):
            other = value[:at] + chr(ord(value[at]) ^ (1 << bit)) + value[at + 1 :]
            assert not is_believed({**SIGNED, "proof": PROOF | {"proofValue": other}})


def test_d7_a_context_appended_to_a_signed_document() -> None:
    """The W3C lets a proof cover the beginning of a list that means something else as a whole."""
    longer = [*CONTEXT, {"content": "https://evil.test/#content"}]
    assert not is_believed({**SIGNED, "@context": longer})
    assert not is_believed({**SIGNED, "@context": longer, "proof": PROOF | {"@context": longer}})
    assert not is_believed({**SIGNED, "@context": CONTEXT[0]})
    assert not is_believed({key: SIGNED[key] for key in SIGNED if key != "@context"})


def test_d7_a_document_inside_another_keeps_its_own_context() -> None:
    """Whose inner document has another context than the outer one may read differently alone: each is verified as it stands."""
    inner = {key: SIGNED[key] for key in SIGNED if key != "@context"}
    with pytest.raises(ProofRejected):
        proofs.find(inner)
    with pytest.raises(ValueError, match="@context"):
        proofs.sign({"@context": CONTEXT[:1], "type": "Create", "object": SIGNED}, KEY, KEY_ID, NOW)


def test_d7_proofs_swapped_between_documents() -> None:
    other = proofs.sign(NOTE | {"content": "Other"}, KEY, KEY_ID, NOW)
    assert not is_believed({**SIGNED, "proof": other["proof"]})
    assert not is_believed({**other, "proof": PROOF})


def test_d7_other_peoples_keys() -> None:
    assert not is_believed(SIGNED, PrivateKey.make_ed25519().public)
    assert not is_believed(SIGNED, SIGNER.key.public)


@pytest.mark.parametrize(
    "change",
    [
        ('"content":"Hello"', '"content":"Buy","content":"Hello"'),
        ('"content":"Hello"', '"content":"Hello","c\\u006fntent":"Buy"'),
        ('"content":"Hello"', '"content":"Hello","n":NaN'),
        ('"content":"Hello"', '"content":"Hello","n":9007199254740993'),
        ('"content":"Hello"', '"content":"Hello\\ud800"'),
        ('"proof":', '"proof":{},"proof":'),
        ('"proofPurpose"', '"proofPurpose":"authentication","proofPurpose"'),
    ],
)
def test_d7_what_two_readers_read_differently(change: tuple[str, str]) -> None:
    body = canonical_json.encode(SIGNED).decode()
    assert canonical_json.parse(body.encode()) == SIGNED
    assert body.count(change[0]) == 1
    with pytest.raises(MalformedDocument):
        canonical_json.parse(body.replace(*change).encode())


def test_d7_any_flipped_bit_of_what_is_kept() -> None:
    """What is kept and carried is canonical, so a change that means nothing is a change all the same."""
    body = canonical_json.encode(SIGNED)
    for at in range(len(body)):
        for bit in range(8):
            changed = body[:at] + bytes((body[at] ^ (1 << bit),)) + body[at + 1 :]
            try:
                document = canonical_json.parse_object(changed)
            except MalformedDocument:
                continue
            assert canonical_json.encode(document) != changed or not is_believed(document)


def test_d7_anything_cut_off() -> None:
    body = canonical_json.encode(SIGNED)
    for end in range(len(body)):
        with pytest.raises(MalformedDocument):
            canonical_json.parse_object(body[:end])


@pytest.mark.parametrize("raw", [bytes(32), b"\x01" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_d7_d8_keys_under_which_anybody_signs(raw: bytes) -> None:
    entry = {
        "id": KEY_ID,
        "type": "Multikey",
        "controller": ALICE,
        "publicKeyMultibase": multibase.encode(multibase.ED25519_PUBLIC + raw),
    }
    assert actor_keys.of_actor({"id": ALICE, "assertionMethod": [entry]}) == {}


def test_d8_a_key_alone_is_no_actor() -> None:
    pem = KEY.public.to_pem()
    alone = {"id": f"{ALICE}#main-key", "owner": ALICE, "publicKeyPem": pem}
    assert actor_keys.of_actor(alone) == {}
    assert actor_keys.of_actor({"id": "https://evil.test/users/eve", "publicKey": alone}) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"[" * 65 + b"]" * 65,
        b'{"n":' + b"9" * 5000 + b"}",
        b'{"n":1e999999999}',
        b'{"name":"a\\u0000b"}',
        b'{"na\\u0000me":1}',
        b"\x00",
        b"\xff\xfe{\x00}\x00",
        b"{}" + b"\x00" * 10,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_d19_deep_and_odd_json(body: bytes) -> None:
    began = time.thread_time()
    with pytest.raises(MalformedDocument):
        canonical_json.parse_object(body)
    assert time.thread_time() - began < 1


def test_d18_d19_as_long_as_it_may_be_and_still_quick() -> None:
    dice = random.Random(3)
    shapes = [
        b"[" + b",".join([b"[]"] * 349_000) + b"]",
        b'{"a":"' + b"\\u00e9" * 170_000 + b'"}',
        json.dumps({str(dice.random()): 1 for _ in range(40_000)}).encode(),
        b"[" + b",".join([b"1.5"] * 250_000) + b"]",
        b'["' + b"\\\\" * 500_000 + b'"]',
    ]
    for body in shapes:
        assert len(body) <= canonical_json.MAX_BYTES
        began = time.process_time()
        canonical_json.encode(canonical_json.parse(body))
        assert time.process_time() - began < 5
    with pytest.raises(MalformedDocument):
        canonical_json.parse(b" " * (canonical_json.MAX_BYTES + 1))


def test_d7_a_proof_from_the_future_is_none_yet() -> None:
    later = proofs.sign(NOTE, KEY, KEY_ID, NOW + timedelta(minutes=16))
    assert not is_believed(later)
    assert proofs.verify(later, KEY.public, NOW + timedelta(minutes=2)) == later
