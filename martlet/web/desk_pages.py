"""
What pages of the desk are made of: one class of page, and the few blocks that it is put together from.

`id` of a field makes it unique on a page with several forms; problems name it.
"""

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import Struct

from martlet.web.cards import Face, PostCard
from martlet.web.wording import Problem, Sentence

Value = Sentence | str | datetime
"""Said in the reader's language; as it is; as a moment."""
Weight = Literal["", "go", "stop", "note", "bad"]


class Say(Struct, frozen=True):
    """A sentence that stands out."""

    which: ClassVar[str] = "say"
    text: Value
    kind: Weight = ""
    """How heavy it is."""


class Says(Struct, frozen=True):
    """Several of them together: what it means to do something."""

    which: ClassVar[str] = "says"
    items: tuple[Value, ...]
    kind: Weight = "note"


class Fact(Struct, frozen=True):
    label: Value
    value: Value
    address: str | None = None


class Facts(Struct, frozen=True):
    which: ClassVar[str] = "facts"
    items: tuple[Fact, ...]
    heading: Sentence | None = None


class Press(Struct, frozen=True):
    """A way to do something: a link to the page that asks for it, or where `hidden` is given a button that does it."""

    label: Sentence
    address: str
    kind: Weight = ""
    hidden: tuple[tuple[str, str], ...] | None = None
    about: str = ""
    """What it is done to, for those who hear only the button."""


class Buttons(Struct, frozen=True):
    which: ClassVar[str] = "buttons"
    items: tuple[Press, ...]
    heading: Sentence | None = None
    lede: Sentence | None = None


class Tag(Struct, frozen=True):
    text: Value
    kind: Literal["", "off", "note", "bad"] = ""


class Row(Struct, frozen=True):
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


class Rows(Struct, frozen=True):
    which: ClassVar[str] = "rows"
    items: tuple[Row, ...]
    empty: Sentence
    heading: Sentence | None = None
    lede: Sentence | None = None
    newer: str | None = None
    older: str | None = None


class Words(Struct, frozen=True):
    """What somebody wrote, as plain text."""

    which: ClassVar[str] = "words"
    text: str
    heading: Sentence | None = None


class Posts(Struct, frozen=True):
    which: ClassVar[str] = "posts"
    items: tuple[PostCard, ...]
    heading: Sentence
    empty: Sentence


class Option(Struct, frozen=True):
    value: str
    label: Value


class Field(Struct, frozen=True):
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


class Form(Struct, frozen=True):
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


class Bar(Struct, frozen=True):
    """One day in a picture: how high it is, of a hundred."""

    place: int
    height: int


class Chart(Struct, frozen=True):
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


class Place(Struct, frozen=True):
    """A line of the desk's menu."""

    title: Sentence
    address: str
    drawing: str
    is_current: bool = False


class Choice(Struct, frozen=True):
    """One of several views of the same list."""

    title: Value
    address: str
    is_current: bool = False


class DeskPage(Struct, frozen=True):
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
