"""An outbox put in the order of time, a line for each post: so that each finds the one it answers already there."""

import contextlib
import json
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from martlet.archives.errors import ArchiveRefused, ArchiveTooLarge
from martlet.archives.items import items
from martlet.model.names import is_uri

MOST = 300_000
"""Posts and boosts of one outbox."""
MARKS, MOST_MARKS = "marks.jsonl", 20_000
_PUBLISHED = re.compile(rb'"published"\s*:\s*"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)')
_BREAKS = re.compile(rb"[\r\n]+")


def sort(outbox: Path, target: Path) -> int:
    """
    Write the outbox's items to `target`, the oldest first; how many there are. Raises `ArchiveRefused`.

    Line breaks between the parts of an item go; inside a string none can stand.
    """
    places: list[tuple[bytes, int, int]] = []
    raw = target.with_suffix(".raw")
    with outbox.open("rb") as file, raw.open("wb") as lines:
        for item in items(file):
            if not item.startswith(b"{"):
                continue
            if len(places) >= MOST:
                raise ArchiveTooLarge("posts")
            line = _BREAKS.sub(b" ", item)
            found = _PUBLISHED.search(line)
            places.append((found[1] if found else b"", lines.tell(), len(line)))
            lines.write(line)
    places.sort()
    with raw.open("rb") as lines, target.open("wb") as file:
        for _, at, length in places:
            lines.seek(at)
            file.write(lines.read(length) + b"\n")
    raw.unlink()
    return len(places)


def gather_marks(folder: Path) -> int:
    """
    Write down what posts the archive's owner liked and saved, a line for each; returns how many.

    At most `MOST_MARKS` of each kind, and nothing of a list that cannot be read.
    """
    count = 0
    with (folder / MARKS).open("wb") as lines:
        for kind, name in (("like", "likes.json"), ("bookmark", "bookmarks.json")):
            with contextlib.suppress(OSError, ArchiveRefused), (folder / name).open("rb") as file:
                for uri in islice(filter(None, map(_uri_in, items(file))), MOST_MARKS):
                    lines.write(json.dumps([kind, uri]).encode() + b"\n")
                    count += 1
    return count


def _uri_in(item: bytes) -> str | None:
    """The post that an item of such a list names: by its uri, or as an object."""
    try:
        found = json.loads(item)
    except (ValueError, RecursionError):
        return None
    named = found.get("id") if isinstance(found, dict) else found
    return named if isinstance(named, str) and is_uri(named) else None


def some_marks(file: Path, position: int, limit: int) -> list[tuple[str, str, int]]:
    """Some of them from a place on: kind, uri, and the place behind it."""
    if not file.is_file():
        return []
    return [(*json.loads(line), behind) for line, behind in islice(lines_from(file, position), limit)]


def lines_from(file: Path, position: int) -> Iterator[tuple[bytes, int]]:
    """Lines from a place on, each with the place behind it."""
    with file.open("rb") as opened:
        opened.seek(position)
        while line := opened.readline():
            yield line, opened.tell()


def actor_of(file: Path) -> dict[str, object]:
    """What the archive says of its owner; nothing where that cannot be read."""
    return document_of(file, most=1 << 20)


def document_of(file: Path, most: int) -> dict[str, object]:
    """A document of the archive; nothing where it cannot be read, or has more than `most` bytes."""
    try:
        found = json.loads(file.read_bytes()) if file.stat().st_size < most else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
