"""Files that stand still: /static, and the two that everybody asks for at the root."""

import mimetypes

from martlet.http.accepting import takes_gzip
from martlet.http.answer import NOSNIFF, TEXT, Answer, Header
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.errors import NotFound
from martlet.model.server import Server
from martlet.web import addresses
from martlet.web.assets import assets

FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
AN_HOUR: Header = (b"cache-control", b"public, max-age=3600")
A_DAY: Header = (b"cache-control", b"public, max-age=86400")
ALONE: Header = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'; sandbox")
"""A picture opened by itself cannot do anything."""

SHARED: Header = (b"access-control-allow-origin", b"*")
KINDS = {"js": "text/javascript", "webmanifest": "application/manifest+json"}
"""What systems have different names for, or none."""

ROBOTS = b"""User-agent: *
Disallow: /api/
Disallow: /auth/
Disallow: /oauth/
Disallow: /desk
Disallow: /settings
Disallow: /invite/
Disallow: /setup/
Disallow: /comments
Disallow: /authorize_interaction
"""


def add(routes: Routes[Endpoint], here: Server) -> None:
    async def robots(request: Request, params: Params) -> Answer:
        del request, params
        sitemap = f"Sitemap: {addresses.whole(addresses.SITEMAP, here.url)}\n".encode()
        return Answer(ROBOTS + b"\n" + sitemap, 200, [TEXT, NOSNIFF, A_DAY])

    routes.add("GET", "/static/{name}", static)
    routes.add("GET", "/favicon.ico", favicon)
    routes.add("GET", "/robots.txt", robots)
    routes.add("GET", addresses.COMMENTS_SCRIPT, comments)


async def static(request: Request, params: Params) -> Answer:
    """Only what is in the list of assets; kept for ever where the address carries the version."""
    return _file(request, params["name"], FOR_EVER if request.query.startswith(b"v=") else A_DAY)


async def favicon(request: Request, params: Params) -> Answer:
    del params
    return _file(request, "favicon-32.png", A_DAY)


async def comments(request: Request, params: Params) -> Answer:
    """The script for pages of other sites, at an address without a version: it is written down there."""
    del params
    return _file(request, "comments.js", AN_HOUR)


def _file(request: Request, name: str, cached: Header) -> Answer:
    found = assets().get(name)
    if found is None:
        raise NotFound
    headers = [(b"content-type", _kind(name)), NOSNIFF, ALONE, cached, SHARED]
    if found.packed is None:
        return Answer(found.content, 200, headers)
    headers.append((b"vary", b"Accept-Encoding"))
    if not takes_gzip(request):
        return Answer(found.content, 200, headers)
    return Answer(found.packed, 200, [*headers, (b"content-encoding", b"gzip")])


def _kind(name: str) -> bytes:
    kind = KINDS.get(name.rpartition(".")[2]) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return (f"{kind}; charset=utf-8" if kind.startswith("text/") else kind).encode()
