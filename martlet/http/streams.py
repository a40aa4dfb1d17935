"""
Answers that do not end: server-sent events, and WebSockets.

A stream is told of its connection and writes to it when it has something to
say. It never waits for its reader: `Wire.send` keeps what the reader has not
taken yet, up to a limit, beyond which the connection is dropped.
"""

from typing import Final, Protocol

UNREAD: Final = 256 * 1024
"""Bytes that may wait for a reader who does not read on."""


class Wire(Protocol):
    """What a connection is for its stream."""

    def send(self, data: bytes) -> None:
        """Now, or soon; what is sent after the end goes nowhere."""
        ...

    def finish(self) -> None:
        """Close the connection once all of it has gone out."""
        ...

    def drop(self) -> None:
        """Close it at once."""
        ...


class Stream(Protocol):
    """One for each answer. An answer that nobody waits for any more is never begun."""

    def begin(self, wire: Wire) -> None:
        """The headers are out."""
        ...

    def received(self, data: bytes) -> None:
        """Bytes of another protocol; called after a 101 only."""
        ...

    def look(self, now: float) -> None:
        """Called about every second, by the clock of the event loop."""
        ...

    def stop(self) -> None:
        """The server stops: say goodbye. May be called again and again until the connection is gone."""
        ...

    def ended(self) -> None:
        """The connection is gone. Called once, if it was begun."""
        ...
