"""
Bringing activities to other servers: one job for each server that something waits for.

A server is tried with one request first. While it does not answer, nothing else
is sent there, however much waits: the pauses grow from seconds to hours, and
after a week what waits is given up. Where it only doubts one account's key, what
that account sends waits alone. A row goes only once the other server has
said that it has the activity, so a restart loses nothing.
"""

import asyncio
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from martlet.activitypub import build
from martlet.federation import doubting, fetching
from martlet.federation.doubting import Doubts
from martlet.federation.finishing import Finisher
from martlet.federation.roads.calling import Roads
from martlet.federation.roads.leaving import Leaver
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.network import push
from martlet.network.errors import AddressRefused, LedInside, NoAnswer
from martlet.services import identities
from martlet.services.delivering import SEND
from martlet.services.ports import Ground
from martlet.signing.http_signatures import Scheme, Signer
from martlet.storage import accounts, deliveries, events, gateways, peer_policies, peers
from martlet.storage.database import Reader, Writer
from martlet.storage.deliveries import Delivery

log = logging.getLogger("martlet.federation")

AT_ONCE = 4
"""Requests to one server that are under way together."""
BATCH = 64
SECONDS = 120
"""After so long a job makes room for others, and goes on later."""
FIRST_PAUSE = 10
LONGEST_PAUSE = 12 * 3600
GIVE_UP_AFTER = 7 * 86_400_000
GIVE_UP_ON_BLOCKED_AFTER = 90 * 86_400_000
MOST_TRIES = 12
"""A single activity at which a server stumbles is given up sooner than the server."""
_LATER = frozenset({408, 425, 429, 451})
_UNSURE = 401
"""A server that could not fetch our key says so, like one that does not believe us."""
UNSURE_TRIES = 3
_FIRST_FAULT = 500
_DOUBTED = 60
"""Seconds for which what an account sends waits while its key is in doubt there."""
DOUBTED_TRIES = 2
"""Where it still is then, the server is left alone as after any other failure."""
_LOOK_AGAIN = 5
"""Seconds after which it is looked for what others have sent meanwhile."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    `is_done`: taken, or refused for good. Otherwise later, after `wait` if the server said so. `is_answered`: it was
    the server that did not take it, not the road. `is_of_signer`: what others send may go on.
    """

    delivery: Delivery
    is_done: bool
    is_taken: bool = False
    wait: timedelta | None = None
    scheme: Scheme | None = None
    is_answered: bool = True
    is_of_signer: bool = False


@dataclass(slots=True)
class Sender:
    ground: Ground
    roads: Roads
    leaver: Leaver
    finisher: Finisher
    doubts: Doubts = field(default_factory=Doubts)

    async def send(self, body: str, here: Server) -> None:
        """The job."""
        host = msgspec.json.decode(body, type=str)
        try:
            is_later = await self._send_all(host)
        except Exception:
            log.exception("Delivering to %s stumbled; it is tried again", host)
            await self.ground.store.writing(_put_off, host, None, here)
            return
        if is_later:
            await self.ground.store.writing(_go_on, host, here.now_ms())

    async def _send_all(self, host: str) -> bool:
        """Returns whether there is more to do at once."""
        store, here = self.ground.store, self.ground.here
        started, width = time.monotonic(), 1
        while time.monotonic() - started < SECONDS:
            if await store.reading(peer_policies.is_refused, host, here):
                await store.writing(deliveries.give_up, host)
            doubted = self.doubts.at(host, here.now_ms())
            batch = await store.reading(deliveries.next_for, host, BATCH if width > 1 else 1, doubted)
            if not batch:
                if doubted:
                    await store.writing(_go_on, host, here.now_ms() + 1000 * _LOOK_AGAIN)
                    return False
                if await store.writing(_end, host):
                    return False
                continue
            outcomes = await self._send_batch(host, batch, width)
            await store.writing(_note, host, outcomes)
            failed = [one for one in outcomes if not one.is_done and not self._is_left_aside(one)]
            if failed:
                if not failed[0].is_answered:
                    await self.leaver.leave_all(host)
                await store.writing(_put_off, host, failed[0].wait, here)
                return False
            width = AT_ONCE if any(one.is_done for one in outcomes) else width
        return True

    def _is_left_aside(self, one: Outcome) -> bool:
        """Let what an account sends to the server wait, if it is about its key, and all else go on."""
        if not one.is_of_signer or one.delivery.tries >= DOUBTED_TRIES:
            return False
        now = self.ground.here.now_ms()
        return self.doubts.put(one.delivery.host, one.delivery.sender_id, now, now + 1000 * _DOUBTED)

    async def _send_batch(self, host: str, batch: Sequence[Delivery], width: int) -> list[Outcome]:
        """
        Until the first that fails: then the server is left alone.

        What one account does is sent in the order in which it was done.
        """
        scheme = await self.ground.store.reading(fetching.scheme_of, host)
        turns, outcomes = asyncio.Semaphore(width), list[Outcome]()

        async def in_order(of_one: Sequence[Delivery]) -> None:
            async with turns:
                for delivery in of_one:
                    if not all(outcome.is_done or outcome.is_of_signer for outcome in outcomes):
                        return
                    outcomes.append(found := await self._send(delivery, scheme))
                    if not found.is_done:
                        return

        by_sender: dict[AccountId, list[Delivery]] = {}
        for delivery in batch:
            by_sender.setdefault(delivery.sender_id, []).append(delivery)
        await asyncio.gather(*map(in_order, by_sender.values()))
        return outcomes

    async def _send(self, delivery: Delivery, scheme: Scheme) -> Outcome:
        signer = await self._signer(delivery.sender_id)
        if signer is None:
            return Outcome(delivery, is_done=True)
        body = await self.finisher.finished(delivery, signer)
        try:
            reached = await self.roads.post(delivery.inbox, body, signer, scheme)
        except NoAnswer as error:
            log.info("%s does not answer: %s", delivery.host, error.message)
            is_no_address = isinstance(error, AddressRefused) and not isinstance(error, LedInside)
            return Outcome(delivery, is_done=is_no_address, is_answered=False)
        answered = reached.answered
        status = answered.answer.status
        if answered.answer.is_success:
            scheme_there = answered.accepted if reached.is_origin else None
            return Outcome(delivery, is_done=True, is_taken=True, scheme=scheme_there)
        if status in _LATER or status >= _FIRST_FAULT:
            wait = push.retry_after(answered.answer.headers.get("retry-after"), datetime.now(UTC))
            is_of_signer = reached.is_origin and doubting.is_of_one_signer(status, answered.answer.body)
            return Outcome(delivery, is_done=False, wait=wait, is_of_signer=is_of_signer)
        if status == _UNSURE and delivery.tries + 1 < UNSURE_TRIES:
            return Outcome(delivery, is_done=False)
        log.info("%s refuses an activity: %d %s", delivery.host, status, answered.answer.body[:200])
        return Outcome(delivery, is_done=True)

    async def _signer(self, account: AccountId) -> Signer | None:
        uri = await self.ground.store.reading(_uri, account)
        if uri is None:
            return None
        return Signer(build.rsa_key_id(uri), await identities.request_key(self.ground, account))


