"""
Values we hand out and want back unchanged, and values we keep but do not want to be read.

`sign` and `verify` are for what goes through other hands for a short time: the token in a form (CSRF),
the link in an e-mail, the state of a sign-in that waits for its second factor. The value is readable to
all; nobody can change it, prolong it, or use it for another purpose.

    base64url( expiry, seconds since 1970, 8 bytes ‖ value, UTF-8 ‖ HMAC-SHA256, 32 bytes )

`encrypt` and `decrypt` are for what lies in our database and must be read again, like TOTP secrets:

    0x01 ‖ nonce, 12 bytes ‖ AES-256-GCM

Each is bound to its context (whose secret it is), so a row copied to another account does not decrypt.

A CSRF token is `sign(secret, Purpose.CSRF, session, …)`, where `session` names the visitor's session or,
before there is one, a random cookie; a form is good if `verify` gives that same name back.
"""

import hmac
import secrets
import struct
from datetime import UTC, datetime
from enum import StrEnum

from martlet.model.errors import MartletError
from martlet.signing import base64url
from martlet.signing.server_keys import ServerSecret

_EXPIRY = struct.Struct(">Q")
_MAC_SIZE = 32
_VERSION = b"\x01"
_NONCE_SIZE = 12


class Purpose(StrEnum):
    """What a signed value is for. One made for one purpose is worth nothing for another."""

    CSRF = "csrf"
    CONFIRM_EMAIL = "confirm-email"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a purpose
    PENDING_SIGN_IN = "pending-sign-in"
    STRIKE = "strike"
    UNDO = "undo"
    PASSKEY = "passkey"
    NEW_PASSKEY = "new-passkey"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"


class CannotDecrypt(MartletError):
    """What lies in the database was written with another server secret, or for another context."""

    code = "cannot_decrypt"


def sign(secret: ServerSecret, purpose: Purpose, value: str, expires_at: datetime) -> str:
    """`value` with its end and our signature, as text for forms, links and cookies."""
    signed = _EXPIRY.pack(int(expires_at.timestamp())) + value.encode()
    return base64url.encode(signed + _mac(secret, purpose, signed))


def verify(secret: ServerSecret, purpose: Purpose, text: str, now: datetime) -> str | None:
    """The value that `sign` was given; None if it is not ours, not for this purpose, or over."""
    try:
        raw = base64url.decode(text)
    except ValueError:
        return None
    if len(raw) < _EXPIRY.size + _MAC_SIZE:
        return None
    signed, mac = raw[:-_MAC_SIZE], raw[-_MAC_SIZE:]
    if not hmac.compare_digest(mac, _mac(secret, purpose, signed)):
        return None
    (seconds,) = _EXPIRY.unpack_from(signed)
    if now >= datetime.fromtimestamp(seconds, UTC):
        return None
    return signed[_EXPIRY.size :].decode()


def encrypt(secret: ServerSecret, plaintext: bytes, context: str) -> bytes:
    """`plaintext` so that only this server can read it, and only for the same `context`."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - loaded at first use

    nonce = secrets.token_bytes(_NONCE_SIZE)
    return _VERSION + nonce + AESGCM(secret.key_for("encrypt")).encrypt(nonce, plaintext, context.encode())


def decrypt(secret: ServerSecret, ciphertext: bytes, context: str) -> bytes:
    """What `encrypt` was given. Raises `CannotDecrypt`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - loaded at first use
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - loaded at first use

    nonce, sealed = ciphertext[1 : 1 + _NONCE_SIZE], ciphertext[1 + _NONCE_SIZE :]
    if not ciphertext.startswith(_VERSION) or len(nonce) != _NONCE_SIZE:
        raise CannotDecrypt("A stored secret is damaged.")
    try:
        return AESGCM(secret.key_for("encrypt")).decrypt(nonce, sealed, context.encode())
    except InvalidTag as error:
        raise CannotDecrypt("A stored secret does not fit this server's own secret.") from error


def _mac(secret: ServerSecret, purpose: Purpose, signed: bytes) -> bytes:
    return hmac.digest(secret.key_for(f"sign {purpose}"), signed, "sha256")
