"""
What the people of the town are and write, read from text files.

`people.txt` has a line for each of them. A scene of the other files is a post
and what follows from it; scenes are parted by an empty line:

    ines de 13 06:12                    who, language, days ago, time of day
    What she wrote, one line or several.
    [picture roofs day | What can be seen]
    [poll 72 | This | That]             hours, and the choices
    [warning …]  [for followers]  [for mentioned]  [pin]  [card]
    [album A day out]                   whose pictures go into an album of that name
    [name first] … [quote first]        elsewhere, to quote it
    [edit 25] What it says 25 minutes later
    > jona de 11                        an answer, minutes after what it answers
    > another line would go on here
    >> ines de 6                        an answer to the answer
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources

from martlet.model.visibility import Visibility

FILES = ("german.txt", "english.txt", "chinese.txt")
_HEAD = re.compile(r"(>*) ?(\w+) (de|en|zh|ar) (\d+)(?: (\d\d):(\d\d))?")
_DIRECTION = re.compile(r"\[(\w+) ?([^\]]*)\](.*)")


class ScriptWrong(Exception):
    """The town's files cannot be understood; the message says where."""


@dataclass(frozen=True, slots=True)
class Person:
    handle: str
    name: str
    languages: tuple[str, ...]
    face: str
    note: str
    fields: tuple[tuple[str, str], ...]
    is_locked: bool


@dataclass(slots=True)
class Line:
    """A post: somebody's words, and what is said about how they are posted."""

    author: str
    language: str
    minutes: int
    """After the post it answers; of a scene's first post, the minute of its day."""
    days_ago: int = 0
    answers: "Line | None" = None
    text: str = ""
    pictures: list[tuple[str, str]] = field(default_factory=list)
    """What to draw, and what can be seen."""
    poll: tuple[int, tuple[str, ...]] | None = None
    warning: str = ""
    visibility: Visibility = Visibility.PUBLIC
    is_pinned: bool = False
    has_card: bool = False
    name: str = ""
    quotes: str = ""
    album: str = ""
    edit: tuple[int, str] | None = None


def people() -> list[Person]:
    return [
        _person(line)
        for line in _read("people.txt").splitlines()
        if line.strip() and not line.startswith("#")
    ]


def scenes() -> list[Line]:
    """All posts, each after the one it answers."""
    return [line for name in FILES for scene in _read(name).split("\n\n") for line in _scene(scene, name)]


def _read(name: str) -> str:
    return resources.files("martlet.demo").joinpath(name).read_text("utf-8").strip()


def _person(line: str) -> Person:
    handle, name, languages, face, note, *fields = (part.strip() for part in line.split("|"))
    pairs = [pair.partition("=") for part in fields for pair in part.split(";")]
    return Person(
        handle.removeprefix("!"),
        name,
        tuple(languages.split()),
        face,
        note,
        tuple((left.strip(), right.strip()) for left, _, right in pairs),
        handle.startswith("!"),
    )


def _scene(scene: str, file: str) -> Iterator[Line]:
    parents: list[Line] = []
    current: Line | None = None
    for row in scene.splitlines():
        head = _HEAD.fullmatch(row)
        if head is not None:
            if current is not None:
                yield current
            depth = len(head[1])
            if depth > len(parents):
                raise ScriptWrong(f"{file}: {row!r} answers nothing")
            current = _line(head, parents[depth - 1] if depth else None)
            parents[depth:] = [current]
        elif current is None:
            raise ScriptWrong(f"{file}: {row!r} is said by nobody")
        else:
            _take(current, row, file)
    if current is not None:
        yield current


def _line(head: re.Match[str], answers: Line | None) -> Line:
    if answers is not None:
        return Line(head[2], head[3], int(head[4]), answers=answers)
    return Line(head[2], head[3], int(head[5]) * 60 + int(head[6]), days_ago=int(head[4]))


def _take(line: Line, row: str, file: str) -> None:
    """Words, or a direction in brackets."""
    direction = _DIRECTION.fullmatch(row)
    if direction is None:
        line.text = f"{line.text}\n\n{row}" if line.text else row
        return
    what, how, rest = direction[1], direction[2], direction[3].strip()
    parts = [part.strip() for part in how.split("|")]
    if what == "picture":
        line.pictures.append((parts[0], parts[1]))
    elif what == "poll":
        line.poll = (int(parts[0]), tuple(parts[1:]))
    elif what == "edit":
        line.edit = (int(how), rest)
    elif what in _SIMPLE:
        _SIMPLE[what](line, how)
    else:
        raise ScriptWrong(f"{file}: nobody knows what {row!r} means")


def _for(line: Line, how: str) -> None:
    line.visibility = Visibility.MENTIONED if how == "mentioned" else Visibility.FOLLOWERS


_SIMPLE: dict[str, Callable[[Line, str], None]] = {
    "warning": lambda line, how: setattr(line, "warning", how),
    "name": lambda line, how: setattr(line, "name", how),
    "album": lambda line, how: setattr(line, "album", how),
    "quote": lambda line, how: setattr(line, "quotes", how),
    "pin": lambda line, _: setattr(line, "is_pinned", True),
    "card": lambda line, _: setattr(line, "has_card", True),
    "for": _for,
}
