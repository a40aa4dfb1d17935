"""
Statements of root keys (`model.continuity`), read out of actor documents and written for a browser to sign.

    {"type": "VerifiableIdentityStatement",            FEP-c390; an actor has it among its `attachment`
     "subject": "did:key:z6Mk…",                       the root key
     "alsoKnownAs": "https://a.example/users/alice",
     "sequence": 7, "updated": "2026-11-22T10:00:00Z",
     "assertionMethod": [{"id": "https://a.example/users/alice#ed25519-key", "publicKeyMultibase": "z6Mk…", "created": "…"}],
     "revoked": [{"id": "…", "publicKeyMultibase": "z6Mk…", "after": "2026-10-01T00:00:00Z"}],
     "gateways": ["https://a.example", "https://mirror.example"],
     "formerly": ["https://old.example/users/alice"],
     "proof": {…, "verificationMethod": "did:key:z6Mk…"}}

An identity proof without a `sequence`, as other software makes it, says who somebody is and nothing of keys: it is none
of these. Whatever is not as it should be refuses the whole statement.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from martlet.model.continuity import RevokedKey, StatedKey, Statement
from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.model.names import Uri, is_uri
from martlet.signing import canonical_json, proofs
from martlet.signing.keys import DID, Kind, PublicKey

TYPE = "VerifiableIdentityStatement"
LIMIT = 16 * 1024
"""Bytes of a statement."""
MOST_KEYS = 16
MOST_REVOKED = 64
MOST_GATEWAYS = 16
MOST_NAMES = 16
_MOST_ATTACHED = 8
"""Identity proofs looked at in one actor document."""
_SLASHES = 2
"""In `https://a.example`."""
_BETWEEN = ("#", "/", "?")


class StatementRejected(EvidenceRejected):
    """This is not a statement of the root key that it names."""

    code = "statement_rejected"


def of_actor(actor: Mapping[str, Any], now: datetime) -> Statement | None:
    """The statement about its own account that an actor document carries; None where there is no good one."""
    attached = actor.get("attachment")
    found = [
        one
        for one in (attached if isinstance(attached, list) else [attached])
        if isinstance(one, dict) and one.get("type") == TYPE and "sequence" in one
    ]
    for one in found[:_MOST_ATTACHED]:
        try:
            statement = read(one, now)
        except (EvidenceRejected, MalformedDocument):
            continue
        if statement.actor == actor.get("id"):
            return statement
    return None


def read(document: Mapping[str, Any], now: datetime) -> Statement:
    """A statement whose proof is good. Raises `StatementRejected`, `ProofRejected`, `MalformedDocument`."""
    root = document.get("subject")
    proof = proofs.find(document)
    if document.get("type") != TYPE or not isinstance(root, str) or proof is None or "@context" in document:
        raise StatementRejected("This is not a signed statement.")
    key = PublicKey.from_did(root)
    if (
        key.kind is not Kind.ED25519
        or key.to_did() != root
        or proof.key_id not in (root, _with_fragment(root))
    ):
        raise StatementRejected("The statement is not signed by the key that it is about.")
    body = canonical_json.encode(dict(document))
    if len(body) > LIMIT or "signature" in document:
        raise StatementRejected("The statement is too long.")
    proofs.verify(document, key, now)
    return _parsed(document, body)


def parse(body: bytes) -> Statement:
    """One that was kept after it had been read."""
    return _parsed(canonical_json.parse_object(body), body)


def parse_unsigned(document: Mapping[str, Any]) -> Statement:
    """One that is still to be signed. Raises `StatementRejected`, `MalformedDocument`."""
    return _parsed(document, b"")


def propose(statement: Statement) -> dict[str, Any]:
    """The document to be signed for `statement`, of which `digest` and `body` are not looked at."""
    document: dict[str, Any] = {
        "type": TYPE,
        "subject": statement.root,
        "alsoKnownAs": statement.actor,
        "sequence": statement.sequence,
        "updated": _time(statement.updated_at),
        "assertionMethod": [_key(one) for one in statement.keys],
        "revoked": [
            {"publicKeyMultibase": one.public, "after": _time(one.after)}
            | ({"id": one.uri} if one.uri else {})
            for one in statement.revoked
        ],
        "gateways": list(statement.gateways),
        "formerly": list(statement.formerly),
    }
    return {name: value for name, value in document.items() if value or name == "assertionMethod"}


def _key(one: StatedKey) -> dict[str, Any]:
    created = {} if one.created_at is None else {"created": _time(one.created_at)}
    return {"id": one.uri, "publicKeyMultibase": one.public} | created


def _with_fragment(did: str) -> str:
    return f"{did}#{did.removeprefix(DID)}"


def _parsed(document: Mapping[str, Any], body: bytes) -> Statement:
    actor, sequence = document.get("alsoKnownAs"), document.get("sequence")
    if not isinstance(actor, str) or not is_uri(actor):
        raise StatementRejected("The statement names no account.")
    if type(sequence) is not int or not 0 < sequence <= canonical_json.MAX_INTEGER:
        raise StatementRejected("The statement has no number.")
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    return Statement(
        root=document["subject"],
        actor=Uri(actor),
        sequence=sequence,
        updated_at=_moment(document.get("updated")),
        keys=tuple(_stated(one, actor) for one in _objects(document, "assertionMethod", MOST_KEYS)),
        revoked=tuple(_revoked(one) for one in _objects(document, "revoked", MOST_REVOKED)),
        gateways=tuple(_addresses(document, "gateways", MOST_GATEWAYS, "/")),
        formerly=tuple(Uri(one) for one in _addresses(document, "formerly", MOST_NAMES)),
        digest=hashlib.sha256(canonical_json.encode(unsigned)).digest(),
        body=body,
    )


def _list(document: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    found = document.get(name, [])
    if not isinstance(found, list) or len(found) > most:
        raise StatementRejected(f"The statement's `{name}` is no list, or too long.")
    return found


def _objects(document: Mapping[str, Any], name: str, most: int) -> Sequence[Mapping[str, Any]]:
    found = _list(document, name, most)
    if not all(isinstance(one, dict) for one in found):
        raise StatementRejected(f"The statement's `{name}` holds something else than keys.")
    return found


def _addresses(document: Mapping[str, Any], name: str, most: int, end: str = "") -> Sequence[str]:
    """Names; with `end` base addresses, which have no path."""
    found = _list(document, name, most)
    for one in found:
        if not isinstance(one, str) or not is_uri(one + end) or (end and one.count("/") != _SLASHES):
            raise StatementRejected(f"The statement's `{name}` holds something else than addresses.")
    return found


def _stated(one: Mapping[str, Any], actor: str) -> StatedKey:
    uri, created = one.get("id"), one.get("created")
    if (
        not isinstance(uri, str)
        or not uri.startswith(actor)
        or uri[len(actor) : len(actor) + 1] not in _BETWEEN
    ):
        raise StatementRejected("The statement names a key that is not called after the account.")
    if not is_uri(uri):
        raise StatementRejected("The statement names a key that is not called after the account.")
    return StatedKey(Uri(uri), _public(one), None if created is None else _moment(created))


def _revoked(one: Mapping[str, Any]) -> RevokedKey:
    uri = one.get("id", "")
    if not isinstance(uri, str) or (uri and not is_uri(uri)):
        raise StatementRejected("The statement revokes something that is no key.")
    return RevokedKey(_public(one), _moment(one.get("after")), uri)


def _public(one: Mapping[str, Any]) -> str:
    public = one.get("publicKeyMultibase")
    if not isinstance(public, str):
        raise StatementRejected("The statement names a key without saying it.")
    return PublicKey.from_multibase(public).to_multibase()


def _moment(value: Any) -> int:
    return int(proofs.moment(value).timestamp() * 1000)


def _time(milliseconds: int) -> str:
    return proofs.time(datetime.fromtimestamp(milliseconds / 1000, UTC))
