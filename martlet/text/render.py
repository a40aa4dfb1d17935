"""
Plain text, as somebody typed it → the safe HTML that everybody sees.

Two steps, so that this room needs no database: `parse` finds what the text
mentions; whoever called looks those people up; `html` writes the page.

    parse("Hello @ada #Bahn")          Parsed, with one mention and one hashtag
    html(parsed, {"ada": MentionLink(…)}, here.tag_url)

A mention that nobody answered to stays plain text. The markup is the one that
Mastodon's clients know: they find mentions, hashtags and the hidden ends of
links by the classes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import TypeVar
from urllib.parse import quote

from martlet.text.cleaning import many_lines
from martlet.text.emoji import shortcodes
from martlet.text.hashtags import NOT_INSIDE_A_WORD, find_hashtags, hashtag_key
from martlet.text.links import Link, find_links, starts_with_host
from martlet.text.names import InvalidHost, handle_key, normalise_host

REL = "nofollow noopener noreferrer"
REL_ME = "me nofollow noopener noreferrer"

_USERNAME_LIMIT = 255
_MENTION = re.compile(
    rf"@{NOT_INSIDE_A_WORD}([A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*)"
    r"(?:@(\w+(?:[.-]+\w+)*(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](?::[0-9]{1,5})?))?"
)
_PARAGRAPHS = re.compile(r"\n[ \t\u3000]*\n\s*")


@dataclass(frozen=True, slots=True)
class Mention:
    """`username` as typed; `host` normalised, None for people here."""

    start: int
    end: int
    username: str
    host: str | None

    @property
    def key(self) -> str:
        return handle_key(self.username, self.host)


@dataclass(frozen=True, slots=True)
class Hashtag:
    """`name` as typed, without the sign; `key` equal for all its spellings."""

    start: int
    end: int
    name: str
    key: str


_Piece = TypeVar("_Piece", Mention, Hashtag)


@dataclass(frozen=True, slots=True)
class MentionLink:
    """Where a mention leads: the person's page, and their handle as they write it."""

    url: str
    username: str
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Parsed:
    """`text`, cleaned, and what stands in it, in order and without overlaps."""

    text: str
    pieces: tuple[Link | Mention | Hashtag, ...]

    @property
    def links(self) -> tuple[Link, ...]:
        return tuple(piece for piece in self.pieces if isinstance(piece, Link))

    @property
    def mentions(self) -> tuple[Mention, ...]:
        """Each person once."""
        found: dict[str, Mention] = {}
        for piece in self.pieces:
            if isinstance(piece, Mention):
                found.setdefault(piece.key, piece)
        return tuple(found.values())

    @property
    def hashtags(self) -> tuple[Hashtag, ...]:
        """Each hashtag once, as it was first typed."""
        found: dict[str, Hashtag] = {}
        for piece in self.pieces:
            if isinstance(piece, Hashtag):
                found.setdefault(piece.key, piece)
        return tuple(found.values())

    @property
    def shortcodes(self) -> tuple[str, ...]:
        """Of the custom emoji it may show."""
        return shortcodes(self.text)


def parse(text: str, own: frozenset[str] = frozenset()) -> Parsed:
    """Find what `text` mentions. `own` are the hosts that mean this server (`names.own_hosts`)."""
    text = many_lines(text).strip()
    links = find_links(text)
    pieces: list[Link | Mention | Hashtag] = [*links]
    if "@" in text:
        pieces += _outside(links, _mentions(text, own))
    if "#" in text or "＃" in text:
        hashtags = [Hashtag(start, end, name, hashtag_key(name)) for start, end, name in find_hashtags(text)]
        pieces += _outside(links, hashtags)
    if len(pieces) > 1:
        pieces.sort(key=_start)
    return Parsed(text, tuple(pieces))


