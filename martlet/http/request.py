"""What came in: one HTTP request, its body not yet read."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from urllib.parse import unquote

from martlet.model.errors import InvalidInput

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Read = Callable[[], Awaitable[bytes]]
"""Gives the next piece of a body, an empty one at its end. Raises `BodyCutOff`."""
TakeWhole = Callable[[], bytes | None]
"""Gives the whole body, if it has come."""

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
    """One HTTP request. Header names are lower case; `target` is path and query as they were sent."""

    __slots__ = ("_read", "_take_whole", "_target", "address", "headers", "method", "path", "peer", "query")

    def __init__(
        self,
        method: str,
        target: bytes,
        headers: Sequence[tuple[bytes, bytes]],
        peer: str,
        read: Read,
        take_whole: TakeWhole = lambda: None,
    ) -> None:
        if target[:1] != b"/":
            target = _without_origin(target)
        self._read, self._take_whole = read, take_whole
        self._target = target
        self.method = method
        path, _, self.query = target.partition(b"?")
        self.path = path.decode("utf-8", "replace")
        if b"%" in path and b"%2f" not in path.lower():  # a slash that was written out divides nothing
            self.path = unquote(self.path)
        self.headers: Mapping[bytes, bytes] = dict(headers)
        if len(self.headers) != len(headers):
            self.headers = _joined(headers)
        self.peer = peer
        """The address at the other end of the connection."""
        self.address = peer
        """Whose request it is, as far as our own proxies tell; see `client_address`."""

    def header(self, name: bytes) -> str:
        """A header's value, or the empty string."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def target(self) -> str:
        """Path and query as they were sent, not decoded: what a signature covers."""
        return self._target.decode("latin-1")

    async def body(self, limit: int) -> bytes:
        """The whole body. Raises `BodyTooLarge` as soon as it is known to pass `limit` bytes."""
        declared = self.headers.get(b"content-length", b"")
        if declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge(limit)
        whole = self._take_whole()  # most bodies come with their headers, and nothing is waited for
        if whole is not None:
            if len(whole) > limit:
                raise BodyTooLarge(limit)
            return whole
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
                    part = await self._read()
            except TimeoutError:
                raise BodyTooSlow from None
            if not part:
                return
            size += len(part)
            yield part


def _without_origin(target: bytes) -> bytes:
    """The absolute form (RFC 9112 section 3.2.2) names the server once more; who that is, `Host` says."""
    scheme, _, rest = target.partition(b"://")
    if scheme.lower() not in (b"http", b"https"):
        return target
    slash = rest.find(b"/")
    return rest[slash:] if slash >= 0 else b"/"


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
    while forwarded and is_trusted(address, trusted):
        address = forwarded.pop()
    return address


def is_trusted(address: str, trusted: Sequence[Network]) -> bool:
    """Whether an address is one of our own proxies."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in trusted)
