"""
What a server and its standby say to one another, under a secret that both were given.

    request   salt, 32 bytes ‖ AES-256-GCM of a MessagePack document
    answer    salt, 32 bytes ‖ AES-256-GCM of a MessagePack document

Each has a key of its own: HKDF-SHA-256 of the secret, salt as it stands there (an answer: the request's salt ‖ its own), info
`martlet standby 1 request` or `… answer`. A key is used once, so its nonce is zeros. An answer therefore opens only as the
answer to that request, and a request that is sent again brings its sender nothing that can be opened. Whoever does not have the
secret learns sizes and moments.
"""

import base64
import binascii
import secrets
from typing import TypeVar

import msgspec

from martlet.model.errors import EvidenceRejected, InvalidInput

T = TypeVar("T")
SECRET = 32
"""Bytes."""
_SALT = 32
_TAG = 16
_PREFIX = "martlet-standby-"
_REQUEST, _ANSWER = b"martlet standby 1 request", b"martlet standby 1 answer"


class NotAnInvitation(InvalidInput):
    code = "not_an_invitation"

    def __init__(self) -> None:
        super().__init__("This is no invitation that `martlet standby invite` has printed.")


def make_invitation() -> str:
    """A secret, as people carry it over."""
    return f"{_PREFIX}{base64.b32encode(secrets.token_bytes(SECRET)).decode().rstrip('=').lower()}"


def read_invitation(text: str) -> bytes:
    """The secret of an invitation. Raises `NotAnInvitation`."""
    letters = text.strip().lower().removeprefix(_PREFIX).upper()
    try:
        secret = base64.b32decode(letters + "=" * (-len(letters) % 8))
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != SECRET:
        raise NotAnInvitation
    return secret


def seal_request(secret: bytes, said: msgspec.Struct) -> bytes:
    return _seal(secret, b"", _REQUEST, said)


def open_request(secret: bytes, body: bytes, kind: type[T]) -> T:
    """Raises `EvidenceRejected`."""
    return _open(secret, b"", _REQUEST, body, kind)


def seal_answer(secret: bytes, request: bytes, said: msgspec.Struct) -> bytes:
    return _seal(secret, request[:_SALT], _ANSWER, said)


def open_answer(secret: bytes, request: bytes, body: bytes, kind: type[T]) -> T:
    """What answers `request`, and nothing else. Raises `EvidenceRejected`."""
    return _open(secret, request[:_SALT], _ANSWER, body, kind)


def _seal(secret: bytes, before: bytes, info: bytes, said: msgspec.Struct) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - late

    salt = secrets.token_bytes(_SALT)
    return salt + AESGCM(_key(secret, before + salt, info)).encrypt(
        bytes(12), msgspec.msgpack.encode(said), info
    )


def _open(secret: bytes, before: bytes, info: bytes, body: bytes, kind: type[T]) -> T:
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - late

    if len(body) < _SALT + _TAG:
        raise EvidenceRejected("This was not sealed with the secret.")
    key = _key(secret, before + body[:_SALT], info)
    try:
        return msgspec.msgpack.decode(AESGCM(key).decrypt(bytes(12), body[_SALT:], info), type=kind)
    except (InvalidTag, msgspec.DecodeError) as error:
        raise EvidenceRejected("This was not sealed with the secret.") from error


def _key(secret: bytes, salt: bytes, info: bytes) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - late
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415 - late

    return HKDF(SHA256(), 32, salt, info).derive(secret)
