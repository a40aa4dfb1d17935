"""The pages that everybody may read, as `pages` has the others."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.services.threads import Wholeness
from martlet.web.cards import Branch, Face, LinkCard, PostCard, Profile
from martlet.web.member_pages import Tab
from martlet.web.wording import Problem, Sentence

Theme = Literal["light", "dark", ""]
"""Empty: as the reader's system has it."""


class ProfilePage(Struct, frozen=True):
    """`/@username`. `newer` and `older` are addresses of the neighbouring pages."""

    template: ClassVar[str] = "profile.html"
    profile: Profile
    which: Literal["posts", "replies", "media", "tag"]
    tabs: tuple[Tab, ...]
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None
    tag: str = ""
    """The hashtag to which the posts are narrowed, without its #."""


class KnownPeoplePage(Struct, frozen=True):
    """`/@username/followers`, `/@username/following`, for visitors."""

    template: ClassVar[str] = "known_people.html"
    who: Face
    which: Literal["followers", "following"]
    people: tuple[Face, ...]
    is_hidden: bool = False
    """Its owner keeps the list to themselves."""
    older: str | None = None


class PostPage(Struct, frozen=True):
    """
    `/@username/id`, with what it answers above (nearest last) and its public answers below.

    Answers come as those of `ThreadPage` do; below `start`, where it is given, all of them. `is_cut`: there are more
    than are looked at. `wholeness`: of the whole thread, where other servers have answers too.
    """

    template: ClassVar[str] = "post.html"
    post: PostCard
    ancestors: Sequence[str] = ()
    branches: tuple[Branch, ...] = ()
    flat: tuple[str, ...] = ()
    count: int = 0
    rest: int = 0
    more: str | None = None
    sort: Literal["tree", "time"] = "tree"
    start: str = ""
    is_cut: bool = False
    asked_at: datetime | None = None
    is_elsewhere: bool = False
    is_indexable: bool = True
    wholeness: Wholeness | None = None


class EmbedPage(Struct, frozen=True):
    """`/@username/id/embed`: a post in a frame of another site's page."""

    template: ClassVar[str] = "embed.html"
    post: PostCard
    answer: str
    """Where whoever reads it answers it."""
    theme: Theme = ""


class CommentsPage(Struct, frozen=True):
    """
    `/comments?post=` or `?url=`: what is said about a page, in a frame of it.

    `is_thread`: the posts are the answers to one that the page names, `whole` is where that is.
    """

    template: ClassVar[str] = "comments.html"
    posts: Sequence[str]
    answer: str
    is_thread: bool = False
    whole: str | None = None
    newer: str | None = None
    older: str | None = None
    theme: Theme = ""
    problem: Sentence | None = None


class AnswerFromPage(Struct, frozen=True):
    """
    `/comments/answer?post=`, `?url=` or `?person=`: how to answer or follow, here or from one's own server. Field: server.

    `here` is where it goes on with an account here, `there` where on the server that was typed, `host` its name.
    """

    template: ClassVar[str] = "answer_from.html"
    here: str
    post: str | None = None
    id: str = ""
    address: str = ""
    url: str = ""
    server: str = ""
    there: str | None = None
    host: str = ""
    problems: tuple[Problem, ...] = ()
    person: Face | None = None


class TagPage(Struct, frozen=True):
    """`/tags/name`: public posts with a hashtag, written as it was asked for."""

    template: ClassVar[str] = "tag.html"
    name: str
    address: str
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None


class LinkPage(Struct, frozen=True):
    """`/links?url=`: public posts with a link to one page."""

    template: ClassVar[str] = "link.html"
    card: LinkCard
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None


class PackPage(Struct, frozen=True):
    """`/packs/id`: accounts that somebody recommends."""

    template: ClassVar[str] = "pack.html"
    address: str
    name: str
    owner: Face
    people: tuple[Face, ...]
    description: str = ""
    language: str | None = None
    tag: str = ""
    report: str = ""
    """Where it is reported, for those who may do so."""
    is_indexable: bool = False
