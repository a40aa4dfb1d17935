"""
The hub: carries what happened to the streams that are open in this process.

    await hub.ready(who)               before a stream is answered: from here on nothing is missed
    hub.enter(listener)                once it is open
    hub.subscribe(listener, channel)   `listener.tell` is called from now on, until `unsubscribe` or `leave`

Broadcasts come in the order of commits and are carried one after the other
(`carrying.py`). Nobody is waited for: who reads too slowly is left by the
connection (`http/connection.py`).
"""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from contextvars import Context
from typing import Final, TypeVar

import msgspec

from martlet.model.broadcasts import KINDS
from martlet.model.errors import TooMany
from martlet.model.names import TokenId
from martlet.model.server import Server
from martlet.services import entering
from martlet.storage import broadcasts
from martlet.storage.database import Store
from martlet.storage.feeds import Feed
from martlet.streaming import reach
from martlet.streaming.carrying import Carrier
from martlet.streaming.channels import Channel
from martlet.streaming.listeners import Listener
from martlet.streaming.places import Places

log = logging.getLogger("martlet.streaming")

Id = TypeVar("Id")

CHECKED: Final = 3.0
"""Seconds between two looks whether those who listen may still come in."""
CHECKED_AT_ONCE: Final = 500
IDLE_LOOKS: Final = 20
"""After so many looks without a stream, nothing is heard any more."""
MOST_OF_ACCOUNT: Final = 32
"""Streams of one account in each process."""
MOST_OF_ADDRESS: Final = 16
"""The same for visitors from one address."""


class TooManyStreams(TooMany):
    code = "too_many_streams"

    def __init__(self) -> None:
        super().__init__("Too many open streams. Close one first.", None)


class Hub:
    """One for each process."""

    def __init__(self, store: Store, here: Server) -> None:
        self._store, self._here, self._slot = store, here, here.ids.slot
        self._places = Places()
        self._carrier = Carrier(store, here, self._places)
        self._listeners: set[Listener] = set()
        self._counts: Counter[str] = Counter()
        self._feed: Feed | None = None
        self._lock = asyncio.Lock()
        self._waiting: deque[tuple[str, str]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self._idle = 0
        self._is_stopping = False

    async def start(self) -> None:
        """Whoever had this process's slot before listens no more."""
        await self._store.writing(broadcasts.stop_listening, self._slot)

    async def stop(self) -> None:
        self._is_stopping = True
        for listener in list(self._listeners):
            listener.end("stopping")
        await self._rest()

    # -- those who listen ------------------------------------------------

    async def ready(self, who: str, most: int = MOST_OF_ACCOUNT) -> None:
        """
        What is committed from now on reaches whoever enters.

        Raises `TooManyStreams` where `who` has as many as they may have.
        """
        if self._counts[who] >= most:
            raise TooManyStreams
        async with self._lock:
            self._idle = 0
            if self._feed is None:
                feed = self._store.feed(self._slot)
                await feed.start(self._hear, self._broke)
                self._feed = feed
                await self._store.writing(broadcasts.listen, self._slot)
            self._look_later()

    def enter(self, listener: Listener) -> None:
        if self._is_stopping or self._feed is None:
            listener.end("stopping" if self._is_stopping else "missed")
            return
        self._listeners.add(listener)
        self._counts[listener.who] += 1

    def leave(self, listener: Listener) -> None:
        """Nothing happens where it has left already."""
        if listener not in self._listeners:
            return
        self._listeners.discard(listener)
        self._counts[listener.who] -= 1
        if not self._counts[listener.who]:
            del self._counts[listener.who]
        for channel in list(listener.channels):
            self._places.remove(listener, channel)

    def subscribe(self, listener: Listener, channel: Channel) -> None:
        if listener in self._listeners:
            self._places.add(listener, channel)

    def unsubscribe(self, listener: Listener, channel: Channel) -> None:
        self._places.remove(listener, channel)

    def __len__(self) -> int:
        """How many streams are open."""
        return len(self._listeners)

    # -- what is heard ---------------------------------------------------

    def _hear(self, told: Sequence[tuple[str, str]]) -> None:
        if not self._listeners:
            return
        self._waiting.extend(told)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._carry(), context=Context())

    def _broke(self) -> None:
        """Something may have been missed: all of them connect anew, and look what there is."""
        self._feed = None
        self._waiting.clear()
        for listener in list(self._listeners):
            listener.end("missed")

    async def _carry(self) -> None:
        try:
            while self._waiting:
                kind, body = self._waiting.popleft()
                try:
                    if kind in KINDS:
                        await self._carrier.carry(msgspec.json.decode(body, type=KINDS[kind]))
                        await asyncio.sleep(0)  # what was sent goes out
                except Exception:
                    log.exception("Streams could not be told of %s %s", kind, body)
        finally:
            self._task = None

    # -- time ------------------------------------------------------------

    def _look_later(self) -> None:
        if self._timer is None and not self._is_stopping:
            self._timer = asyncio.get_running_loop().call_later(CHECKED, self._look)

    def _look(self) -> None:
        if not self._is_stopping:
            self._looking = asyncio.get_running_loop().create_task(self._look_round(), context=Context())

    async def _look_round(self) -> None:
        """Leave those who may not come in any more; and the feed, if nobody was here for a while."""
        self._timer = None
        self._idle = 0 if self._listeners else self._idle + 1
        if self._idle >= IDLE_LOOKS:
            await self._rest()
            return
        try:
            await self._turn_away()
        except Exception:
            log.exception("Whether those who listen may still come in could not be looked up")
        self._look_later()

    async def _turn_away(self) -> None:
        by_token: dict[TokenId, list[Listener]] = {}
        by_session: dict[int, list[Listener]] = {}
        for listener in self._listeners:
            if listener.viewer.token is not None:
                by_token.setdefault(listener.viewer.token, []).append(listener)
            elif listener.session is not None:
                by_session.setdefault(listener.session, []).append(listener)
        for some in _portions(by_token):
            for token in await self._store.reading(reach.barred, some):
                _bar(by_token[token])
        for sessions in _portions(by_session):
            still = await self._store.reading(entering.still_open, sessions, self._here)
            for session in set(sessions) - still:
                _bar(by_session[session])

    async def _rest(self) -> None:
        """Hear nothing any more, until somebody comes."""
        async with self._lock:
            if self._listeners and not self._is_stopping:
                return
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._feed is not None:
                self._feed.stop()
                self._feed = None
                await self._store.writing(broadcasts.stop_listening, self._slot)


def _bar(listeners: Iterable[Listener]) -> None:
    for listener in listeners:
        listener.end("barred")


def _portions(ids: Iterable[Id]) -> Iterator[list[Id]]:
    waiting = list(ids)
    for start in range(0, len(waiting), CHECKED_AT_ONCE):
        yield waiting[start : start + CHECKED_AT_ONCE]
