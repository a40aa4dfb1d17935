"""
Opening connections, and only where the guard lets us.

The connection pool asks this backend for a connection to a name. We resolve the name once, refuse it if
any of its addresses is bad, and dial an address that was just checked. The pool still knows the name
only, so certificates are checked for it and no connection is shared by two names on one address.

A proxy that is given addresses (`socks5`) gets none but those. One that resolves names itself is the operator's choice:
what the guard could see is the proxy's own address, and only `guard.parse` stands between a stranger's URL and the
proxy's network.

Import this at the first request, not at start: it loads the HTTP library.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import unquote, urlsplit

import anyio
import h2.exceptions
import httpcore2
import socksio

from martlet.network import guard
from martlet.network.errors import LedInside, TimedOut, Unreachable
from martlet.network.proxies import Proxy

Lookup = Callable[[str, int], Awaitable[Sequence[str]]]

_MOST_ADDRESSES = 6
_SECONDS_PER_ADDRESS = 3.0
_CONNECT_SECONDS = 6.0
_KEEP_IDLE_SECONDS = 20.0
_MOST_IDLE = 64
_SOCKS_PORT = 1080
_SOCKS_BYTES = 4096

_HEADER_NAME = re.compile(r"[a-z0-9-]+", re.IGNORECASE)
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    h2.exceptions.H2Error,
    socksio.SOCKSError,
    OSError,
)

# Of their own, so that names that resolve slowly hold up no one but each other.
_resolvers = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")


async def system_lookup(host: str, port: int) -> Sequence[str]:
    """All addresses of `host` as the system knows them, in the order to try them."""
    loop = asyncio.get_running_loop()
    found = await loop.run_in_executor(_resolvers, _getaddrinfo, host, port)
    return list(dict.fromkeys(found))


def _getaddrinfo(host: str, port: int) -> list[str]:
    return [str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Connection(httpcore2.AsyncNetworkStream):
    """The library's own, but closed too when the time is up in the middle of a TLS handshake."""

    def __init__(self, inner: httpcore2.AsyncNetworkStream) -> None:
        self._inner = inner

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - the library's
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the library's
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is the library's
    ) -> httpcore2.AsyncNetworkStream:
        try:
            return Connection(await self._inner.start_tls(ssl_context, server_hostname, timeout))
        except asyncio.CancelledError:
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            raise


