"""What is told of how long things take, to whoever traces them (`wiring/tracing.py`). Most servers have nobody who does."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Literal, Protocol

Kind = Literal["server", "client", "consumer"]
"""A request that is answered here, one that is made elsewhere, a job."""


class Span(Protocol):
    """Something that takes a while."""

    def set(self, name: str, value: str | int) -> None:
        """Say something more of it, once it is known."""
        ...


class Tracer(Protocol):
    def span(self, name: str, kind: Kind, said: Mapping[str, str | int]) -> AbstractContextManager[Span]:
        """
        From the beginning of the block to its end; what is begun inside of it belongs to it.

        What is `said` may be read by others than the operator: no queries, no secrets of paths, nobody's words.
        """
        ...
