"""
Fetching the block lists that are subscribed to, once a day each.

What is asked for is whether something has changed; what has is applied as a
difference. A list that does not answer, or says what it can hardly mean,
changes nothing: `martlet check` tells of it.
"""

import logging
from dataclasses import dataclass

import msgspec

from martlet.model.errors import MartletError
from martlet.model.server import Server
from martlet.network.client import Client
from martlet.services import block_lists as use
from martlet.services.block_lists import DAY, LARGEST, Changes, ListRejected, Turn
from martlet.storage import block_lists
from martlet.storage.block_lists import BlockList
from martlet.storage.database import Store, Writer

log = logging.getLogger("martlet.federation")

_NOT_MODIFIED = 304
_LONGEST_HEADER = 500


@dataclass(slots=True)
class ListFetcher:
    store: Store
    here: Server
    client: Client

    async def fetch_due(self, body: str, here: Server) -> None:
        """The job."""
        turn = msgspec.json.decode(body, type=Turn)
        kept = await self.store.reading(block_lists.find, turn.list)
        if kept is None:
            return
        try:
            await self.fetch(kept)
        except MartletError as error:
            log.warning("The block list %s is left as it was: %s", kept.url, error.message)
        days = 1 + max(here.now_ms() - turn.at, 0) // DAY
        await self.store.writing(use.fetch_later, Turn(turn.list, turn.at + days * DAY))

    async def fetch(self, kept: BlockList, tell: use.Tell = lambda *_: None) -> Changes:
        """
        Fetch one list and apply its changes; returns them.

        Raises `NoAnswer`, `ListRejected`; that is written down for `martlet check`.
        """
        try:
            return await self._fetch(kept, tell)
        except MartletError as error:
            now = self.here.now_ms()
            await self.store.writing(block_lists.failed, kept.id, error.message[:500], now)
            raise

    async def _fetch(self, kept: BlockList, tell: use.Tell) -> Changes:
        store, here = self.store, self.here
        asked = {"if-none-match": kept.etag} if kept.etag else {}
        if kept.modified:
            asked["if-modified-since"] = kept.modified
        answer = await self.client.get(kept.url, headers=asked, max_bytes=LARGEST)
        if answer.status == _NOT_MODIFIED and asked:
            await store.writing(block_lists.unchanged, kept.id, here.now_ms())
            return Changes()
        if not answer.is_success:
            raise ListRejected(f"Its server answers {answer.status}.")
        try:
            text = answer.body.decode()
        except UnicodeDecodeError:
            raise ListRejected("The list is not written in UTF-8.") from None
        found = use.read(text, here, kept.id)
        use.check(kept, found)
        changes = await store.reading(use.changes, kept.id, found.decisions)
        await use.make(store, kept.id, changes, here, tell)
        marks = (answer.headers.get(name, "") for name in ("etag", "last-modified"))
        etag, modified = (mark if len(mark) <= _LONGEST_HEADER else "" for mark in marks)
        await store.writing(_fetched, kept.id, len(found.decisions), etag, modified, here)
        return changes


def _fetched(db: Writer, id: int, domains: int, etag: str, modified: str, here: Server) -> None:
    block_lists.fetched(db, id, domains, etag, modified, here.now_ms())