class Backend(httpcore2.AsyncNetworkBackend):
    """Connections to wherever we are told: to the operator's proxy."""

    def __init__(self) -> None:
        self._dialer = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        return Connection(await self._dialer.connect_tcp(host, port, timeout, local_address, socket_options))

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class GuardedBackend(Backend):
    """Connections to addresses that the guard allows, and to no others."""

    def __init__(self, lookup: Lookup, *, allow_private: bool) -> None:
        super().__init__()
        self._lookup = lookup
        self._allow_private = allow_private

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        addresses = await self._checked(host, port)
        for address in addresses[:-1]:
            with suppress(httpcore2.ConnectError, httpcore2.ConnectTimeout, httpcore2.ProxyError):
                return await self._dial(address, port, _SECONDS_PER_ADDRESS, local_address, socket_options)
        return await self._dial(addresses[-1], port, timeout, local_address, socket_options)

    async def _dial(
        self,
        address: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.AsyncNetworkStream:
        return await super().connect_tcp(address, port, timeout, local_address, socket_options)

    async def _checked(self, host: str, port: int) -> list[str]:
        if guard.literal(host) is not None:
            found: Sequence[str] = [host]
        else:
            try:
                found = await self._lookup(host, port)
            except (OSError, UnicodeError) as error:
                raise httpcore2.ConnectError(f"{host} has no address") from error
        if not found:
            raise httpcore2.ConnectError(f"{host} has no address")
        for address in found:
            if not guard.is_allowed(ipaddress.ip_address(address), allow_private=self._allow_private):
                raise LedInside(f"{host} leads to an address that is not public.")
        return list(found[:_MOST_ADDRESSES])


class SocksBackend(GuardedBackend):
    """The same through a SOCKS5 proxy (RFC 1928), which is given checked addresses and never a name."""

    def __init__(self, proxy: str, lookup: Lookup, *, allow_private: bool) -> None:
        super().__init__(lookup, allow_private=allow_private)
        self._proxy = urlsplit(proxy)

    async def _dial(
        self,
        address: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109 - the signature is the library's
        local_address: str | None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.AsyncNetworkStream:
        stream = await Backend.connect_tcp(
            self,
            self._proxy.hostname or "",
            self._proxy.port or _SOCKS_PORT,
            timeout,
            local_address,
            socket_options,
        )
        try:
            await self._ask_for(stream, address, port, timeout)
        except BaseException:
            with anyio.CancelScope(shield=True):
                await stream.aclose()
            raise
        return stream

    async def _ask_for(
        self,
        stream: httpcore2.AsyncNetworkStream,
        address: str,
        port: int,
        timeout: float | None,  # noqa: ASYNC109 - handed on
    ) -> None:
        """Raises `ProxyError`."""
        talk = socksio.socks5.SOCKS5Connection()
        method = socksio.socks5.SOCKS5AuthMethod.NO_AUTH_REQUIRED
        if self._proxy.username is not None:
            method = socksio.socks5.SOCKS5AuthMethod.USERNAME_PASSWORD

        async def said(request: Any) -> Any:
            talk.send(request)
            await stream.write(talk.data_to_send(), timeout)
            heard = await stream.read(_SOCKS_BYTES, timeout)
            if not heard:
                raise httpcore2.ProxyError("The proxy has hung up.")
            return talk.receive_data(heard)

        answered = await said(socksio.socks5.SOCKS5AuthMethodsRequest([method]))
        if answered.method != method:
            raise httpcore2.ProxyError("The proxy wants another way of signing in.")
        if self._proxy.username is not None:
            name, password = unquote(self._proxy.username), unquote(self._proxy.password or "")
            request = socksio.socks5.SOCKS5UsernamePasswordRequest(name.encode(), password.encode())
            if not (await said(request)).success:
                raise httpcore2.ProxyError("The proxy refuses the name or password.")
        command = socksio.socks5.SOCKS5Command.CONNECT
        answered = await said(socksio.socks5.SOCKS5CommandRequest.from_address(command, (address, port)))
        if answered.reply_code != socksio.socks5.SOCKS5ReplyCode.SUCCEEDED:
            raise httpcore2.ProxyError("The proxy does not get there.")


def tls_context(authorities: str | None) -> ssl.SSLContext:
    """
    The system's idea of whom to trust, and those in `authorities` (PEM) besides.

    There is no way to switch the checking off, here or anywhere (attacks E13).
    """
    context = httpcore2.default_ssl_context()
    if authorities is not None:
        context.load_verify_locations(cadata=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def make_pool(
    *, lookup: Lookup, allow_private: bool, proxy: Proxy | None, authorities: str | None, connections: int
) -> httpcore2.AsyncConnectionPool:
    """Connections over HTTP/2 and HTTP/1.1, kept for some seconds; all through `proxy` if there is one."""
    resolver = proxy if proxy is not None and proxy.resolves else None
    backend: Backend
    if resolver is not None:
        backend = Backend()
    elif proxy is not None:
        backend = SocksBackend(proxy.url, lookup, allow_private=allow_private)
    else:
        backend = GuardedBackend(lookup, allow_private=allow_private)
    return httpcore2.AsyncConnectionPool(
        ssl_context=tls_context(authorities),
        proxy=None if resolver is None else _proxy(resolver.url),
        max_connections=connections,
        max_keepalive_connections=_MOST_IDLE,
        keepalive_expiry=_KEEP_IDLE_SECONDS,
        http1=True,
        http2=True,
        network_backend=backend,
    )


def _proxy(url: str) -> httpcore2.Proxy:
    """From `http://`, `https://` or `socks5h://`, with `name:password@` if it asks for one."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port is None else f":{parts.port}"
    auth = None
    if parts.username is not None:
        auth = (unquote(parts.username), unquote(parts.password or ""))
    return httpcore2.Proxy(f"{parts.scheme}://{host}{port}/", auth=auth)


async def send(
    pool: httpcore2.AsyncConnectionPool,
    method: str,
    target: guard.Target,
    headers: Mapping[str, str],
    body: bytes | None,
) -> httpcore2.Response:
    """
    The answer, its body not yet read. Close it.

    Raises `ValueError` for a header value with anything but printable ASCII: that is a bug of ours.
    """
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise ValueError(f"The header {name!r} cannot be sent.")
    request = httpcore2.Request(
        method,
        httpcore2.URL(
            scheme=target.scheme.encode(),
            host=target.host.encode(),
            port=target.unusual_port,
            target=target.path.encode(),
        ),
        headers=[(name.encode(), value.encode()) for name, value in headers.items()],
        content=body,
        extensions={"timeout": {"connect": _CONNECT_SECONDS}},
    )
    return await pool.handle_async_request(request)


@contextmanager
def failures(host: str) -> Iterator[None]:
    """Whatever goes wrong between us and `host`, in our own words."""
    try:
        yield
    except httpcore2.TimeoutException as error:
        raise TimedOut(f"{host} did not answer in time.") from error
    except _FAILURES as error:
        raise Unreachable(f"{host} could not be reached.") from error
