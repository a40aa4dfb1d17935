"""
Posts sealed as a device does it (`FEDERATION.md`), written from the description and not from the code that opens them.

    device = Device(uri, "…#device-1", PrivateKey.make_ed25519())
    body = device.seals(recipient, number=1, entry={"key": "a", "text": "Hello", "visibility": "public"})
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from martlet.signing.keys import PrivateKey

LABEL = b"martlet sealed post 1"


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def canonical(value: Any) -> bytes:
    """All names are ASCII, all numbers whole."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Device:
    account: str
    name: str
    key: PrivateKey

    @property
    def id(self) -> int:
        return int(self.name.rpartition("-")[2])

    def seals(
        self,
        recipient: str,
        number: int,
        entry: dict[str, Any],
        files: tuple[bytes, ...] = (),
        at: datetime | None = None,
        **changed: Any,
    ) -> dict[str, Any]:
        """`changed`: of the head, before it is signed."""
        ephemeral = X25519PrivateKey.generate()
        head = {
            "type": "SealedPost",
            "version": 1,
            "account": self.account,
            "device": self.name,
            "number": number,
            "created": (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "recipient": recipient,
            "ephemeral": text_of(ephemeral.public_key().public_bytes_raw()),
            **changed,
        }
        to = base64.urlsafe_b64decode(recipient + "=")
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(to))
        salt = ephemeral.public_key().public_bytes_raw() + to
        key = HKDF(SHA256(), 32, salt, LABEL).derive(shared)
        content = canonical(entry) + b"\n" + b"".join(files)
        return self.signs(head, AESGCM(key).encrypt(bytes(12), content, canonical(head)))

    def signs(self, head: dict[str, Any], box: bytes) -> dict[str, Any]:
        signed = head | {"digest": text_of(hashlib.sha256(box).digest())}
        signature = self.key.sign(LABEL + b"\n" + canonical(signed))
        return signed | {"signature": text_of(signature), "box": text_of(box)}
