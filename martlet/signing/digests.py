"""
Digests of bodies, in the two headers in use, and of files.

    Digest: SHA-256=…base64…                 RFC 3230, with draft-cavage signatures
    Content-Digest: sha-256=:…base64…:       RFC 9530, with RFC 9421 signatures
    digestMultibase: zQm…                    of an attachment: multihash of SHA-256, base58btc
"""

import base64
import binascii
import hashlib

from martlet.signing.structured_fields import Item, MalformedField, parse_dictionary


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
