"""The pages on which somebody writes, as `member_pages` has the others."""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Audience, Html, Picture, PostCard
from martlet.web.member_pages import Place
from martlet.web.wording import Problem, Sentence

Aim = Audience | Literal["circle"]
"""Whom a post is to be for; "circle": one of the writer's own, "limited": that of what is answered."""


class KeptFile(Struct, frozen=True):
    """A file that is uploaded already, while its post is not sent yet."""

    id: str
    picture: Picture
    is_waiting: bool = False
    """A film or a sound that is still being made ready."""
    failure: str = ""


class Completion(Struct, frozen=True):
    """What a word that was begun may become: what is written then, and how it is shown."""

    text: str
    name: str
    detail: str = ""
    picture: str = ""


class WritePage(Struct, frozen=True):
    """
    `/write`. Fields: text, warning, audience, circle, language, reply, quote, draft, key, files[], said-ID and focus-ID of
    each file that is there, language_1, text_1 and warning_1 …, poll_1 …, days, multiple, hides_totals, answers, may_ask, quoting, ends, here_only, sensitive,
    at, zone, agreed. Its buttons are called `do`: send, later, keep, files, language, up-ID, down-ID, off-ID.

    `key` makes sending twice the same as sending once. `edits`: what is there already is changed.
    """

    template: ClassVar[str] = "write.html"
    place: ClassVar[Place] = "write"
    uses_camera: ClassVar[bool] = True
    key: str
    audience: Aim
    language: str
    languages: tuple[tuple[str, str], ...]
    limit: int
    pictures: int
    """How many files may still be added."""
    account: str = ""
    """Whose drafts the browser keeps."""
    guessed: str = ""
    """The language that the words seem to be in, by its own name."""
    text: str = ""
    warning: str = ""
    circles: tuple[tuple[str, str], ...] = ()
    circle: str = ""
    answered: PostCard | None = None
    quoted: PostCard | None = None
    draft: str = ""
    kept: tuple[KeptFile, ...] = ()
    further: tuple[tuple[str, str, str], ...] = ()
    """Language, text and warning of what is said in further languages."""
    most_further: int = 4
    choices: tuple[str, ...] = ()
    most_choices: int = 8
    poll_days: str = "1"
    is_multiple: bool = False
    hides_totals: bool = False
    answers: str = ""
    """Who may answer: a word of `model.replying`; empty: as usual."""
    may_ask: bool = False
    quoting: str = ""
    ends: str = ""
    """Seconds; empty: as usual."""
    is_here_only: bool = False
    is_sensitive: bool = False
    at: str = ""
    zone: str = "0"
    zones: tuple[tuple[str, str], ...] = ()
    """Hours before or after UTC, in minutes and as people write them."""
    now: datetime | None = None
    agreed: str = ""
    edits: PostCard | None = None
    base: str = ""
    """When that was last edited, as its writer read it: what is another by now is not overwritten."""
    told: Sentence | None = None
    """What happened, where nothing is wrong."""
    problems: tuple[Problem, ...] = ()

    @property
    def is_kept_on_device(self) -> bool:
        """So that somebody can write without a line."""
        return not (self.draft or self.problems or (self.kept and self.edits is None))

    @property
    def drawer(self) -> str:
        """The name under which a browser keeps what is typed here."""
        edited = "" if self.edits is None else self.edits.id
        for kind, id in (
            ("edit", edited),
            ("draft", self.draft),
            ("reply", self._reply),
            ("quote", self._quote),
        ):
            if id:
                return f"{kind}-{id}"
        return "new"

    @property
    def _reply(self) -> str:
        return self.answered.id if self.answered is not None else ""

    @property
    def _quote(self) -> str:
        return self.quoted.id if self.quoted is not None else ""


class UnsentPost(Struct, frozen=True):
    """A draft, or a post that waits for its moment `at`; `failure` says why it did not go out then."""

    id: str
    text: str
    pictures: int
    at: datetime
    failure: str = ""
    moment: str = ""
    """`at` as the field for it takes it, in UTC."""


class UnsentPage(Struct, frozen=True):
    """`/write/unsent`. Fields of the form at each post that waits: id, at, zone; of the last: holds."""

    template: ClassVar[str] = "unsent.html"
    place: ClassVar[Place] = "write"
    drafts: tuple[UnsentPost, ...]
    scheduled: tuple[UnsentPost, ...]
    zones: tuple[tuple[str, str], ...] = ()
    holds: bool = True
    """What is sent waits some seconds, in which it can be taken back."""
    older: str | None = None
    problems: tuple[Problem, ...] = ()


class OutboxPage(Struct, frozen=True):
    """`/outbox`: script fills it with what waits on the device for `account`."""

    template: ClassVar[str] = "outbox.html"
    place: ClassVar[Place] = "write"
    is_kept_on_device: ClassVar[bool] = True
    account: str


class Piece(Struct, frozen=True):
    """A stretch of a text that is in both versions, in the new one alone, or in the old one alone."""

    kind: Literal["same", "new", "gone"]
    text: str


class Version(Struct, frozen=True):
    """What a post was from a moment on; `pieces` is empty where the words cannot be held against the version before."""

    written_at: datetime
    text_html: Html
    pieces: tuple[Piece, ...] = ()
    warning: str = ""
    told: tuple[Sentence, ...] = ()
    """What else was changed."""


class HistoryPage(Struct, frozen=True):
    """`/@name/id/history`: the versions of a post, the present one first."""

    template: ClassVar[str] = "history.html"
    place: ClassVar[Place] = ""
    post: PostCard
    versions: tuple[Version, ...]
    left_out: int = 0
    """Versions between the first and those that are shown."""
