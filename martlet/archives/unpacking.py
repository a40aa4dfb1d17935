"""
Unpacking an archive that somebody brings, zip or tar.gz, as if it were made to harm (attacks G1 to G3).

Nothing is written under a name from the archive. The few documents that are
looked for go by names of ours; every other file goes by the hash of its name,
and is found again by hashing the name under which a post mentions it.

    folder/actor.json, outbox.json, likes.json, bookmarks.json, albums.json
    folder/files/<sha-256 of the name>
"""

import gzip
import hashlib
import os
import re
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, BinaryIO, Self, cast

from martlet.archives.errors import ArchiveRefused, ArchiveTooLarge, ArchiveUnsafe, NotAnArchive

MIB = 1 << 20
DOCUMENTS = frozenset({"actor.json", "outbox.json", "likes.json", "bookmarks.json", "albums.json"})
FILES = "files"
_CHUNK = MIB
_LONGEST_NAME = 500
_LONGEST_EXTRA = 64 * 1024
"""Bytes of a tar header that only says what the next one is called."""
_ROOM_LEFT = 512 * MIB
"""Bytes that stay free on the disk."""
_END = b"PK\x05\x06"
_END_SIZE = 22
_END_64 = b"PK\x06\x06"
_LOCATOR_64 = b"PK\x06\x07"
_LONGEST_COMMENT = 65_535
_LOCAL_HEADER = 30
_ODD_NAME = re.compile(r"[\x00-\x1f\x7f\\]|^[A-Za-z]:|^/")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may hold. `ratio`: how many times more than it weighs."""

    entries: int = 200_000
    total: int = 16 * 1024 * MIB
    document: int = 1024 * MIB
    file: int = 100 * MIB
    directory: int = 64 * MIB
    ratio: int = 100
    free: int = 64 * MIB
    """So much may come of any archive, however small it is."""


def unpack(archive: Path, folder: Path, limits: Limits) -> None:
    """
    All of it, or `ArchiveRefused`; the folder is made anew. Files larger than `limits.file` are left out.

    Raises OSError where the disk gives way.
    """
    shutil.rmtree(folder, ignore_errors=True)
    (folder / FILES).mkdir(parents=True)
    try:
        with archive.open("rb") as file:
            begin = file.read(4)
            file.seek(0)
            into = _Into(folder, limits, archive.stat().st_size)
            if begin == b"PK\x03\x04":
                _unzip(file, into)
            elif begin[:2] == b"\x1f\x8b":
                _untar(file, into)
            else:
                raise NotAnArchive
    except (
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
        EOFError,
        gzip.BadGzipFile,
        ValueError,
        NotImplementedError,
    ):
        raise ArchiveRefused from None
    if not (folder / "outbox.json").is_file():
        raise NotAnArchive


def place_of(folder: Path, name: str) -> Path:
    """Where the file lies that was called so in the archive."""
    return folder / FILES / hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


# -- what comes of it ----------------------------------------------------


@dataclass(slots=True)
class _Into:
    """The folder that is unpacked into, with a count of the bytes and files written so far."""

    folder: Path
    limits: Limits
    weight: int
    entries: int = 0
    written: int = 0
    names: set[str] = field(default_factory=set)

    def enter(self, name: str) -> str:
        """The name in its one spelling. Raises `ArchiveUnsafe`, `ArchiveTooLarge`."""
        self.entries += 1
        if self.entries > self.limits.entries:
            raise ArchiveTooLarge("files")
        plain = name.removeprefix("./").rstrip("/")
        if len(name) > _LONGEST_NAME or _ODD_NAME.search(name) or ".." in plain.split("/"):
            raise ArchiveUnsafe("a name that leads elsewhere")
        if plain and plain.casefold() in self.names:
            raise ArchiveUnsafe("a name twice")
        self.names.add(plain.casefold())
        return plain

    def put(self, name: str, source: IO[bytes], size: int) -> None:
        is_document = name in DOCUMENTS
        if size > (self.limits.document if is_document else self.limits.file):
            if is_document:
                raise ArchiveTooLarge("bytes in one document")
            return
        target = self.folder / name if is_document else place_of(self.folder, name)
        left = size
        with target.open("xb") as file:
            while piece := source.read(min(_CHUNK, left + 1)):
                left -= len(piece)
                if left < 0:
                    raise ArchiveUnsafe("an entry that is larger than it says")
                self._count(len(piece))
                file.write(piece)

    def _count(self, size: int) -> None:
        self.written += size
        most = min(self.limits.total, max(self.limits.free, self.weight * self.limits.ratio))
        if self.written > most:
            raise ArchiveTooLarge("bytes")
        if shutil.disk_usage(self.folder).free < _ROOM_LEFT:
            raise OSError("There is no room on the disk for what is in the archive.")


# -- zip -----------------------------------------------------------------


def _unzip(file: BinaryIO, into: _Into) -> None:
    begins_at = _check_directory(file, into.limits)
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _check_apart(entries, begins_at)
        for entry in entries:
            name = into.enter(entry.filename)
            kind = entry.external_attr >> 16
            if stat.S_IFMT(kind) not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise ArchiveUnsafe("a link or a device")
            if entry.flag_bits & 0x1:
                raise ArchiveUnsafe("an encrypted entry")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ArchiveUnsafe("an entry that is packed in an unusual way")
            if name and not entry.is_dir():
                with archive.open(entry) as source:
                    into.put(name, source, entry.file_size)


def _check_directory(file: BinaryIO, limits: Limits) -> int:
    """
    Where the central directory begins, which is read whole afterwards. Raises `ArchiveRefused`.

    How large it is and how much it lists stands at the end of the file.
    """
    length = file.seek(0, os.SEEK_END)
    file.seek(max(0, length - _END_SIZE - _LONGEST_COMMENT - 20))
    start, tail = file.tell(), file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise ArchiveRefused
    count, size, begin = (_number(tail, at + 10, 2), _number(tail, at + 12, 4), _number(tail, at + 16, 4))
    if count == 0xFFFF or 0xFFFFFFFF in (size, begin):  # noqa: PLR2004 - it stands in the record of zip64
        if tail[at - 20 : at - 16] != _LOCATOR_64:
            raise ArchiveRefused
        file.seek(_number(tail, at - 12, 8))
        record = file.read(56)
        if record[:4] != _END_64:
            raise ArchiveRefused
        count, size, begin = _number(record, 32, 8), _number(record, 40, 8), _number(record, 48, 8)
    if count > limits.entries or size > limits.directory:
        raise ArchiveTooLarge("files")
    if begin + size > start + at:
        raise ArchiveRefused
    file.seek(0)
    return begin


def _number(record: bytes, at: int, size: int) -> int:
    return int.from_bytes(record[at : at + size], "little")


def _check_apart(entries: list[zipfile.ZipInfo], directory: int) -> None:
    """Entries that share bytes make much of little, and not all versions of Python see it."""
    spans = sorted((one.header_offset, one.compress_size + len(one.filename)) for one in entries)
    ends = [start for start, _ in spans[1:]] + [directory]
    for (start, size), end in zip(spans, ends, strict=True):
        if start + _LOCAL_HEADER + size > end:
            raise ArchiveUnsafe("entries that overlap")


# -- tar -----------------------------------------------------------------


class _Header(tarfile.TarInfo):
    """Refuses headers that are read whole and too long, and sparse files."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        found = super().frombuf(buf, encoding, errors)
        if found.type in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE):
            is_short = found.size <= _LONGEST_EXTRA
        elif found.type in (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
            is_short = found.size <= _LONGEST_NAME + 512
        else:
            is_short = found.type != tarfile.GNUTYPE_SPARSE
        if not is_short:
            raise ArchiveUnsafe("an odd header")
        return found


def _untar(file: BinaryIO, into: _Into) -> None:
    with (
        gzip.GzipFile(fileobj=file) as plain,
        tarfile.open(mode="r|", fileobj=cast("IO[bytes]", _Counted(plain, into)), tarinfo=_Header) as archive,
    ):
        for entry in _entries(archive):
            name = into.enter(entry.name)
            if not entry.isreg() and not entry.isdir():
                raise ArchiveUnsafe("a link or a device")
            source = archive.extractfile(entry) if entry.isreg() else None
            if name and source is not None:
                into.put(name, source, entry.size)


def _entries(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """One by one; what has been read is not remembered."""
    for entry in archive:
        yield entry
        archive.members = []  # type: ignore[attr-defined]  # the way that its documentation names


@dataclass(slots=True)
class _Counted:
    """What comes out of gzip counts, whether it is kept or not."""

    source: gzip.GzipFile
    into: _Into
    passed: int = 0

    def read(self, size: int) -> bytes:
        piece = self.source.read(size)
        self.passed += len(piece)
        limits = self.into.limits
        if self.passed > min(limits.total * 2, max(limits.free, self.into.weight * limits.ratio)) + MIB:
            raise ArchiveTooLarge("bytes")
        return piece
