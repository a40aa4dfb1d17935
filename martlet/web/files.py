"""Files that stand still: /static, and the two that everybody asks for at the root."""

import mimetypes

from martlet.http.answer import NOSNIFF, TEXT, Answer, Header
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.errors import NotFound
from martlet.web.rendering import assets

FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
A_DAY: Header = (b"cache-control", b"public, max-age=86400")
ALONE: Header = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; sandbox")
"""A picture opened by itself cannot do anything."""

ROBOTS = b"""User-agent: *
Disallow: /api/
Disallow: /auth/
Disallow: /oauth/
Disallow: /settings
Disallow: /invite/
Disallow: /setup/
"""


def add(routes: Routes[Endpoint]) -> None:
    routes.add("GET", "/static/{name}", static)
    routes.add("GET", "/favicon.ico", favicon)
    routes.add("GET", "/robots.txt", robots)


async def static(request: Request, params: Params) -> Answer:
    """Only what is in the list of assets; kept for ever where the address carries the version."""
    return _file(params["name"], FOR_EVER if request.query.startswith(b"v=") else A_DAY)


async def favicon(request: Request, params: Params) -> Answer:
    del request, params
    return _file("favicon-32.png", A_DAY)


async def robots(request: Request, params: Params) -> Answer:
    del request, params
    return Answer(ROBOTS, 200, [TEXT, NOSNIFF, A_DAY])


def _file(name: str, cached: Header) -> Answer:
    found = assets().get(name)
    if found is None:
        raise NotFound
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/"):
        kind += "; charset=utf-8"
    shared = (b"access-control-allow-origin", b"*")
    return Answer(found.content, 200, [(b"content-type", kind.encode()), NOSNIFF, ALONE, cached, shared])
