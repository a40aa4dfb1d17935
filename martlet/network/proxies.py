"""
Which proxy carries a request to which destination, as the operator has written it down.

    proxies = Proxies.parse(["*.onion = socks5h://127.0.0.1:9050", "peer.example = direct", "* = http://10.0.0.1:8080"])
    proxies.for_host("abc.onion").url == "socks5h://127.0.0.1:9050"

The first line whose pattern fits decides: a host, `*.example` for all below a name, `*` for all. `socks5h`, `http` and
`https` leave it to the proxy to find the address of a name; with `socks5` it is found and checked here, and only an
address is handed to the proxy.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

DIRECT = "direct"
_PATTERN = re.compile(r"\*|(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9])?", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}
_SECONDS = 5.0
_SCHEMES = frozenset({"socks5", "socks5h", "http", "https"})


class NotAProxy(ValueError):
    """The line says neither which destination nor which proxy."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """`url`: with `name:password@` where it asks for one."""

    url: str

    @property
    def resolves(self) -> bool:
        """Whether the proxy is given names, and not addresses that were checked here."""
        return urlsplit(self.url).scheme != "socks5"

    @property
    def shown(self) -> str:
        """Without a name and password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    async def is_there(self) -> bool:
        """Whether anybody takes connections where the proxy should be."""
        parts = urlsplit(self.url)
        try:
            async with asyncio.timeout(_SECONDS):
                _, writer = await asyncio.open_connection(parts.hostname, parts.port or _PORTS[parts.scheme])
        except (OSError, TimeoutError):
            return False
        writer.close()
        return True


@dataclass(frozen=True, slots=True)
class Proxies:
    """Lines of patterns, each with its proxy; None: directly."""

    lines: tuple[tuple[str, Proxy | None], ...] = ()

    @classmethod
    def parse(cls, written: Iterable[str]) -> Self:
        """Raises `NotAProxy`."""
        return cls(tuple(map(_line, written)))

    def for_host(self, host: str) -> Proxy | None:
        return next((proxy for pattern, proxy in self.lines if _fits(pattern, host)), None)


def _line(written: str) -> tuple[str, Proxy | None]:
    pattern, equals, url = (part.strip() for part in written.partition("="))
    if not equals or not _PATTERN.fullmatch(pattern):
        raise NotAProxy(written)
    return pattern.lower(), None if url == DIRECT else Proxy(_checked(url))


def _checked(url: str) -> str:
    """Raises `NotAProxy`."""
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in _SCHEMES and parts.hostname and (parts.port or parts.scheme in _PORTS)
    except ValueError as error:
        raise NotAProxy(url) from error
    if not is_one or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise NotAProxy(url)
    return url


def _fits(pattern: str, host: str) -> bool:
    return pattern in ("*", host) or (pattern.startswith("*.") and host.endswith(pattern[1:]))
