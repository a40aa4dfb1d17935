"""
Noticing that the server of somebody with mirrors is away, and reading the mirrors while it is.

One job for the whole server, every `roads_seconds`: each server with people who are followed here and have mirrors is asked one
small question. Where there is no answer the people's mirrors are read, and the server is asked once more; without an answer to
that, too, it is away: what is for its people is left at the mirrors, and each round does the same until the server answers. Then it is told so, because it may have stopped trying to reach us.
Without such people there is no job.
"""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import msgspec

from martlet.activitypub import gateways as said
from martlet.federation.roads.circuits import Circuits
from martlet.federation.roads.collecting import Collector
from martlet.federation.roads.hearing import Hearer
from martlet.federation.roads.leaving import Leaver
from martlet.federation.roads.reading import MirrorReader
from martlet.jobs.runner import Record
from martlet.model.errors import MartletError
from martlet.model.names import Uri, host_of, origin_of
from martlet.model.server import Server
from martlet.network import signed
from martlet.network.client import Client
from martlet.network.errors import AnswerRefused, NoAnswer
from martlet.services import identities, watching
from martlet.services.ports import Ground
from martlet.signing.http_signatures import Scheme
from martlet.storage import gateways, peer_policies
from martlet.storage.database import Writer

log = logging.getLogger("martlet.federation")

MOST_HOSTS = 500
AT_ONCE = 16
MOST_ACTORS = 50
"""Of one server whose mirrors are read in one go."""
PATIENCE = 5.0
"""Seconds within which a server has to answer; less where it is asked more often than every twenty."""
SPREAD = 0.2
"""Part of the time between two rounds within which servers are asked, so that not all are asked at once."""
SECONDS = 60
"""For one server, mirrors and all."""
MARGIN = 600_000
"""Milliseconds before it was noticed that a server is away from which on mirrors are read."""
LEARNED = 3600.0
"""Seconds after which a server is asked for its other addresses again."""
_REFUSALS = "application/json"
"""What a Martlet refuses something with; a page of a proxy before it, or of whoever blocks it, has another type."""
PATH, REACHED = "/.well-known/martlet", "/carry/v1/reached"


class _About(msgspec.Struct):
    """What a Martlet says of itself."""

    version: Any = None
    alternates: Any = None
    onion: Any = None


