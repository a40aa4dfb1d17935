"""
A standby's copy of a server on PostgreSQL: blocks of lines, each under its SHA-256, and an index that says which of them make
up the database. Blocks that are here already are not fetched again; a new index takes the old one's place at once, and then
blocks that it does not name go.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Awaitable, Callable, Iterator
from itertools import accumulate
from pathlib import Path

import msgspec

from martlet.model.errors import MartletError
from martlet.model.standby import DATABASE, MOST_AT_ONCE, MOST_BLOCKS, MOST_PARTS, Part, Said
from martlet.storage import standby
from martlet.storage.standby_tables import BLOCKS, Index, block_path

INDEX = "copy.index"
PAUSE = 0.03
"""Seconds between two requests: below what the other side's limit lets through."""
_ONE_DIGEST = 32

Ask = Callable[..., Awaitable[Said]]


class NotFollowed(MartletError):
    """The copy could not be brought up to date; what was there stays."""

    code = "not_followed"


async def fetch(place: Path, taken: Said, ask: Ask) -> None:
    """Bring the blocks of a snapshot that are not here. Raises `NoAnswer`, `NotFollowed`."""
    index = _index(taken)
    missing = [(name, part) for name, part in _parts(index) if not block_path(place, name).exists()]
    if shutil.disk_usage(place).free < sum(part.length for _, part in missing) + standby.ROOM_LEFT:
        raise NotFollowed("The disk has no room for the database.")
    for portion in _portions(missing):
        said = await ask(do="parts", snapshot=taken.snapshot, parts=tuple(part for _, part in portion))
        if len(said.parts) != len(portion):
            raise NotFollowed("A part of the database did not come.")
        for (name, _), block in zip(portion, said.parts, strict=True):
            if hashlib.sha256(block).hexdigest() != name:
                raise NotFollowed("A part of the database came damaged.")
            await asyncio.to_thread(_keep, block_path(place, name), block)
        await asyncio.sleep(PAUSE)


def swap(place: Path, taken: Said) -> None:
    """The snapshot, of which all blocks are here, is the copy now."""
    index = _index(taken)
    standby.write_private(place / INDEX, msgspec.msgpack.encode(index))
    wanted = set(index.names())
    for path in (place / BLOCKS).glob("??/*"):
        if path.name not in wanted:
            path.unlink()


def index_of(place: Path) -> Index | None:
    """What the copy is made of, where it is of this form."""
    try:
        return msgspec.msgpack.decode((place / INDEX).read_bytes(), type=Index)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def forget(place: Path) -> None:
    (place / INDEX).unlink(missing_ok=True)
    shutil.rmtree(place / BLOCKS, ignore_errors=True)


def _index(taken: Said) -> Index:
    """Raises `NotFollowed` where what is said of a snapshot does not fit."""
    lengths = taken.lengths
    fits = (
        0 < len(lengths) <= MOST_BLOCKS
        and len(taken.blocks) == len(lengths) * _ONE_DIGEST
        and all(0 < length <= MOST_AT_ONCE for length in lengths)
        and sum(lengths) == taken.size
    )
    if not fits:
        raise NotFollowed("The database is too large, or what is said of it does not fit.")
    return Index(lengths, taken.blocks, taken.schema, taken.version, taken.at)


def _parts(index: Index) -> Iterator[tuple[str, Part]]:
    """Each block once, with where it stands in the snapshot."""
    found = dict[str, Part]()
    starts = accumulate(index.lengths, initial=0)
    for name, start, length in zip(index.names(), starts, index.lengths, strict=False):
        found.setdefault(name, Part(DATABASE, start, length))
    yield from found.items()


def _portions(missing: list[tuple[str, Part]]) -> Iterator[list[tuple[str, Part]]]:
    """So many of them as one answer may bring."""
    portion, room = list[tuple[str, Part]](), MOST_AT_ONCE
    for name, part in missing:
        if portion and (part.length > room or len(portion) == MOST_PARTS):
            yield portion
            portion, room = [], MOST_AT_ONCE
        portion.append((name, part))
        room -= part.length
    if portion:
        yield portion


def _keep(path: Path, block: bytes) -> None:
    """It is there whole, or not at all, and survives power loss."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(block)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
