"""Who asks for a document of the network, and who for a page."""

from martlet.http.request import Request

_DOCUMENTS = ("application/activity+json", "application/ld+json")


def wants_document(request: Request) -> bool:
    """Whether other software asks, and not a browser: whichever of the two kinds stands first in Accept."""
    for part in request.header(b"accept").lower().split(","):
        kind = part.partition(";")[0].strip()
        if kind in _DOCUMENTS:
            return True
        if kind in ("text/html", "application/xhtml+xml"):
            return False
    return False
