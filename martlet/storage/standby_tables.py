"""
What a standby is given of PostgreSQL: all rows as lines, which either kind of database can take in.

    "account"                    a table's name
    ["id","username",…]          its columns (see `storage.dumping`)
    [1,"ada",…]                  its rows, in the order of the primary key
    …
    {"rows":{"account":41,…}}    how many there are of each

compressed in blocks (gzip members, one after the other) that end where a row's checksum says so. So a row that was changed,
added or removed changes its own block and no other, and only that is sent. Making it reads every row and costs some
microseconds for each: it is done by a process of its own (`python -m martlet.storage.standby_tables`), which yields to all
others, and never by one that answers people.
"""

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from martlet.model.standby import MOST_AT_ONCE, MOST_BLOCKS
from martlet.storage import dumping, migrating, standby
from martlet.storage.backup import Tell
from martlet.storage.database import Reader, Store
from martlet.storage.standby import Busy, CannotCopy

FORMAT = "martlet-tables-1"
SNAPSHOT = "tables.jsonl.gz"
INDEX = "tables.index"
MAKING = "making.lock"
BLOCKS = "blocks"
"""At the standby: a folder of blocks by their SHA-256. They are whole before an index names them."""
_ENDS_BLOCK = 0x3FF
"""One in so many rows ends a block."""
_LARGEST = 1 << 20
"""Bytes of lines after which a block ends in any case."""
_COMPRESSION = 4


class Index(msgspec.Struct, frozen=True):
    """Which blocks a database is made of. `lengths` are bytes, `digests` SHA-256 of each, one after the other."""

    lengths: tuple[int, ...]
    digests: bytes
    schema: int
    martlet: str
    at: int
    """Milliseconds: the moment of which all of it is."""

    def names(self) -> list[str]:
        """Each block's SHA-256 as hexadecimal digits."""
        return [self.digests[at : at + 32].hex() for at in range(0, len(self.digests), 32)]


class _Head(msgspec.Struct):
    format: str
    schema: int


class _Foot(msgspec.Struct):
    rows: dict[str, int]


def state_of(db: Reader) -> str:
    """Changes with every transaction that wrote, of any database of this PostgreSQL."""
    return str(db.value("SELECT CAST(txid_current_snapshot() AS TEXT)"))


# -- making -------------------------------------------------------------------


def make(store: Store, folder: Path, version: str) -> None:
    """Write the snapshot and its index. Raises `CannotCopy`, and OSError where the disk is full."""
    place = folder / standby.FOLDER
    before = place / SNAPSHOT
    if shutil.disk_usage(folder).free < standby.ROOM_LEFT + (before.stat().st_size if before.exists() else 0):
        raise CannotCopy("The disk has no room for a copy of the database.")
    draft = place / f"{SNAPSHOT}.new"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            at = time.time_ns() // 1_000_000
            with store.snapshot() as db:
                schema = migrating.version_of(db)
                lengths, digests = list[int](), list[bytes]()
                for block in _pieces(_blocks(_lines(db, schema))):
                    file.write(block)
                    lengths.append(len(block))
                    digests.append(hashlib.sha256(block).digest())
        if len(lengths) > MOST_BLOCKS:
            raise CannotCopy("The database is too large for this. Use PostgreSQL's own replication.")
        index = Index(tuple(lengths), b"".join(digests), schema, version, at)
        (place / INDEX).unlink(missing_ok=True)  # never one of another snapshot
        draft.replace(before)
        standby.write_private(place / INDEX, msgspec.msgpack.encode(index))
    finally:
        draft.unlink(missing_ok=True)


def _lines(db: Reader, schema: int) -> Iterator[bytes]:
    yield msgspec.json.encode(_Head(FORMAT, schema)) + b"\n"
    rows: dict[str, int] = {}
    for table in dumping.tables(db):
        yield msgspec.json.encode(table) + b"\n"
        rows[table] = -1  # the line that names the columns
        for line in dumping.dump_in_order(db, table):
            rows[table] += 1
            yield line
    yield msgspec.json.encode(_Foot(rows)) + b"\n"


