"""
What somebody elsewhere has pinned, fetched from the collection that their account names.

Bounded: the collection or its first page, and as many posts as may be pinned here.
"""

import logging
from dataclasses import dataclass

import msgspec

from martlet.activitypub import parse
from martlet.federation.resolving import NetworkResolver
from martlet.model.errors import MartletError
from martlet.model.names import AccountId, Uri, origin_of
from martlet.model.server import Server
from martlet.services import pinning

log = logging.getLogger("martlet.federation")


@dataclass(slots=True)
class Featured:
    resolver: NetworkResolver

    async def fetch_later(self, body: str, here: Server) -> None:
        """The job."""
        await self.fetch(msgspec.json.decode(body, type=AccountId), here)

    async def fetch(self, account: AccountId, here: Server) -> None:
        """Fetch what an account has pinned and keep it in place of what was known; nothing changes where its server is silent."""
        store = self.resolver.fetcher.ground.store
        collection = await store.reading(pinning.collection, account)
        if collection is None:
            return
        try:
            named = await self._items(collection)
        except MartletError as error:
            log.info("Nothing came of %s: %s", collection[:200], error.message)
            return
        own = [uri for uri in named if origin_of(uri) == origin_of(collection)][: here.limits.pins]
        for uri in own:
            try:
                await self.resolver.post(uri)
            except MartletError as error:
                log.info("Nothing came of %s: %s", uri[:200], error.message)
        await store.writing(pinning.replace, account, own, here)

    async def _items(self, collection: Uri) -> tuple[Uri, ...]:
        """Raises what `Fetcher.document` does."""
        found = parse.collection((await self.resolver.fetcher.document(collection)).document)
        if found.items or not found.first or origin_of(Uri(found.first)) != origin_of(collection):
            return found.items
        return parse.collection((await self.resolver.fetcher.document(found.first)).document).items
