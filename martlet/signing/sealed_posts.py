"""
Posts that a device leaves at a mirror for the author's own server, which alone can open them.

    {"type": "SealedPost", "version": 1,
     "account": "https://a.example/users/alice", "device": "https://a.example/users/alice#device-1",
     "number": 7, "created": "2026-11-30T09:00:00Z",
     "recipient": "…", "ephemeral": "…",               X25519, raw, base64url as all that follows
     "digest": "…",                                    SHA-256 of the box
     "signature": "…",                                 Ed25519 by the device
     "box": "…"}

What is signed is `martlet sealed post 1`, a line feed, and the canonical form of all this without `signature` and `box`. The
box is AES-256-GCM under a nonce of zeros, with the canonical form of all but `digest`, `signature` and `box` as what is
authenticated besides: nobody can put their own name on a box of somebody else's. Its key is used once: HKDF-SHA-256 of X25519
between `ephemeral` and `recipient`, salt both of them one after the other, info `martlet sealed post 1`.

In the box: one line of JSON (`Entry`), a line feed, and the bytes of its files one after the other.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from martlet.model.errors import EvidenceRejected, MalformedDocument
from martlet.model.names import Uri
from martlet.signing import base64url, canonical_json, proofs
from martlet.signing.keys import Kind, PublicKey
from martlet.signing.server_keys import ServerSecret

TYPE = "SealedPost"
LONGEST = 12 * 1024 * 1024
"""Bytes of an envelope as JSON."""
MOST_FILES = 16
MOST_NUMBER = 2**31
_VERSION = 1
_LABEL = b"martlet sealed post 1"
_KEY, _SIGNATURE, _DIGEST = 32, 64, 32
_FIELDS = frozenset(
    (
        "type", "version", "account", "device", "number", "created",
        "recipient", "ephemeral", "digest", "signature", "box",
    )
)  # fmt: skip
_LONGEST_NAME = 2048


class DoesNotOpen(EvidenceRejected):
    code = "does_not_open"

    def __init__(self) -> None:
        super().__init__("This was not sealed for this server, or was changed on the way.")


@dataclass(frozen=True, slots=True)
class Envelope:
    """As it says itself what it is; `created_at` is the device's word, in milliseconds."""

    account: Uri
    device: Uri
    number: int
    created_at: int
    recipient: bytes
    ephemeral: bytes
    signature: bytes
    box: bytes
    signed: bytes
    authenticated: bytes


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bytes` of the content that follows belong to it."""

    bytes: int
    description: str = ""


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A post as it was typed. `key`: what makes sending it twice the same as sending it once."""

    key: str
    visibility: str
    text: str = ""
    warning: str = ""
    language: str = ""
    sensitive: bool = False
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    entry: Entry
    files: tuple[bytes, ...]


def read(document: dict[str, Any]) -> Envelope:
    """One whose parts fit together; who has signed it is for `check`. Raises `MalformedDocument`."""
    if document.keys() != _FIELDS or (document["type"], document["version"]) != (TYPE, _VERSION):
        raise MalformedDocument("This is not a sealed post.")
    account, device, number = (document[name] for name in ("account", "device", "number"))
    if not isinstance(account, str) or not isinstance(device, str) or len(device) > _LONGEST_NAME:
        raise MalformedDocument("The sealed post does not say whose it is.")
    if not device.startswith(f"{account}#device-"):
        raise MalformedDocument("The sealed post names a device that is not the account's.")
    if type(number) is not int or not 0 < number < MOST_NUMBER:
        raise MalformedDocument("The sealed post has no number.")
    box = _raw(document["box"])
    if hashlib.sha256(box).digest() != _raw(document["digest"], _DIGEST):
        raise MalformedDocument("The sealed post is not whole.")
    signed = {name: value for name, value in document.items() if name not in ("signature", "box")}
    authenticated = {name: value for name, value in signed.items() if name != "digest"}
    return Envelope(
        account=Uri(account),
        device=Uri(device),
        number=number,
        created_at=int(proofs.moment(document["created"]).timestamp() * 1000),
        recipient=_raw(document["recipient"], _KEY),
        ephemeral=_raw(document["ephemeral"], _KEY),
        signature=_raw(document["signature"], _SIGNATURE),
        box=box,
        signed=_LABEL + b"\n" + canonical_json.encode(signed),
        authenticated=canonical_json.encode(authenticated),
    )


def check(envelope: Envelope, device: str) -> None:
    """`device`: the key, as multibase. Raises `EvidenceRejected`, `MalformedDocument`."""
    key = PublicKey.from_multibase(device)
    if key.kind is not Kind.ED25519 or not key.verifies(envelope.signature, envelope.signed):
        raise EvidenceRejected("The sealed post is not signed by the device that it names.")


def recipient_of(secret: ServerSecret) -> str:
    """What posts for this server are sealed to."""
    return base64url.encode(_recipient(secret.key_for("sealed posts")))


def open_box(envelope: Envelope, secret: ServerSecret) -> Opened:
    """Raises `DoesNotOpen`, `MalformedDocument`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loaded at first use
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - loaded at first use
        X25519PrivateKey,
        X25519PublicKey,
    )
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - loaded at first use
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - loaded at first use
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - loaded at first use

    raw = secret.key_for("sealed posts")
    if envelope.recipient != _recipient(raw):
        raise DoesNotOpen
    try:
        other = X25519PublicKey.from_public_bytes(envelope.ephemeral)
        shared = X25519PrivateKey.from_private_bytes(raw).exchange(other)
        key = HKDF(SHA256(), _KEY, envelope.ephemeral + envelope.recipient, _LABEL).derive(shared)
        content = AESGCM(key).decrypt(bytes(12), envelope.box, envelope.authenticated)
    except (InvalidTag, ValueError) as error:
        raise DoesNotOpen from error
    return _opened(content)


def _opened(content: bytes) -> Opened:
    line, _, rest = content.partition(b"\n")
    try:
        entry = msgspec.convert(canonical_json.parse_object(line), Entry)
    except msgspec.ValidationError as error:
        raise MalformedDocument("What was sealed is no post.") from error
    sizes = [one.bytes for one in entry.files]
    if len(sizes) > MOST_FILES or any(size <= 0 for size in sizes) or sum(sizes) != len(rest):
        raise MalformedDocument("The files of what was sealed are not whole.")
    files, at = list[bytes](), 0
    for size in sizes:
        files.append(rest[at : at + size])
        at += size
    return Opened(entry, tuple(files))


@lru_cache(maxsize=4)
def _recipient(raw: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - loaded at first use

    return X25519PrivateKey.from_private_bytes(raw).public_key().public_bytes_raw()


def _raw(text: Any, size: int | None = None) -> bytes:
    """Raises `MalformedDocument`."""
    try:
        raw = base64url.decode(text)
    except (ValueError, TypeError) as error:
        raise MalformedDocument("The sealed post has something else than base64url in it.") from error
    if size is not None and len(raw) != size:
        raise MalformedDocument("The sealed post has a part of the wrong size.")
    return raw
