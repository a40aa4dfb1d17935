"""What somebody new is shown once, right after they came: steps, each of which can be left out."""

from typing import ClassVar

from msgspec import Struct

from martlet.web.cards import Face
from martlet.web.wording import Problem, Sentence


class WelcomePage(Struct, frozen=True):
    """`/welcome`. Fields: display_name, avatar."""

    template: ClassVar[str] = "welcome/name.html"
    display_name: str
    problems: tuple[Problem, ...] = ()


class Stranger(Struct, frozen=True):
    """Somebody to follow, with why they are suggested. `id` is for the form."""

    id: str
    face: Face
    why: Sentence


class WelcomePeoplePage(Struct, frozen=True):
    """`/welcome/people`."""

    template: ClassVar[str] = "welcome/people.html"
    people: tuple[Stranger, ...]
    following: int
    """How many they follow already."""
