"""What those who ask can take: a document of the network or a page, packed or not."""

import re
from functools import lru_cache

from martlet.http.request import Request

_DOCUMENTS = ("application/activity+json", "application/ld+json")
_NOT_AT_ALL = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


KEPT_ACCEPT = 200
"""Bytes; what a longer Accept says is not kept."""


def wants_document(request: Request) -> bool:
    """Whether other software asks, and not a browser: whichever of the two kinds stands first in Accept."""
    accept = request.headers.get(b"accept", b"")
    return _kept_wish(accept) if len(accept) <= KEPT_ACCEPT else _wants_document(accept)


def _wants_document(accept: bytes) -> bool:
    for part in accept.decode("latin-1").lower().split(","):
        kind = part.partition(";")[0].strip()
        if kind in _DOCUMENTS:
            return True
        if kind in ("text/html", "application/xhtml+xml"):
            return False
    return False


_kept_wish = lru_cache(maxsize=256)(_wants_document)
"""Each kind of software sends the same with all its requests."""


def takes_gzip(request: Request) -> bool:
    """Whether Accept-Encoding has gzip, and not as something that is refused."""
    for part in request.header(b"accept-encoding").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return _NOT_AT_ALL.fullmatch(weight) is None
    return False
