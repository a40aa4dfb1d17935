"""
Feeds for feed readers: Atom (RFC 4287) and RSS 2.0 (https://www.rssboard.org/rss-specification).

A post behind a warning is told by its warning alone, with a link; pictures that not everyone wants to see are not
enclosed.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Literal

from lxml import etree
from msgspec import Struct

from martlet.web import addresses
from martlet.web.cards import Picture, PostCard
from martlet.web.language import Language
from martlet.web.rendering import environment

Form = Literal["atom", "rss"]
TYPES: dict[Form, bytes] = {
    "atom": b"application/atom+xml; charset=utf-8",
    "rss": b"application/rss+xml; charset=utf-8",
}
ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "http://search.yahoo.com/mrss/"
DUBLIN = "http://purl.org/dc/elements/1.1/"
TITLE = 80
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that XML 1.0 section 2.2 knows no way to write."""


class Feed(Struct, frozen=True):
    """`address` is the page whose posts these are, `own` the feed's; both whole. `language`: of the few words of ours."""

    title: str
    subtitle: str
    address: str
    own: str
    picture: str | None
    author: str | None
    updated_at: datetime
    posts: Sequence[PostCard]
    server: str
    generator: str
    language: Language


def write(feed: Feed, form: Form) -> bytes:
    root = _atom(feed) if form == "atom" else _rss(feed)
    found: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return found


# -- what both say -------------------------------------------------------


def _title(post: PostCard) -> str:
    text = post.warning or post.summary or post.author.name
    return text if len(text) <= TITLE else text[: TITLE - 1].rstrip() + "…"


def _html(feed: Feed, post: PostCard) -> str:
    return environment(feed.language).render_template("parts/feed_entry.html", post=post, server=feed.server)


def _files(post: PostCard) -> Iterable[Picture]:
    """What may be loaded without being asked for."""
    if post.warning or post.is_sensitive:
        return ()
    return (one for one in post.pictures if one.kind != "file" and addresses.web_address(one.address))


def _whole(feed: Feed, address: str) -> str:
    return addresses.whole(addresses.web_address(address), feed.server)


def _put(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    made = etree.SubElement(parent, name)
    if text:
        made.text = _NOT_IN_XML.sub("", text)
    for key, value in attributes.items():
        made.set(key, _NOT_IN_XML.sub("", value))
    return made


# -- Atom ----------------------------------------------------------------


def _atom(feed: Feed) -> etree._Element:
    root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
    a = f"{{{ATOM}}}"
    _put(root, a + "id", feed.own)
    _put(root, a + "title", feed.title)
    if feed.subtitle:
        _put(root, a + "subtitle", feed.subtitle)
    _put(root, a + "updated", _moment(feed.updated_at))
    _put(root, a + "link", rel="self", type="application/atom+xml", href=feed.own)
    _put(root, a + "link", rel="alternate", type="text/html", href=feed.address)
    if feed.picture:
        _put(root, a + "icon", feed.picture)
    _put(root, a + "generator", feed.generator)
    _put(_put(root, a + "author"), a + "name", feed.author or feed.title)
    for post in feed.posts:
        entry = _put(root, a + "entry")
        address = _whole(feed, post.address)
        _put(entry, a + "id", address)
        _put(entry, a + "title", _title(post))
        _put(entry, a + "published", _moment(post.published_at))
        _put(entry, a + "updated", _moment(post.edited_at or post.published_at))
        _put(entry, a + "link", rel="alternate", type="text/html", href=address)
        author = _put(entry, a + "author")
        _put(author, a + "name", post.author.name)
        _put(author, a + "uri", _whole(feed, post.author.address))
        content = _put(entry, a + "content", _html(feed, post), type="html")
        if post.language:
            content.set("{http://www.w3.org/XML/1998/namespace}lang", post.language)
        for one in _files(post):
            link = _put(entry, a + "link", rel="enclosure", href=_whole(feed, one.address))
            if one.content_type:
                link.set("type", one.content_type)
            if one.bytes:
                link.set("length", str(one.bytes))
            if one.description:
                link.set("title", _NOT_IN_XML.sub("", one.description))
    return root


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# -- RSS -----------------------------------------------------------------


def _rss(feed: Feed) -> etree._Element:
    """Readers take titles and descriptions for HTML, so plain text is written as such."""
    root = etree.Element("rss", nsmap={"atom": ATOM, "media": MEDIA, "dc": DUBLIN}, version="2.0")
    channel = _put(root, "channel")
    _put(channel, "title", escape(feed.title, quote=False))
    _put(channel, "link", feed.address)
    _put(channel, "description", escape(feed.subtitle or feed.title, quote=False))
    _put(channel, f"{{{ATOM}}}link", rel="self", type="application/rss+xml", href=feed.own)
    _put(channel, "lastBuildDate", format_datetime(feed.updated_at))
    _put(channel, "generator", feed.generator)
    _put(channel, "docs", "https://www.rssboard.org/rss-specification")
    if feed.picture:
        image = _put(channel, "image")
        _put(image, "url", feed.picture)
        _put(image, "title", escape(feed.title, quote=False))
        _put(image, "link", feed.address)
    for post in feed.posts:
        _item(channel, feed, post)
    return root


def _item(channel: etree._Element, feed: Feed, post: PostCard) -> None:
    item = _put(channel, "item")
    address = _whole(feed, post.address)
    _put(item, "title", escape(_title(post), quote=False))
    _put(item, "link", address)
    _put(item, "guid", address, isPermaLink="true")
    _put(item, "pubDate", format_datetime(post.published_at))
    _put(item, f"{{{DUBLIN}}}creator", post.author.name)
    _put(item, "description", _html(feed, post))
    files = list(_files(post))
    first = next((one for one in files if one.content_type), None)
    if first is not None:  # one is all that an item may have
        _put(
            item,
            "enclosure",
            url=_whole(feed, first.address),
            length=str(first.bytes),
            type=first.content_type,
        )
    for one in files:
        media = _put(item, f"{{{MEDIA}}}content", url=_whole(feed, one.address))
        media.set("medium", {"sound": "audio", "video": "video", "loop": "video"}.get(one.kind, "image"))
        if one.content_type:
            media.set("type", one.content_type)
        if one.description:
            _put(media, f"{{{MEDIA}}}description", one.description, type="plain")
