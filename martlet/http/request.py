"""What came in: one HTTP request, its body not yet read."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

from martlet.model.errors import InvalidInput

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


PATIENCE = 30.0
"""Seconds without a byte of the body after which we wait no longer."""
GRACE = 60.0
SLOWEST = 2048
"""A body may take `GRACE` seconds, and one more for each so many bytes that came."""


class BodyTooLarge(InvalidInput):
    code = "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"That is too large: at most {limit:,} bytes are taken here.")


class BodyTooSlow(InvalidInput):
    code = "body_too_slow"

    def __init__(self) -> None:
        super().__init__("What you sent came too slowly. Please try again.")


class BodyCutOff(InvalidInput):
    """The other end went away, or what it sent is no HTTP: half a form is no form."""

    code = "body_cut_off"

    def __init__(self) -> None:
        super().__init__("What you sent broke off. Please try again.")


class Request:
    """One HTTP request. Header names are lower case."""

    __slots__ = ("_receive", "_scope", "address", "headers", "method", "path", "query")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        raw: bytes = scope.get("raw_path") or b""
        if b"%" in raw and b"%2f" in raw.lower():
            self.path = raw.decode("latin-1")  # a slash that was written out divides nothing
        self.query: bytes = scope["query_string"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        if len(self.headers) != len(scope["headers"]):
            self.headers = _joined(scope["headers"])
        self.address = self.peer
        """Whose request it is, as far as our own proxies tell; see `client_address`."""

    def header(self, name: bytes) -> str:
        """A header's value, or the empty string."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def target(self) -> str:
        """Path and query as they were sent, not decoded: what a signature covers."""
        path: bytes = self._scope.get("raw_path") or self.path.encode()
        query = f"?{self.query.decode('latin-1')}" if self.query else ""
        return path.decode("latin-1").partition("?")[0] + query

    @property
    def peer(self) -> str:
        """The address at the other end of the connection."""
        client: Sequence[Any] | None = self._scope.get("client")
        return str(client[0]) if client else "127.0.0.1"

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises `BodyTooLarge` as soon as it is known to pass `limit` bytes."""
        declared = self.headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge(limit)
        parts: list[bytes] = []
        size = 0
        async for part in self.chunks():
            size += len(part)
            if size > limit:
                raise BodyTooLarge(limit)
            parts.append(part)
        return b"".join(parts)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises `BodyTooSlow` or `BodyCutOff`."""
        began, size = time.monotonic(), 0
        while True:
            left = GRACE + size / SLOWEST - (time.monotonic() - began)
            try:
                async with asyncio.timeout(min(PATIENCE, left)):
                    message = await self._receive()
            except TimeoutError:
                raise BodyTooSlow from None
            if message["type"] != "http.request":
                raise BodyCutOff
            part = message.get("body", b"")
            size += len(part)
            yield part
            if not message.get("more_body", False):
                return


def _joined(sent: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Headers that came more than once, as one: RFC 9110 section 5.3, RFC 9113 section 8.2.3 for cookies."""
    joined: dict[bytes, bytes] = {}
    for name, value in sent:
        between = b"; " if name == b"cookie" else b", "
        joined[name] = joined[name] + between + value if name in joined else value
    return joined


def client_address(request: Request, trusted: Sequence[Network]) -> str:
    """Whose request it is: the rightmost address that is not one of our own proxies."""
    address = request.peer
    forwarded = [part.strip() for part in request.header(b"x-forwarded-for").split(",") if part.strip()]
    while forwarded and _is_trusted(address, trusted):
        address = forwarded.pop()
    return address


def _is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)
