"""
Bundles: a file of signed documents that can be carried by hand. This is the container; what is in it proves itself.

    actors.jsonl        actor documents
    objects.jsonl       posts and acts
    tombstones.jsonl    what was deleted
    checkpoints.jsonl   what whole logs hold
    media/<64 hex>      files, by their SHA-256
    datapackage.json    what is in the bundle, with the size and SHA-256 of each part

One document a line, each exactly its own canonical bytes. The archive is a zip that any program opens. Written and read
is one form of it alone: the parts one behind the other without a gap, no comments, extra fields, links, folders,
encryption or descriptors. So each header can be made anew from what the directory says, and compared; overlaps, hidden
parts and two truths about one part are not looked for, because nothing else fits (attacks G1 to G3).

Reading costs what its limits say, whatever a header claims. Nothing is unpacked to a path from the archive.
"""

import hashlib
import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self

import msgspec

from martlet.archives.errors import BundleRefused, BundleTooLarge

MIB = 1 << 20
PROFILE = "martlet-bundle"
VERSION = 1
MANIFEST = "datapackage.json"
ACTORS, OBJECTS, TOMBSTONES, CHECKPOINTS = (
    "actors.jsonl",
    "objects.jsonl",
    "tombstones.jsonl",
    "checkpoints.jsonl",
)
LINES = (ACTORS, OBJECTS, TOMBSTONES, CHECKPOINTS)
"""The parts that hold documents, in the order in which they are read: deletions come after what they delete."""
KINDS = ("share", "return")

_NAME = re.compile(r"(?:actors|objects|tombstones|checkpoints)\.jsonl|media/[0-9a-f]{64}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
_STORED, _DEFLATED = 0, 8
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_NEEDED, _MADE_BY = 20, 0x0314
_DAY = 0x21
"""1 January 1980, the first day that a zip knows."""
_FILE = 0o100644 << 16
_CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a bundle may hold, in bytes where nothing else is said. `ratio`: how many times more than it weighs."""

    file: int = 100 * MIB
    lines: int = 20_000
    authors: int = 200
    line: int = 256 * 1024
    text: int = 100 * MIB
    """Of all documents together, unpacked."""
    ratio: int = 200
    media: int = 64
    medium: int = 20 * MIB
    manifest: int = 64 * 1024


class Resource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part, as the manifest names it."""

    path: str
    name: str
    bytes: int
    hash: str
    """`sha256:` and hexadecimal digits."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A Frictionless data package. It is signed by nobody: to carry something must not be evidence."""

    profile: str
    version: int
    kind: str
    """share: documents to read; return: answers on their way to whom they answer."""
    created: str
    resources: list[Resource]
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """What the directory says of a part."""

    name: str
    method: int
    crc: int
    packed: int
    size: int
    offset: int

    @property
    def begin(self) -> int:
        """Where its bytes begin."""
        return self.offset + _LOCAL.size + len(self.name)

    def local(self) -> bytes:
        name = self.name.encode("ascii")
        fields = (_NEEDED, 0, self.method, 0, _DAY, self.crc, self.packed, self.size, len(name), 0)
        return _LOCAL.pack(b"PK\x03\x04", *fields) + name

    def central(self) -> bytes:
        name = self.name.encode("ascii")
        fields = (_MADE_BY, _NEEDED, 0, self.method, 0, _DAY, self.crc, self.packed, self.size, len(name))
        return _CENTRAL.pack(b"PK\x01\x02", *fields, 0, 0, 0, 0, _FILE, self.offset) + name


# -- writing -----------------------------------------------------------------


@dataclass(slots=True)
class Writing:
    """A bundle that is being written; `finish` makes it whole."""

    file: BinaryIO
    kind: str
    created_at: datetime
    title: str = ""
    _parts: list[_Part] = field(default_factory=list)
    _resources: list[Resource] = field(default_factory=list)

    def lines(self, name: str, documents: Iterable[bytes]) -> None:
        """A part of documents; nothing where there are none."""
        found = iter(documents)
        first = next(found, None)
        if first is not None:
            self._put(name, _with_line_ends(first, found), _DEFLATED)

    def medium(self, chunks: Iterable[bytes], digest: str) -> None:
        """A file by its SHA-256. Raises `ValueError` where it is another one."""
        if self._put(f"media/{digest}", chunks, _STORED) != digest:
            raise ValueError(digest)

    def finish(self) -> None:
        """Raises `ValueError` for a bundle in which nothing is."""
        if not self._parts:
            raise ValueError("A bundle holds something.")
        created = self.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        manifest = Manifest(PROFILE, VERSION, self.kind, created, self._resources, self.title)
        self._put(MANIFEST, [msgspec.json.encode(manifest, order="sorted") + b"\n"], _STORED)
        begin = self.file.tell()
        directory = b"".join(part.central() for part in self._parts)
        count = len(self._parts)
        self.file.write(directory)
        self.file.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, len(directory), begin, 0))

    def _put(self, name: str, chunks: Iterable[bytes], method: int) -> str:
        """Returns the SHA-256 of what was put."""
        offset, sha, crc, size, packed = self.file.tell(), hashlib.sha256(), 0, 0, 0
        self.file.write(_Part(name, method, 0, 0, 0, offset).local())
        packer = zlib.compressobj(6, zlib.DEFLATED, -15) if method == _DEFLATED else None
        for chunk in chunks:
            sha.update(chunk)
            crc, size = zlib.crc32(chunk, crc), size + len(chunk)
            packed += self.file.write(chunk if packer is None else packer.compress(chunk))
        if packer is not None:
            packed += self.file.write(packer.flush())
        part = _Part(name, method, crc, packed, size, offset)
        self.file.seek(offset)
        self.file.write(part.local())
        self.file.seek(0, os.SEEK_END)
        self._parts.append(part)
        if name != MANIFEST:
            self._resources.append(
                Resource(name, name.partition(".")[0].replace("/", "-"), size, f"sha256:{sha.hexdigest()}")
            )
        return sha.hexdigest()


