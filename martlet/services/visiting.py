"""Noting, to the day, that somebody was here: once a day for each person, not with each request."""

import asyncio
import logging

from martlet.model.names import TokenId, UserId
from martlet.model.server import Server
from martlet.services import tallying, timelines
from martlet.services.signing_in import Viewer
from martlet.storage import visits
from martlet.storage.database import Store, Writer

log = logging.getLogger("martlet.visits")

DAY = 86_400_000


class Visits:
    """
    Who was seen today by this process, and who is still to be written down.

    `look` is called with every request, in any thread; `write_down` from the
    event loop, soon after. What a crash loses, the next request brings.
    """

    def __init__(self, store: Store, here: Server) -> None:
        self._store = store
        self._here = here
        self._day = 0
        self._seen: set[TokenId] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.new: list[Viewer] = []

    def look(self, viewer: Viewer, now: int) -> None:
        """`now` in milliseconds since 1970."""
        day = now // DAY
        if day != self._day:
            self._day = day
            self._seen = set()
        if viewer.user is None or viewer.token is None or viewer.token in self._seen:
            return
        self._seen.add(viewer.token)
        self.new.append(viewer)

    def write_down(self) -> None:
        new, self.new = self.new, []
        task = asyncio.get_running_loop().create_task(self._write_down(new))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write_down(self, new: list[Viewer]) -> None:
        found = [(one.user, one.token) for one in new if one.user is not None and one.token is not None]
        try:
            await self._store.writing(note, found, self._here)
        except Exception:
            log.exception("Who was here today could not be written down")


def note(db: Writer, found: list[tuple[UserId, TokenId]], here: Server) -> None:
    """People and the tokens they came with; their timelines will want tidying, and what they write counting."""
    today = here.now_ms() // DAY * DAY
    for user, token in found:
        tallying.note_visit(db, user, here)
        visits.note(db, user, token, today)
    timelines.want_tidying(db, here)
    tallying.want(db, here)
