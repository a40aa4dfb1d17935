"""How much there is here, as everybody is told: counted at most once a minute by each process, out of others' way."""

from martlet.model.server import Server
from martlet.storage import server_values
from martlet.storage.database import Store
from martlet.storage.server_values import Counts

KEPT_MS = 60_000


class Figures:
    """What was counted last. Counting is a look at every account, so its cost grows with them."""

    def __init__(self) -> None:
        self._counts: Counts | None = None
        self._counted_at = 0

    async def now(self, store: Store, here: Server) -> Counts:
        """As of a minute ago at most. While somebody counts anew, others are told the last figures."""
        now = here.now_ms()
        if self._counts is None or not 0 <= now - self._counted_at < KEPT_MS:
            self._counted_at = now
            self._counts = await store.reading_aside(server_values.counts, now)
        return self._counts
