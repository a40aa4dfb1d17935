"""An answer of server-sent events."""

from collections.abc import Sequence
from random import randint
from typing import Final

from martlet.http.answer import NOSNIFF, Answer
from martlet.http.streams import Wire
from martlet.mastodon.streams.messages import Message
from martlet.services.signing_in import Viewer
from martlet.streaming.channels import Channel
from martlet.streaming.hub import Hub
from martlet.streaming.listeners import Ending, Listener, Voice

THUMP_SECONDS: Final = 15.0
HEADERS = (
    (b"content-type", b"text/event-stream"),
    (b"cache-control", b"private, no-store"),
    (b"x-accel-buffering", b"no"),
    NOSNIFF,
)


class EventStream(Listener):
    """See `http.streams.Stream`."""

    __slots__ = ("_channels", "_hub", "_thumped_at", "_wire")

    def __init__(self, viewer: Viewer, voice: Voice, who: str, hub: Hub, channels: Sequence[Channel]) -> None:
        super().__init__(viewer, voice, who)
        self._hub, self._channels = hub, channels
        self._thumped_at = 0.0
        self._wire: Wire

    def answer(self) -> Answer:
        return Answer(headers=list(HEADERS), stream=self)

    # -- for the hub -----------------------------------------------------

    def tell(self, channel: Channel, message: Message) -> None:
        del channel
        self._wire.send(message.lines())

    def end(self, why: Ending) -> None:
        """
        Who comes back by itself does so at a moment of its own: they would else all come at once.

        No blank line follows: to some clients that would be an event, and one without a name.
        """
        self._hub.leave(self)
        if why != "barred":
            self._wire.send(b"retry: %d\n" % randint(1000, 10_000))  # noqa: S311 - spreads them
        self._wire.finish()

    # -- for the connection ----------------------------------------------

    def begin(self, wire: Wire) -> None:
        self._wire = wire
        wire.send(b":)\n")
        self._hub.enter(self)
        for channel in self._channels:
            self._hub.subscribe(self, channel)

    def received(self, data: bytes) -> None:
        """Nothing: it is still HTTP."""

    def look(self, now: float) -> None:
        if now - self._thumped_at >= THUMP_SECONDS:
            if self._thumped_at:
                self._wire.send(b":thump\n")
            self._thumped_at = now

    def stop(self) -> None:
        self.end("stopping")

    def ended(self) -> None:
        self._hub.leave(self)
