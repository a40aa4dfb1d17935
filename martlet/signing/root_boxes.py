"""
Files that only the owner of a root key can open, made by a server that does not have it.

    one line, canonical JSON: {"account", "created", "ephemeral", "key", "root", "type", "version"}
    nonce, 12 bytes ‖ AES-256-GCM of the content, with the line as what is authenticated besides

`key` is the content's own key, wrapped: X25519 between a key made for this file (`ephemeral`) and the root key, which is
turned from Ed25519 into X25519 (RFC 7748, as age and libsodium do); HKDF-SHA-256, salt `ephemeral`, info `martlet backup 1`;
AES-256-GCM with a nonce of zeros, for the wrapping key is used once.

So a backup can be made by itself, with nobody there to type a passphrase. Whoever has the words finds the content's key
(`unlock`), and can give that away without giving away the root key. Anybody can make such a file: what is in it has to
prove itself.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from martlet.model.errors import InvalidInput, MalformedDocument
from martlet.signing import base64url, canonical_json
from martlet.signing.keys import PrivateKey, PublicKey

TYPE = "martlet-account-backup"
_INFO = b"martlet backup 1"
_NONCE = 12
_KEY = 32
_LONGEST_LINE = 4096
_P = 2**255 - 19


class NotABackup(InvalidInput):
    code = "not_a_backup"

    def __init__(self) -> None:
        super().__init__("This is not a backup of an account.", "file")


class DoesNotOpen(InvalidInput):
    code = "does_not_open"

    def __init__(self) -> None:
        super().__init__("The backup does not open with this.", "unlock")


@dataclass(frozen=True, slots=True)
class Box:
    """A file as it says itself what it is; nothing is checked before it opens."""

    account: str
    root: str
    ephemeral: bytes
    wrapped: bytes
    line: bytes
    sealed: bytes


def seal(root: PublicKey, account: str, content: bytes, now: datetime) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - late

    ephemeral, key = X25519PrivateKey.generate(), secrets.token_bytes(_KEY)
    public = ephemeral.public_key().public_bytes_raw()
    shared = ephemeral.exchange(_x25519_public(root))
    wrapped = AESGCM(_wrapping_key(shared, public)).encrypt(bytes(_NONCE), key, None)
    head = {
        "type": TYPE,
        "version": 1,
        "account": account,
        "root": root.to_did(),
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ephemeral": base64url.encode(public),
        "key": base64url.encode(wrapped),
    }
    line, nonce = canonical_json.encode(head), secrets.token_bytes(_NONCE)
    return line + b"\n" + nonce + AESGCM(key).encrypt(nonce, content, line)


def read(file: bytes) -> Box:
    """Raises `NotABackup`."""
    line, _, sealed = file.partition(b"\n")
    try:
        head: dict[str, Any] = canonical_json.parse_object(line, _LONGEST_LINE)
        ephemeral, wrapped = base64url.decode(head["ephemeral"]), base64url.decode(head["key"])
    except (MalformedDocument, ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotABackup from error
    account, root = head.get("account"), head.get("root")
    is_good = (head.get("type"), head.get("version")) == (TYPE, 1) and len(ephemeral) == _KEY
    if not is_good or not isinstance(account, str) or not isinstance(root, str):
        raise NotABackup
    return Box(account, root, ephemeral, wrapped, line, sealed)


def unlock(box: Box, root: PrivateKey) -> str:
    """What opens this one file, as text. Raises `DoesNotOpen`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.asymmetric.x25519 import (  # noqa: PLC0415 - late
        X25519PrivateKey,
        X25519PublicKey,
    )
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - late

    private = X25519PrivateKey.from_private_bytes(hashlib.sha512(root.raw).digest()[:_KEY])
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(box.ephemeral))
        key = AESGCM(_wrapping_key(shared, box.ephemeral)).decrypt(bytes(_NONCE), box.wrapped, None)
    except (InvalidTag, ValueError) as error:
        raise DoesNotOpen from error
    return base64url.encode(key)


def open_box(box: Box, unlocking: str) -> bytes:
    """The content. Raises `DoesNotOpen`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - late

    try:
        key = base64url.decode(unlocking.strip())
        return AESGCM(key).decrypt(box.sealed[:_NONCE], box.sealed[_NONCE:], box.line)
    except (InvalidTag, ValueError) as error:
        raise DoesNotOpen from error


def _wrapping_key(shared: bytes, ephemeral: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - late

    return HKDF(SHA256(), _KEY, ephemeral, _INFO).derive(shared)


def _x25519_public(root: PublicKey) -> Any:
    """The same point on the other curve: u = (1 + y) / (1 - y)."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey  # noqa: PLC0415 - late

    y = int.from_bytes(root.raw, "little") & (2**255 - 1)
    u = (1 + y) * pow(1 - y, -1, _P) % _P
    return X25519PublicKey.from_public_bytes(u.to_bytes(_KEY, "little"))
