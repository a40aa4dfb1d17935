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

Make one per event loop, and `close` it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from martlet import __version__
from martlet.network import answers, guard
from martlet.network.answers import Answer, Wanted
from martlet.network.errors import AnswerRefused, LedElsewhere, TimedOut
from martlet.network.guard import Target

if TYPE_CHECKING:
    import httpcore2

    from martlet.network.dialing import Lookup

DEADLINE = timedelta(seconds=15)
MAX_BYTES = 1024 * 1024
MAX_REDIRECTS = 3
PER_HOST = 6
CONNECTIONS = 256

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_CREDENTIALS = frozenset(("authorization", "cookie", "signature", "signature-input"))


Sign: TypeAlias = Callable[[Target], Mapping[str, str]]
"""What to send along to a target and to no other: lower-case names."""


@dataclass(slots=True)
class _Queue:
    """Those who want something of one host. Kept only while there is somebody in it."""

    turns: asyncio.Semaphore
    length: int = field(default=0)


class Client:
    """
    `host` is this server's own name, for the User-Agent.

    `allow_private` is for trials on one machine: this machine's and its network's addresses, names
    without a dot and every port may be called. `proxy` (`http://`, `https://` or `socks5://`, with
    `name:password@` where it asks) carries everything and resolves all names. `authorities` are
    certificates (PEM) to trust besides the system's own.
    """

    def __init__(
        self,
        host: str,
        *,
        allow_private: bool = False,
        proxy: str | None = None,
        authorities: str | None = None,
        deadline: timedelta = DEADLINE,
        per_host: int = PER_HOST,
        connections: int = CONNECTIONS,
        lookup: "Lookup | None" = None,
    ) -> None:
        self.allow_private = allow_private
        self._user_agent = f"Martlet/{__version__} (+https://{host})"
        self._proxy = proxy
        self._authorities = authorities
        self._deadline = deadline
        self._per_host = per_host
        self._connections = connections
        self._lookup = lookup
        self._queues: dict[str, _Queue] = {}
        self._opening = asyncio.Lock()
        self._pool: httpcore2.AsyncConnectionPool | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close all connections. The client may be used again."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    async def get(
        self,
        url: str,
        *,
        accept: Sequence[str] = (),
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        deadline: timedelta | None = None,
        sign: Sign | None = None,
    ) -> Answer:
        """
        What is at `url`, whatever its status.

        `accept` names the media types wanted (`image/*` for all of a kind): it is sent, and a success
        of any other type is refused before its body is read. With `sign` every hop is signed anew, and
        none leaves the first one's origin. Raises `NoAnswer`.
        """
        seen: set[str] = set()
        async with self._within(deadline):
            target = self._parse(url)
            wanted = Wanted(accept, max_bytes)
            sent = {name.lower(): value for name, value in (headers or {}).items()}
            while True:
                seen.add(target.url)
                signed = sent if sign is None else {**sent, **sign(target)}
                answer = await self._exchange("GET", target, signed, None, wanted)
                location = answer.headers.get("location")
                if answer.status not in _REDIRECTS or location is None:
                    return answer
                onward = self._join(target, location)
                if onward.url in seen or len(seen) > MAX_REDIRECTS:
                    raise AnswerRefused(f"{target.host} leads us in circles.")
                if onward.origin != target.origin:
                    if sign is not None:
                        raise LedElsewhere(f"{target.host} leads us to another server.", onward.url)
                    sent = {name: sent[name] for name in sent if name not in _CREDENTIALS}
                target = onward

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
    ) -> Answer:
        """
        The answer to `body`, sent to `url` and nowhere else: a redirect is an answer like any other.

        With `sign` its headers are added. Raises `NoAnswer`. After `AnswerTooLarge` and `AnswerRefused` the body was taken all the same:
        only a success is too large or of the wrong type.
        """
        async with self._within(deadline):
            sent = {name.lower(): value for name, value in (headers or {}).items()}
            target = self._parse(url)
            signed = sent if sign is None else {**sent, **sign(target)}
            return await self._exchange("POST", target, signed, body, Wanted(accept, max_bytes))

    async def _exchange(
        self, method: str, target: Target, headers: dict[str, str], body: bytes | None, wanted: Wanted
    ) -> Answer:
        pool = self._pool or await self._open()
        from martlet.network import dialing  # noqa: PLC0415 - `_open` has loaded it, in a thread

        ours = {"host": target.authority, "user-agent": self._user_agent, "accept-encoding": "gzip"}
        ours["accept"] = ", ".join(wanted.types) or "*/*"
        if body is not None:
            ours["content-length"] = str(len(body))
        async with self._turn(target.host):
            with dialing.failures(target.host):
                response = await dialing.send(pool, method, target, headers | ours, body)
                try:
                    return await answers.read(response, target, wanted)
                finally:
                    await response.aclose()

    async def _open(self) -> "httpcore2.AsyncConnectionPool":
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncio.to_thread(self._make_pool)
            return self._pool

    def _make_pool(self) -> "httpcore2.AsyncConnectionPool":
        from martlet.network import dialing  # noqa: PLC0415 - 100 ms that the start does not wait for

        return dialing.make_pool(
            lookup=self._lookup or dialing.system_lookup,
            allow_private=self.allow_private,
            proxy=self._proxy,
            authorities=self._authorities,
            connections=self._connections,
        )

    @asynccontextmanager
    async def _within(self, deadline: timedelta | None) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout((deadline or self._deadline).total_seconds()):
                yield
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

    def _parse(self, url: str) -> Target:
        return guard.parse(url, allow_private=self.allow_private, allow_onion=self._proxy is not None)

    def _join(self, target: Target, location: str) -> Target:
        # Headers come as Latin-1; where somebody wrote UTF-8 into one, that was meant.
        with suppress(UnicodeDecodeError):
            location = location.encode("latin-1").decode()
        onward = guard.join(
            target, location, allow_private=self.allow_private, allow_onion=self._proxy is not None
        )
        if target.scheme == "https" and onward.scheme == "http":
            raise AnswerRefused(f"{target.host} leads us from https to http.")
        return onward
