"""
A web page, or what its site tells of it, in bytes → what it says of itself. Runs in a worker only.

Meant for previews: Open Graph and Twitter's names in `meta`, schema.org's in
JSON-LD, the page's own title, and oEmbed (https://oembed.com).
"""

import json
from typing import Any

from martlet.text.languages import normalise_language
from martlet.text.previews import json_ld, markup, sources
from martlet.text.previews.charsets import decode
from martlet.text.previews.markup import Markup
from martlet.text.previews.said import (
    DESCRIPTION_LIMIT,
    IMAGE_TEXT_LIMIT,
    NAME_LIMIT,
    TITLE_LIMIT,
    Page,
    Said,
    address,
    handle,
    host_of,
    is_same_site,
    line,
    moment,
    side,
)

_OEMBED = ("application/json+oembed", "text/json+oembed")
_FRAMES_LENGTH = 8192


def read_page(body: bytes, url: str, content_type: str) -> Page:
    """What the page at `url` says; `content_type` as its answer had it."""
    found = markup.read(decode(body, content_type, host_of(url)))
    base = address(found.base, url) or url
    oembed = address(found.link("alternate", *_OEMBED), base)
    return Page(
        url=_own_url(found, base, url),
        article=json_ld.read(found.json_ld, base),
        open_graph=_open_graph(found, base),
        plain=_plain(found, base),
        oembed=oembed if oembed.startswith("https://") and is_same_site(oembed, url) else "",
        creator=handle(found.meta("fediverse:creator")),
        mine=tuple(filter(None, (address(one, base) for one in found.mine))),
    )


def read_oembed(body: bytes, url: str) -> Said:
    """What a page's site tells of it at `url`; empty for anything that is no oEmbed answer."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return Said()
    if not isinstance(told, dict) or told.get("type") not in ("link", "photo", "video"):
        return Said()
    said = _told(told, url)
    match told["type"]:
        case "photo":
            image = address(told.get("url"), url)
            return _of_kind(said, "photo", told, image=image) if image else Said()
        case "video":
            return _of_kind(said, "video", told, player=_player(told.get("html"), url))
        case _:
            return Said(**said)


def _told(told: dict[str, Any], url: str) -> dict[str, Any]:
    return {
        "title": line(told.get("title"), TITLE_LIMIT),
        "author_name": line(told.get("author_name"), NAME_LIMIT),
        "author_url": address(told.get("author_url"), url),
        "provider_name": line(told.get("provider_name"), NAME_LIMIT),
        "provider_url": address(told.get("provider_url"), url),
        "image": address(told.get("thumbnail_url"), url),
    }


def _of_kind(said: dict[str, Any], kind: str, told: dict[str, Any], **more: str) -> Said:
    given = {name: value for name, value in more.items() if value}
    return Said(
        **{
            **said,
            "kind": kind,
            "width": side(told.get("width")),
            "height": side(told.get("height")),
            **given,
        }
    )


def _player(html: Any, url: str) -> str:
    """Where the first frame leads; no other markup of a site's is looked at."""
    if not isinstance(html, str):
        return ""
    for attributes in markup.frames_in(html[:_FRAMES_LENGTH]):
        if "srcdoc" not in attributes:
            return address(attributes.get("src"), url)
    return ""


def _own_url(found: Markup, base: str, url: str) -> str:
    """What the page calls itself, if that is on the same host; else where it was found."""
    for claimed in (found.link("canonical"), found.meta("og:url")):
        own = address(claimed, base)
        if own and host_of(own) == host_of(url):
            return own
    return url


def _open_graph(found: Markup, base: str) -> Said:
    meta = found.meta
    player = address(meta("og:video:secure_url", "twitter:player"), base)
    if meta("og:video:type").lower() not in ("", "text/html"):
        player = address(meta("twitter:player"), base)
    return Said(
        kind="video" if player else "",
        title=line(meta("og:title", "twitter:title"), TITLE_LIMIT),
        description=line(meta("og:description", "twitter:description"), DESCRIPTION_LIMIT),
        language=normalise_language(meta("og:locale")) or "",
        image=address(
            meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"),
            base,
        ),
        image_text=line(meta("og:image:alt", "twitter:image:alt"), IMAGE_TEXT_LIMIT),
        author_name=_author(meta("og:article:author", "article:author", "og:author")),
        provider_name=line(meta("og:site_name"), NAME_LIMIT),
        published_at=moment(meta("article:published_time", "og:article:published_time", "og:published_time")),
        player=player,
        width=side(meta("twitter:player:width", "og:video:width")) if player else 0,
        height=side(meta("twitter:player:height", "og:video:height")) if player else 0,
    )


def _author(text: str) -> str:
    """Some give an address instead of a name: that is none."""
    return "" if text.strip().lower().startswith(("http://", "https://")) else line(text, NAME_LIMIT)


def _plain(found: Markup, base: str) -> Said:
    author = _author(found.meta("author", "byl", "dc.creator", "parsely-author", "sailthru.author"))
    return Said(
        title=line(found.title, TITLE_LIMIT),
        description=line(found.meta("description", "dc.description"), DESCRIPTION_LIMIT),
        language=normalise_language(found.language)
        or normalise_language(found.meta("content-language"))
        or "",
        image=address(found.link("image_src"), base),
        author_name=author,
        published_at=moment(found.meta("date", "dc.date", "pubdate", "parsely-pub-date")),
        source_name=sources.agency_in(author),
    )
