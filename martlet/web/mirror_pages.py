"""The pages of mirrors, as `pages` has the others: copies that anybody may read, and what members ask of other servers."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Html
from martlet.web.wording import Problem, Sentence

FileKind = Literal["picture", "film", "sound"]


class CopiedFile(Struct, frozen=True):
    """A file of a post that is kept here. `source`: its address here."""

    source: str
    kind: FileKind
    description: str
    width: int = 0
    height: int = 0


class CopiedPost(Struct, frozen=True):
    """A post of somebody who is mirrored. `address`: its page here; `original`: at its own server."""

    address: str
    original: str
    text_html: Html
    language: str
    warning: str
    written_at: datetime | None
    files: tuple[CopiedFile, ...] = ()
    absent: int = 0
    """Files of it that are not here."""


class CopiesPage(Struct, frozen=True):
    """`/@ada@sea.example` for visitors of a mirror, and the page of one post. Nothing is to be typed."""

    template: ClassVar[str] = "mirrors/copies.html"
    name: str
    handle: str
    address: str
    """Of the whole profile here."""
    original: str
    note_html: Html
    trust: Sentence
    heard: Sentence
    """When their server was last heard of."""
    posts: tuple[CopiedPost, ...]
    missing: int = 0
    """Posts that are not here, by the author's own count."""
    is_one: bool = False
    older: str | None = None


class MirrorCard(Struct, frozen=True):
    """A server that somebody has asked to be their mirror."""

    id: str
    host: str
    base: str
    state: Sentence
    is_live: bool
    """Whether there is something to be ended."""
    is_good: bool
    asked_at: datetime
    until: datetime
    may_push: bool = False
    heard: Sentence | None = None
    kept: Sentence | None = None
    """How far it is."""


class MirrorsPage(Struct, frozen=True):
    """`/settings/mirrors`. Fields: server, push; what is ended goes to `/settings/mirrors/id/end`."""

    template: ClassVar[str] = "settings/mirrors.html"
    cards: tuple[MirrorCard, ...]
    most: int
    server: str = ""
    may_push: bool = False
    problems: tuple[Problem, ...] = ()
