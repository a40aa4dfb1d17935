"""
Bells: a process of this machine wakes others that wait for rows of the SQLite file.

Each process that waits has a named pipe in a folder, called by its slot. A byte
in it means: look. Nothing is said with it, so that one missed costs a moment.
"""

import contextlib
import os
import threading
from pathlib import Path


class Bells:
    """The bells in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._name = folder, str(folder)
        self._seen = 0
        self._pipes: list[int] = []
        self._lock = threading.Lock()

    def hang(self, slot: int) -> int:
        """A bell of one's own, as an open file in which there is something to read once it was rung."""
        self._folder.mkdir(exist_ok=True)
        path, not_yet = self._folder / str(slot), self._folder / f".{slot}"
        not_yet.unlink(missing_ok=True)
        os.mkfifo(not_yet, 0o600)
        bell = os.open(not_yet, os.O_RDWR | os.O_NONBLOCK)
        not_yet.rename(path)  # nobody finds it before somebody reads from it
        return bell

    def take_down(self, slot: int, bell: int) -> None:
        os.close(bell)
        (self._folder / str(slot)).unlink(missing_ok=True)

    def ring(self) -> None:
        """Wake all who wait; in whatever thread."""
        with self._lock:
            self._look_round()
            for pipe in self._pipes:
                with contextlib.suppress(OSError):  # rung already, or nobody waits any more
                    os.write(pipe, b"\0")

    def close(self) -> None:
        """Ring no more."""
        with self._lock:
            self._drop()

    def _look_round(self) -> None:
        """Open the pipes anew where some came or went."""
        try:
            changed = os.stat(self._name).st_mtime_ns  # noqa: PTH116 - a third of the time, and asked after every commit
        except FileNotFoundError:
            return
        if changed == self._seen:
            return
        self._seen = changed
        self._drop()
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):  # left behind: nobody reads from it
                self._pipes.append(os.open(path, os.O_WRONLY | os.O_NONBLOCK))

    def _drop(self) -> None:
        for pipe in self._pipes:
            os.close(pipe)
        self._pipes = []
