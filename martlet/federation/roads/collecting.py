"""
Fetching what another server could not bring here, at its own door (`offering`).

It is that server itself that hands it out, proven by its certificate: what its people did is believed as if it had been
brought. A server may bring what others have done, too; that is looked at as whatever is brought.
"""

import logging
import random
import time
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

import msgspec

from martlet.activitypub import parse
from martlet.federation.inbox import Inbox
from martlet.federation.roads.calling import Roads
from martlet.federation.roads.offering import LINES, PATH, Offered, Taken
from martlet.jobs.runner import Record
from martlet.model.errors import EvidenceRejected, MalformedDocument, MartletError
from martlet.model.names import Uri, host_of, is_uri, origin_of
from martlet.model.server import Server
from martlet.network.answers import Answer
from martlet.network.errors import NoAnswer
from martlet.services import watching
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.storage import peer_policies, remotes

log = logging.getLogger("martlet.federation")

PAGES = 20
"""Fetched in one go; the rest at the next."""
MOST_BYTES = 2 * 1024 * 1024
PAUSE = 5.0
"""Seconds within which one server's hints are one."""
MOST_HINTS = 1000
DOCUMENTS = LINES[1].decode()


@dataclass(slots=True)
class Collector:
    ground: Ground
    roads: Roads
    inbox: Inbox
    _hinted: dict[str, float] = field(default_factory=dict)

    async def hinted(self, origin: str) -> None:
        """A server has said that something waits there."""
        now = time.monotonic()
        if now - self._hinted.get(origin, float("-inf")) < PAUSE:
            return
        self._hinted[origin] = now
        if len(self._hinted) > MOST_HINTS:
            del self._hinted[next(iter(self._hinted))]
        await self.ground.store.writing(watching.collect, origin, self.ground.here)

    async def collect(self, body: str, here: Server) -> Record | None:
        """The job. It is asked for no more where there is no Martlet."""
        wanted = msgspec.json.decode(body, type=watching.Collecting)
        origin, host = wanted.origin, host_of(Uri(f"{wanted.origin}/"))
        if await self.ground.store.reading(peer_policies.is_refused, host, here):
            return None
        try:
            answer = await self.ask(origin)
            await self.take_in(origin, answer)
        except MartletError as error:
            log.info("What waits at %s was not fetched: %s", origin, error.message)
        else:
            wanted.is_regular = wanted.is_regular and answer.media_type == DOCUMENTS
        if not wanted.is_regular or not await self.ground.store.reading_aside(remotes.are_followed_at, host):
            return None
        at = here.now_ms() + int(watching.EVERY_HOUR * random.uniform(0.9, 1.1))  # noqa: S311 - spreads requests
        return partial(watching.collect_later, origin=origin, at=at)

    async def ask(self, origin: str) -> Answer:
        """The first page of what waits there, directly or through a proxy. Raises `NoAnswer`."""
        sign = await self.roads.signs("GET", None)
        return await self.roads.ask(origin + PATH, (DOCUMENTS,), max_bytes=MOST_BYTES, sign=sign)

    async def ask_directly(self, origin: str, deadline: timedelta) -> Answer:
        """The same by the direct road alone. Raises `NoAnswer`."""
        return await self.roads.client.get(
            origin + PATH,
            accept=(DOCUMENTS,),
            max_bytes=MOST_BYTES,
            sign=await self.roads.signs("GET", None),
            deadline=deadline,
        )

    async def take_in(self, origin: str, answer: Answer) -> int:
        """Page by page until nothing is left; returns how many activities came. Raises `NoAnswer`, `MalformedDocument`."""
        count = 0
        for _ in range(PAGES):
            lines = answer.body.splitlines() if answer.is_success else []
            if not lines:
                return count
            ids = [await self._take(origin, line) for line in lines]
            count += len(ids)
            await self.roads.tell(origin + PATH, msgspec.json.encode(Taken(ids)))
            answer = await self.ask(origin)
        return count

    async def _take(self, origin: str, line: bytes) -> str:
        """Take in one line; returns its number there: it is done with, or never will be. Raises `NoAnswer`, `MalformedDocument`."""
        try:
            offered = msgspec.json.decode(line, type=Offered)
        except msgspec.DecodeError as error:
            raise MalformedDocument("What waits there cannot be read.") from error
        try:
            await self._check_and_hand_in(origin, offered)
        except NoAnswer:
            raise
        except MartletError as error:
            log.info("Something that waited at %s is left out: %s", origin, error.message)
        return offered.id

    async def _check_and_hand_in(self, origin: str, offered: Offered) -> None:
        """Raises `MartletError`."""
        sender, body = Uri(offered.sender), bytes(offered.activity)
        if not is_uri(sender) or origin_of(sender) != origin:
            raise EvidenceRejected("A server hands out what its own people send.")
        await self.inbox.resolver.account(sender)
        document = canonical_json.parse_object(body)
        await self.inbox.hand_in_as_brought(sender, document, parse.act(document), body)