def _with_line_ends(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first + b"\n"
    for one in rest:
        yield one + b"\n"


# -- reading -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A document in a bundle, unread. `number` counts from 1."""

    part: str
    number: int
    body: bytes


@dataclass(slots=True)
class Bundle:
    """An open bundle: its form, sizes and hashes are right, its documents are not looked at."""

    manifest: Manifest
    _file: BinaryIO
    _parts: dict[str, _Part]
    _limits: Limits
    documents: int = 0
    """How many it holds."""

    @classmethod
    def open(cls, path: Path, limits: Limits | None = None) -> Self:
        """Raises `BundleRefused`, `BundleTooLarge`, OSError."""
        file = path.open("rb")
        try:
            return cls.read(file, limits)
        except BaseException:
            file.close()
            raise

    @classmethod
    def read(cls, file: BinaryIO, limits: Limits | None = None) -> Self:
        """The same of a file that is open. Raises `BundleRefused`, `BundleTooLarge`."""
        limits = limits or Limits()
        parts = _directory(file, limits)
        bundle = cls(_manifest(file, parts, limits), file, parts, limits)
        bundle._check()
        return bundle

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def media(self) -> frozenset[str]:
        """The files that are in it, by their SHA-256."""
        return frozenset(name.removeprefix("media/") for name in self._parts if name.startswith("media/"))

    @property
    def digest(self) -> str:
        """`sha256:…` of the manifest, which names all that is in it."""
        written = msgspec.json.encode(self.manifest, order="sorted") + b"\n"
        return f"sha256:{hashlib.sha256(written).hexdigest()}"

    def medium(self, digest: str) -> Iterator[bytes]:
        """The bytes of a file."""
        return _chunks(self._file, self._parts[f"media/{digest}"])

    def lines(self, *names: str) -> Iterator[Line]:
        """The documents of these parts, in the order in which they stand there. Raises `BundleRefused`, `BundleTooLarge`."""
        for name in names:
            for number, body in enumerate(self._lines_of(name), 1):
                yield Line(name, number, body)

    def _lines_of(self, name: str) -> Iterator[bytes]:
        part = self._parts.get(name)
        if part is None:
            return
        rest = b""
        for chunk in _chunks(self._file, part):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in (*whole, rest):
                if len(line) > self._limits.line:
                    raise BundleTooLarge("bytes in one document")
            yield from whole
        if rest:
            raise BundleRefused("A line of the bundle has no end.")

    def _check(self) -> None:
        """Every part is what the manifest says it is."""
        for one in self.manifest.resources:
            sha = hashlib.sha256()
            for chunk in _chunks(self._file, self._parts[one.path]):
                sha.update(chunk)
                if one.path in LINES:
                    self.documents += chunk.count(b"\n")
            if self.documents > self._limits.lines:
                raise BundleTooLarge("documents")
            if f"sha256:{sha.hexdigest()}" != one.hash:
                raise BundleRefused("A part of the bundle is not the one that was packed.")


def _directory(file: BinaryIO, limits: Limits) -> dict[str, _Part]:
    """What the archive holds, if it is of the one form that bundles have."""
    weight = file.seek(0, os.SEEK_END)
    if weight > limits.file:
        raise BundleTooLarge("bytes")
    most = len(LINES) + limits.media + 1
    if weight < _END.size:
        raise BundleRefused
    file.seek(weight - _END.size)
    end = file.read(_END.size)
    _, _, _, count, _, length, begin, _ = _END.unpack(end)
    is_whole = begin + length + _END.size == weight
    if not is_whole or end != _END.pack(b"PK\x05\x06", 0, 0, count, count, length, begin, 0):
        raise BundleRefused  # cut off, mostly
    if count > most:
        raise BundleTooLarge("parts")
    if length > most * (_CENTRAL.size + _LOCAL.size + len("media/") + 64):
        raise BundleRefused
    file.seek(begin)
    parts = _parts(file.read(length), count, begin)
    for part in parts.values():
        file.seek(part.offset)
        if file.read(part.begin - part.offset) != part.local():
            raise BundleRefused
    _check_sizes(parts, weight, limits)
    return parts


def _parts(directory: bytes, count: int, begin: int) -> dict[str, _Part]:
    parts: dict[str, _Part] = {}
    at = behind = 0
    for _ in range(count):
        if len(directory) - at < _CENTRAL.size:
            raise BundleRefused
        fields = _CENTRAL.unpack_from(directory, at)
        method, crc, packed, size, length = fields[4], fields[7], fields[8], fields[9], fields[10]
        name = directory[at + _CENTRAL.size : at + _CENTRAL.size + length].decode("latin-1")
        if name in parts or (name != MANIFEST and not _NAME.fullmatch(name)):
            raise BundleRefused("The bundle has a part that does not belong into one.")
        part = _Part(name, method, crc, packed, size, behind)
        central = part.central()
        if directory[at : at + len(central)] != central or method != _method_of(name, method):
            raise BundleRefused
        parts[name] = part
        at, behind = at + len(central), part.begin + packed
    if at != len(directory) or behind != begin:
        raise BundleRefused
    return parts


def _method_of(name: str, method: int) -> int:
    """How a part may be packed: documents either way, everything else as it is."""
    return method if name in LINES and method == _DEFLATED else _STORED


def _check_sizes(parts: dict[str, _Part], weight: int, limits: Limits) -> None:
    """Raises `BundleTooLarge`. That the sizes are true is seen when they are read."""
    if sum(parts[name].size for name in LINES if name in parts) > min(limits.text, weight * limits.ratio):
        raise BundleTooLarge("bytes in its documents")
    if any(part.size > limits.medium for name, part in parts.items() if name.startswith("media/")):
        raise BundleTooLarge("bytes in one file")
    if sum(name.startswith("media/") for name in parts) > limits.media:
        raise BundleTooLarge("files")


def _manifest(file: BinaryIO, parts: dict[str, _Part], limits: Limits) -> Manifest:
    part = parts.get(MANIFEST)
    if part is None:
        raise BundleRefused("The file is no bundle.")
    if part.size > limits.manifest:
        raise BundleTooLarge("bytes in its manifest")
    body = b"".join(_chunks(file, part))
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BundleRefused("The bundle's manifest cannot be read.") from None
    if (manifest.profile, manifest.version) != (PROFILE, VERSION) or manifest.kind not in KINDS:
        raise BundleRefused("The bundle is of a kind that this Martlet does not know.")
    if msgspec.json.encode(manifest, order="sorted") + b"\n" != body:
        raise BundleRefused("The bundle's manifest cannot be read.")
    named = {one.path: one for one in manifest.resources}
    if len(named) != len(manifest.resources) or named.keys() != parts.keys() - {MANIFEST}:
        raise BundleRefused("The bundle's manifest does not name what is in it.")
    for one in manifest.resources:
        if one.bytes != parts[one.path].size or not _DIGEST.fullmatch(one.hash):
            raise BundleRefused("The bundle's manifest does not name what is in it.")
        if one.path.startswith("media/") and one.hash != f"sha256:{one.path.removeprefix('media/')}":
            raise BundleRefused("A file in the bundle is not the one that its name says.")
    return manifest


def _chunks(file: BinaryIO, part: _Part) -> Iterator[bytes]:
    """The unpacked bytes of a part, never more than it says. Raises `BundleRefused`."""
    crc = size = 0
    for chunk in _unpacked(file, part):
        crc, size = zlib.crc32(chunk, crc), size + len(chunk)
        if size > part.size:
            raise BundleRefused
        yield chunk
    if size != part.size or crc != part.crc:
        raise BundleRefused


def _unpacked(file: BinaryIO, part: _Part) -> Iterator[bytes]:
    unpacker = zlib.decompressobj(-15) if part.method == _DEFLATED else None
    at, left = part.begin, part.packed
    try:
        while left:
            file.seek(at)  # others read between two chunks
            packed = file.read(min(_CHUNK, left))
            if not packed:
                raise BundleRefused
            at, left = at + len(packed), left - len(packed)
            if unpacker is None:
                yield packed
                continue
            chunk = b"?"
            while chunk and not unpacker.eof:
                chunk = unpacker.decompress(packed, _CHUNK)
                packed = unpacker.unconsumed_tail
                if chunk:
                    yield chunk
            if unpacker.eof and (left or unpacker.unused_data):
                raise BundleRefused
    except zlib.error:
        raise BundleRefused from None
    if unpacker is not None and not unpacker.eof:
        raise BundleRefused
