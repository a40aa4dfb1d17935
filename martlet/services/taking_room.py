"""How much of the machine is used: the disk that the files are on, and this process's memory."""

import resource
import shutil
from pathlib import Path

from msgspec import Struct

LEVELS = ("disk_bytes", "memory_bytes")
"""As they are kept for each day, see `tallying`."""


class Room(Struct, frozen=True):
    free: int
    total: int

    @property
    def used(self) -> int:
        return self.total - self.free


def room_of(folder: Path) -> Room:
    """Of the disk that a folder is on; the nearest one above it that is there."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    found = shutil.disk_usage(folder)
    return Room(found.free, found.total)


def memory() -> int:
    """Bytes that this process had at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def levels(folder: Path) -> dict[str, int]:
    """By name."""
    return {"disk_bytes": room_of(folder).used, "memory_bytes": memory()}
