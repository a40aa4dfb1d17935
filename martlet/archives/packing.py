"""
Packing an archive as Mastodon does: a zip of documents, and the files that they name beside them.

    actor.json, outbox.json, likes.json, bookmarks.json, albums.json
    avatar.*, header.*
    media_attachments/files/…

What goes in is written piece by piece, and what is packed already (pictures,
films) is not packed again. One that was interrupted is gone on with, or begun
anew where its end is missing.
"""

import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

MEDIA = "media_attachments/files/"
_CHUNK = 1 << 20
_OUTBOX = {
    "@context": "https://www.w3.org/ns/activitystreams",
    "id": "outbox.json",
    "type": "OrderedCollection",
}


def append(items: Path, size: int, lines: Iterable[bytes]) -> int:
    """
    Put lines behind the first `size` bytes of a file, in place of what may stand there.

    Returns how long it is then; that much is safe on disk.
    """
    with items.open("r+b" if items.exists() else "w+b") as file:
        file.truncate(size)
        file.seek(size)
        for line in lines:
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def has(items: Path, size: int) -> bool:
    """Whether a file has at least so many bytes."""
    try:
        return items.stat().st_size >= size
    except FileNotFoundError:
        return False


def begin(archive: Path, documents: Mapping[str, Any], items: Path, size: int, count: int) -> None:
    """A new archive with its documents; the outbox from the first `size` bytes of the lines in `items`."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as made:
        for name, document in documents.items():
            made.writestr(name, json.dumps(document, ensure_ascii=False))
        with made.open("outbox.json", "w", force_zip64=True) as outbox:
            head = json.dumps({**_OUTBOX, "totalItems": count})[:-1]
            outbox.write(f'{head}, "orderedItems": ['.encode())
            if size:
                with items.open("rb") as file:
                    _copy_items(file.readline, outbox.write, size)
            outbox.write(b"]}")


def _copy_items(read: Any, write: Any, size: int) -> None:
    """Lines, with commas between them."""
    left, comma = size, b""
    while left > 0 and (line := read()):
        left -= len(line)
        write(comma + line.rstrip(b"\n"))
        comma = b",\n"


def add(archive: Path, files: Mapping[str, Path]) -> bool:
    """Put files in under their names; False where the archive is not whole and has to be begun anew."""
    try:
        with zipfile.ZipFile(archive) as there:  # opened to be added to, anything would do
            known = set(there.namelist())
    except (FileNotFoundError, zipfile.BadZipFile):
        return False
    with zipfile.ZipFile(archive, "a", zipfile.ZIP_STORED, allowZip64=True) as made:
        for name, file in files.items():
            if name not in known and file.is_file():
                made.write(file, name)
    return True


def finish(archive: Path, target: Path) -> int:
    """Move the finished archive to its place, synced to disk; returns its size in bytes."""
    with archive.open("rb") as file:
        os.fsync(file.fileno())
    archive.replace(target)
    return target.stat().st_size
