"""An outbox put in the order of time, a line for each post: so that each finds the one it answers already there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from martlet.archives.errors import ArchiveTooLarge
from martlet.archives.items import items

MOST = 300_000
"""Posts and boosts of one outbox."""
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
