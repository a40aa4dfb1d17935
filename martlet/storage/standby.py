"""
What a standby is given: the database as it is at one moment, and files by their keys.

SQLite's database is copied page by page (its online backup), so that blocks that nobody wrote to stay the same and are not sent
again; PostgreSQL's is written as lines (`storage.standby_tables`). All of it lies in the data folder: `standby.json`, which says who may ask, and `standby/`, with the copy.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from martlet.model.standby import BLOCK, MOST_BLOCKS
from martlet.storage import secret_file

DATABASE = "martlet.sqlite3"
STATE = "standby.json"
FOLDER = "standby"
FOLLOWING = "following.json"
"""In it, at a standby: whom it follows."""
COPY = "copy.sqlite3"
ROOM_LEFT = 512 * 1024 * 1024
"""Bytes of the disk that copying leaves free."""
LOCK = "standby.lock"
"""Holds the moment of the last request that was heard."""
_SNAPSHOT = "snapshot.sqlite3"


class CannotCopy(Exception):
    """The message says why, in a sentence for the owner."""


class Busy(Exception):
    """Somebody else is at it."""


class State(msgspec.Struct, kw_only=True):
    """What this data folder is to another machine's. Times are milliseconds."""

    invited: str = ""
    """The invitation that a standby of this server was given."""
    taken_from: str = ""
    """The invitation under which this copy followed the server whose place it took."""
    taken_at: int = 0
    replaced_at: int = 0
    """When this server learned that its standby took its place: it is not started again then."""
    every: int = 0
    """Minutes between two looks, as the standby says; 0 where nobody knows."""


def load(folder: Path) -> State | None:
    """Raises `CannotCopy` where the file is damaged."""
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=State)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise CannotCopy(f"{folder / STATE} is damaged.") from error


def save(folder: Path, state: State) -> None:
    write_private(folder / STATE, msgspec.json.encode(state))


def forget(folder: Path) -> None:
    """Nobody is invited any longer, and what was made for them goes."""
    (folder / STATE).unlink(missing_ok=True)
    for name in (_SNAPSHOT, "tables.jsonl.gz", "tables.index"):
        (folder / FOLDER / name).unlink(missing_ok=True)


def write_private(path: Path, body: bytes) -> None:
    """Replace a small file, readable by its owner only; when this returns, it survives power loss."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make names in `folder` survive power loss."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(path: Path) -> Iterator[BinaryIO]:
    """Hold the lock of a file, which all processes share; yields the file. Raises `Busy`."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy from error
        yield file


@contextmanager
def one_at_a_time(folder: Path, at: int) -> Iterator[bool]:
    """Hold this server's lock; yields whether `at` is later than all moments before it, on disk. Raises `Busy`."""
    with alone(folder / LOCK) as file:
        raw = file.read(20)
        is_later = at > (int(raw) if raw.isdigit() else 0)
        if is_later:
            file.seek(0)
            file.write(b"%020d" % at)
            file.flush()
        yield is_later


def heard_at(folder: Path) -> int:
    """The moment of the last request of this server's standby, in milliseconds; 0 if there was none."""
    raw = stretch(folder / LOCK, 0, 20)
    return int(raw) if raw.isdigit() else 0


# -- the database -----------------------------------------------------------


def state_of(folder: Path) -> str:
    """
    Changes with every commit: each is written to the log beside the database, or into the database.

    Where the database is a link, SQLite's log lies beside the file that it leads to.
    """
    file, found = (folder / DATABASE).resolve(), []
    for path in (file, file.with_name(f"{file.name}-wal")):
        try:
            facts = path.stat()
        except FileNotFoundError:
            continue
        found.append(f"{path.name}:{facts.st_mtime_ns}:{facts.st_size}")
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:32]


def snapshot(folder: Path) -> Path:
    """Copy the database as it is now. Takes as long as reading it all. Raises `CannotCopy`."""
    source, target = folder / DATABASE, folder / FOLDER / _SNAPSHOT
    target.parent.mkdir(mode=0o700, exist_ok=True)
    size = source.stat().st_size
    if size > BLOCK * MOST_BLOCKS:
        raise CannotCopy("The database is too large for this.")
    if shutil.disk_usage(folder).free < size + ROOM_LEFT:
        raise CannotCopy("The disk has no room for a second copy of the database.")
    draft = target.with_name(f"{_SNAPSHOT}.new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(draft)) as writing:
        reading.backup(writing)
    draft.replace(target)
    return target


def taken_snapshot(folder: Path) -> Path | None:
    """The last one, if there is one."""
    path = folder / FOLDER / _SNAPSHOT
    return path if path.exists() else None


def name_of(path: Path) -> str:
    """Of a snapshot: another one has another."""
    facts = path.stat()
    return f"{facts.st_mtime_ns:x}.{facts.st_ino:x}.{facts.st_size:x}"


def digests(path: Path) -> bytes:
    """SHA-256 of each block of a file, one after the other."""
    found = []
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            found.append(hashlib.sha256(block).digest())
    return b"".join(found)


def problem_of(path: Path) -> str:
    """What SQLite finds wrong with a copy of the database; empty if nothing."""
    try:
        with closing(sqlite3.connect(path)) as db:
            said = str(db.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        return str(error)
    return "" if said == "ok" else said


# -- files --------------------------------------------------------------------


def names(media: Path, after: str, most: int) -> list[tuple[str, int]]:
    """Keys of files that come after one, in their order, with their sizes."""
    found: list[tuple[str, int]] = []
    first, second = after[:2], after[3:5]
    for outer in _folders(media):
        if outer.name < first:
            continue
        for inner in _folders(outer):
            if outer.name == first and inner.name < second:
                continue
            for path in sorted(inner.iterdir()):
                key = f"{outer.name}/{inner.name}/{path.name}"
                if key > after and path.is_file():
                    found.append((key, path.stat().st_size))
            if len(found) > most:
                return found[:most]
    return found


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if len(path.name) == 2 and path.is_dir())  # noqa: PLR2004 - see `media.store`


def stretch(path: Path, start: int, length: int) -> bytes:
    """Empty where there is no such file any longer."""
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read(length)
    except FileNotFoundError:
        return b""


def secret_of(folder: Path) -> bytes:
    """`secret.key`; empty where there is none."""
    return stretch(folder / secret_file.NAME, 0, 1024)
