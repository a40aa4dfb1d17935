"""From what was typed to what is kept: HTML, the people named, the hashtags."""

from collections.abc import Sequence
from dataclasses import dataclass

from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage import attached, trend_reviews
from martlet.storage.attached import Mentionable, Tag
from martlet.storage.database import Reader
from martlet.text import render
from martlet.text.cleaning import one_line
from martlet.text.length import post_length
from martlet.text.names import own_hosts
from martlet.text.render import MentionLink, Parsed

WIDEST_CHARACTER = 20
"""Code points that are looked at for each character allowed: a link counts as 23 however long it is."""


class PostTooLong(InvalidInput):
    code = "post_too_long"

    def __init__(self, limit: int) -> None:
        super().__init__(f"Validation failed: Text character limit of {limit} exceeded", "status")
        self.limit = limit


class TagNotUsable(InvalidInput):
    """Those who run the server do not want a hashtag in posts."""

    code = "tag_not_usable"

    def __init__(self, names: Sequence[str]) -> None:
        shown = ", ".join(f"#{name}" for name in names)
        super().__init__(f"Validation failed: Text contained a disallowed hashtag: {shown}", "status")


@dataclass(frozen=True, slots=True)
class Words:
    """What a person wrote, cleaned and understood, before anybody was looked up."""

    parsed: Parsed
    warning: str

    @property
    def text(self) -> str:
        return self.parsed.text


@dataclass(frozen=True, slots=True)
class Composed:
    html: str
    mentioned: tuple[AccountId, ...]
    tags: tuple[Tag, ...]


def read(text: str, warning: str, here: Server) -> Words:
    """
    Find what a text says. A warning without a text is the text.

    Raises `PostTooLong`.
    """
    limit = here.limits.post
    if len(text) + len(warning) > limit * WIDEST_CHARACTER:
        raise PostTooLong(limit)
    parsed, warning = render.parse(text, own_hosts(here.host)), one_line(warning)
    if not parsed.text and warning:
        parsed, warning = render.parse(warning, own_hosts(here.host)), ""
    if post_length(parsed, warning) > limit:
        raise PostTooLong(limit)
    return Words(parsed, warning)


def strangers(db: Reader, text: str, author: AccountId, here: Server) -> list[str]:
    """Handles in a text that are of other servers, and of nobody whom we know."""
    named = [
        (one.username, one.host) for one in render.parse(text, own_hosts(here.host)).mentions if one.host
    ]
    known = attached.mentionable(db, {(username.lower(), host) for username, host in named}, author)
    found = (f"{username}@{host}" for username, host in named if (username.lower(), host) not in known)
    return list(dict.fromkeys(found))


def named(db: Reader, words: Words, author: AccountId) -> set[AccountId]:
    """Whom a text names, as far as they are known here."""
    wanted = {(mention.username.lower(), mention.host or "") for mention in words.parsed.mentions}
    return {one.id for one in attached.mentionable(db, wanted, author).values()}


def compose(
    db: Reader, words: Words, author: AccountId, here: Server, quoted: tuple[str, str] | None = None
) -> Composed:
    """
    Look up who is named, and make safe HTML.

    Nobody is named who is gone or whom the author blocks. `quoted` is the
    address and the page of a quoted post: software that knows no quotes is
    shown a link to it, unless the author wrote one. Raises `TagNotUsable`.
    """
    wanted = {(mention.username.lower(), mention.host or "") for mention in words.parsed.mentions}
    known = attached.mentionable(db, wanted, author)
    people: dict[str, MentionLink] = {}
    mentioned: dict[AccountId, None] = {}
    for mention in words.parsed.mentions:
        person = known.get((mention.username.lower(), mention.host or ""))
        if person is not None:
            people[mention.key] = _link(person)
            mentioned[person.id] = None
    html = render.html(words.parsed, people, here.tag_url)
    tags = tuple(Tag(tag.key, tag.name) for tag in words.parsed.hashtags)
    _check_usable(db, tags)
    return Composed(_fallback(words, quoted) + html, tuple(mentioned), tags)


def _check_usable(db: Reader, tags: Sequence[Tag]) -> None:
    """Raises `TagNotUsable`."""
    if tags and (refused := trend_reviews.unusable(db, [tag.name for tag in tags])):
        raise TagNotUsable(refused)


def _link(person: Mentionable) -> MentionLink:
    return MentionLink(person.url, person.username, person.host or None)


def _fallback(words: Words, quoted: tuple[str, str] | None) -> str:
    if quoted is None or any(link.url in quoted for link in words.parsed.links):
        return ""
    url = quoted[1]
    link = render.line(render.parse(url), {}, str)
    return f'<p class="quote-inline">RE: {link}</p>'
