"""Broadcasts on SQLite: rows are read on from the last one, when a bell rings or a moment has passed."""

import asyncio
import contextlib
import logging
import os
from typing import TYPE_CHECKING, Final

from martlet.storage import broadcasts
from martlet.storage.bells import Bells
from martlet.storage.feeds import Broke, Feed, Hear

if TYPE_CHECKING:
    from martlet.storage.sqlite import SqliteStore

log = logging.getLogger("martlet.storage")

PAUSE: Final = 1.0
"""Seconds after which rows are looked for without a bell."""
AT_ONCE: Final = 200


class SqliteFeed(Feed):
    def __init__(self, store: "SqliteStore", bells: Bells, slot: int) -> None:
        self._store, self._bells, self._slot = store, bells, slot
        self._bell: int | None = None
        self._last = 0
        self._loop: asyncio.AbstractEventLoop
        self._timer: asyncio.TimerHandle | None = None
        self._hear: Hear
        self._broke: Broke

    async def start(self, hear: Hear, broke: Broke) -> None:
        self._loop = asyncio.get_running_loop()
        self._hear, self._broke = hear, broke
        self._last = await self._store.reading(broadcasts.newest)
        self._bell = self._bells.hang(self._slot)
        self._loop.add_reader(self._bell, self._look)
        self._timer = self._loop.call_later(PAUSE, self._look)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._bell is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._loop.remove_reader(self._bell)
            self._bells.take_down(self._slot, self._bell)
            self._bell = None

    def _look(self) -> None:
        if self._bell is None:
            return
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell, 4096)
        if self._timer is not None:
            self._timer.cancel()
        try:
            is_more = self._read_on()
        except Exception:
            log.exception("Broadcasts cannot be read")
            self.stop()
            self._broke()
            return
        if self._bell is not None:
            self._timer = self._loop.call_later(0 if is_more else PAUSE, self._look)

    def _read_on(self) -> bool:
        """Whether there may be more."""
        with self._store.read() as db:
            found = broadcasts.after(db, self._last, AT_ONCE)
        if not found:
            return False
        if found[0].id != self._last + 1:  # swept away before they were read
            self.stop()
            self._broke()
            return False
        self._last = found[-1].id
        self._hear([(one.kind, one.body) for one in found])
        return len(found) == AT_ONCE
