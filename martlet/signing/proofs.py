"""
Proofs: a document that carries its author's signature, so that it does not matter who brings it.

FEP-8b32 with the cryptosuite `eddsa-jcs-2022` of W3C's Data Integrity. Signed are 64 bytes:

    SHA-256( the proof without `proofValue`, canonical ) ‖ SHA-256( the document without `proof`, canonical )

We write the one shape that all implementations accept: `@context` is a list, `proof` is one object with the
same `@context`, a `created` in whole seconds and no other options. We read that shape, and the same without
`@context` in the proof. Refused, as what others ignore is what attackers use: a list of proofs, options we
do not know, a `@context` that differs from the document's (W3C lets anyone append to it), a time to come.

    proof = proofs.find(document)                  # None: there is none; ProofRejected: it is no good
    key = …the key that proof.key_id names, out of its owner's actor…
    signed = proofs.verify(document, key, now)     # what the author signed; believe nothing else

Only public and unlisted documents are signed: a proof convinces everybody, for ever.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.signing import canonical_json, multibase
from martlet.signing.canonical_json import Encode
from martlet.signing.keys import Kind, PrivateKey, PublicKey

SKEW = timedelta(minutes=15)
"""How far into the future a proof may say it was made."""

_TYPE = "DataIntegrityProof"
_SUITE = "eddsa-jcs-2022"
_PURPOSE = "assertionMethod"
_OPTIONS = frozenset(
    ("@context", "type", "cryptosuite", "verificationMethod", "proofPurpose", "proofValue", "created")
)
_SIGNATURE_SIZE = 64
_MAX_NAME = 2048
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)
_STATEMENT = "VerifiableIdentityStatement"
"""FEP-c390: the one document that has no `@context` of its own."""


class ProofRejected(EvidenceRejected):
    """The document has a proof, and it is no good. That is worse than having none."""

    code = "proof_rejected"


@dataclass(frozen=True, slots=True)
class Proof:
    """
    What a proof says of itself: nothing is checked yet but its shape.

    `key_id` is a URI in the actor of whom it claims to be (`https://…#ed25519-key`), or `did:key:…`,
    which `PublicKey.from_did` reads.
    """

    key_id: str
    created_at: datetime
    value: bytes


def sign(document: Mapping[str, Any], key: PrivateKey, key_id: str, now: datetime) -> dict[str, Any]:
    """
    `document` with its proof. What is kept and sent is `canonical_json.encode` of it, and never anew.

    A document may hold another that has its own proof: sign the inner one first, with the same `@context`.
    Raises `ValueError` for a document that not everybody could verify: that is a bug of ours.
    """
    context = document.get("@context")
    if not isinstance(context, list) or "proof" in document or "signature" in document:
        raise ValueError("What is signed has a list for its @context, and no signature yet.")
    inner = document.get("object")
    if isinstance(inner, dict) and "proof" in inner and inner.get("@context") != context:
        raise ValueError("A document inside another has the same @context.")
    if key.kind is not Kind.ED25519:
        raise ValueError("Documents are signed with Ed25519.")
    proof = {
        "@context": context,
        "type": _TYPE,
        "cryptosuite": _SUITE,
        "verificationMethod": key_id,
        "proofPurpose": _PURPOSE,
        "created": time(now),
    }
    proof["proofValue"] = multibase.encode(key.sign(_hashed(proof, document)))
    return {**document, "proof": proof}


def sign_statement(document: Mapping[str, Any], root: PrivateKey, now: datetime) -> dict[str, Any]:
    """An identity statement with its proof by the root key that it is about (FEP-c390): nothing of it has a `@context`."""
    proof = {
        "type": _TYPE,
        "cryptosuite": _SUITE,
        "created": time(now),
        "verificationMethod": root.public.to_did(),
        "proofPurpose": _PURPOSE,
    }
    proof["proofValue"] = multibase.encode(root.sign(_hashed(proof, document)))
    return {**document, "proof": proof}


def find(document: Mapping[str, Any]) -> Proof | None:
    """The proof that `document` carries, None if it carries none. Raises `ProofRejected`."""
    if "proof" not in document:
        return None
    return _read(document)


def verify(
    document: Mapping[str, Any], key: PublicKey, now: datetime, encode: Encode = canonical_json.encode
) -> dict[str, Any]:
    """
    What the owner of `key` signed: all of `document` but a linked-data `signature`, which nobody signed.

    `document` comes from `canonical_json.parse`: other readers let a key stand twice. Documents inside it
    are part of what was signed; whether their own authors wrote them, their own proofs say.
    `encode`: what `canonical_json.parse_canonical` gave, where that read the document. Raises `ProofRejected`.
    """
    proof = _read(document)
    check(proof, key, message(document, encode), now)
    return {name: document[name] for name in document if name != "signature"}


def message(document: Mapping[str, Any], encode: Encode = canonical_json.encode) -> bytes:
    """What the proof of a document that has one signs. Raises `ProofRejected` for what has no canonical form."""
    unsigned = {name: document[name] for name in document if name not in ("signature", "proof")}
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    try:
        return _hashed(options, unsigned, encode)
    except MalformedDocument as error:
        raise ProofRejected(error.message) from error


def check(proof: Proof, key: PublicKey, message: bytes, now: datetime) -> None:
    """Whether a proof is one of `message`, by the owner of `key`. Raises `ProofRejected`."""
    if proof.created_at > now + SKEW:
        raise ProofRejected("The proof was made in the future.")
    if key.kind is not Kind.ED25519:
        raise ProofRejected("The key is of another kind than the proof.")
    if not key.verifies(proof.value, message):
        raise ProofRejected("The proof does not fit the document.")


def _hashed(
    options: Mapping[str, Any], document: Mapping[str, Any], encode: Encode = canonical_json.encode
) -> bytes:
    return b"".join(hashlib.sha256(encode(dict(part))).digest() for part in (options, document))


def _read(document: Mapping[str, Any]) -> Proof:
    proof = document.get("proof")
    if not isinstance(proof, dict) or not proof.keys() <= _OPTIONS:
        raise ProofRejected("The proof is not one object with the options we know.")
    if (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose")) != (_TYPE, _SUITE, _PURPOSE):
        raise ProofRejected(f"The proof is not an assertion by {_SUITE}.")
    _check_context(document, proof)
    key_id, created, value = (proof.get(name) for name in ("verificationMethod", "created", "proofValue"))
    if not isinstance(key_id, str) or not 0 < len(key_id) <= _MAX_NAME:
        raise ProofRejected("The proof names no key.")
    try:
        signature = multibase.decode(value) if isinstance(value, str) else b""
    except MalformedDocument as error:
        raise ProofRejected(error.message) from error
    if len(signature) != _SIGNATURE_SIZE:
        raise ProofRejected("The proof has no signature.")
    return Proof(key_id, moment(created), signature)


def _check_context(document: Mapping[str, Any], proof: Mapping[str, Any]) -> None:
    """Raises `ProofRejected` unless everybody reads the document in one way."""
    if "@context" not in document and document.get("type") != _STATEMENT:
        raise ProofRejected("The document does not say what its words mean.")
    if "@context" in proof and ("@context" not in document or proof["@context"] != document["@context"]):
        raise ProofRejected("The proof was made for another @context.")


def moment(text: Any) -> datetime:
    """A moment as proofs and statements write it. Raises `ProofRejected`."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ProofRejected("The proof does not say when it was made.")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ProofRejected("The proof does not say when it was made.") from error


def time(moment: datetime) -> str:
    """In whole seconds, as everybody reads it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
