"""
Activities that were read at the door and wait for their jobs, which need not read them again.

Only in the process that took them: another one, or the same after a restart, reads what is written down.
"""

from typing import Any

from martlet.activitypub.things import Act
from martlet.storage.incoming import Incoming

LONGEST = 32_768
"""Bytes of the longest that is kept; as read, a document of many small parts takes twenty times as many."""
MOST = 1024 * 1024
"""Bytes of all that are kept."""
STALE = 60_000
"""Milliseconds after which another process will have done the job."""

Read = tuple[dict[str, Any], Act]


class Kept:
    """What comes while there is no room is not kept: those that came before are worked off first."""

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Incoming, Read, int]] = {}
        self._bytes = 0

    def put(self, one: Incoming, read: Read, now: int) -> None:
        size = len(one.body)
        while self._bytes + size > MOST and self._kept:
            oldest = next(iter(self._kept))
            if now - self._kept[oldest][2] < STALE:
                break
            self.take(oldest)
        if size <= LONGEST and self._bytes + size <= MOST:
            self._kept[one.id] = (one, read, now)
            self._bytes += size

    def take(self, id: int) -> tuple[Incoming, Read] | None:
        """Gives it away: nothing is taken twice."""
        found = self._kept.pop(id, None)
        if found is None:
            return None
        self._bytes -= len(found[0].body)
        return found[0], found[1]