def html(
    parsed: Parsed,
    people: Mapping[str, MentionLink],
    tag_url: Callable[[str], str],
    rel: str = REL,
) -> str:
    """
    Paragraphs of safe HTML; the empty string for an empty text.

    `people` maps `Mention.key`s to those who were found; `tag_url` makes a
    hashtag's address from its key, percent-encoded; `rel` goes on links.
    """
    if not parsed.text:
        return ""
    paragraphs = _PARAGRAPHS.sub("</p><p>", line(parsed, people, tag_url, rel)).replace("\n", "<br />")
    return f"<p>{paragraphs}</p>"


def line(
    parsed: Parsed,
    people: Mapping[str, MentionLink],
    tag_url: Callable[[str], str],
    rel: str = REL,
) -> str:
    r"""The same without paragraphs: `\n` is left as it is."""
    text = parsed.text
    namesakes = _namesakes(parsed, people)
    out: list[str] = []
    done = 0
    for piece in parsed.pieces:
        if isinstance(piece, Link):
            marked = _link(piece, rel)
        elif isinstance(piece, Hashtag):
            marked = _hashtag(piece, tag_url)
        else:
            person = people.get(piece.key)
            if person is None:
                continue
            marked = _mention(person, namesakes)
        out += escape(text[done : piece.start]), marked
        done = piece.end
    out.append(escape(text[done:]))
    return "".join(out)


def _link(link: Link, rel: str) -> str:
    shown, hidden = link.shown
    css = "ellipsis" if hidden else ""
    return (
        f'<a href="{escape(link.url)}" target="_blank" rel="{rel}">'
        f'<span class="invisible">{link.scheme}://</span>'
        f'<span class="{css}">{escape(shown)}</span>'
        f'<span class="invisible">{escape(hidden)}</span></a>'
    )


def _hashtag(hashtag: Hashtag, tag_url: Callable[[str], str]) -> str:
    url = tag_url(quote(hashtag.key))
    return (
        f'<a href="{escape(url)}" class="mention hashtag" rel="tag">#<span>{escape(hashtag.name)}</span></a>'
    )


def _mention(person: MentionLink, namesakes: frozenset[str]) -> str:
    """With the host if two people of this name are mentioned."""
    name = person.username
    if person.host is not None and name.lower() in namesakes:
        name = f"{name}@{person.host}"
    return (
        f'<span class="h-card"><a href="{escape(person.url)}" class="u-url mention">'
        f"@<span>{escape(name)}</span></a></span>"
    )


def _namesakes(parsed: Parsed, people: Mapping[str, MentionLink]) -> frozenset[str]:
    """Usernames, in lower case, that more than one of the people mentioned bear."""
    if len(people) < 2:  # noqa: PLR2004 – it takes two
        return frozenset()
    names = [people[mention.key].username.lower() for mention in parsed.mentions if mention.key in people]
    return frozenset(name for name in names if names.count(name) > 1)


def _mentions(text: str, own: frozenset[str]) -> list[Mention]:
    found = []
    for match in _MENTION.finditer(text):
        username, host_text = match.groups()
        if len(username) > _USERNAME_LIMIT:
            continue
        if host_text is None:
            found.append(Mention(match.start(), match.end(), username, None))
            continue
        host_text = starts_with_host(text[match.start(2) : match.end(2) + 1]) or host_text
        try:
            host = normalise_host(host_text)
        except InvalidHost:
            continue
        end = match.start(2) + len(host_text)
        found.append(Mention(match.start(), end, username, None if host in own else host))
    return found


def _outside(links: list[Link], pieces: list[_Piece]) -> list[_Piece]:
    """The pieces that do not stand inside a link. Both lists are in order."""
    if not links:
        return pieces
    kept = []
    upcoming = iter(links)
    link: Link | None = next(upcoming)
    for piece in pieces:
        while link is not None and link.end <= piece.start:
            link = next(upcoming, None)
        if link is None or piece.end <= link.start:
            kept.append(piece)
    return kept


def _start(piece: Link | Mention | Hashtag) -> int:
    return piece.start
