"""
Bytes as text that fits into URLs, headers and cookies: base64url without padding (RFC 4648 section 5).

What we wrote ourselves is read strictly: one text for one value, so that nobody can make a second
text that means the same. Keys that apps hand us are read in any of the spellings apps use.
"""

import base64
import binascii
import re

_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_ANY_ALPHABET = re.compile(r"[A-Za-z0-9+/_-]*")


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes that `encode` made into `text`. Raises `ValueError` for any other text."""
    if not _ALPHABET.fullmatch(text):
        raise ValueError("This is not base64url.")
    raw = _decode(text)
    if encode(raw) != text:
        raise ValueError("This base64url has stray bits at its end.")
    return raw


def decode_any_spelling(text: str) -> bytes:
    """The same for base64 in either alphabet, padded or not. Raises `ValueError`."""
    text = text.strip().rstrip("=")
    if not _ANY_ALPHABET.fullmatch(text):
        raise ValueError("This is not base64.")
    return _decode(text.translate(str.maketrans("+/", "-_")))


def _decode(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError("This base64 is cut short.") from error
