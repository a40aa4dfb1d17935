"""
Identity proofs (FEP-c390) of keys that are somebody's besides those of their server: a key of a program, a wallet, a root key
of other software. Whoever has the key has signed that an account is theirs. It says nothing of what the account signs.

    {"type": "VerifiableIdentityStatement", "subject": "did:key:z6Mk…", "alsoKnownAs": "https://…", "proof": {…}}

Checked are proofs by `did:key:z6Mk…` (Ed25519) in `eddsa-jcs-2022`; a good document with another kind of key or proof, such as a
wallet's `did:pkh:…`, is named as what it is, unchecked. What is checked and no good is left out. One with a `sequence` is a
statement of a root key, which `continuity` reads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.signing import canonical_json, continuity, proofs
from martlet.signing.keys import DID, PublicKey

MOST = 8
LIMIT = 16 * 1024
_LONGEST_NAME = 200
_CHECKED = ("DataIntegrityProof", "eddsa-jcs-2022")


@dataclass(frozen=True, slots=True)
class Identity:
    """A key that is said to be the account's. `proven_at`: when it signed that; None where that cannot be checked here."""

    subject: str
    proven_at: datetime | None


def of_actor(actor: Mapping[str, Any], now: datetime) -> tuple[Identity, ...]:
    """Those that an actor document carries about itself, each key once."""
    found: dict[str, Identity] = {}
    for one in _attached(actor):
        identity = _read(one, now)
        if identity is not None:
            found.setdefault(identity.subject, identity)
    return tuple(found.values())


def _attached(actor: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    attached = actor.get("attachment")
    seen = 0
    for one in attached if isinstance(attached, list) else [attached]:
        if not isinstance(one, dict) or one.get("type") != continuity.TYPE or "sequence" in one:
            continue
        seen += 1
        if seen > MOST:
            return
        if one.get("alsoKnownAs") == actor.get("id"):
            yield one


def _read(one: Mapping[str, Any], now: datetime) -> Identity | None:
    subject, proof = one.get("subject"), one.get("proof")
    if not isinstance(subject, str) or not isinstance(proof, dict) or not _is_did(subject):
        return None
    if not subject.startswith(DID) or (proof.get("type"), proof.get("cryptosuite")) != _CHECKED:
        return Identity(subject, None)
    try:
        key, said = PublicKey.from_did(subject), proofs.find(one)
        if (
            said is None
            or said.key_id.partition("#")[0] != subject
            or len(canonical_json.encode(dict(one))) > LIMIT
        ):
            return None
        proofs.verify(one, key, now)
    except (EvidenceRejected, MalformedDocument):
        return None
    return Identity(subject, said.created_at)


def _is_did(text: str) -> bool:
    return (
        text.count(":") > 1
        and text.startswith("did:")
        and text.isascii()
        and text.isprintable()
        and len(text) <= _LONGEST_NAME
    )
