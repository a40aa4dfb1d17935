"""
What pages of the desk are made of: one class of page, and the few blocks that it is put together from.

`id` of a field makes it unique on a page with several forms; problems name it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from martlet.web.cards import Face, PostCard
from martlet.web.wording import Problem, Sentence

Value = Sentence | str | datetime
"""Said in the reader's language; as it is; as a moment."""
Weight = Literal["", "go", "stop", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence that stands out."""

    which: ClassVar[str] = "say"
    text: Value
    kind: Weight = ""
    """How heavy it is."""


@dataclass(frozen=True, slots=True)
class Says:
    """Several of them together: what it means to do something."""

    which: ClassVar[str] = "says"
    items: tuple[Value, ...]
    kind: Weight = "note"


@dataclass(frozen=True, slots=True)
class Fact:
    label: Value
    value: Value
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    which: ClassVar[str] = "facts"
    items: tuple[Fact, ...]
    heading: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A way to do something: a link to the page that asks for it, or where `hidden` is given a button that does it."""

    label: Sentence
    address: str
    kind: Weight = ""
    hidden: tuple[tuple[str, str], ...] | None = None
    about: str = ""
    """What it is done to, for those who hear only the button."""


@dataclass(frozen=True, slots=True)
class Buttons:
    which: ClassVar[str] = "buttons"
    items: tuple[Press, ...]
    heading: Sentence | None = None
    lede: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    text: Value
    kind: Literal["", "off", "note", "bad"] = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list. `quote` is what somebody wrote, as plain text."""

    title: Value
    address: str | None = None
    said: tuple[Value, ...] = ()
    tags: tuple[Tag, ...] = ()
    face: Face | None = None
    drawing: str = ""
    picture: str | None = None
    quote: str = ""
    presses: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    which: ClassVar[str] = "rows"
    items: tuple[Row, ...]
    empty: Sentence
    heading: Sentence | None = None
    lede: Sentence | None = None
    newer: str | None = None
    older: str | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """What somebody wrote, as plain text."""

    which: ClassVar[str] = "words"
    text: str
    heading: Sentence | None = None


@dataclass(frozen=True, slots=True)
class Posts:
    which: ClassVar[str] = "posts"
    items: tuple[PostCard, ...]
    heading: Sentence
    empty: Sentence


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: Value


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    label: Value
    kind: Literal["line", "number", "date", "moment", "email", "color", "area", "choice", "tick", "file"] = (
        "line"
    )
    value: str = ""
    """Of a tick: something where it is set."""
    help: Value | None = None
    options: tuple[Option, ...] = ()
    limit: int = 0
    is_required: bool = False
    id: str = ""

    @property
    def key(self) -> str:
        return self.id or self.name


@dataclass(frozen=True, slots=True)
class Form:
    """`is_question`: it asks for a page and changes nothing."""

    which: ClassVar[str] = "form"
    address: str
    submit: Sentence
    fields: tuple[Field, ...] = ()
    heading: Sentence | None = None
    lede: tuple[Sentence, ...] = ()
    kind: Weight = "go"
    hidden: tuple[tuple[str, str], ...] = ()
    is_question: bool = False
    takes_files: bool = False
    back: str | None = None
    """Where whoever changes their mind goes."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day in a picture: how high it is, of a hundred."""

    place: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A measure over some days. `told` says in words what the picture shows."""

    which: ClassVar[str] = "chart"
    heading: Sentence
    total: str
    told: Sentence
    bars: tuple[Bar, ...]
    first: datetime
    last: datetime
    advice: Sentence | None = None


Block = Say | Says | Facts | Buttons | Rows | Words | Posts | Form | Chart


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the desk's menu."""

    title: Sentence
    address: str
    drawing: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several views of the same list."""

    title: Value
    address: str
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class DeskPage:
    """`back`: the page above this one, with its name."""

    template: ClassVar[str] = "desk/page.html"
    title: Value
    blocks: tuple[Block, ...]
    menu: tuple[Place, ...] = ()
    back: tuple[Sentence, str] | None = None
    who: Face | None = None
    choices: tuple[Choice, ...] = ()
    problems: tuple[Problem, ...] = ()
    is_home: bool = False
