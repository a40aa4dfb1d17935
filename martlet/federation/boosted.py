"""Fetching posts whose boosts came in a file or were read at a mirror (`services/carried_boosts.py`)."""

from dataclasses import dataclass
from functools import partial

from martlet.federation.resolving import NetworkResolver
from martlet.jobs.runner import Record
from martlet.model.server import Server
from martlet.services import carried_boosts
from martlet.services.ports import Ground
from martlet.storage import waiting_boosts


@dataclass(slots=True)
class Boosted:
    ground: Ground
    resolver: NetworkResolver

    async def fetch(self, body: str, here: Server) -> Record:
        """The job."""
        del body
        store = self.ground.store
        for target in await store.reading(waiting_boosts.untried, carried_boosts.AT_ONCE):
            await self.resolver.address(target)
            await store.writing(carried_boosts.was_fetched, target, here)
        return partial(carried_boosts.fetch_on, here=here)