def _blocks(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Lines compressed together, from one that ends a block to the next."""
    gathered, size = list[bytes](), 0
    for line in lines:
        if gathered and line.startswith((b'"', b"{")):  # a table begins
            yield _compressed(gathered)
            gathered, size = [], 0
        gathered.append(line)
        size += len(line)
        if zlib.crc32(line) & _ENDS_BLOCK == 0 or size > _LARGEST:
            yield _compressed(gathered)
            gathered, size = [], 0
    yield _compressed(gathered)


def _compressed(lines: list[bytes]) -> bytes:
    return gzip.compress(b"".join(lines), _COMPRESSION, mtime=0) if lines else b""


def _pieces(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What does not fit into one answer is sent in several."""
    for block in blocks:
        for at in range(0, len(block), MOST_AT_ONCE):
            yield block[at : at + MOST_AT_ONCE]


def taken(folder: Path) -> tuple[Path, Index] | None:
    """The last snapshot, if there is one."""
    place = folder / standby.FOLDER
    try:
        index = msgspec.msgpack.decode((place / INDEX).read_bytes(), type=Index)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return place / SNAPSHOT, index


class Order(msgspec.Struct):
    """What the process that makes a snapshot is told on its standard input: an address may hold a password."""

    address: str
    folder: str
    version: str


class Making:
    """A snapshot that is being made by a process of its own, at most one on this machine."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._process: subprocess.Popen[bytes] | None = None

    def is_done(self, seconds: float) -> bool:
        """Begin, or go on waiting for it, so many seconds at most. Raises `CannotCopy` where it failed."""
        if self._process is None:
            try:
                with standby.alone(Path(self._order.folder) / standby.FOLDER / MAKING):
                    pass
            except Busy:  # another of our processes has begun one
                return False
            self._process = self._begun()
        try:
            said, _ = self._process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        code, self._process = self._process.returncode, None
        if code:
            raise CannotCopy(said.decode(errors="replace").strip()[:500] or "The copy could not be made.")
        return True

    def _begun(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "martlet.storage.standby_tables"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        if process.stdin is not None:
            process.stdin.write(msgspec.json.encode(self._order))
            process.stdin.close()
            process.stdin = None
        return process


def main() -> None:
    """What the process does; it says on standard output why it could not, and ends with 1 then."""
    from martlet.storage.opening import open_store  # noqa: PLC0415 - only where this is the program

    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    os.nice(10)
    folder = Path(order.folder)
    try:
        with standby.alone(folder / standby.FOLDER / MAKING):
            store = open_store(order.address, folder)
            try:
                make(store, folder, order.version)
            finally:
                store.close()
    except CannotCopy as error:
        sys.exit(_told(str(error)))
    except OSError as error:
        sys.exit(_told(f"The copy of the database could not be written: {error.strerror}."))


def _told(sentence: str) -> int:
    sys.stdout.write(sentence)
    return 1


# -- taking in ------------------------------------------------------------------


def block_path(place: Path, name: str) -> Path:
    """Where a standby keeps a block. `place` is its folder `standby`."""
    return place / BLOCKS / name[:2] / name


def load(store: Store, place: Path, index: Index, tell: Tell) -> None:
    """
    Bring the blocks of an index into an empty database, all or nothing. Raises `CannotCopy`.

    The search index is not among them, and has to be made anew.
    """
    if index.schema > migrating.newest(store.dialect):
        raise CannotCopy(
            f"The copy is of Martlet {index.martlet}, which is newer than this one. Update this machine."
        )
    migrating.migrate(store, until=index.schema)
    try:
        with store.write() as db:
            lines = _unpacked(_read(place, index, tell))
            if msgspec.json.decode(next(lines), type=_Head).format != FORMAT:
                raise CannotCopy("The copy has a form that this Martlet does not know.")
            known, rows = dumping.tables(db), dict[str, int]()
            line = next(lines)
            while line.startswith(b'"'):
                table = msgspec.json.decode(line, type=str)
                if table not in known:
                    raise CannotCopy(
                        f"The copy holds a table {table[:60]!r}, which this Martlet does not know."
                    )
                after: list[bytes] = []
                rows[table] = dumping.load(db, table, _of_table(lines, after))
                line = after[0]
            if rows != msgspec.json.decode(line, type=_Foot).rows:
                raise CannotCopy("The copy is not whole.")
    except (zlib.error, msgspec.DecodeError, StopIteration, IndexError, ValueError) as error:
        raise CannotCopy(f"The copy is damaged: {error}") from error
    migrating.migrate(store)


def load_file(store: Store, copy: Path, tell: Tell) -> None:
    """The same from the copy of a database of SQLite. Raises `CannotCopy`."""
    from martlet.storage.sqlite import SqliteStore  # noqa: PLC0415 - only where it is needed

    source = SqliteStore(copy)
    try:
        with source.snapshot() as old:
            schema = migrating.version_of(old)
            if schema > migrating.newest(store.dialect):
                raise CannotCopy("The copy is of a newer Martlet than this one. Update this machine.")
            migrating.migrate(store, until=schema)
            with store.write() as db:
                names = dumping.tables(db)
                for done, table in enumerate(names):
                    tell("tables", done, len(names))
                    dumping.load(db, table, dumping.dump(old, table))
                tell("tables", len(names), len(names))
    finally:
        source.close()
    migrating.migrate(store)


def _read(place: Path, index: Index, tell: Tell) -> Iterator[bytes]:
    """Raises `CannotCopy` where a block is missing or damaged."""
    names = index.names()
    for done, name in enumerate(names):
        tell("tables", done, len(names))
        block = standby.stretch(block_path(place, name), 0, MOST_AT_ONCE + 1)
        if hashlib.sha256(block).hexdigest() != name:
            raise CannotCopy(
                "A part of the copy is missing or damaged. Follow the server once more, if it is there."
            )
        yield block
    tell("tables", len(names), len(names))


def _unpacked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of gzip members, wherever one block ends and the next begins."""
    unzip, rest = zlib.decompressobj(wbits=31), b""
    for block in blocks:
        left = block
        while left:
            text = unzip.decompress(left)
            left = unzip.unused_data
            if unzip.eof:
                unzip = zlib.decompressobj(wbits=31)
            *whole, rest = (rest + text).split(b"\n")
            yield from whole


def _of_table(lines: Iterator[bytes], after: list[bytes]) -> Iterator[bytes]:
    """Columns and rows, up to the line that comes after them."""
    for line in lines:
        if not line.startswith(b"["):
            after.append(line)
            return
        yield line


if __name__ == "__main__":
    main()
