"""
One WebSocket, and all the streams that its client has subscribed to.

    {"type": "subscribe", "stream": "hashtag", "tag": "town"}
    {"stream": ["hashtag", "town"], "event": "update", "payload": "{…}"}

What a client asks for is done in the order in which it came.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec

from martlet.http.statuses import status_of
from martlet.http.websocket import WebSocket
from martlet.mastodon.streams import messages
from martlet.mastodon.streams.messages import Message
from martlet.mastodon.streams.names import BadStream, Wish
from martlet.model.errors import MartletError
from martlet.services.signing_in import Viewer
from martlet.streaming.channels import Channel
from martlet.streaming.hub import Hub
from martlet.streaming.listeners import Ending, Listener, Voice

log = logging.getLogger("martlet.mastodon")

SUBSCRIPTIONS: Final = 64
WAITING: Final = 64
"""Wishes of a client that wait to be seen to."""
CODES: dict[Ending, tuple[int, str]] = {
    "barred": (1008, "The access token is no longer valid"),
    "missed": (1012, "Please connect again"),
    "stopping": (1001, "The server stops"),
}

Open = Callable[[Wish, Viewer], Awaitable[Sequence[Channel]]]
"""Finds what is heard at a stream. Raises `MartletError`."""


class Socket(WebSocket, Listener):
    def __init__(
        self, viewer: Viewer, voice: Voice, who: str, hub: Hub, open: Open, first: Wish | None
    ) -> None:
        WebSocket.__init__(self)
        Listener.__init__(self, viewer, voice, who)
        self._hub, self._open = hub, open
        self._wishes: deque[tuple[str, Wish]] = deque([("subscribe", first)] if first else [])
        self._task: asyncio.Task[None] | None = None
        self._subscribed: dict[tuple[str, str], tuple[bytes, Sequence[Channel]]] = {}
        self._names: dict[Channel, dict[bytes, None]] = {}

    # -- for the hub -----------------------------------------------------

    def tell(self, channel: Channel, message: Message) -> None:
        for name in self._names.get(channel, ()):
            self.send(message.frame(name))

    def end(self, why: Ending) -> None:
        self._hub.leave(self)
        self.close(*CODES[why])

    # -- for the connection ----------------------------------------------

    def opened(self) -> None:
        self._hub.enter(self)
        self._see_to()

    def stop(self) -> None:
        self.end("stopping")

    def closed(self) -> None:
        self._wishes.clear()
        self._hub.leave(self)

    def heard(self, text: str) -> None:
        try:
            kind, wish = _wish(text)
        except BadStream as error:
            self._refuse(error)
            return
        if len(self._wishes) >= WAITING:
            self.close(1008, "Too many messages")
            return
        self._wishes.append((kind, wish))
        self._see_to()

    # -- wishes ----------------------------------------------------------

    def _see_to(self) -> None:
        if self._wishes and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._wishes:
                kind, wish = self._wishes.popleft()
                try:
                    if kind == "subscribe":
                        await self._subscribe(wish)
                    else:
                        self._unsubscribe(wish)
                except MartletError as error:
                    self._refuse(error)
        except Exception:
            log.exception("A stream could not be subscribed to")
            self.close(1011)
        finally:
            self._task = None

    async def _subscribe(self, wish: Wish) -> None:
        if wish.key in self._subscribed:
            return
        if len(self._subscribed) >= SUBSCRIPTIONS:
            raise BadStream("Too many subscriptions")
        channels = await self._open(wish, self.viewer)
        name = msgspec.json.encode(wish.name)
        self._subscribed[wish.key] = name, channels
        for channel in channels:
            self._names.setdefault(channel, {})[name] = None
            self._hub.subscribe(self, channel)

    def _unsubscribe(self, wish: Wish) -> None:
        name, channels = self._subscribed.pop(wish.key, (b"", ()))
        for channel in channels:
            names = self._names[channel]
            names.pop(name, None)
            if not names:
                del self._names[channel]
                self._hub.unsubscribe(self, channel)

    def _refuse(self, error: MartletError) -> None:
        self.send(messages.error(error.message, status_of(error)))


def _wish(text: str) -> tuple[str, Wish]:
    """Raises `BadStream`."""
    try:
        asked: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise BadStream("This is not JSON") from None
    kind = asked.get("type") if isinstance(asked, dict) else None
    if kind not in ("subscribe", "unsubscribe"):
        raise BadStream("Unknown message type")
    return kind, Wish(*(_text(asked.get(name)) for name in Wish._fields))


def _text(value: Any) -> str:
    """Clients send texts, numbers, and lists of one of them."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value) if isinstance(value, str | int) else ""
