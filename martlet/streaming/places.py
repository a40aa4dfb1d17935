"""Who listens where, of those that are connected to this process."""

from collections.abc import Iterator, Mapping
from typing import get_args

from martlet.streaming.channels import Channel, What
from martlet.streaming.listeners import Listener

Seats = Mapping[Channel, tuple[Listener, ...]]
"""Who sits where, as it was at one moment: safe to be looked at in another thread."""


class Places:
    def __init__(self) -> None:
        self._at: dict[What, dict[Channel, set[Listener]]] = {what: {} for what in get_args(What)}

    def add(self, listener: Listener, channel: Channel) -> None:
        listener.channels.add(channel)
        self._at[channel.what].setdefault(channel, set()).add(listener)

    def remove(self, listener: Listener, channel: Channel) -> None:
        listener.channels.discard(channel)
        there = self._at[channel.what].get(channel)
        if there is not None:
            there.discard(listener)
            if not there:
                del self._at[channel.what][channel]

    def at(self, *kinds: What) -> Seats:
        """All seats of these kinds."""
        return {channel: tuple(there) for kind in kinds for channel, there in self._at[kind].items()}

    def of(self, channel: Channel) -> Seats:
        """The seats at one channel; nothing where nobody sits there."""
        there = self._at[channel.what].get(channel)
        return {channel: tuple(there)} if there else {}


def each(seats: Seats) -> Iterator[tuple[Channel, Listener]]:
    for channel, there in seats.items():
        for listener in there:
            yield channel, listener
