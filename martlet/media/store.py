"""
Where the files stay.

A key is all there is to know of a file: `ab/cd/<28 more letters>.jpg`, drawn
by us at random (160 bits), so a file nobody was told of cannot be guessed, and no
name from outside is ever part of a path. Its ending fixes the content type for
good. A file never changes once it is there, so it may be cached for ever.

The store knows nothing of owners. Who still needs a file is the database's to say.
"""

import base64
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from martlet.media.errors import MediaMissing, reading, writing

CONTENT_TYPES: Final = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "mp4": "video/mp4",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    # As other servers have them; see `received`.
    "mov": "video/quicktime",
    "webm": "video/webm",
    "weba": "audio/webm",
    "ogv": "video/ogg",
    "oga": "audio/ogg",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
}
"""All that ever leaves our hands, by the ending of its key."""

_ENDINGS = {content_type: ending for ending, content_type in CONTENT_TYPES.items()}
_KEY = re.compile(rf"[a-z2-7]{{2}}/[a-z2-7]{{2}}/[a-z2-7]{{28}}\.({'|'.join(CONTENT_TYPES)})", re.ASCII)
_INCOMING = ".incoming"


def new_key(content_type: str) -> str:
    """A key nobody has drawn before, for a file of this type (one of `CONTENT_TYPES`)."""
    letters = base64.b32encode(secrets.token_bytes(20)).decode().lower()
    return f"{letters[:2]}/{letters[2:4]}/{letters[4:]}.{_ENDINGS[content_type]}"


def is_key(text: str) -> bool:
    return _KEY.fullmatch(text) is not None


def content_type_of(key: str) -> str:
    """Raises `MediaMissing` for what is no key: such a file cannot be there."""
    return CONTENT_TYPES[_checked(key).rpartition(".")[2]]


def _checked(key: str) -> str:
    if not is_key(key):
        raise MediaMissing
    return key


class MediaStore(Protocol):
    """
    What every place for files can do, a folder or a bucket.

    Raises `MediaMissing` where there is no such file, and a kind of
    `Unavailable` where the place itself gives way.
    """

    def put(self, key: str, source: bytes | Path) -> None:
        """Keep a copy of `source`. When this returns, it survives power loss; if it raises, nothing is there."""

    def open(self, key: str) -> BinaryIO: ...

    def read(self, key: str) -> bytes: ...

    def size(self, key: str) -> int:
        """In bytes."""

    def exists(self, key: str) -> bool: ...

    def delete(self, key: str) -> None:
        """To delete what is gone already is no error: deleting is retried until it is known to be done."""

    def url(self, key: str) -> str: ...

    def keys(self) -> Iterator[str]:
        """All of them, in no order; for backups and for finding files that nobody needs."""

    def free_bytes(self) -> int | None:
        """None where there is no telling."""

    def used_bytes(self) -> int:
        """Walks over all there is: for the operator's check, not for requests."""


class LocalStore:
    """A folder of our own, readable by nobody else. `base_url` is where `serving` answers for it."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.base_url = base_url.rstrip("/")
        self._incoming = folder / _INCOMING
        with writing():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._incoming.mkdir(mode=0o700, exist_ok=True)

    def path(self, key: str) -> Path:
        """Where the file is, or would be."""
        return self.folder / _checked(key)

    def put(self, key: str, source: bytes | Path) -> None:
        path = self.path(key)
        draft = self._incoming / secrets.token_hex(16)
        with writing():
            try:
                self._write(draft, source)
                self._make_folders(path.parent)
                draft.replace(path)
                _sync(path.parent)
            except BaseException:
                draft.unlink(missing_ok=True)
                raise

    def _write(self, draft: Path, source: bytes | Path) -> None:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            if isinstance(source, bytes):
                file.write(source)
            else:
                with source.open("rb") as original:
                    shutil.copyfileobj(original, file, 1 << 18)
            file.flush()
            os.fsync(file.fileno())

    def _make_folders(self, folder: Path) -> None:
        for new in (folder.parent, folder):
            try:
                new.mkdir(mode=0o700)
            except FileExistsError:
                continue
            _sync(new.parent)

    def open(self, key: str) -> BinaryIO:
        path = self.path(key)
        with reading():
            return path.open("rb")

    def read(self, key: str) -> bytes:
        path = self.path(key)
        with reading():
            return path.read_bytes()

    def size(self, key: str) -> int:
        path = self.path(key)
        with reading():
            return path.stat().st_size

    def exists(self, key: str) -> bool:
        return is_key(key) and self.path(key).is_file()

    def delete(self, key: str) -> None:
        path = self.path(key)
        with writing():
            path.unlink(missing_ok=True)

    def url(self, key: str) -> str:
        return f"{self.base_url}/{_checked(key)}"

    def keys(self) -> Iterator[str]:
        for path in self.folder.glob("??/??/*"):
            key = path.relative_to(self.folder).as_posix()
            if is_key(key):
                yield key

    def free_bytes(self) -> int | None:
        with writing():
            disk = os.statvfs(self.folder)
        return disk.f_bavail * disk.f_frsize

    def used_bytes(self) -> int:
        return sum(self.path(key).stat().st_size for key in self.keys())

    def sweep(self, older_than: timedelta = timedelta(days=1)) -> int:
        """Remove what a crash has left half written; the number of files removed."""
        return sweep_folder(self._incoming, older_than)


def sweep_folder(folder: Path, older_than: timedelta) -> int:
    """Remove what lies in `folder` and was last touched `older_than` ago or before."""
    limit = time.time() - older_than.total_seconds()
    removed = 0
    for path in folder.iterdir():
        try:
            if path.lstat().st_mtime > limit:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        except FileNotFoundError:
            continue  # another process sweeps too
        removed += 1
    return removed


def _sync(folder: Path) -> None:
    """Make a name in `folder` survive power loss."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
