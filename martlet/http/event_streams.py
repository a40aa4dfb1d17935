"""
Answers of server-sent events, the connection's half: beginning, beats that keep it open, and the end.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from random import randint
from typing import Final, Protocol

from martlet.http.answer import NOSNIFF, PRIVATE, Answer
from martlet.http.streams import Wire

BEAT_SECONDS: Final = 15.0
HEADERS = (
    (b"content-type", b"text/event-stream"),
    PRIVATE,
    (b"x-accel-buffering", b"no"),
    NOSNIFF,
)


class Source(Protocol):
    """Who has something to say."""

    def opened(self) -> None:
        """From now on it may be said."""
        ...

    def stop(self) -> None:
        """The server stops. May be called again and again."""
        ...

    def closed(self) -> None:
        """The connection is gone. Called once, if it was opened."""
        ...


class EventBody:
    """See `http.streams.Stream`. `first` goes out before anything else."""

    __slots__ = ("_beat_at", "_first", "_source", "_wire")

    def __init__(self, source: Source, first: bytes) -> None:
        self._source, self._first = source, first
        self._beat_at = 0.0
        self._wire: Wire

    def answer(self) -> Answer:
        return Answer(headers=list(HEADERS), stream=self)

    def send(self, data: bytes) -> None:
        self._wire.send(data)

    def finish(self, *, comes_back: bool) -> None:
        """
        Whoever comes back by themselves does so at a moment of their own: they would else all come at once.

        No blank line follows: to some clients that would be an event, and one without a name.
        """
        if comes_back:
            self._wire.send(b"retry: %d\n" % randint(1000, 10_000))  # noqa: S311 - spreads them
        self._wire.finish()

    # -- for the connection ----------------------------------------------

    def begin(self, wire: Wire) -> None:
        self._wire = wire
        wire.send(self._first)
        self._source.opened()

    def received(self, data: bytes) -> None:
        """Nothing: it is still HTTP."""

    def look(self, now: float) -> None:
        if now - self._beat_at >= BEAT_SECONDS:
            if self._beat_at:
                self._wire.send(b":thump\n")
            self._beat_at = now

    def stop(self) -> None:
        self._source.stop()

    def ended(self) -> None:
        self._source.closed()
