"""
Servers that want to be left alone: who answers 429 or 503 with Retry-After is asked for nothing until then.

Each process remembers for itself, for an hour at most: nobody can make us deaf to them for longer by one answer.
"""

from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from martlet.network.push import retry_after

LONGEST = timedelta(hours=1)
MOST = 4096
"""Servers that are remembered; those that asked first are forgotten first."""


class Pauses:
    def __init__(self) -> None:
        self._until: OrderedDict[str, int] = OrderedDict()

    def note(self, host: str, headers: Mapping[str, str], now: int) -> None:
        """What a server answered that wants to be left alone; `now` in milliseconds."""
        wait = retry_after(headers.get("retry-after"), datetime.fromtimestamp(now / 1000, UTC))
        if wait is None:
            return
        self._until[host] = now + int(min(wait, LONGEST).total_seconds() * 1000)
        self._until.move_to_end(host)
        while len(self._until) > MOST:
            self._until.popitem(last=False)

    def has(self, host: str, now: int) -> bool:
        """Whether a server is to be left alone now."""
        until = self._until.get(host)
        if until is None:
            return False
        if until <= now:
            del self._until[host]
            return False
        return True
