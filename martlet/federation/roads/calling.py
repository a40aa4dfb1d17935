"""
Calling a server, directly or by another road to the same server.

    reached = await roads.get(uri, signer, scheme)
    reached.is_origin       # whether the server has proven by its certificate that it is the one that the uri names

The order is: directly; other domains that the server has named itself; a proxy that the settings keep for the case; its onion
address. The direct road is left out while its circuit is open. What comes from another address than
the server's own is no more than a document that somebody has: whoever takes it looks at its proof.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from martlet.activitypub import build
from martlet.federation.roads.circuits import Circuits
from martlet.model.names import Uri, host_of, origin_of
from martlet.network import signed
from martlet.network.answers import Answer
from martlet.network.client import DEADLINE, MAX_BYTES, Client, Sign
from martlet.network.errors import AddressRefused, LedInside, NoAnswer, Unreachable
from martlet.network.guard import Target
from martlet.network.proxies import Proxies, Proxy
from martlet.network.signed import Answered
from martlet.services import identities
from martlet.services.ports import Ground
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme, Signer
from martlet.storage import gateways, peers

HINT = "martlet-deliveries"
"""The header of an answer that says that something waits there for whoever has asked."""
DETOUR = timedelta(seconds=10)
"""For each other road."""
_ONION = ".onion"
T = TypeVar("T", Answer, Answered)


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
class Reached(Generic[T]):
    answered: T
    road: Road | None = None
    """None: directly."""

    @property
    def is_origin(self) -> bool:
        return self.road is None or not self.road.address


Ask = Callable[[str, Proxy | None, timedelta], Awaitable[T]]
Hinted = Callable[[str], Awaitable[None]]
"""Given the origin of a server at which something waits for this one."""


@dataclass(slots=True)
class Roads:
    ground: Ground
    client: Client
    circuits: Circuits
    fallback: Proxies
    hinted: Hinted | None = None

    async def signer(self) -> Signer:
        """This server's own account."""
        key = await identities.request_key(self.ground, identities.SERVER)
        return Signer(build.rsa_key_id(identities.server_uri(self.ground.here)), key)

    async def get(self, url: str, signer: Signer, scheme: Scheme) -> Reached[Answered]:
        """A signed GET, as `network.signed.get`. Raises `NoAnswer`: that of the direct road, if it was tried."""

        async def ask(address: str, proxy: Proxy | None, deadline: timedelta) -> Answered:
            return await signed.get(self.client, address, signer, scheme, deadline=deadline, via=proxy)

        return await self._reach(url, ask)

    async def post(self, url: str, body: bytes, signer: Signer, scheme: Scheme) -> Reached[Answered]:
        """A signed POST, as `network.signed.post`. Raises the same."""

        async def ask(address: str, proxy: Proxy | None, deadline: timedelta) -> Answered:
            return await signed.post(self.client, address, body, signer, scheme, deadline=deadline, via=proxy)

        reached = await self._reach(url, ask)
        if HINT in reached.answered.answer.headers and reached.is_origin and self.hinted is not None:
            await self.hinted(origin_of(Uri(url)))
        return reached

    async def ask(
        self, url: str, accept: Sequence[str], *, max_bytes: int = MAX_BYTES, sign: Sign | None = None
    ) -> Answer:
        """
        A GET whose answer has no proof of its own: only the server that the URL names is believed, so directly or through
        a proxy. Raises `NoAnswer`.
        """

        async def ask(address: str, proxy: Proxy | None, deadline: timedelta) -> Answer:
            return await self.client.get(
                address, accept=accept, max_bytes=max_bytes, sign=sign, deadline=deadline, via=proxy
            )

        return (await self._reach(url, ask, is_origin_wanted=True)).answered

    async def tell(self, url: str, body: bytes) -> Answer:
        """A POST of JSON by this server's own account, to that server alone. Raises `NoAnswer`."""
        sign = await self.signs("POST", body)

        async def ask(address: str, proxy: Proxy | None, deadline: timedelta) -> Answer:
            headers = {"content-type": "application/json"}
            return await self.client.post(
                address, body, headers=headers, sign=sign, deadline=deadline, via=proxy
            )

        return (await self._reach(url, ask, is_origin_wanted=True)).answered

    async def signs(self, method: str, body: bytes | None) -> Sign:
        """What signs a request of this server's own account."""
        signer = await self.signer()

        def sign(target: Target) -> dict[str, str]:
            now = datetime.now(UTC)
            return http_signatures.sign_request(method, target.url, body, signer, Scheme.CAVAGE, now)

        return sign

    async def _reach(self, url: str, ask: Ask[T], *, is_origin_wanted: bool = False) -> Reached[T]:
        host = host_of(Uri(url))
        failure: NoAnswer = Unreachable(f"{host} cannot be reached just now.")
        if await self.circuits.lets_through(host):
            try:
                answered = await ask(url, None, DEADLINE)
                if await self._is_theirs(host, answered):
                    return Reached(answered)
            except (Unreachable, LedInside) as error:
                if (
                    await self.ground.store.reading(peers.find, host) is not None
                ):  # no rows for invented names
                    await self.circuits.failed(host, error.code)
                failure = error
            except AddressRefused:
                raise
            except NoAnswer as error:  # it may be a page that somebody else has put there
                failure = error
        for road in await self.others(host):
            if is_origin_wanted and road.address:
                continue
            try:
                return Reached(await ask(road.leading_to(url), road.proxy, DETOUR), road)
            except NoAnswer:
                continue
        raise failure

    async def _is_theirs(self, host: str, answered: Answer | Answered) -> bool:
        """Whether the direct road works; what is in its way may be over in a moment, where it has worked until now."""
        if not answered.is_of_a_gateway:
            await self.circuits.succeeded(host)
            return True
        if not await self.circuits.is_open(host):
            return True
        await self.circuits.failed(host, Unreachable.code)
        return False

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
