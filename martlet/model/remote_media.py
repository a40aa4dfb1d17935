"""
Files of other servers are shown at addresses of our own, so that no stranger learns who looks.

    /proxy/{use}/{id}/{token}/{form}

`use` and `id` name the row that has the file's address; nobody can have anything else fetched. The token is
what this server made of them with a key of its own: without it nothing is looked up, and what only some may
see cannot be guessed, as it is with files of ours. It begins with a few letters of the file's own address,
so that a picture that has changed has another address here as well.
"""

import base64
import hmac
from enum import StrEnum
from hashlib import blake2b

_VERSION_BYTES, _VERSION_LETTERS = 5, 8
_MAC_BYTES = 15
TOKEN_LETTERS = 32


class FileUse(StrEnum):
    """What a file is shown for, and so where its address stands."""

    MEDIA = "media"
    PREVIEW = "preview"
    """Of media that have one of their own, with a film's server."""
    AVATAR = "avatar"
    HEADER = "header"
    EMOJI = "emoji"


class FileForm(StrEnum):
    """Of what there are two: a picture's preview, a film's first frames, an avatar that holds still."""

    ORIGINAL = "original"
    SMALL = "small"


def is_remote(key: str) -> bool:
    """Of what lies on another server, the key is the address."""
    return "://" in key


def path(secret: bytes, use: FileUse, id: int, url: str, form: FileForm) -> str:
    """Where the file at `url` is shown."""
    return f"/proxy/{use}/{id}/{version(url)}{_mac(secret, use, id)}/{form}"


def version(url: str) -> str:
    """The beginning of a token: another one for another file."""
    return _letters(blake2b(url.encode(), digest_size=_VERSION_BYTES).digest())


def is_ours(secret: bytes, use: FileUse, id: int, token: str) -> bool:
    """Whether this server made the token for this file."""
    made = _mac(secret, use, id)
    return len(token) == TOKEN_LETTERS and hmac.compare_digest(
        token[_VERSION_LETTERS:].encode(), made.encode()
    )


def _mac(secret: bytes, use: FileUse, id: int) -> str:
    return _letters(blake2b(f"{use}/{id}".encode(), key=secret, digest_size=_MAC_BYTES).digest())


def _letters(digest: bytes) -> str:
    return base64.b32encode(digest).decode().lower()
