"""
What this machine's processes count of their work, in a file in memory that all of them share.

Each process writes only into the slot that is its own, without locks, and
whoever asks adds the slots up. What is counted stays when a process ends, so
that a count never falls; what only holds at the moment (open streams, memory)
is taken from living processes.
"""

import mmap
import os
import threading
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from martlet.model.ids import SLOTS

BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper ends of the histograms' buckets, in seconds; a last one takes the rest."""
METHODS: Final = ("read", "write")
CLASSES: Final = ("1xx", "2xx", "3xx", "4xx", "5xx")
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_SPREAD: Final = len(BOUNDS) + 2
"""The numbers of a histogram: its buckets, and the sum of seconds."""
_ROW: Final = len(CLASSES) + _SPREAD
_PID, _STREAMS, _LAG = range(3)
_HEAD: Final = 3


@dataclass(frozen=True, slots=True)
class Spread:
    """A histogram: how many fell into each bucket (not cumulative), and their sum in seconds."""

    buckets: tuple[float, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Answered:
    """Requests of one kind at one door."""

    door: str
    method: str
    by_class: tuple[float, ...]
    """In the order of `CLASSES`."""
    durations: Spread


@dataclass(frozen=True, slots=True)
class Totals:
    """Of all processes of the machine."""

    answered: tuple[Answered, ...]
    groups: Spread
    """Groups of writes, from the first function to the commit."""
    processes: int
    streams: int
    event_lag: float
    """Seconds the oldest event has waited, at most, as the processes saw it when they last looked."""
    memory: int
    """Bytes resident; pages that processes share are counted for each."""


class Measures:
    """The slot of this process, and the sum of all. `path`: without the layout, which is put behind it."""

    def __init__(self, path: Path, slot: int, doors: Sequence[str]) -> None:
        self._rows = tuple((door, method) for door in doors for method in METHODS)
        self._starts = {row: _HEAD + _ROW * number for number, row in enumerate(self._rows)}
        self._groups_at = _HEAD + _ROW * len(self._rows)
        self._width = self._groups_at + _SPREAD
        size = SLOTS * self._width * 8
        path.parent.mkdir(parents=True, exist_ok=True)
        # Another layout is another file: one that is open elsewhere must not become shorter.
        with path.with_name(f"{path.name}-{'-'.join(doors)}").open("a+b") as file:
            file.truncate(size)
            self._all = memoryview(mmap.mmap(file.fileno(), size)).cast("d")
        self._own = self._all[slot * self._width : (slot + 1) * self._width]
        self._lock = threading.Lock()
        self._own[_PID] = os.getpid()
        self.look(0, 0.0)

    def close(self) -> None:
        """This process answers no more. The file stays open: a last answer may still be counted."""
        self._own[_PID] = 0

    # -- counting --------------------------------------------------------

    def answer(self, door: str, method: str, status: int, seconds: float) -> None:
        """One request was answered. To be called in the loop's thread only."""
        start = self._starts[door, "read" if method in _READS else "write"]
        self._own[start + min(max(status // 100, 1), len(CLASSES)) - 1] += 1
        self._spread(start + len(CLASSES), seconds)

    def write(self, seconds: float) -> None:
        """One group of writes was committed. From any thread."""
        with self._lock:
            self._spread(self._groups_at, seconds)

    def look(self, streams: int, event_lag: float) -> None:
        """How things stand in this process now."""
        self._own[_STREAMS], self._own[_LAG] = streams, event_lag

    def _spread(self, at: int, seconds: float) -> None:
        self._own[at + bisect_left(BOUNDS, seconds)] += 1
        self._own[at + _SPREAD - 1] += seconds

    # -- reading ---------------------------------------------------------

    def totals(self) -> Totals:
        slots = [self._all[at * self._width : (at + 1) * self._width].tolist() for at in range(SLOTS)]
        living = [slot for slot in slots if _lives(int(slot[_PID]))]
        summed = [sum(column) for column in zip(*slots, strict=True)]
        return Totals(
            tuple(
                Answered(
                    door,
                    method,
                    tuple(summed[start : start + len(CLASSES)]),
                    _spread_at(summed, start + len(CLASSES)),
                )
                for (door, method), start in self._starts.items()
            ),
            _spread_at(summed, self._groups_at),
            len(living),
            int(sum(slot[_STREAMS] for slot in living)),
            max((slot[_LAG] for slot in living), default=0.0),
            sum(_memory_of(int(slot[_PID])) for slot in living),
        )


def _spread_at(numbers: Sequence[float], at: int) -> Spread:
    return Spread(tuple(numbers[at : at + _SPREAD - 1]), numbers[at + _SPREAD - 1])


def _lives(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _memory_of(pid: int) -> int:
    """Bytes; 0 where the system does not tell."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * mmap.PAGESIZE
