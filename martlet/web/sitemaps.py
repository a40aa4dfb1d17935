"""
What search engines are told to look at: https://www.sitemaps.org/protocol.html

Only people who want to be found by them, and their newest public posts; nothing where the owner keeps public
timelines to the people here. Each file is the same for everybody and kept for an hour.
"""

from collections.abc import Sequence

from lxml import etree

from martlet.http.answer import NOSNIFF, Answer, Header
from martlet.model.errors import NotFound
from martlet.model.names import NOBODY
from martlet.model.paging import Page
from martlet.storage import accounts, directory, listings, posts
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing
from martlet.web import addresses, showing
from martlet.web.visits import Pages, Visit

pages = Pages()

LISTED = 500
"""Posts in one file, before those of people who do not want to be found are left out."""
FILES = 4
"""Of posts, at most."""
KEPT_MS = 60 * 60 * 1000
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
XML: Header = (b"content-type", b"application/xml; charset=utf-8")
WHILE: Header = (b"cache-control", b"public, max-age=3600")
POLICY: Header = (b"content-security-policy", b"default-src 'none'; sandbox")


@pages.get(addresses.SITEMAP, access="anyone")
async def index(visit: Visit) -> Answer:
    return await _file(visit, "")


@pages.get(addresses.SITEMAP_PART, access="anyone")
async def part(visit: Visit) -> Answer:
    """`people`, or the number of a file of posts."""
    return await _file(visit, visit.params["name"])


async def _file(visit: Visit, name: str) -> Answer:
    """All are made together, once an hour. Raises `NotFound`."""
    now, names = visit.here.now_ms(), ("", "people", *map(str, range(1, FILES + 1)))
    if name not in names:
        raise NotFound
    body = visit.desk.whole.find(("sitemap", name), now)
    if body is None:
        made = await visit.store.reading_aside(_made, visit)
        for one in names:
            visit.desk.whole.keep(("sitemap", one), made.get(one, b""), now + KEPT_MS)
        body = made.get(name, b"")
    if not body:
        raise NotFound
    return Answer(body, 200, [XML, NOSNIFF, POLICY, WHILE])


def _made(db: Reader, visit: Visit) -> dict[str, bytes]:
    """By name, those that there are."""
    made: dict[str, bytes] = {}
    if visit.here.public_preview:
        made["people"] = _written("urlset", "url", _people(db, visit), visit)
        shown = _posts(db, visit)
        for n, start in enumerate(range(0, len(shown), LISTED), 1):
            made[str(n)] = _written("urlset", "url", shown[start : start + LISTED], visit)
    files = [addresses.at(addresses.SITEMAP_PART, name=name) for name in made]
    return {"": _written("sitemapindex", "sitemap", files, visit), **made}


def _people(db: Reader, visit: Visit) -> list[str]:
    now, most = visit.here.now_ms(), directory.WINDOW
    listed = directory.page(db, NOBODY, "new", now, offset=0, limit=most, only_here=True)
    found = accounts.many(db, {one.account_id for one in listed}).values()
    names = sorted(one.username for one in found if showing.is_indexable(one))
    return [addresses.at(addresses.PROFILE, username=name) for name in names]


def _posts(db: Reader, visit: Visit) -> list[str]:
    wanted = Narrowing(where="here")
    shown = listings.public(db, NOBODY, Page(limit=LISTED * FILES), visit.here.now_ms(), wanted)
    written = posts.details(db, [one.id for one in shown])
    people = accounts.many(db, {one.author_id for one in written.values()})
    return [
        addresses.at(addresses.POST, username=author.username, id=str(one.id))
        for one in shown
        if one.id in written
        if (author := people.get(written[one.id].author_id)) is not None and showing.is_indexable(author)
    ]


def _written(whole: str, each: str, places: Sequence[str], visit: Visit) -> bytes:
    root = etree.Element(f"{{{NAMESPACE}}}{whole}", nsmap={None: NAMESPACE})
    for path in places:
        one = etree.SubElement(root, f"{{{NAMESPACE}}}{each}")
        etree.SubElement(one, f"{{{NAMESPACE}}}loc").text = addresses.whole(path, visit.here.url)
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return found
