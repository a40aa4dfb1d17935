"""
The two keys a server makes for itself on its first start and never changes.

The server secret signs what we hand out and want back unchanged, and encrypts what we must be able to
read again (`sealed.py`). The VAPID key tells push services who is sending (RFC 8292); apps copy its
public half into their subscriptions, so a new one silences every app until it subscribes anew.

Both print as nothing, so that they do not end in a log.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

from martlet.model.errors import InvalidInput
from martlet.signing import base64url

_SECRET_SIZE = 32
_PRIVATE_SIZE = 32
_PUBLIC_SIZE = 65
_UNCOMPRESSED = 4


@lru_cache(maxsize=64)
def _derived(secret: bytes, use: str) -> bytes:
    """Kept, because every page with a form asks for one, and there are few uses."""
    return hmac.digest(secret, b"martlet " + use.encode(), "sha256")


@dataclass(frozen=True, slots=True)
class ServerSecret:
    """32 random bytes. Never used as they are: every use has a key of its own, from `key_for`."""

    raw: bytes = field(repr=False)

    @classmethod
    def make(cls) -> "ServerSecret":
        return cls(secrets.token_bytes(_SECRET_SIZE))

    @classmethod
    def from_text(cls, text: str) -> "ServerSecret":
        """Raises `InvalidInput` for anything that `to_text` did not write."""
        return cls(_read(text, _SECRET_SIZE, "The server secret"))

    def to_text(self) -> str:
        return base64url.encode(self.raw)

    def key_for(self, use: str) -> bytes:
        """A key of 32 bytes that tells nothing about the secret or the key for another use."""
        return _derived(self.raw, use)


@dataclass(frozen=True, slots=True)
class VapidKey:
    """A P-256 key pair: the private number (32 bytes) and the uncompressed public point (65 bytes)."""

    private: bytes = field(repr=False)
    public: bytes

    @classmethod
    def make(cls) -> "VapidKey":
        from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415 - only the first start pays
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 - same

        key = ec.generate_private_key(ec.SECP256R1())
        number = key.private_numbers().private_value
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return cls(number.to_bytes(_PRIVATE_SIZE, "big"), point)

    @classmethod
    def from_text(cls, text: str) -> "VapidKey":
        """Raises `InvalidInput` for anything that `to_text` did not write."""
        raw = _read(text, _PRIVATE_SIZE + _PUBLIC_SIZE, "The VAPID key")
        if raw[_PRIVATE_SIZE] != _UNCOMPRESSED:
            raise InvalidInput("The VAPID key is damaged.")
        return cls(raw[:_PRIVATE_SIZE], raw[_PRIVATE_SIZE:])

    def to_text(self) -> str:
        """Both halves. Keep it secret."""
        return base64url.encode(self.private + self.public)

    @property
    def public_text(self) -> str:
        """The public half as it stands in push headers: base64url without padding."""
        return base64url.encode(self.public)

    @property
    def public_text_for_apps(self) -> str:
        """The same padded with `=`, as the client API has always shown it: some apps decode no other."""
        text = self.public_text
        return text + "=" * (-len(text) % 4)


def _read(text: str, size: int, what: str) -> bytes:
    try:
        raw = base64url.decode(text.strip())
    except ValueError as error:
        raise InvalidInput(f"{what} is damaged: it is not base64url.") from error
    if len(raw) != size:
        raise InvalidInput(f"{what} is damaged: {len(raw)} bytes instead of {size}.")
    return raw
