"""
Fetching pages and files of anybody by a proxy where their server cannot be reached directly (`fallback_proxies`).

    detour = Detour(Proxies.parse(lines), is_away=circuits.is_open)
    answer = await detour.ask(url, lambda via: client.get(url, via=via))

The same proxies and the same circuit breaker as for deliveries, which this only looks at: a slow file says nothing of its
server. Only what did not answer is asked for by the proxy, once. What the guard refuses (`AddressRefused`) is not: an address
that leads inside from here must not be asked for from there.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from martlet.network.errors import NoAnswer, Unreachable
from martlet.network.proxies import Proxies, Proxy

IsAway = Callable[[str], Awaitable[bool]]
"""Whether a host, with its port where it has one, is known not to be reached directly just now."""
T = TypeVar("T")


NONE = Proxies()


async def _nobody_is_away(_host: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Detour:
    """Without proxies everything goes directly, and nothing is looked up."""

    fallback: Proxies = NONE
    is_away: IsAway = _nobody_is_away

    async def ask(self, url: str, ask: Callable[[Proxy | None], Awaitable[T]]) -> T:
        """What `ask` returns, given the proxy to ask through, or None. Raises what the direct try did, where there was one."""
        parts = urlsplit(url)
        proxy = self.fallback.for_host(parts.hostname or "")
        if proxy is None:
            return await ask(None)
        is_onion = (parts.hostname or "").endswith(".onion")
        if is_onion or await self.is_away(parts.netloc.rpartition("@")[2].lower()):
            return await ask(proxy)
        try:
            return await ask(None)
        except Unreachable as failure:
            try:
                return await ask(proxy)
            except NoAnswer:
                raise failure from None
