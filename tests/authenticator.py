"""
A device that keeps passkeys, made of software: it answers what `static/passkeys.js` asks a browser for.

https://www.w3.org/TR/webauthn-2/#sctn-authenticator-data has the bytes.
"""

import json
import struct
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from martlet.signing import base64url

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


@dataclass(slots=True)
class Device:
    """With one passkey at most. `asks`: whether it asks who is there before it answers."""

    origin: str = "http://localhost:3000"
    asks: bool = True
    credential: bytes = b""
    count: int = 0
    owner: str = ""
    _key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: dict[str, Any]) -> str:
        """What `navigator.credentials.create` gives, as JSON."""
        point = self._key.public_key().public_numbers()
        self.credential = self.credential or sha256(point.x.to_bytes(32, "big")).digest()
        self.owner = options["user"]["id"]
        cose = cbor2.dumps(
            {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        )
        named = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + cose
        authenticator = self._data(options["rp"]["id"], HAS_KEY) + named
        return self._said(
            clientDataJSON=self._client("webauthn.create", options),
            attestationObject=cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": authenticator}),
        )

    def show(self, options: dict[str, Any], count: int | None = None) -> str:
        """What `navigator.credentials.get` gives, as JSON; `count`: how often it says that it was used."""
        self.count = self.count + 1 if count is None else count
        authenticator = self._data(options["rpId"], 0)
        client = self._client("webauthn.get", options)
        signature = self._key.sign(authenticator + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._said(
            clientDataJSON=client,
            authenticatorData=authenticator,
            signature=signature,
            userHandle=base64url.decode(self.owner),
        )

    def _data(self, host: str, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.asks else 0)
        return sha256(host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, type: str, options: dict[str, Any]) -> bytes:
        return json.dumps(
            {"type": type, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _said(self, **response: bytes) -> str:
        id = base64url.encode(self.credential)
        return json.dumps(
            {
                "id": id,
                "rawId": id,
                "type": "public-key",
                "response": {name: base64url.encode(value) for name, value in response.items()},
                "clientExtensionResults": {},
            }
        )
