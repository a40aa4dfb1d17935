"""
Calling a server, directly or by another road to the same server.

    reached = await roads.get(uri, signer, scheme)
    reached.is_origin       # whether the server has proven by its certificate that it is the one that the uri names

The order is: directly; other domains that the server has named itself; a proxy that the settings keep for the case; its onion
address. The direct road is left out while its circuit is open. What comes from another address than
the server's own is no more than a document that somebody has: whoever takes it looks at its proof.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from martlet.federation.roads.circuits import Circuits
from martlet.model.names import Uri, host_of, origin_of
from martlet.network import signed
from martlet.network.client import DEADLINE, Client
from martlet.network.errors import AddressRefused, LedInside, NoAnswer, Unreachable
from martlet.network.proxies import Proxies, Proxy
from martlet.network.signed import Answered
from martlet.services.ports import Ground
from martlet.signing.http_signatures import Scheme, Signer
from martlet.storage import gateways

DETOUR = timedelta(seconds=10)
"""For each other road."""
_ONION = ".onion"


@dataclass(frozen=True, slots=True)
class Road:
    """A way to a server that is not the direct one. No `address`: its own, through the proxy."""

    address: str = ""
    proxy: Proxy | None = None

    @property
    def is_onion(self) -> bool:
        return (urlsplit(self.address).hostname or "").endswith(_ONION)

    def leading_to(self, url: str) -> str:
        return url if not self.address else self.address + url.removeprefix(origin_of(Uri(url)))


@dataclass(frozen=True, slots=True)
class Reached:
    answered: Answered
    road: Road | None = None
    """None: directly."""

    @property
    def is_origin(self) -> bool:
        return self.road is None or not self.road.address


Ask = Callable[[str, Proxy | None, timedelta], Awaitable[Answered]]


@dataclass(slots=True)
class Roads:
    ground: Ground
    client: Client
    circuits: Circuits
    fallback: Proxies

    async def get(self, url: str, signer: Signer, scheme: Scheme) -> Reached:
        """A signed GET, as `network.signed.get`. Raises `NoAnswer`: that of the direct road, if it was tried."""

        async def ask(address: str, proxy: Proxy | None, deadline: timedelta) -> Answered:
            return await signed.get(self.client, address, signer, scheme, deadline=deadline, via=proxy)

        return await self._reach(url, ask)

    async def post(self, url: str, body: bytes, signer: Signer, scheme: Scheme) -> Reached:
        """A signed POST, as `network.signed.post`. Raises the same."""

        async def ask(address: str, proxy: Proxy | None, deadline: timedelta) -> Answered:
            return await signed.post(self.client, address, body, signer, scheme, deadline=deadline, via=proxy)

        return await self._reach(url, ask)

    async def _reach(self, url: str, ask: Ask) -> Reached:
        host = host_of(Uri(url))
        failure: NoAnswer = Unreachable(f"{host} cannot be reached just now.")
        if await self.circuits.lets_through(host):
            try:
                answered = await ask(url, None, DEADLINE)
            except (Unreachable, LedInside) as error:
                await self.circuits.failed(host, error.code)
                failure = error
            except AddressRefused:
                raise
            except NoAnswer as error:  # it may be a page that somebody else has put there
                failure = error
            else:
                await self.circuits.succeeded(host)
                return Reached(answered)
        for road in await self.others(host):
            try:
                return Reached(await ask(road.leading_to(url), road.proxy, DETOUR), road)
            except NoAnswer:
                continue
        raise failure

    async def others(self, host: str) -> list[Road]:
        """All roads but the direct one, in the order in which they are tried."""
        named = [Road(address) for address in await self.ground.store.reading(gateways.addresses_of, host)]
        proxy = self.fallback.for_host(host.partition(":")[0])
        own = [] if proxy is None else [Road(proxy=proxy)]
        return [
            *(road for road in named if not road.is_onion),
            *own,
            *(road for road in named if road.is_onion),
        ]
