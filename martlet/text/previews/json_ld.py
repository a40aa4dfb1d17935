"""
What a page says of itself as data: articles and films in the words of schema.org.

The documents are read as JSON, not as JSON-LD: the names are taken as they are
written everywhere. How deep, how many and how long is bounded; whatever has
another shape than it should is as if it were not there.
"""

import json
import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import Any

from martlet.text.previews import sources
from martlet.text.previews.said import (
    DESCRIPTION_LIMIT,
    IMAGE_TEXT_LIMIT,
    NAME_LIMIT,
    TITLE_LIMIT,
    Said,
    address,
    host_of,
    line,
    moment,
    side,
)

_ARTICLES = frozenset(
    {
        "AdvertiserContentArticle",
        "AnalysisNewsArticle",
        "Article",
        "AskPublicNewsArticle",
        "BackgroundNewsArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "NewsArticle",
        "OpinionNewsArticle",
        "Report",
        "ReportageNewsArticle",
        "ReviewNewsArticle",
        "ScholarlyArticle",
        "SocialMediaPosting",
        "TechArticle",
    }
)
_OTHERS = ("VideoObject", "AudioObject", "PodcastEpisode", "Recipe", "Event", "Book", "Movie", "WebPage")
_THINGS = 100
_DEPTH = 6
_ITEMS = 20
# Some wrap their data in comments that were meant for browsers of 1999.
_WRAPPING = re.compile(
    r"^[ \t]{0,40}(?://|/\*)?[ \t]{0,40}(?:<!\[CDATA\[|\]\]>|<!--|-->)[ \t]{0,40}(?:\*/)?[ \t\r]{0,40}$",
    re.MULTILINE,
)

_Thing = dict[str, Any]


def read(scripts: Sequence[str], base: str) -> Said:
    """Of all that stands there, the article; without one, the film or whatever the page is about."""
    found: dict[str, _Thing] = {}
    for script in scripts:
        for thing in _things(_parsed(script)):
            for type in _types(thing):
                found.setdefault("article" if type in _ARTICLES else type, thing)
    for type in ("article", *_OTHERS):
        if type in found:
            return _said(found[type], base, is_film=type == "VideoObject")
    return Said()


def _parsed(script: str) -> Any:
    try:
        return json.loads(_WRAPPING.sub("", script).strip().rstrip(";"), strict=False)
    except (ValueError, RecursionError):
        return None


def _things(root: Any) -> Iterator[_Thing]:
    """All that stands there side by side, in lists and in `@graph`, the outermost first."""
    waiting, seen = [(root, 0)], 0
    while waiting and seen < _THINGS:
        one, depth = waiting.pop(0)
        seen += 1
        if isinstance(one, list) and depth < _DEPTH:
            waiting += [(part, depth + 1) for part in one[:_ITEMS]]
        elif isinstance(one, dict):
            yield one
            for name in ("@graph", "mainEntity"):
                if name in one and depth < _DEPTH:
                    waiting.append((one[name], depth + 1))


def _types(thing: _Thing) -> list[str]:
    return [
        type.removeprefix("http://schema.org/").removeprefix("https://schema.org/")
        for type in _list(thing.get("@type"))
        if isinstance(type, str)
    ]


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value[:_ITEMS] if isinstance(value, list) else [value]


def _first(value: Any) -> Any:
    return next(iter(_list(value)), None)


def _said(thing: _Thing, base: str, *, is_film: bool) -> Said:
    image = _first(thing.get("image") or thing.get("thumbnailUrl") or thing.get("thumbnail"))
    authors = [_name(one) for one in _list(thing.get("author") or thing.get("creator"))]
    publisher = _first(thing.get("publisher"))
    provider = _name(publisher)
    source_name, source_url = _source(thing, authors, provider, base)
    player = address(_text(thing.get("embedUrl")), base) if is_film else ""
    return Said(
        kind="video" if player else "",
        title=line(_text(thing.get("headline") or thing.get("name")), TITLE_LIMIT),
        description=line(_text(thing.get("description")), DESCRIPTION_LIMIT),
        language=_language(thing.get("inLanguage")),
        image=address(
            _text(image.get("url") or image.get("contentUrl")) if isinstance(image, dict) else image, base
        ),
        image_text=line(_text(image.get("caption")), IMAGE_TEXT_LIMIT) if isinstance(image, dict) else "",
        author_name=line(", ".join(filter(None, authors)), NAME_LIMIT),
        author_url=_own_address(_first(thing.get("author")), base),
        provider_name=provider,
        provider_url=_own_address(publisher, base),
        published_at=moment(thing.get("datePublished") or thing.get("uploadDate")),
        player=player,
        width=side(thing.get("width")) if is_film else 0,
        height=side(thing.get("height")) if is_film else 0,
        source_name=source_name,
        source_url=source_url,
    )


def _text(value: Any) -> str:
    """A text, unescaped where HTML's escapes were written into JSON."""
    value = value.get("@value") if isinstance(value, dict) else _first(value)
    return unescape(value[:20_000]) if isinstance(value, str) else ""


def _name(value: Any) -> str:
    return line(_text(value.get("name")) if isinstance(value, dict) else _text(value), NAME_LIMIT)


def _own_address(value: Any, base: str) -> str:
    return address(_text(value.get("url")), base) if isinstance(value, dict) else ""


def _language(value: Any) -> str:
    one = _first(value)
    if isinstance(one, dict):
        one = one.get("alternateName") or one.get("name")
    return line(one, 35)


def _source(thing: _Thing, authors: Sequence[str], provider: str, base: str) -> tuple[str, str]:
    """
    Whose report it is, and where that is to be read: what the page says it is based on, an organisation
    it names, an agency among its authors.
    """
    for property in ("isBasedOn", "isBasedOnUrl", "sourceOrganization", "citation"):
        for one in _list(thing.get(property)):
            name, url = _named(one, base)
            if name and not sources.is_same(name, provider):
                return name, url
    for author in authors:
        agency = sources.agency_in(author)
        if agency and not sources.is_same(agency, provider):
            return agency, ""
    return "", ""


def _named(one: Any, base: str) -> tuple[str, str]:
    """Name and address of a source: an organisation, a work with its publisher, an address, or words."""
    if isinstance(one, dict):
        publisher = _name(
            _first(one.get("publisher") or one.get("provider") or one.get("sourceOrganization"))
        )
        url = address(_text(one.get("url") or one.get("@id")), base)
        return publisher or _name(one) or _site(url, base), url if _site(url, base) else ""
    text = _text(one).strip()
    if text.lower().startswith(("http://", "https://")):
        url = address(text, base)
        return _site(url, base), url
    return line(text, NAME_LIMIT), ""


def _site(url: str, base: str) -> str:
    """Whose an address elsewhere is: an agency's name, else the host; nothing for one of the page's own."""
    host = host_of(url).removeprefix("www.")
    return "" if host == host_of(base).removeprefix("www.") else sources.agency_at(host)
