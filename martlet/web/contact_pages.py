"""The pages on which members write to few, decide about those who ask, and keep others away from themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Face, PostCard
from martlet.web.member_pages import Between, Place
from martlet.web.wording import Problem


class ConversationRow(Struct, frozen=True):
    """`last` is None where its last post cannot be shown."""

    id: str
    people: tuple[Face, ...]
    last: PostCard | None
    is_unread: bool


class InboxPage(Struct, frozen=True):
    """`/conversations`: private messages, by their last one."""

    template: ClassVar[str] = "contact/inbox.html"
    place: ClassVar[Place] = "news"
    rows: tuple[ConversationRow, ...]
    newer: str | None = None
    older: str | None = None


class ConversationPage(Struct, frozen=True):
    """`/conversations/{id}`: its last posts, the oldest first. Fields: text, key. `whole`: where all of it can be read."""

    template: ClassVar[str] = "contact/conversation.html"
    place: ClassVar[Place] = "news"
    id: str
    people: tuple[Face, ...]
    posts: Sequence[str]
    key: str
    whole: str | None = None
    text: str = ""
    problems: tuple[Problem, ...] = ()


class WriteToPage(Struct, frozen=True):
    """`/people/{id}/write`. Fields: text, key."""

    template: ClassVar[str] = "contact/write_to.html"
    place: ClassVar[Place] = "news"
    person: Face
    key: str
    text: str = ""
    problems: tuple[Problem, ...] = ()


class LeavePage(Struct, frozen=True):
    """`/conversations/{id}/delete` asks once more."""

    template: ClassVar[str] = "contact/leave.html"
    place: ClassVar[Place] = "news"
    id: str
    people: tuple[Face, ...]


class Asking(Struct, frozen=True):
    id: str
    face: Face


class FollowRequestsPage(Struct, frozen=True):
    """`/requests`: who asks to follow; the buttons go to `/act/person`."""

    template: ClassVar[str] = "contact/follow_requests.html"
    place: ClassVar[Place] = "news"
    people: tuple[Asking, ...]
    newer: str | None = None
    older: str | None = None


class Stranger(Struct, frozen=True):
    """Somebody whose news are kept aside. `counted` up to a hundred; `last` is None where it was no post."""

    id: str
    face: Face
    counted: int
    updated_at: datetime
    last: PostCard | None


class HeldNewsPage(Struct, frozen=True):
    """`/strangers`. Buttons: accept or dismiss, with the request's id or, for all on this page, "all"."""

    template: ClassVar[str] = "contact/held_news.html"
    place: ClassVar[Place] = "news"
    people: tuple[Stranger, ...]
    newer: str | None = None
    older: str | None = None


class OptionsPage(Struct, frozen=True):
    """
    `/people/{id}/options`: what the reader wants of somebody, and a note about them for nobody else.

    Fields: note; of whom they follow also boosts, notify, and each of `languages` by `l-` and its code.
    """

    template: ClassVar[str] = "contact/options.html"
    place: ClassVar[Place] = ""
    id: str
    person: Face
    note: str
    follows: bool
    shows_boosts: bool = True
    notifies: bool = False
    languages: tuple[tuple[str, str], ...] = ()
    chosen: frozenset[str] = frozenset()
    """None of them: posts in all languages."""
    problems: tuple[Problem, ...] = ()


# -- keeping away --------------------------------------------------------


class MutePage(Struct, frozen=True):
    """`/people/{id}/mute`. Fields: seconds (empty: for good), quiet (news from them, too)."""

    template: ClassVar[str] = "contact/mute.html"
    place: ClassVar[Place] = ""
    id: str
    person: Face
    seconds: str = ""
    is_quiet: bool = True


class BlockPage(Struct, frozen=True):
    """`/people/{id}/block`. Field: seconds (empty: for good). `host`: their server, where it is another one."""

    template: ClassVar[str] = "contact/block.html"
    place: ClassVar[Place] = ""
    id: str
    person: Face
    host: str = ""


class Pick(Struct, frozen=True):
    """Something that may be chosen for a report."""

    id: str
    text: str
    is_chosen: bool
    written_at: datetime | None = None


Step = Literal["what", "rules", "posts", "words", "done"]


class ReportPage(Struct, frozen=True):
    """
    `/people/{id}/report`: one step after the other, each of which knows what was said before (`carried`).

    Fields: category; rule_1 …; post_1 …; pack_1 …; text, forward. Only the last step is sent, the others are asked for.
    """

    template: ClassVar[str] = "contact/report.html"
    place: ClassVar[Place] = ""
    id: str
    person: Face
    step: Step
    between: Between
    carried: tuple[tuple[str, str], ...] = ()
    category: str = ""
    picks: tuple[Pick, ...] = ()
    packs: tuple[Pick, ...] = ()
    host: str = ""
    """Their server, where it is another one."""
    text: str = ""
    is_forwarded: bool = False
    back: str = ""
    problems: tuple[Problem, ...] = ()
