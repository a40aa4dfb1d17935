"""
The pages of somebody who is signed in and reads and writes here, as `pages` has the others.

`place` is where they stand in the five places at hand. Posts of lists come as HTML that `feeds` has rendered.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.services.threads import Wholeness
from martlet.web import addresses
from martlet.web.cards import (
    AnnouncementCard,
    Audience,
    Branch,
    Chosen,
    Face,
    FeedPost,
    LinkCard,
    PostCard,
    Preview,
    Profile,
)
from martlet.web.wording import Problem, Sentence

Place = Literal["home", "search", "write", "news", "you", ""]


class Tab(Struct, frozen=True):
    title: str
    address: str
    is_current: bool = False


class HomePage(Struct, frozen=True):
    """
    `/home`, `/local`, a list. `is_first`: the newest posts, not further down.

    `read`: those below the place up to which was read; `newest`: the id of the first of all.
    """

    template: ClassVar[str] = "home.html"
    place: ClassVar[Place] = "home"
    is_kept_on_device: ClassVar[bool] = True
    which: Literal["home", "local", "list"]
    posts: Sequence[str]
    read: Sequence[str] = ()
    newer: str | None = None
    older: str | None = None
    lists: tuple[Tab, ...] = ()
    is_first: bool = True
    address: str = "/home"
    newest: str = "0"
    live: str = "/live"
    announced: Sequence[AnnouncementCard] = ()
    settled_at: str | None = None
    """Of a list: where it is said who is in it."""


class SavedPage(Struct, frozen=True):
    """`/saved`: what was saved, the last first."""

    template: ClassVar[str] = "saved.html"
    place: ClassVar[Place] = "you"
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None


class Participant(Struct, frozen=True):
    """Somebody in a conversation, with how many posts of theirs are there for the reader."""

    who: Face
    posts: int


class ThreadPage(Struct, frozen=True):
    """
    A post with what stands above and below it. Field of its form: text.

    `first` stands apart where `between` posts above are left out, to which `above_at` leads. Answers come as
    `branches` or, by time, as `flat`; `rest` more of them are at `more`. `count`: those that are here at all.
    """

    template: ClassVar[str] = "thread.html"
    place: ClassVar[Place] = ""
    is_kept_on_device: ClassVar[bool] = True
    item: FeedPost
    above: tuple[str, ...]
    branches: tuple[Branch, ...]
    wholeness: Wholeness | None
    key: str
    text: str = ""
    audience: Audience = "public"
    account: str = ""
    """Whose drafts the browser keeps."""
    limit: int = 0
    """Characters of an answer."""
    problems: tuple[Problem, ...] = ()
    first: str = ""
    between: int = 0
    above_at: str = ""
    flat: tuple[str, ...] = ()
    count: int = 0
    rest: int = 0
    more: str | None = None
    sort: Literal["tree", "time"] = "tree"
    asked_at: datetime | None = None
    is_elsewhere: bool = False
    """Posts from other servers stand in the conversation, so that there may be more of it there."""
    people: tuple[Participant, ...] = ()
    """Who takes part, and how many `others`."""
    others: int = 0
    newest: str = "0"
    """The newest post on the page, of those in the conversation."""

    @property
    def live(self) -> str:
        """Where the open page hears of new answers."""
        return addresses.with_query(addresses.LIVE, {"thread": self.item.post.id, "since": self.newest})


class AnswerBox(Struct, frozen=True):
    """What unfolds under a post, for script to put there: the same as the box of a `ThreadPage`."""

    item: FeedPost
    key: str
    text: str
    audience: Audience
    account: str
    limit: int
    problems: tuple[Problem, ...] = ()


class Between(Struct, frozen=True):
    """What is between the reader and somebody else."""

    is_self: bool = False
    follows: bool = False
    has_asked: bool = False
    is_followed_by: bool = False
    is_muting: bool = False
    is_blocking: bool = False
    is_blocked_by: bool = False
    note: str = ""
    """What the reader wrote down about them, for nobody else."""
    is_endorsing: bool = False
    """They stand on the reader's profile."""


class PersonPage(Struct, frozen=True):
    """`/@name`, here or elsewhere. `id` is for the forms."""

    template: ClassVar[str] = "person.html"
    id: str
    profile: Profile
    between: Between
    which: Literal["posts", "replies", "media"]
    tabs: tuple[Tab, ...]
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None
    elsewhere: str | None = None
    """The profile on its own server, for people who are not of here."""

    @property
    def place(self) -> Place:
        return "you" if self.between.is_self else ""


class EmojiChoice(Struct, frozen=True):
    """An emoji that people chose for a post, and whether the reader did; `key` names it in the form."""

    chosen: Chosen
    key: str
    is_own: bool


