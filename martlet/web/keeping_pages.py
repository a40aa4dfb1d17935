"""The pages of what members keep for themselves: filters, hashtags, lists, circles, folders of what they saved."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Face, PostCard
from martlet.web.member_pages import Place
from martlet.web.wording import Problem


class FilterRow(Struct, frozen=True):
    """`words` are the first few; `more` counts the others, and single posts."""

    id: str
    title: str
    action: str
    words: tuple[str, ...]
    more: int
    until: datetime | None = None
    is_over: bool = False


class FiltersPage(Struct, frozen=True):
    """`/settings/filters`."""

    template: ClassVar[str] = "settings/filters.html"
    filters: tuple[FilterRow, ...]


class WordRow(Struct, frozen=True):
    """One of a filter's words; `name` is that of its fields: w-id of one that is there, n-1 … of new ones."""

    name: str
    text: str
    is_whole: bool
    is_new: bool = False


class FilterPage(Struct, frozen=True):
    """
    `/settings/filters/new`, `/settings/filters/{id}`.

    Fields: title, action, each context by its name, seconds (empty: for good; "keep": as it is), of each word its name,
    whole-… and drop-….
    """

    template: ClassVar[str] = "settings/filter.html"
    id: str | None
    title: str = ""
    action: str = "warn"
    contexts: tuple[str, ...] = ("home", "notifications", "public", "thread", "account")
    words: tuple[WordRow, ...] = ()
    seconds: str = ""
    until: datetime | None = None
    posts: tuple[tuple[str, PostCard], ...] = ()
    """Single posts, each with the id by which it is taken out."""
    problems: tuple[Problem, ...] = ()


class FilterPostPage(Struct, frozen=True):
    """`/settings/filters/posts/{post}`. Field: filter."""

    template: ClassVar[str] = "settings/filter_post.html"
    post: PostCard
    filters: tuple[tuple[str, str, str], ...]
    """Id, title and nothing, as radio buttons have them."""
    problems: tuple[Problem, ...] = ()


class FeaturedRow(Struct, frozen=True):
    id: str
    name: str
    posts: int


class HashtagsPage(Struct, frozen=True):
    """`/settings/hashtags`. Fields of two forms: follow; feature. Problems' fields are the same."""

    template: ClassVar[str] = "settings/hashtags.html"
    followed: tuple[str, ...]
    featured: tuple[FeaturedRow, ...]
    suggested: tuple[str, ...]
    newer: str | None = None
    older: str | None = None
    follow: str = ""
    feature: str = ""
    problems: tuple[Problem, ...] = ()


Kind = Literal["lists", "circles"]


class GroupRow(Struct, frozen=True):
    id: str
    title: str


class GroupsPage(Struct, frozen=True):
    """`/settings/lists`, `/settings/circles`. Field: title, of a new one."""

    template: ClassVar[str] = "settings/groups.html"
    kind: Kind
    groups: tuple[GroupRow, ...]
    title: str = ""
    problems: tuple[Problem, ...] = ()


class Member(Struct, frozen=True):
    id: str
    face: Face


class GroupPage(Struct, frozen=True):
    """
    `/settings/lists/{id}`, `/settings/circles/{id}`.

    Fields of one form: title, replies, exclusive; of another, which is only asked: q. Buttons: add, remove.
    """

    template: ClassVar[str] = "settings/group.html"
    kind: Kind
    id: str
    title: str
    members: tuple[Member, ...]
    replies: str = ""
    is_exclusive: bool = False
    asked: str = ""
    found: tuple[Member, ...] = ()
    newer: str | None = None
    older: str | None = None
    problems: tuple[Problem, ...] = ()


class FolderRow(Struct, frozen=True):
    id: str
    name: str
    emoji: str


class FoldersPage(Struct, frozen=True):
    """`/saved/folders`. Fields: name, emoji."""

    template: ClassVar[str] = "folders.html"
    place: ClassVar[Place] = "you"
    folders: tuple[FolderRow, ...]
    name: str = ""
    emoji: str = ""
    problems: tuple[Problem, ...] = ()


class FolderPage(Struct, frozen=True):
    """`/saved/folders/{id}`: what is in it. Fields: name, emoji."""

    template: ClassVar[str] = "folder.html"
    place: ClassVar[Place] = "you"
    id: str
    name: str
    emoji: str
    typed_name: str
    posts: Sequence[str] = ()
    newer: str | None = None
    older: str | None = None
    problems: tuple[Problem, ...] = ()


class SortPage(Struct, frozen=True):
    """`/saved/sort/{post}`: in which folder a post is kept. Field: folder (empty: in none)."""

    template: ClassVar[str] = "sort.html"
    place: ClassVar[Place] = "you"
    post: PostCard
    folders: tuple[FolderRow, ...]
    chosen: str = ""
