"""
The one client for everything this server fetches or sends, anywhere.

    client = Client("home.example")
    answer = await client.get(url, accept=("text/html",))

What every request has, without asking for it:

- it goes only where the guard lets it, at every hop (`guard.py`, `dialing.py`);
- certificates are checked, always;
- it ends within a deadline, waiting and redirects included, however slowly they drip;
- it takes at most so many bytes, counted after decompression, whatever Content-Length says;
- GET follows up to three redirects, drops credentials where they leave the origin, and never goes from
  https to http; POST follows none: what was signed for one place is not sent to another;
- a host is asked at most so many things at once.

Some destinations may lie behind proxies (`proxies.py`); `via` leads a single request through another one. All of the
above holds there too, but that a proxy that is given names finds their addresses itself.

`save` is `get` for files: they go to disk as they come, may be large, and are looked at by whoever asked as
soon as their beginning is there.

Make one per event loop, and `close` it.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self, TypeAlias

from martlet import __version__
from martlet.model.tracing import Tracer
from martlet.network import answers, guard
from martlet.network.answers import Answer, Judge, Wanted
from martlet.network.errors import AddressRefused, AnswerRefused, LedElsewhere, TimedOut
from martlet.network.guard import Target
from martlet.network.proxies import Proxies, Proxy

if TYPE_CHECKING:
    import httpcore2

    from martlet.network.dialing import Lookup

DEADLINE = timedelta(seconds=15)
MAX_BYTES = 1024 * 1024
MAX_REDIRECTS = 3
PER_HOST = 6
CONNECTIONS = 256
SLOWEST = 128 * 1024
"""Bytes a second that a file has to come with, once it does not come within the deadline."""
LONGEST = timedelta(minutes=5)

NONE = Proxies()
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_CREDENTIALS = frozenset(("authorization", "cookie", "signature", "signature-input"))


Sign: TypeAlias = Callable[[Target], Mapping[str, str]]
"""What to send along to a target and to no other: lower-case names."""
Take: TypeAlias = "Callable[[httpcore2.Response, Target], Awaitable[Answer]]"
"""What is done with an answer, its body not yet read."""


@dataclass(slots=True)
class _Queue:
    """Those who want something of one host. Kept only while there is somebody in it."""

    turns: asyncio.Semaphore
    length: int = field(default=0)


class Client:
    """
    `host` is this server's own name, for the User-Agent.

    `allow_private` is for trials on one machine: this machine's and its network's addresses, names
    without a dot and every port may be called. `proxies` says which destinations are called through which proxy,
    always. `authorities` are certificates (PEM) to trust besides the system's own.
    """

    def __init__(
        self,
        host: str,
        *,
        allow_private: bool = False,
        proxies: Proxies = NONE,
        authorities: str | None = None,
        deadline: timedelta = DEADLINE,
        per_host: int = PER_HOST,
        connections: int = CONNECTIONS,
        lookup: "Lookup | None" = None,
        tracer: Tracer | None = None,
    ) -> None:
        self._tracer = tracer
        self.allow_private = allow_private
        self._host = host.lower()
        self._user_agent = f"Martlet/{__version__} (+https://{host})"
        self._proxies = proxies
        self._authorities = authorities
        self._deadline = deadline
        self._per_host = per_host
        self._connections = connections
        self._lookup = lookup
        self._queues: dict[str, _Queue] = {}
        self._opening = asyncio.Lock()
        self._pools: dict[Proxy | None, httpcore2.AsyncConnectionPool] = {}
        """By the proxy that all of a pool's connections go through."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. The client may be used again."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            await pool.aclose()

    async def get(
        self,
        url: str,
        *,
        accept: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        is_beginning_enough: bool = False,
        deadline: timedelta | None = None,
        sign: Sign | None = None,
        via: Proxy | None = None,
    ) -> Answer:
        """
        What is at `url`, whatever its status; `via` a proxy that no setting names for its host.

        `accept` names the media types wanted (`image/*` for all of a kind): it is sent, and a success
        of any other type is refused before its body is read. One with more than `max_bytes` is refused,
        or cut off there if its beginning is enough. With `sign` every hop is signed anew, and
        none leaves the first one's origin. Raises `NoAnswer`.
        """
        async with self._within(deadline):
            wanted = Wanted(accept, max_bytes, is_beginning_enough)
            sent = {name.lower(): value for name, value in (headers or {}).items()}
            asked = sent | _asking(wanted)
            return await self._follow(self._parse(url, via), asked, wanted.take, sign, via=via)

    async def save(
        self,
        url: str,
        into: BinaryIO,
        judge: Judge,
        *,
        headers: Mapping[str, str] | None = None,
        via: Proxy | None = None,
    ) -> Answer:
        """
        Write the file at `url` to `into`; the answer has no body then. A failure is an answer as ever.

        `judge` is given its first bytes and says how many it may have; whatever it raises ends the fetch. The
        first of them have to come within the deadline, the rest no slower than `SLOWEST`, all within
        `LONGEST`. This server itself is never asked, whoever leads there. Raises `NoAnswer`.
        """
        loop = asyncio.get_running_loop()
        async with self._within(None) as limit:
            begun, most = loop.time(), LONGEST.total_seconds()

            def heard(taken: int) -> None:
                limit.reschedule(begun + min(self._deadline.total_seconds() + taken / SLOWEST, most))

            async def take(response: "httpcore2.Response", target: Target) -> Answer:
                return await answers.save(response, target, into, judge, heard)

            sent = {name.lower(): value for name, value in (headers or {}).items()}
            asking = {"accept": "image/*, video/*, audio/*, */*;q=0.1", "accept-encoding": "identity"}
            target = self._parse(url, via)
            return await self._follow(target, sent | asking, take, None, check=self._not_here, via=via)

    async def _follow(
        self,
        target: Target,
        sent: dict[str, str],
        take: Take,
        sign: Sign | None,
        check: Callable[[Target], None] = lambda _: None,
        via: Proxy | None = None,
    ) -> Answer:
        """The answer where the redirects end; `check` may refuse any hop."""
        seen: set[str] = set()
        while True:
            check(target)
            seen.add(target.url)
            signed = sent if sign is None else {**sent, **sign(target)}
            answer = await self._exchange("GET", target, signed, None, take, via)
            location = answer.headers.get("location")
            if answer.status not in _REDIRECTS or location is None:
                return answer
            onward = self._join(target, location, via)
            if onward.url in seen or len(seen) > MAX_REDIRECTS:
                raise AnswerRefused(f"{target.host} leads us in circles.")
            if onward.origin != target.origin:
                if sign is not None:
                    raise LedElsewhere(f"{target.host} leads us to another server.", onward.url)
                sent = {name: sent[name] for name in sent if name not in _CREDENTIALS}
            target = onward

    def _not_here(self, target: Target) -> None:
        if target.authority == self._host:
            raise AddressRefused("That address leads back to this server.")

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        accept: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        deadline: timedelta | None = None,
        sign: Sign | None = None,
        via: Proxy | None = None,
    ) -> Answer:
        """
        The answer to `body`, sent to `url` and nowhere else: a redirect is an answer like any other.

        With `sign` its headers are added. Raises `NoAnswer`. After `AnswerTooLarge` and `AnswerRefused` the body was taken all the same:
        only a success is too large or of the wrong type.
        """
        async with self._within(deadline):
            sent = {name.lower(): value for name, value in (headers or {}).items()}
            target = self._parse(url, via)
            signed = sent if sign is None else {**sent, **sign(target)}
            wanted = Wanted(accept, max_bytes)
            return await self._exchange("POST", target, signed | _asking(wanted), body, wanted.take, via)

    async def _exchange(
        self,
        method: str,
        target: Target,
        headers: dict[str, str],
        body: bytes | None,
        take: Take,
        via: Proxy | None,
    ) -> Answer:
        if self._tracer is None:
            return await self._ask(method, target, headers, body, take, via)
        said = {"http.request.method": method, "server.address": target.host}  # a path may be a secret
        with self._tracer.span(f"{method} elsewhere", "client", said) as span:
            answer = await self._ask(method, target, headers, body, take, via)
            span.set("http.response.status_code", answer.status)
            return answer

    async def _ask(
        self,
        method: str,
        target: Target,
        headers: dict[str, str],
        body: bytes | None,
        take: Take,
        via: Proxy | None,
    ) -> Answer:
        proxy = via or self._proxies.for_host(target.host)
        pool = self._pools.get(proxy) or await self._open(proxy)
        from martlet.network import dialing  # noqa: PLC0415 - `_open` has loaded it, in a thread

        ours = {"host": target.authority, "user-agent": self._user_agent}
        if body is not None:
            ours["content-length"] = str(len(body))
        async with self._turn(target.host):
            with dialing.failures(target.host):
                response = await dialing.send(pool, method, target, headers | ours, body)
                try:
                    return await take(response, target)
                finally:
                    await response.aclose()

    async def _open(self, proxy: Proxy | None) -> "httpcore2.AsyncConnectionPool":
        async with self._opening:
            if proxy not in self._pools:
                self._pools[proxy] = await asyncio.to_thread(self._make_pool, proxy)
            return self._pools[proxy]

    def _make_pool(self, proxy: Proxy | None) -> "httpcore2.AsyncConnectionPool":
        from martlet.network import dialing  # noqa: PLC0415 - 100 ms that the start does not wait for

        return dialing.make_pool(
            lookup=self._lookup or dialing.system_lookup,
            allow_private=self.allow_private,
            proxy=proxy,
            authorities=self._authorities,
            connections=self._connections,
        )

    @asynccontextmanager
    async def _within(self, deadline: timedelta | None) -> AsyncIterator[asyncio.Timeout]:
        try:
            async with asyncio.timeout((deadline or self._deadline).total_seconds()) as limit:
                yield limit
        except TimeoutError as error:
            raise TimedOut("There was no answer in time.") from error

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        """Wait until fewer than `per_host` requests to `host` are under way."""
        queue = self._queues.setdefault(host, _Queue(asyncio.Semaphore(self._per_host)))
        queue.length += 1
        try:
            async with queue.turns:
                yield
        finally:
            queue.length -= 1
            if queue.length == 0:
                del self._queues[host]

    def _parse(self, url: str, via: Proxy | None = None) -> Target:
        return self._reachable(guard.parse(url, allow_private=self.allow_private, allow_onion=True), via)

    def _join(self, target: Target, location: str, via: Proxy | None) -> Target:
        # Headers come as Latin-1; where somebody wrote UTF-8 into one, that was meant.
        with suppress(UnicodeDecodeError):
            location = location.encode("latin-1").decode()
        onward = guard.join(target, location, allow_private=self.allow_private, allow_onion=True)
        if target.scheme == "https" and onward.scheme == "http":
            raise AnswerRefused(f"{target.host} leads us from https to http.")
        return self._reachable(onward, via)

    def _reachable(self, target: Target, via: Proxy | None) -> Target:
        """Raises `AddressRefused` for an onion address that no proxy is asked for: no name server may hear of it."""
        if target.is_onion:
            proxy = via or self._proxies.for_host(target.host)
            if proxy is None or not proxy.resolves:
                raise AddressRefused(f"{target.host} can only be reached through Tor.")
        return target


def _asking(wanted: Wanted) -> dict[str, str]:
    return {"accept": ", ".join(wanted.types) or "*/*", "accept-encoding": "gzip"}
