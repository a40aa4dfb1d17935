"""One broadcast to all whom it reaches: asked together, put into words once, handed on in portions."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from martlet.model.broadcasts import (
    Announcing,
    Broadcast,
    NotificationTold,
    PostChanged,
    PostDelivered,
    PostGone,
    PostLinked,
    Signal,
)
from martlet.model.events import (
    AnnouncementPublished,
    AnnouncementReacted,
    AnnouncementRemoved,
    FiltersChanged,
    NotificationsMerged,
)
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.storage.database import Reader, Store
from martlet.streaming import reach
from martlet.streaming.channels import Channel
from martlet.streaming.listeners import Change, Heard, Listener, Message, Voice
from martlet.streaming.places import Places, Seats, each
from martlet.streaming.reach import Admitted, Reached

AT_ONCE: Final = 100
"""Streams that are told in one go; then others have their turn."""
UNFINISHED: Final = 64
"""Posts whose fan-out goes on in further parts, of which is known who has heard of them."""


class Carrier:
    def __init__(self, store: Store, here: Server, places: Places) -> None:
        self._store, self._here, self._places = store, here, places
        self._heard: OrderedDict[PostId, set[AccountId]] = OrderedDict()

    async def carry(self, told: Broadcast) -> None:
        at, of = self._places.at, self._places.of
        match told:
            case PostDelivered():
                await self._new(told)
            case PostChanged(post):
                await self._edited(post, at("home", "list", "public", "tag"))
            case PostLinked(post, card):
                await self._linked(post, of(Channel("link", card)))
            case PostGone():
                await self._gone(told, at("home", "list", "public", "tag", "link"))
            case NotificationTold(_, account):
                await self._notification(told, of(Channel("notifications", account)))
            case NotificationsMerged(account):
                await self._signal(told, of(Channel("notifications", account)))
            case FiltersChanged(account):
                await self._signal(told, of(Channel("news", account)))
            case AnnouncementPublished() | AnnouncementReacted() | AnnouncementRemoved():
                await self._signal(told, at("news"))

    async def _new(self, told: PostDelivered) -> None:
        seats = self._places.at("home", "list", "public", "tag", "answers")
        if seats:
            already, now = self._heard.get(told.post, set()), self._here.now_ms()
            reached = await self._store.reading(reach.of_new_post, told, seats, already, now)
            self._remember(told, reached.heard)
            await self._posts("new", reached)
        if told.is_first and (seats := self._places.at("conversations")):
            await self._conversations(told.post, seats)

    def _remember(self, told: PostDelivered, heard: Iterable[Heard]) -> None:
        """Who follows the author and a hashtag stands in two parts of a fan-out."""
        if told.is_last:
            self._heard.pop(told.post, None)
            return
        known = self._heard.setdefault(told.post, set())
        known.update(one.viewer.account for one in heard if one.channel.what == "home")
        while len(self._heard) > UNFINISHED:
            self._heard.popitem(last=False)

    async def _edited(self, post: PostId, seats: Seats) -> None:
        if seats:
            await self._posts(
                "edited", await self._store.reading(reach.of_edited_post, post, seats, self._here.now_ms())
            )

    async def _linked(self, post: PostId, seats: Seats) -> None:
        if seats:
            await self._posts(
                "new", await self._store.reading(reach.of_linked_post, post, seats, self._here.now_ms())
            )

    async def _posts(self, change: Change, reached: Reached) -> None:
        _turn_away(reached.barred)
        for voice, heard in _by_voice(reached.heard):
            for portion in _portions(heard):
                messages = await self._store.reading(voice.posts, change, portion)
                for one, message in zip(portion, messages, strict=True):
                    if message is not None:
                        one.listener.tell(one.channel, message)
                await asyncio.sleep(0)

    async def _gone(self, gone: PostGone, seats: Seats) -> None:
        if seats:
            reached = await self._store.reading(reach.of_gone_post, gone, seats)
            await self._same(reached, lambda _, voice: voice.gone(gone.post))

    async def _notification(self, told: NotificationTold, seats: Seats) -> None:
        if not seats:
            return
        found = await self._store.reading(
            reach.of_notification, told.notification, seats, self._here.now_ms()
        )
        _turn_away(found.reached.barred)
        if found.told is None:
            return
        for channel, listener, viewer in found.reached.seats:
            message = await self._store.reading(listener.voice.notification, found.told, viewer)
            if message is not None:
                listener.tell(channel, message)

    async def _conversations(self, post: PostId, seats: Seats) -> None:
        reached, found = await self._store.reading(reach.of_conversation, post, seats)
        _turn_away(reached.barred)
        for channel, listener, viewer in reached.seats:
            message = await self._store.reading(listener.voice.conversation, found[viewer.account], viewer)
            if message is not None:
                listener.tell(channel, message)

    async def _signal(self, signal: Signal | Announcing, seats: Seats) -> None:
        if not seats:
            return
        reached = await self._store.reading(reach.admitted, each(seats))
        if isinstance(signal, FiltersChanged):
            for _, listener, _ in reached.seats:
                listener.voice.forget(signal.account)
        await self._same(reached, lambda db, voice: voice.signal(db, signal))

    async def _same(self, reached: Admitted, put: Callable[[Reader, Voice], Message | None]) -> None:
        """The same words for all."""
        _turn_away(reached.barred)
        words: dict[Voice, Any] = {}
        for number, (channel, listener, _) in enumerate(reached.seats):
            if listener.voice not in words:
                words[listener.voice] = await self._store.reading(put, listener.voice)
            if words[listener.voice] is not None:
                listener.tell(channel, words[listener.voice])
            if number % AT_ONCE == AT_ONCE - 1:
                await asyncio.sleep(0)


def _turn_away(listeners: Iterable[Listener]) -> None:
    for listener in listeners:
        listener.end("barred")


def _by_voice(heard: Sequence[Heard]) -> list[tuple[Voice, list[Heard]]]:
    sorted_out: dict[Voice, list[Heard]] = {}
    for one in heard:
        sorted_out.setdefault(one.listener.voice, []).append(one)
    return list(sorted_out.items())


def _portions(heard: Sequence[Heard]) -> Iterable[Sequence[Heard]]:
    return (heard[start : start + AT_ONCE] for start in range(0, len(heard), AT_ONCE))