@dataclass(slots=True)
class Watcher:
    ground: Ground
    client: Client
    circuits: Circuits
    reader: MirrorReader
    leaver: Leaver
    collector: Collector
    hearer: Hearer
    seconds: int
    untold: set[str] = field(default_factory=set)
    """Servers that do not know yet that they can be reached again."""
    _asked_at: dict[str, float] = field(default_factory=dict)
    """When a server was asked for its other addresses."""

    @property
    def _patience(self) -> timedelta:
        return timedelta(seconds=min(PATIENCE, max(self.seconds / 4, 2.0)))

    async def watch(self, body: str, here: Server) -> Record | None:
        """The job."""
        del body
        hosts = await self.ground.store.reading(gateways.followed_hosts, "", MOST_HOSTS)
        if not hosts:
            return None
        turns, begun = asyncio.Semaphore(AT_ONCE), time.monotonic()

        async def in_turn(host: str) -> None:
            await asyncio.sleep(random.uniform(0, SPREAD * self.seconds))  # noqa: S311 - spreads requests
            async with turns:
                await self._quietly(host)

        await asyncio.gather(*map(in_turn, hosts))
        left = self.seconds - (time.monotonic() - begun)
        return partial(watching.again, here=here, seconds=max(left, 0.0))

    async def _quietly(self, host: str) -> None:
        try:
            async with asyncio.timeout(SECONDS):
                await self.look_after(host)
        except TimeoutError:
            log.info("%s and its mirrors took too long", host)
        except Exception:
            log.exception("Looking after %s stumbled", host)

    async def ask(self, body: str, here: Server) -> Record | None:
        """The job that asks a server for its other addresses; again in a week, where it has any."""
        origin = msgspec.json.decode(body, type=str)
        host = host_of(Uri(f"{origin}/"))
        if await self.ground.store.reading(peer_policies.is_refused, host, here):
            return None
        try:
            if await self._ask_for_addresses(host, origin):
                await self._get_to_know(origin)
        except MartletError as error:
            log.info("Nothing came of %s: %s", host, error.message)
            return None
        if not await self.ground.store.reading(gateways.addresses_of, host):
            return None
        return partial(watching.ask_later, origin=origin, at=here.now_ms() + watching.RENEWED)

    async def look_after(self, host: str) -> None:
        actors = await self.ground.store.reading(gateways.followed_at, host, MOST_ACTORS)
        if not actors:
            return
        was_open = await self.circuits.is_open(host)
        if was_open:
            self.untold.add(host)
        is_there = not was_open and await self._answers(actors[0])
        if not is_there:
            is_there, _ = await asyncio.gather(self._answers(actors[0]), self._go_round(host, actors))
        if is_there and host in self.untold:
            await self._tell_reached(actors[0])

    async def _go_round(self, host: str, actors: Sequence[Uri]) -> None:
        """Read at the mirrors, and leave there what waits."""
        circuit = self.circuits.open.get(host)
        since = self.ground.here.now_ms() if circuit is None else circuit.opened_at
        for actor in actors:
            await self.reader.read(actor, since - MARGIN)
        if circuit is not None:
            await self.leaver.leave_all(host)
            await self.hearer.hear(actors)

    async def _answers(self, actor: Uri) -> bool:
        """Whether the server of an account can be reached directly. What waits there, because it does not reach us, is taken in."""
        host, origin = host_of(actor), origin_of(actor)
        try:
            answer = await self.collector.ask_directly(origin, self._patience)
            if not answer.is_success and answer.media_type != _REFUSALS:
                raise AnswerRefused(f"Something else answers for {host}: {answer.status}.")
        except NoAnswer as error:
            await self.circuits.failed(host, error.code)
            return False
        await self.circuits.succeeded(host)
        try:
            if answer.body and await self.collector.take_in(origin, answer):
                log.info("%s does not reach us; what waited there was fetched", host)
            await self._learn_addresses(host, origin)
        except MartletError as error:
            log.info("Nothing more came of %s: %s", host, error.message)
        return True

    async def _learn_addresses(self, host: str, origin: str) -> None:
        """Raises `NoAnswer`."""
        now = time.monotonic()
        if now - self._asked_at.get(host, float("-inf")) < LEARNED:
            return
        self._asked_at[host] = now
        if len(self._asked_at) > MOST_HOSTS:
            del self._asked_at[next(iter(self._asked_at))]
        await self._ask_for_addresses(host, origin)

    async def _get_to_know(self, origin: str) -> None:
        """
        Who signs for a Martlet, and who signs for us: to be known before one of the two is out of reach. Raises
        `MartletError`.
        """
        await self.collector.inbox.resolver.account(identities.server_uri_at(origin))
        await self.ground.store.writing(watching.collect_later, origin, self.ground.here.now_ms())

    async def _ask_for_addresses(self, host: str, origin: str) -> bool:
        """Returns whether it is a Martlet. Raises `NoAnswer`."""
        answer = await self.client.get(
            origin + PATH, accept=("application/json",), max_bytes=65_536, deadline=self._patience
        )
        if not answer.is_success:
            return False
        await self.circuits.succeeded(host)
        return await self.ground.store.writing(_learn, host, origin, answer.body, self.ground.here.now_ms())

    async def _tell_reached(self, actor: Uri) -> None:
        """It can be reached again; whether we can be reached it will find out."""
        try:
            signer = await self.collector.roads.signer()
            await signed.post(
                self.client, origin_of(actor) + REACHED, b"{}", signer, Scheme.CAVAGE, deadline=self._patience
            )
            self.untold.discard(host_of(actor))
        except MartletError as error:
            log.info("%s was not told that it is back: %s", host_of(actor), error.message)


def _learn(db: Writer, host: str, origin: str, body: bytes, now: int) -> bool:
    """Keep the other addresses that a server names; whether it names its version, as a Martlet does."""
    try:
        about = msgspec.json.decode(body, type=_About)
    except (msgspec.DecodeError, RecursionError):
        return False
    named: Sequence[object] = about.alternates if isinstance(about.alternates, list) else ()
    addresses = said.addresses([*named[: gateways.MOST_ADDRESSES], about.onion], besides=origin)
    gateways.learn_addresses(db, host, addresses, now)
    return about.version is not None
