"""
Limits for one job that fetches: requests in all, to each server and at once, and seconds.

A server that does not answer twice, or wants to be left alone, is asked no more.
"""

import asyncio
import time
from dataclasses import dataclass, field

from martlet.federation.fetching import AskedTooOften, Fetched, Fetcher
from martlet.model.errors import MartletError
from martlet.model.names import Uri, host_of
from martlet.network.errors import AddressRefused, AnswerRefused, AnswerTooLarge, NoAnswer

SILENCE = 2
"""Times that a server does not answer until it counts as silent."""
AT_ONCE_PER_HOST = 2


class Spent(MartletError):
    """The budget is used up, for this server or in all."""

    code = "spent"

    def __init__(self) -> None:
        super().__init__("No more is asked for at a time.")


@dataclass(slots=True)
class Budget:
    requests: int
    per_host: int
    seconds: float
    started: float = field(default_factory=time.monotonic)
    asked: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    _turns: dict[str, asyncio.Semaphore] = field(default_factory=dict)

    @property
    def is_spent(self) -> bool:
        return self.requests <= 0 or time.monotonic() - self.started >= self.seconds

    @property
    def silent(self) -> int:
        """Servers that did not answer."""
        return len(self.failed)

    def spend(self, host: str, requests: int = 1) -> None:
        """Raises `Spent`."""
        asked = self.asked.get(host, 0)
        if self.is_spent or asked >= self.per_host or self.failed.get(host, 0) >= SILENCE:
            raise Spent
        self.requests -= requests
        self.asked[host] = asked + requests

    async def document(self, fetcher: Fetcher, address: Uri) -> Fetched:
        """See `Fetcher.document`. Raises `Spent` besides."""
        return await self._within(fetcher, address, is_listing=False)

    async def listing(self, fetcher: Fetcher, address: Uri) -> Fetched:
        """See `Fetcher.listing`. Raises `Spent` besides."""
        return await self._within(fetcher, address, is_listing=True)

    async def _within(self, fetcher: Fetcher, address: Uri, *, is_listing: bool) -> Fetched:
        host = host_of(address)
        async with self._turns.setdefault(host, asyncio.Semaphore(AT_ONCE_PER_HOST)):
            self.spend(host)
            try:
                found = await (fetcher.listing(address) if is_listing else fetcher.document(address))
            except (AddressRefused, AnswerRefused, AnswerTooLarge):
                raise
            except NoAnswer:
                self.failed[host] = self.failed.get(host, 0) + 1
                raise
            except AskedTooOften:
                self.failed[host] = SILENCE
                raise
        self.failed.pop(host, None)
        return found
