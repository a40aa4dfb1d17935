"""
Digests of bodies, in the two headers in use, and of files.

    Digest: SHA-256=…base64…                 RFC 3230, with draft-cavage signatures
    Content-Digest: sha-256=:…base64…:       RFC 9530, with RFC 9421 signatures
    digestMultibase: zQm…                    of an attachment: multihash of SHA-256, base58btc
"""

import base64
import binascii
import hashlib

from martlet.model.errors import MalformedDocument
from martlet.signing import multibase
from martlet.signing.structured_fields import Item, MalformedField, parse_dictionary

_SHA256 = b"\x12\x20"
"""In a multihash: SHA-256, 32 bytes."""


def multihash(sha256: bytes) -> str:
    """The value of `digestMultibase`."""
    return multibase.encode(_SHA256 + sha256)


def from_multihash(text: str) -> bytes | None:
    """The SHA-256 that `digestMultibase` names; None for other digests, other spellings and nonsense."""
    try:
        found = multibase.decode(text)
    except MalformedDocument:
        return None
    is_sha256 = found.startswith(_SHA256) and len(found) == len(_SHA256) + hashlib.sha256().digest_size
    return found.removeprefix(_SHA256) if is_sha256 else None


def digest(body: bytes) -> str:
    """The value of `Digest`."""
    return f"SHA-256={base64.b64encode(hashlib.sha256(body).digest()).decode()}"


def content_digest(body: bytes) -> str:
    """The value of `Content-Digest`."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def fits_digest(header: str, body: bytes) -> bool:
    """
    Whether `body` is what `Digest` says. There has to be one SHA-256, and no algorithm twice; what others
    there are is not looked at.
    """
    if header == digest(body):  # as nearly everybody writes it
        return True
    found: dict[str, str] = {}
    for part in header.split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() in found:
            return False
        found[name.lower()] = value
    try:
        claimed = base64.b64decode(found.get("sha-256", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return claimed == hashlib.sha256(body).digest()


def fits_content_digest(header: str, body: bytes) -> bool:
    """Whether `body` is what `Content-Digest` says: every SHA-256 and SHA-512 in it, and at least one."""
    try:
        found = parse_dictionary(header)
    except MalformedField:
        return False
    claimed = [(name, found[name]) for name in ("sha-256", "sha-512") if name in found]
    return bool(claimed) and all(
        isinstance(item, Item) and item.value == hashlib.new(name.replace("-", ""), body).digest()
        for name, item in claimed
    )