class MorePage(Struct, frozen=True):
    """All that may be done with a post and does not stand under it."""

    template: ClassVar[str] = "more.html"
    place: ClassVar[Place] = ""
    item: FeedPost
    author_id: str
    is_pinned: bool
    is_muted: bool
    between: Between
    has_code: bool = False
    """It can be shown with its answers on other sites by its author."""
    comment: Literal["none", "shown", "hidden"] = "none"
    """Whether it answers something of the reader's, and so is shown or hidden where that is shown."""
    came_at: datetime | None = None
    """When it came in a file, if it did."""
    trust: Sentence | None = None
    """How certain it is then whose it is."""
    has_rival: bool = False
    """Its author has signed another version of the same moment."""
    emoji: tuple[EmojiChoice, ...] = ()
    quotes: int = 0
    """How many posts quote it, told its author."""
    is_quoting_own: bool = False
    """It quotes a post of the reader's."""
    link: str = ""
    """Where everybody may read it."""


class CommentsCodePage(Struct, frozen=True):
    """`/@name/id/comments`: what to put into a page so that the answers to a post of one's own stand there."""

    template: ClassVar[str] = "comments_code.html"
    place: ClassVar[Place] = ""
    post: PostCard
    script: str
    frame: str


class QuotesPage(Struct, frozen=True):
    """`/@name/id/quotes`: the posts that quote one's own."""

    template: ClassVar[str] = "quotes.html"
    place: ClassVar[Place] = ""
    post: PostCard
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None


class UnquotePage(Struct, frozen=True):
    """Asks once more before one's own post is taken out of somebody's quote."""

    template: ClassVar[str] = "unquote.html"
    place: ClassVar[Place] = ""
    post: PostCard


class DeletePostPage(Struct, frozen=True):
    """Asks once more."""

    template: ClassVar[str] = "delete_post.html"
    place: ClassVar[Place] = ""
    post: PostCard


class FoundTag(Struct, frozen=True):
    name: str
    address: str
    people: int


class SearchPage(Struct, frozen=True):
    """`/search?q=`. `asked` is empty before anything was asked."""

    template: ClassVar[str] = "search.html"
    place: ClassVar[Place] = "search"
    asked: str
    people: tuple[Face, ...] = ()
    tags: tuple[FoundTag, ...] = ()
    posts: Sequence[str] = ()
    is_far: bool = False
    """Other servers were asked as well."""


class TopicPage(Struct, frozen=True):
    """`/tags/name`, `/links?url=`: posts about something; one of `tag` and `link` is given."""

    template: ClassVar[str] = "topic.html"
    place: ClassVar[Place] = "search"
    posts: Sequence[str]
    newer: str | None = None
    older: str | None = None
    tag: str = ""
    is_followed: bool = False
    link: LinkCard | None = None
    address: str = ""
    newest: str = "0"
    live: str = "/live"
    """On the first page more than that, see `web.live`."""


class NewsItem(Struct, frozen=True):
    """One thing that happened, in words; `post` is what it is about, in short."""

    id: str
    drawing: str
    sentence: Sentence
    who: Face
    post: Preview | None = None
    others: tuple[Face, ...] = ()
    asks: str | None = None
    """The id of somebody who asks to follow."""
    answer: str | None = None
    """The id of an answer that waits for the reader's approval."""
    is_new: bool = False
    filtered: str = ""
    """The name of a filter under which the words of the post are folded."""


class NewsPage(Struct, frozen=True):
    """`/news`: notifications, the newest first."""

    template: ClassVar[str] = "news.html"
    place: ClassVar[Place] = "news"
    is_kept_on_device: ClassVar[bool] = True
    items: tuple[NewsItem, ...]
    older: str | None = None
    only: Literal["", "mentions", "posts", "people"] = ""
    is_first: bool = True
    announced: Sequence[AnnouncementCard] = ()


class PeoplePage(Struct, frozen=True):
    """`/@name/followers`, `/@name/following`."""

    template: ClassVar[str] = "people.html"
    place: ClassVar[Place] = ""
    who: Face
    which: Literal["followers", "following"]
    people: tuple[Face, ...]
    is_hidden: bool = False
    """Its owner keeps the list to themselves."""
    older: str | None = None


ProfilePicture = Literal["avatar", "header"]


class EditProfilePage(Struct, frozen=True):
    """`/settings/profile`. Fields: display_name, note, avatar, avatar_text, header, header_text, name_1 … with value_1 …, bot."""

    template: ClassVar[str] = "settings/profile.html"
    display_name: str
    note: str
    rows: tuple[tuple[str, str], ...]
    is_bot: bool = False
    avatar: str | None = None
    """The picture that is there, None: there is none."""
    header: str | None = None
    avatar_text: str = ""
    header_text: str = ""
    problems: tuple[Problem, ...] = ()
