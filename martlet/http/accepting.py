"""What those who ask can take: a document of the network or a page, packed or not."""

import re

from martlet.http.request import Request

_DOCUMENTS = ("application/activity+json", "application/ld+json")
_NOT_AT_ALL = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


def wants_document(request: Request) -> bool:
    """Whether other software asks, and not a browser: whichever of the two kinds stands first in Accept."""
    for part in request.header(b"accept").lower().split(","):
        kind = part.partition(";")[0].strip()
        if kind in _DOCUMENTS:
            return True
        if kind in ("text/html", "application/xhtml+xml"):
            return False
    return False


def takes_gzip(request: Request) -> bool:
    """Whether Accept-Encoding has gzip, and not as something that is refused."""
    for part in request.header(b"accept-encoding").lower().split(","):
        name, _, weight = part.partition(";")
        if name.strip() == "gzip":
            return _NOT_AT_ALL.fullmatch(weight) is None
    return False
