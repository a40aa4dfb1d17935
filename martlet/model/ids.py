"""
Ids: 64-bit numbers that sort by time, made without asking anyone.

    milliseconds since 1970 << 16  |  slot << 10  |  counter

Each process that writes holds a slot of its own (0–63), so two processes
never make the same id; the counter tells apart what one process makes within
a millisecond, and runs ahead of the clock when 1,024 are not enough.
"""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from martlet.model.paging import LAST_ID

SLOTS = 64
_COUNTERS = 1024
_MOST_DIGITS = 19


class IdMaker:
    """Makes ids; safe to call from any thread."""

    def __init__(self, slot: int, milliseconds: Callable[[], int]) -> None:
        if not 0 <= slot < SLOTS:
            raise ValueError(slot)
        self._slot = slot << 10
        self._milliseconds = milliseconds
        self._last = 0  # milliseconds * 1024 + counter
        self._random = random.Random()  # noqa: S311 - spreads ids, and hides nothing
        self._lock = threading.Lock()

    @property
    def slot(self) -> int:
        return self._slot >> 10

    def next(self) -> int:
        with self._lock:
            self._last = max(self._last + 1, self._milliseconds() * _COUNTERS)
            moment, counter = divmod(self._last, _COUNTERS)
        return moment << 16 | self._slot | counter

    def next_at(self, milliseconds: int) -> int:
        """
        For what happened before and only comes to be known now: an id of that moment. It may be taken.

        Many servers tell whole seconds only: then it is any moment of that second, for there may be many of it.
        """
        if milliseconds % 1000 == 0:
            milliseconds += self._random.randrange(1000)
        return milliseconds << 16 | self._slot | self._random.randrange(_COUNTERS)


def id_from(text: str) -> int | None:
    """The id that somebody names by its digits; None for anything that can be no id."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    id = int(text)
    return id if id <= LAST_ID else None


def first_id_at(moment: datetime) -> int:
    """The smallest id that could have been made at `moment`."""
    return first_id_in(int(moment.timestamp() * 1000))


def first_id_in(milliseconds: int) -> int:
    """The same for a moment in milliseconds since 1970."""
    return milliseconds << 16


def moment_of(id: int) -> datetime:
    """When an id was made, to the millisecond."""
    return datetime.fromtimestamp(milliseconds_of(id) / 1000, UTC)


def milliseconds_of(id: int) -> int:
    """The same in milliseconds since 1970."""
    return id >> 16
