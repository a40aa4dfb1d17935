"""
One file that holds a whole server, taken while it runs.

    manifest.json        what this is, its schema version, rows of each table
    secret.key           the key that protects stored secrets, where it is kept in the data folder
    tables/NAME.jsonl.gz rows, of one moment (see `storage.dumping`)
    media/…              files by their keys
    end.json             what each of those files must be

A tar archive. The tables come first, so a file that was uploaded while the
backup ran may be there without a row, never a row without its file, unless
that file was deleted meanwhile. Restoring goes into an empty database of either
kind; the rows come last, so what was interrupted can be begun again. Whoever
has the file has everything: it is made readable by its owner only.
"""

import gzip
import hashlib
import io
import os
import shutil
import tarfile
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from martlet.storage import dumping, migrating, secret_file
from martlet.storage.database import Reader, Store, Writer

FORMAT = "martlet-backup-2"
WITHOUT_END = "martlet-backup-1"
"""The form of older backups, which do not say what files they hold."""
END = "end.json"
KEY_PATTERN = "??/??/*"
SCRATCH = ".backup-"
A_DAY = 86_400
Tell = Callable[[str, int, int], None]
"""Told of progress: what is being done, how much is done, how much there is."""


class NotABackup(Exception):
    """The file cannot be restored; the message says why."""


class Manifest(msgspec.Struct):
    format: str
    martlet: str
    schema: int
    made_at: str
    tables: dict[str, int]
    digests: dict[str, str]
    """SHA-256 of each table's member, as hexadecimal digits."""


class End(msgspec.Struct):
    media: dict[str, str]
    """SHA-256 of each file, by its key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server keeps its things."""

    store: Store
    folder: Path

    @property
    def media(self) -> Path:
        return self.folder / "media"


def make(place: Place, target: Path, version: str, made_at: str, tell: Tell) -> Manifest:
    """Write a backup to `target`, which appears only when it is whole. Raises OSError."""
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                manifest = _write(archive, place, version, made_at, tell)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """A folder for tables on their way. Those of backups that were killed are removed after a day."""
    for left in folder.glob(f"{SCRATCH}*"):
        if time.time() - left.stat().st_mtime > A_DAY:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=SCRATCH) as made:
        yield Path(made)


def _write(archive: tarfile.TarFile, place: Place, version: str, made_at: str, tell: Tell) -> Manifest:
    with _scratch(place.folder) as scratch:
        manifest, members = _dump_tables(place.store, scratch, version, made_at, tell)
        _add_bytes(archive, "manifest.json", msgspec.json.encode(manifest))
        secret = place.folder / secret_file.NAME
        if secret.exists():
            archive.add(secret, secret_file.NAME, recursive=False)
        for name, path in members.items():
            archive.add(path, name, recursive=False)
    _add_bytes(archive, END, msgspec.json.encode(_add_media(archive, place.media, tell)))
    return manifest


def _add_media(archive: tarfile.TarFile, folder: Path, tell: Tell) -> End:
    files = sorted(path for path in folder.glob(KEY_PATTERN) if path.is_file())
    end = End({})
    for done, path in enumerate(files):
        tell("media", done, len(files))
        key = path.relative_to(folder).as_posix()
        try:
            with path.open("rb") as file:
                end.media[key] = _digest_of(file)
                file.seek(0)
                archive.addfile(archive.gettarinfo(arcname=f"media/{key}", fileobj=file), file)
        except FileNotFoundError:  # deleted while we went
            continue
    tell("media", len(files), len(files))
    return end


def _dump_tables(
    store: Store, scratch: Path, version: str, made_at: str, tell: Tell
) -> tuple[Manifest, dict[str, Path]]:
    manifest = Manifest(FORMAT, version, 0, made_at, {}, {})
    members: dict[str, Path] = {}
    with store.snapshot() as db:
        manifest.schema = migrating.version_of(db)
        names = dumping.tables(db)
        for done, table in enumerate(names):
            tell("tables", done, len(names))
            name = f"tables/{table}.jsonl.gz"
            members[name] = scratch / f"{table}.jsonl.gz"
            manifest.tables[table] = _dump_table(db, table, members[name])
            manifest.digests[table] = _digest(members[name])
        tell("tables", len(names), len(names))
    return manifest, members


def _dump_table(db: Reader, table: str, path: Path) -> int:
    rows = -1  # the line that names the columns
    with gzip.open(path, "wb", compresslevel=3) as file:
        for line in dumping.dump(db, table):
            file.write(line)
            rows += 1
    return rows


