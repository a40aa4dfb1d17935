"""The pages of what is talked about, and what stands on them. `why` says of each thing why it is shown."""

from typing import ClassVar

from msgspec import Struct

from martlet.web.cards import Face, LinkCard
from martlet.web.member_pages import Place
from martlet.web.wording import Sentence


class TopTag(Struct, frozen=True):
    name: str
    address: str
    why: Sentence


class TopLink(Struct, frozen=True):
    """`address` is where the posts about it are."""

    card: LinkCard
    address: str
    why: Sentence


class TopPost(Struct, frozen=True):
    """`html` is the post, rendered."""

    html: str
    why: Sentence


class Talk(Struct, frozen=True):
    tags: tuple[TopTag, ...] = ()
    links: tuple[TopLink, ...] = ()
    posts: tuple[TopPost, ...] = ()


class Suggestion(Struct, frozen=True):
    """Somebody one might follow. `id` is for the form."""

    id: str
    who: Face
    why: tuple[Sentence, ...]


class Subject(Struct, frozen=True):
    """Something that is talked about, in short."""

    title: str
    address: str
    why: Sentence


class Rule(Struct, frozen=True):
    """How many people have to speak for something within so many hours; `is_on`: whether anything is put forward at all."""

    people: int
    hours: int
    is_on: bool = True


class ExplorePage(Struct, frozen=True):
    """`/explore`, for members."""

    template: ClassVar[str] = "explore.html"
    place: ClassVar[Place] = "search"
    talk: Talk
    people: tuple[Suggestion, ...]
    rule: Rule


class DiscoverPage(Struct, frozen=True):
    """`/explore`, for visitors."""

    template: ClassVar[str] = "discover.html"
    talk: Talk
    people: tuple[Suggestion, ...]
    rule: Rule
