"""What goes out."""

from pathlib import Path
from urllib.parse import quote

import msgspec
from msgspec import Struct

from martlet.http.streams import Stream

Header = tuple[bytes, bytes]

JSON = (b"content-type", b"application/json; charset=utf-8")
HTML = (b"content-type", b"text/html; charset=utf-8")
TEXT = (b"content-type", b"text/plain; charset=utf-8")
NOSNIFF = (b"x-content-type-options", b"nosniff")
PRIVATE = (b"cache-control", b"private, no-store")


class FilePart(Struct, frozen=True):
    """A stretch of a file, sent piece by piece."""

    path: Path
    start: int
    length: int


class Answer(Struct):
    """One HTTP answer; `file` or `stream` take the place of `body` where they are given."""

    body: bytes = b""
    status: int = 200
    headers: list[Header] = []
    file: FilePart | None = None
    stream: Stream | None = None
    """What goes on after the headers, for as long as both sides want; with the status 101 in another protocol."""


def json_answer(value: object, status: int = 200, headers: tuple[Header, ...] = ()) -> Answer:
    """Anything msgspec can write, as JSON."""
    return Answer(msgspec.json.encode(value), status, [JSON, NOSNIFF, *headers])


_AS_IT_IS = "".join(map(chr, range(0x21, 0x7F)))


def redirect(location: str, status: int = 303) -> Answer:
    """Go there next; letters of other scripts are spelled out. Refuses control characters, so that nothing can add a header."""
    if any(ord(character) < 0x21 or ord(character) == 0x7F for character in location):  # noqa: PLR2004 - ASCII controls
        raise ValueError(location)
    return Answer(b"", status, [(b"location", quote(location, safe=_AS_IT_IS).encode("ascii")), PRIVATE])
