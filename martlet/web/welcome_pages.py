"""What somebody new is shown once, right after they came: steps, each of which can be left out."""

from dataclasses import dataclass
from typing import ClassVar

from martlet.web.cards import Face
from martlet.web.wording import Problem, Sentence


@dataclass(frozen=True, slots=True)
class WelcomePage:
    """`/welcome`. Fields: display_name, avatar."""

    template: ClassVar[str] = "welcome/name.html"
    display_name: str
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody to follow, with why they are suggested. `id` is for the form."""

    id: str
    face: Face
    why: Sentence


@dataclass(frozen=True, slots=True)
class WelcomePeoplePage:
    """`/welcome/people`."""

    template: ClassVar[str] = "welcome/people.html"
    people: tuple[Stranger, ...]
    following: int
    """How many they follow already."""