def restore(place: Place, source: Path, tell: Tell) -> Manifest:
    """
    Bring back what `make` wrote, into an empty database and media folder.

    Raises `NotABackup` for a file that is none, or damaged, or made by a newer
    Martlet, and where the place is in use. The rows come in one transaction, when all else is there.
    """
    if not tarfile.is_tarfile(source):
        raise NotABackup(f"{source} is no Martlet backup.")
    try:
        with tarfile.open(source, "r:") as archive:
            manifest = _manifest(archive)
            _check(place, manifest)
            end = _end(archive) if manifest.format == FORMAT else None
            with _scratch(place.folder) as scratch:
                _take_tables(archive, manifest, scratch)
                _restore_media(archive, place.media, end, tell)
                migrating.migrate(place.store, until=manifest.schema)
                with place.store.write() as db:
                    dumping.clear(db)
                    _load_tables(db, manifest, scratch, tell)
                    _restore_secret(archive, place.folder)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, KeyError, msgspec.DecodeError) as error:
        raise NotABackup(f"{source} is damaged: {error}") from error
    migrating.migrate(place.store)
    return manifest


def _manifest(archive: tarfile.TarFile) -> Manifest:
    first = archive.next()
    if first is None or first.name != "manifest.json":
        raise NotABackup("This file is no Martlet backup.")
    found = msgspec.json.decode(_bytes(archive, first), type=Manifest)
    if found.format not in (FORMAT, WITHOUT_END):
        raise NotABackup(f"This backup has the form {found.format}, which this Martlet does not know.")
    return found


def _end(archive: tarfile.TarFile) -> End:
    """What stands last, so that nothing is missing where it is there."""
    last = archive.getmembers()[-1]
    if last.name != END:
        raise NotABackup("This backup is damaged: its end is missing. Nothing was brought back.")
    return msgspec.json.decode(_bytes(archive, last), type=End)


def _check(place: Place, manifest: Manifest) -> None:
    migrations = migrating.known(place.store.dialect)
    if manifest.schema > migrations[-1].version:
        raise NotABackup(
            f"This backup was made by Martlet {manifest.martlet}, which is newer than this one. Restore it with that."
        )
    with place.store.read() as db:
        version = migrating.version_of(db)
        if version and not dumping.is_empty(db):
            raise NotABackup(
                "There is a server here already. Restore into an empty database and data folder."
            )
        if version > manifest.schema:  # what later versions would have made of the rows, nobody would
            raise NotABackup(
                "Nobody uses the server here yet, but its database is newer than this backup. Restore into an empty database and data folder."
            )


def _take_tables(archive: tarfile.TarFile, manifest: Manifest, scratch: Path) -> None:
    for table, digest in manifest.digests.items():
        path = scratch / table
        path.write_bytes(_bytes(archive, archive.getmember(f"tables/{table}.jsonl.gz")))
        if _digest(path) != digest:
            raise NotABackup(f"The table {table} is damaged in this backup. Nothing was brought back.")


def _load_tables(db: Writer, manifest: Manifest, scratch: Path, tell: Tell) -> None:
    known = dumping.tables(db)
    for done, table in enumerate(known):
        tell("tables", done, len(known))
        if table not in manifest.tables:
            continue
        with gzip.open(scratch / table, "rb") as lines:
            rows = dumping.load(db, table, lines)
        if rows != manifest.tables[table]:
            raise NotABackup(f"The table {table} should have {manifest.tables[table]} rows and has {rows}.")
    tell("tables", len(known), len(known))


def _restore_secret(archive: tarfile.TarFile, folder: Path) -> None:
    """The server's secret has to be the one that the rows were encrypted under."""
    try:
        member = archive.getmember(secret_file.NAME)
    except KeyError:
        return
    path = folder / secret_file.NAME
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(_bytes(archive, member))


def _restore_media(archive: tarfile.TarFile, folder: Path, end: End | None, tell: Tell) -> None:
    """Files without a row do no harm, should it come no further."""
    members = [member for member in archive if member.name.startswith("media/")]
    if end is not None and {member.name.removeprefix("media/") for member in members} != end.media.keys():
        raise NotABackup("This backup is damaged: files are missing in it. Nothing was brought back.")
    for done, member in enumerate(members):
        tell("media", done, len(members))
        key = member.name.removeprefix("media/")
        if not member.isreg() or not _is_key(key):
            raise NotABackup(f"The backup holds {member.name!r}, which no Martlet wrote.")
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = archive.extractfile(member)
        if source is None:
            raise NotABackup(f"{member.name} cannot be read.")
        with source, os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            found = hashlib.sha256()
            for piece in _pieces(source):
                found.update(piece)
                file.write(piece)
        if end is not None and found.hexdigest() != end.media[key]:
            raise NotABackup(f"The file {key} is damaged in this backup. No post was brought back.")
    tell("media", len(members), len(members))


def _is_key(key: str) -> bool:
    parts = key.split("/")
    return len(parts) == 3 and all(part.replace(".", "").isalnum() and part[0] != "." for part in parts)  # noqa: PLR2004


def _add_bytes(archive: tarfile.TarFile, name: str, body: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(body)
    member.mode = 0o600
    archive.addfile(member, io.BytesIO(body))


def _bytes(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    if file is None:
        raise NotABackup(f"{member.name} cannot be read.")
    with file:
        return file.read()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return _digest_of(file)


def _digest_of(file: io.BufferedReader) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(1 << 20):
        yield piece
