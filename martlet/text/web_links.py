"""
The links in a post's clean HTML, without those that name somebody, are hashtags, or lead to a quoted post.

Only for what `sanitize` or `render` has written: each link is `<a …>…</a>`, its
attributes in double quotes.
"""

import re
from collections.abc import Collection, Iterator
from html import unescape
from itertools import islice

from martlet.text.hashtags import hashtag_key
from martlet.text.names import host_and_port
from martlet.text.urls import InvalidUrl, parse_url

_LINK = re.compile(r'<a((?: [a-z]+="[^"]*")*)>(.*?)</a>', re.DOTALL)
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_INLINE_QUOTE = re.compile(
    r'<(p|span)(?: [a-z]+="[^"]*")* class="[^"]*\bquote-inline\b[^"]*"[^>]*>.*?</\1>', re.DOTALL
)
_NO_LINKS = frozenset({"mention", "hashtag", "u-url", "h-card"})
_TRACKING = re.compile(
    r"(?:utm_[a-z_]+|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|twclid|yclid|_hsenc|_hsmi)=[^&]*&?"
)


def without_quote_line(html: str) -> str:
    """Without the line that leads to the quoted post where quotes are not known (FEP-044f)."""
    return _INLINE_QUOTE.sub("", html)


def first_link(html: str, others: Collection[str], hashtags: Collection[str]) -> str | None:
    """
    The first web address that a post links to, in one spelling.

    `others` are addresses that do not count (of people named, of the quoted post), `hashtags` the post's, folded.
    """
    for address in _links(without_quote_line(html), others, hashtags):
        try:
            return normalised(address)
        except InvalidUrl:
            continue
    return None


def outward(html: str, known: Collection[str], hosts: Collection[str]) -> tuple[set[str], set[str]]:
    """
    Links that lead to pages, and those that name people who are not `known`: addresses, as they stand there.

    Unlike for previews, a link counts whatever class it claims. Hashtags are left out where they lead to one of the
    `hosts`, and so are quotes.
    """
    pages, people = set(), set()
    for attributes, inside in _LINK.findall(_INLINE_QUOTE.sub("", html)):
        given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        text, address = unescape(_TAG.sub("", inside)).strip(), given.get("href", "")
        if not address or address in known:
            continue
        if text.startswith("@") and " " not in text:
            people.add(address)
        elif not (text.startswith("#") and hashtag_key(text[1:]) and _host(address) in hosts):
            pages.add(address)
    return pages, people


def addresses(html: str, limit: int) -> list[str]:
    """All that is linked to, as it stands there, in order: `limit` at most."""
    found = (dict(_ATTRIBUTE.findall(one[1])).get("href", "") for one in _LINK.finditer(html))
    return list(islice(dict.fromkeys(unescape(one) for one in found if one), limit))


def _host(address: str) -> str:
    try:
        return parse_url(address).host
    except InvalidUrl:
        return ""


def normalised(address: str) -> str:
    """
    One spelling for what leads to one page: no fragment, nothing that only tells where a reader came from.

    Raises `InvalidUrl`.
    """
    url = parse_url(address)
    query = _TRACKING.sub("", url.query[1:]).removesuffix("&") if url.query else ""
    return f"{url.origin}{url.path or '/'}{'?' if query else ''}{query}"


def publisher(address: str) -> str:
    """The host that a page is published at, without `www.`; empty where there is none."""
    try:
        return host_and_port(parse_url(address).host)[0].removeprefix("www.")
    except InvalidUrl:
        return ""


def _links(html: str, others: Collection[str], hashtags: Collection[str]) -> Iterator[str]:
    for attributes, inside in _LINK.findall(html):
        given = {name: unescape(value) for name, value in _ATTRIBUTE.findall(attributes)}
        text = unescape(_TAG.sub("", inside)).strip()
        is_hashtag = text.startswith("#") and hashtag_key(text[1:]) in hashtags
        if not is_hashtag and _NO_LINKS.isdisjoint(given.get("class", "").split()):
            address = given.get("href", "")
            if address not in others:
                yield address
