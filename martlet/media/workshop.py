"""What media work is done with: worker processes, ffmpeg, a folder for what is half done, and the limits."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from martlet.media.errors import MediaNotSupported, MediaTooLarge, writing
from martlet.media.ffmpeg import Ffmpeg, find_ffmpeg
from martlet.media.kinds import FORMATS, HEAD, HEIC, Family, Format, sniff
from martlet.media.limits import Limits
from martlet.media.store import sweep_folder
from martlet.media.workers import Workers

_JOB = "job-"
_SOURCE = "source"


class Workshop:
    """
    One for each server process, safe to use from any thread. Close it at the end.

    `scratch` is where uploads are worked on; it wants room for a few of the
    largest files, and several processes may share it.
    """

    def __init__(
        self, scratch: Path, limits: Limits | None = None, *, ffmpeg: Ffmpeg | None, pictures_at_once: int = 2
    ) -> None:
        self.limits = limits or Limits()
        self.ffmpeg = ffmpeg
        self.workers = Workers(scratch, limit=pictures_at_once, memory=self.limits.picture_memory)
        self.filming = threading.BoundedSemaphore(1)  # a film takes all cores there are

    @classmethod
    def with_system_ffmpeg(cls, scratch: Path, limits: Limits | None = None) -> Self:
        return cls(scratch, limits, ffmpeg=find_ffmpeg())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.workers.close()

    def content_types(self) -> list[str]:
        """What apps may offer, in the words they use; only what this server can really read."""
        return sorted(name for format in FORMATS if self._can_read(format) for name in format.content_types)

    def _can_read(self, format: Format) -> bool:
        if format is HEIC:
            return find_spec("pillow_heif") is not None
        return format.family is Family.PICTURE or self.ffmpeg is not None

    def recognise(self, upload: Path | bytes) -> Format:
        """
        What the upload seems to be; quick, and no decoder is asked.

        Raises `MediaNotRecognised`, `MediaNotSupported`, and `MediaTooLarge` by its bytes.
        """
        if isinstance(upload, bytes):
            head, size = upload[:HEAD], len(upload)
        else:
            with upload.open("rb") as file:
                head = file.read(HEAD)
            size = upload.stat().st_size
        format = sniff(head)
        if not self._can_read(format):
            if format is HEIC:
                raise MediaNotSupported("This server cannot read HEIC pictures. Send it as JPEG.")
            raise MediaNotSupported(
                "This server shows no video and plays no sound: ffmpeg is not installed on it."
            )
        most = self.most_bytes(head)
        if size > most:
            raise MediaTooLarge(f"The file has {_megabytes(size)}; {_megabytes(most)} are allowed.")
        return format

    def most_bytes(self, head: bytes) -> int:
        """How large a file may be that begins so. Raises `MediaNotRecognised`."""
        is_picture = sniff(head).family is Family.PICTURE
        return self.limits.picture_bytes if is_picture else self.limits.recording_bytes

    @contextmanager
    def job(self, upload: Path | bytes) -> Iterator[Path]:
        """A folder of its own with the upload in it, as a file under our own name; gone at the end."""
        with writing():
            folder = Path(tempfile.mkdtemp(prefix=_JOB, dir=self.workers.scratch))
        try:
            source = folder / _SOURCE
            with writing():
                if isinstance(upload, bytes):
                    source.write_bytes(upload)
                else:
                    try:
                        source.hardlink_to(upload)
                    except OSError:  # on another disk
                        shutil.copyfile(upload, source)
            yield source
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, older_than: timedelta = timedelta(days=1)) -> int:
        """Remove what a crash has left behind; the number of folders and files removed."""
        return sweep_folder(self.workers.scratch, older_than)


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):.1f} MB"
