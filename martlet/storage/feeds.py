"""
Feeds: how a process hears the broadcasts of all processes (`storage/broadcasts.py`).

`hear` is called in the event loop with what came, in the order of commits and
nothing twice; `broke` once, when something may have been missed: whoever relied
on hearing everything has to begin anew.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

Hear = Callable[[Sequence[tuple[str, str]]], None]
"""Kinds and bodies of events."""
Broke = Callable[[], None]


class Feed(ABC):
    @abstractmethod
    async def start(self, hear: Hear, broke: Broke) -> None:
        """What is committed after this returned is heard."""

    @abstractmethod
    def stop(self) -> None:
        """Nothing is heard any more. A feed is started once."""
