"""What one source says of a page, and what becomes of several: plain values, addresses and texts already cleaned."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from urllib.parse import urljoin

from martlet.text.cleaning import one_line
from martlet.text.names import InvalidHandle, host_and_port, parse_handle
from martlet.text.urls import InvalidUrl, parse_url

TITLE_LIMIT = 500
DESCRIPTION_LIMIT = 1000
NAME_LIMIT = 200
IMAGE_TEXT_LIMIT = 1500
SIDE_LIMIT = 10_000
"""Pixels of a player, as its page asks for it."""
_MARGIN = 4
"""A text is cleaned from so many times its length, so that blanks in it do not cost letters."""
_EARLIEST = 1970


@dataclass(frozen=True, slots=True)
class Said:
    """
    What one source says of a page; what it does not say is empty.

    Texts are one line each, addresses absolute. `player` is where a film is
    played, inside a frame, as the page says: whether it may be is decided in `players`.
    """

    kind: str = ""
    """link, photo, video"""
    title: str = ""
    description: str = ""
    language: str = ""
    image: str = ""
    image_text: str = ""
    author_name: str = ""
    author_url: str = ""
    provider_name: str = ""
    provider_url: str = ""
    published_at: int | None = None
    player: str = ""
    width: int = 0
    height: int = 0
    source_name: str = ""
    """Where the report comes from: the agency, the paper that had it first."""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """
    What a page says of itself, source by source.

    `url` is what it calls itself, on its own host; `oembed` where its host tells
    more of it; `creator` the handle of its author's account, without the first @;
    `mine` where its `rel="me"` links lead.
    """

    url: str
    article: Said = field(default_factory=Said)
    open_graph: Said = field(default_factory=Said)
    plain: Said = field(default_factory=Said)
    oembed: str = ""
    creator: str = ""
    mine: tuple[str, ...] = ()


def line(text: object, limit: int) -> str:
    """One clean line of at most `limit` characters, cut at the end of a word where there is one."""
    if not isinstance(text, str):
        return ""
    whole = one_line(text[: limit * _MARGIN])
    if len(whole) <= limit:
        return whole
    cut = whole[: limit - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"


def address(text: object, base: str) -> str:
    """An absolute web address in its one spelling; empty for anything else (attacks B3)."""
    if not isinstance(text, str) or not text.strip():
        return ""
    try:
        return str(parse_url(urljoin(base, text.strip())))
    except (InvalidUrl, ValueError):
        return ""


def host_of(url: str) -> str:
    """The name in an address, without a port; empty where there is none."""
    try:
        return host_and_port(parse_url(url).host)[0]
    except InvalidUrl:
        return ""


def is_same_site(url: str, other: str) -> bool:
    """Whether one's host is the other's, or one below it: `www.paper.example` and `paper.example`."""
    one, two = host_of(url).removeprefix("www."), host_of(other).removeprefix("www.")
    return bool(one and two) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))


def moment(text: object) -> int | None:
    """Milliseconds since 1970 of a date or moment in ISO 8601; what has no zone counts as UTC."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text.strip()[:40])
    except ValueError:
        try:
            found = datetime.combine(date.fromisoformat(text.strip()[:10]), time())
        except ValueError:
            return None
    if found.tzinfo is None:
        found = found.replace(tzinfo=UTC)
    if found.year <= _EARLIEST:
        return None
    return int(found.timestamp() * 1000)


def side(text: object) -> int:
    """A width or height in pixels, written as a number or a text; 0 for anything else."""
    if isinstance(text, str) and text.strip().removesuffix("px").isdecimal() and len(text) < NAME_LIMIT:
        text = int(text.strip().removesuffix("px")[:9])
    if isinstance(text, bool) or not isinstance(text, int | float) or not 0 < text <= SIDE_LIMIT:
        return 0
    return int(text)


def handle(text: object) -> str:
    """`ada@home.example` from what a page's author is called in the fediverse; empty for anything else."""
    if not isinstance(text, str):
        return ""
    try:
        username, host = parse_handle(text.strip()[:NAME_LIMIT])
    except InvalidHandle:
        return ""
    return f"{username}@{host}" if host else ""
