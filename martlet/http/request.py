"""What came in: one HTTP request, its body not yet read."""

import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from typing import Any

from martlet.model.errors import InvalidInput

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class BodyTooLarge(InvalidInput):
    code = "body_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(f"That is too large: at most {limit:,} bytes are taken here.")


class Request:
    """One HTTP request. Header names are lower case."""

    __slots__ = ("_receive", "_scope", "address", "headers", "method", "path", "query")

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope = scope
        self._receive = receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])
        self.address = self.peer
        """Whose request it is, as far as our own proxies tell; see `client_address`."""

    def header(self, name: bytes) -> str:
        """A header's value, or the empty string."""
        return self.headers.get(name, b"").decode("latin-1")

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
        """The body as it comes. Ends early if the other end goes away."""
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return


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
