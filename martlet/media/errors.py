"""
What can go wrong with a file.

    InvalidInput
    ├── MediaNotRecognised   neither picture nor film nor sound, whatever it is called
    ├── MediaNotSupported    we know what it is, but this server cannot read it
    ├── MediaDamaged         it begins like one and then makes no sense
    ├── MediaTooLarge        bytes, pixels, frames or seconds out of bounds
    └── MediaTookTooLong     the decoder was stopped
    NotFound
    └── MediaMissing
    Unavailable
    ├── StorageFull
    └── StorageBroken
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from martlet.model.errors import InvalidInput, NotFound, Unavailable


class MediaNotRecognised(InvalidInput):
    code = "media_not_recognised"

    def __init__(self) -> None:
        super().__init__("This file is not a picture, a video or a sound that this server knows.", "file")


class MediaNotSupported(InvalidInput):
    code = "media_not_supported"

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


class MediaDamaged(InvalidInput):
    code = "media_damaged"

    def __init__(self, message: str = "This file is damaged and cannot be read.") -> None:
        super().__init__(message, "file")


class MediaTooLarge(InvalidInput):
    code = "media_too_large"

    def __init__(self, message: str) -> None:
        super().__init__(message, "file")


class MediaTookTooLong(InvalidInput):
    code = "media_took_too_long"

    def __init__(self, message: str = "Reading this file took too long, so it was given up.") -> None:
        super().__init__(message, "file")


class MediaMissing(NotFound):
    code = "media_missing"

    def __init__(self) -> None:
        super().__init__("There is no such file.")


class StorageFull(Unavailable):
    code = "storage_full"

    def __init__(self) -> None:
        super().__init__("The server's disk is full. Nothing was saved; try again later.")


class StorageBroken(Unavailable):
    code = "storage_broken"

    def __init__(self) -> None:
        super().__init__("The server cannot reach its files. Nothing was saved; try again later.")


@contextmanager
def writing() -> Iterator[None]:
    """An `OSError` from our own disk, said as `StorageFull` or `StorageBroken`."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull from error
        raise StorageBroken from error


@contextmanager
def reading() -> Iterator[None]:
    """The same, but a file that is not there is `MediaMissing`."""
    with writing():
        try:
            yield
        except FileNotFoundError as error:
            raise MediaMissing from error