def _uri(db: Reader, account: AccountId) -> Uri | None:
    found = accounts.find(db, account)
    return None if found is None else found.uri


def _note(db: Writer, host: str, outcomes: Sequence[Outcome]) -> None:
    """Write down what was taken, and what the server thinks of signatures."""
    deliveries.done(db, [one.delivery for one in outcomes if one.is_done])
    for one in outcomes:
        if not one.is_done:
            if one.is_answered and one.delivery.tries + 1 >= MOST_TRIES:
                log.warning("An activity for %s is given up after %d tries", host, MOST_TRIES)
                deliveries.done(db, [one.delivery])
            elif one.is_answered:
                deliveries.tried(db, one.delivery)
        elif one.scheme is not None:
            peers.note_signature(db, host, one.scheme.value)
    if any(one.is_taken for one in outcomes):
        peers.succeeded(db, host)


def _end(db: Writer, host: str) -> bool:
    """
    Nothing waits any more: whoever has something next adds a job of their own.

    In this order, so that what is written meanwhile is either seen here or finds that nobody delivers.
    """
    peers.end_sending(db, host)
    return not (deliveries.are_waiting(db, host) and peers.claim_sending(db, host))


def _go_on(db: Writer, host: str, at: int) -> None:
    events.add_job(db, SEND, msgspec.json.encode(host).decode(), at)


def _put_off(db: Writer, host: str, wait: timedelta | None, here: Server) -> None:
    """Leave the server alone for a while, or for good."""
    now, peer = here.now_ms(), peers.find(db, host)
    if peer is None:
        return
    if peer.failing_since is not None and now - peer.failing_since > _patience(db, host):
        dropped = deliveries.give_up(db, host)
        log.warning("%s has not answered for long; %d deliveries are given up", host, dropped)
        peers.end_sending(db, host)
        return
    at = now + int(1000 * pause(peer.failures, wait))
    peers.failed(db, host, now, at)
    _go_on(db, host, at)


def _patience(db: Reader, host: str) -> int:
    """A server with people who have mirrors may be kept from answering for long, and come back."""
    return GIVE_UP_ON_BLOCKED_AFTER if gateways.at_host(db, host, 1) else GIVE_UP_AFTER


def pause(failures: int, wait: timedelta | None = None) -> float:
    """Seconds: about 10 s, 40 s, 3 min … 12 hours, never the same for two servers."""
    seconds = min(FIRST_PAUSE * 4.0 ** min(failures, 10), LONGEST_PAUSE)
    asked = wait.total_seconds() if wait is not None else 0.0
    return max(seconds * random.uniform(0.7, 1.3), asked)  # noqa: S311 - spreads retries
