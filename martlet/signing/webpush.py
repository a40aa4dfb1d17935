"""
Messages to phones and browsers that only they can read: Web Push.

    RFC 8030   what is sent to a push service
    RFC 8291   how the message is encrypted (over RFC 8188, content encoding `aes128gcm`)
    RFC 8292   how we say who we are (VAPID)

Mastodon's apps and their relays were written to the drafts before these (draft-ietf-webpush-encryption-04
and draft-ietf-webpush-vapid-01, content encoding `aesgcm`: salt and key travel in headers). An app that
wants the standard says so with `subscription[standard]`; all others get the draft, or see nothing.

Import this where a message is sent, not at start: it loads the cryptography library.
"""

import hmac
import json
import secrets
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from martlet.model.errors import InvalidInput
from martlet.signing import base64url
from martlet.signing.server_keys import VapidKey
from martlet.signing.subscriptions import Encoding, Sender, Subscription

MAX_PAYLOAD = 3993
"""Bytes. With its frame that makes 4,096, the most every push service must take."""

_SALT_SIZE = 16
_RECORD_SIZE = 4096
_LAST_RECORD = b"\x02"
_NO_PADDING = b"\0\0"


@dataclass(frozen=True, slots=True)
class Message:
    """What to POST to the endpoint, but for TTL and urgency. Header names are lower case."""

    body: bytes
    headers: dict[str, str]


def message(subscription: Subscription, payload: bytes, sender: Sender, expires_at: datetime) -> Message:
    """
    `payload` encrypted for `subscription` and signed by `sender`.

    The signature holds until `expires_at`, no more than a day ahead (RFC 8292 section 2). Raises
    `InvalidInput` if `payload` has more than `MAX_PAYLOAD` bytes.
    """
    if len(payload) > MAX_PAYLOAD:
        raise InvalidInput(f"The message has {len(payload)} bytes; {MAX_PAYLOAD} are allowed.")
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    salt = secrets.token_bytes(_SALT_SIZE)
    token = vapid_token(sender, subscription.endpoint, expires_at)
    our_key = sender.key.public_text
    if subscription.encoding is Encoding.STANDARD:
        body = encrypt_standard(subscription, payload, ephemeral, salt)
        headers = {"authorization": f"vapid t={token},k={our_key}"}
    else:
        body = encrypt_draft(subscription, payload, ephemeral, salt)
        headers = {
            "authorization": f"WebPush {token}",
            "encryption": f"salt={base64url.encode(salt)}",
            "crypto-key": f"dh={base64url.encode(_point(ephemeral))};p256ecdsa={our_key}",
        }
    headers["content-encoding"] = subscription.encoding.value
    headers["content-type"] = "application/octet-stream"
    return Message(body, headers)


def encrypt_standard(
    subscription: Subscription, payload: bytes, ephemeral: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """RFC 8291 section 3.4: one record, its header (salt, record size, our public key) in front."""
    ours, theirs = _point(ephemeral), subscription.p256dh
    secret = _hkdf(subscription.auth, _agree(ephemeral, theirs), b"WebPush: info\0" + theirs + ours, 32)
    key = _hkdf(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + struct.pack(">IB", _RECORD_SIZE, len(ours)) + ours
    return header + AESGCM(key).encrypt(nonce, payload + _LAST_RECORD, None)


def encrypt_draft(
    subscription: Subscription, payload: bytes, ephemeral: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """draft-ietf-webpush-encryption-04: the record alone, the length of its padding in front."""
    ours, theirs = _point(ephemeral), subscription.p256dh
    secret = _hkdf(subscription.auth, _agree(ephemeral, theirs), b"Content-Encoding: auth\0", 32)
    context = b"P-256\0" + _with_size(theirs) + _with_size(ours)
    key = _hkdf(salt, secret, b"Content-Encoding: aesgcm\0" + context, 16)
    nonce = _hkdf(salt, secret, b"Content-Encoding: nonce\0" + context, 12)
    return AESGCM(key).encrypt(nonce, _NO_PADDING + payload, None)


def vapid_token(sender: Sender, endpoint: str, expires_at: datetime) -> str:
    """A signed statement (JWT, ES256) for the push service at `endpoint`, and for no other."""
    claims: dict[str, str | int] = {
        "aud": _origin(endpoint),
        "exp": int(expires_at.timestamp()),
        "sub": sender.contact,
    }
    signed = f"{_json({'typ': 'JWT', 'alg': 'ES256'})}.{_json(claims)}"
    signature = _signing_key(sender.key).sign(signed.encode(), ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(signature)
    return f"{signed}.{base64url.encode(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def _origin(endpoint: str) -> str:
    """Scheme, host and port, the port only where it is an unusual one (RFC 6454 section 6.2)."""
    parts = urlsplit(endpoint)
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"


@lru_cache(maxsize=2)
def _signing_key(key: VapidKey) -> ec.EllipticCurvePrivateKey:
    private = ec.derive_private_key(int.from_bytes(key.private, "big"), ec.SECP256R1())
    if _point(private) != key.public:
        raise InvalidInput("The two halves of the VAPID key do not belong together.")
    return private


def _agree(ours: ec.EllipticCurvePrivateKey, theirs: bytes) -> bytes:
    """The secret that both sides reach from their own private and the other's public key."""
    return ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


def _hkdf(salt: bytes, secret: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256 (RFC 5869) for at most 32 bytes, which is one block."""
    return hmac.digest(hmac.digest(salt, secret, "sha256"), info + b"\x01", "sha256")[:size]


def _json(claims: Mapping[str, str | int]) -> str:
    return base64url.encode(json.dumps(claims, separators=(",", ":")).encode())


def _with_size(raw: bytes) -> bytes:
    return struct.pack(">H", len(raw)) + raw
