"""The pages of what is talked about, and what stands on them. `why` says of each thing why it is shown."""

from dataclasses import dataclass
from typing import ClassVar

from martlet.web.cards import Face, LinkCard
from martlet.web.member_pages import Place
from martlet.web.wording import Sentence


@dataclass(frozen=True, slots=True)
class TopTag:
    name: str
    address: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class TopLink:
    """`address` is where the posts about it are."""

    card: LinkCard
    address: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class TopPost:
    """`html` is the post, rendered."""

    html: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class Talk:
    tags: tuple[TopTag, ...] = ()
    links: tuple[TopLink, ...] = ()
    posts: tuple[TopPost, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody one might follow. `id` is for the form."""

    id: str
    who: Face
    why: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that is talked about, in short."""

    title: str
    address: str
    why: Sentence


@dataclass(frozen=True, slots=True)
class Rule:
    """How many people have to speak for something within so many hours; `is_on`: whether anything is put forward at all."""

    people: int
    hours: int
    is_on: bool = True


@dataclass(frozen=True, slots=True)
class ExplorePage:
    """`/explore`, for members."""

    template: ClassVar[str] = "explore.html"
    place: ClassVar[Place] = "search"
    talk: Talk
    people: tuple[Suggestion, ...]
    rule: Rule


@dataclass(frozen=True, slots=True)
class DiscoverPage:
    """`/explore`, for visitors."""

    template: ClassVar[str] = "discover.html"
    talk: Talk
    people: tuple[Suggestion, ...]
    rule: Rule
