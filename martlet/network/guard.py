"""
Where this server may call, and where it may not.

People and other servers hand us URLs to fetch: link previews, push endpoints, actors. Nothing they hand
us may reach what only we can reach: our own machine, our network, the metadata service of our host.

Two checks, both needed. `parse` reads a URL by its grammar, once, into a `Target`; everybody uses that
target, nobody reads the text again (attacks E5, E6). `is_allowed` looks at an address, right before it
is called (`dialing.py`); a name is only as good as what it resolves to (E1, E2).

The table of addresses is our own: `ipaddress.is_global` calls `::127.0.0.1` and multicast global, and
differs between releases of Python.
"""

import ipaddress
import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import quote, urljoin

from martlet.network.errors import AddressRefused

MAX_URL = 4096

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_URL = re.compile(r"(https?)://([^/?#]*)([^#]*)(?:#.*)?", re.IGNORECASE | re.DOTALL)
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]@]+)(?::([0-9]{1,5}))?")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_MAX_HOST = 253
_MAX_PORT = 65535
_USUAL_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024
_SAFE_IN_PATH = "!$&'()*+,-./:;=?@_~%"

# RFC 6761, RFC 6762, RFC 8375, RFC 9476, and what people call the machines in their house.
_NEVER_PUBLIC = frozenset(
    ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "alt")
)
_HOME = "home.arpa"
_ONION = "onion"

# IANA's special-purpose registry, and two addresses of hosting firms that serve secrets of the machine.
_REFUSED_V4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")
_REFUSED_V6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # Teredo, ORCHID, benchmarks, …
        "2001:db8::/32",
        "2002::/16",  # 6to4
        "2620:4f:8000::/48",
        "3fff::/20",
    )
)
_MAPPED = IPv6Network("::ffff:0:0/96")
_NAT64 = IPv6Network("64:ff9b::/96")

# What a trial on one machine or in one house needs; no more.
_PRIVATE = (
    IPv4Network("127.0.0.0/8"),
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("::1/128"),
    IPv6Network("fc00::/7"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """
    A URL, taken apart: lower-case scheme and ASCII host, a port always, path and query percent-encoded.

    An IPv6 host stands without its brackets. There is no fragment and nobody's name or password.
    """

    scheme: str
    host: str
    port: int
    path: str

    @property
    def unusual_port(self) -> int | None:
        """The port, if a URL has to name it."""
        return None if self.port == _USUAL_PORTS[self.scheme] else self.port

    @property
    def is_onion(self) -> bool:
        return self.host.endswith(f".{_ONION}")

    @property
    def authority(self) -> str:
        """Host, and port where it is not the usual one: what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.unusual_port is None else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        return self.origin + self.path


def parse(url: str, *, allow_private: bool = False, allow_onion: bool = False) -> Target:
    """
    The target that `url` means. Raises `AddressRefused` for anything but a plain http(s) URL of a host
    that can be public.

    Refused by their look alone: private literal addresses in any notation, names without a dot and
    those reserved for one house (`localhost`, `.local`, …), `.onion` unless a proxy may know it, ports
    below 1024 other than 80 and 443. What a name resolves to is not looked at here.
    """
    if len(url) > MAX_URL or _FORBIDDEN.search(url):
        raise AddressRefused("This URL is too long, or has characters that no URL has.")
    whole = _URL.fullmatch(url)
    if whole is None:
        raise AddressRefused("Only http and https URLs can be fetched.")
    authority = _AUTHORITY.fullmatch(whole[2])
    if authority is None:
        raise AddressRefused("This URL does not name a host.")
    scheme = whole[1].lower()
    host = _host(authority[1])
    port = _USUAL_PORTS[scheme] if authority[2] is None else int(authority[2])
    if not allow_private:
        _check_name(host, allow_onion=allow_onion)
    if port > _MAX_PORT or (
        port < _FIRST_FREE_PORT and port not in _USUAL_PORTS.values() and not allow_private
    ):
        raise AddressRefused(f"Port {port} is not one that web servers use.")
    address = literal(host)
    if address is not None and not is_allowed(address, allow_private=allow_private):
        raise AddressRefused(f"{host} is not a public address.")
    path = quote(whole[3], safe=_SAFE_IN_PATH)
    return Target(scheme, host, port, path if path.startswith("/") else f"/{path}")


def join(target: Target, location: str, *, allow_private: bool = False, allow_onion: bool = False) -> Target:
    """Where a redirect from `target` to `location` leads. Raises `AddressRefused`."""
    if len(location) > MAX_URL or _FORBIDDEN.search(location):
        raise AddressRefused("A redirect leads to something that is no URL.")
    try:
        url = urljoin(target.url, location)
    except ValueError as error:
        raise AddressRefused("A redirect leads to something that is no URL.") from error
    return parse(url, allow_private=allow_private, allow_onion=allow_onion)


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that `host` is, if it is one and not a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_allowed(address: IPv4Address | IPv6Address, *, allow_private: bool = False) -> bool:
    """Whether this server may open a connection to `address`."""
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is not None:
            return is_allowed(inner, allow_private=allow_private)
        is_public = address in _GLOBAL_V6 and not any(address in block for block in _REFUSED_V6)
    else:
        is_public = not any(address in block for block in _REFUSED_V4)
    return is_public or (allow_private and any(address in block for block in _PRIVATE))


def _embedded(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is really called through `address`: mapped, or translated by NAT64."""
    if address in _MAPPED or address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


def _host(written: str) -> str:
    if written.startswith("["):
        try:
            return str(IPv6Address(written[1:-1]))
        except ValueError as error:
            raise AddressRefused("This URL has a malformed address for a host.") from error
    host = (written if written.isascii() else _to_ascii(written)).lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > _MAX_HOST or not all(_LABEL.fullmatch(label) for label in labels):
        raise AddressRefused("This URL has a malformed name for a host.")
    if _NUMBER.fullmatch(labels[-1]):
        # What looks like an address has to be one in its usual notation: getaddrinfo reads 0x7f.1 too.
        try:
            return str(IPv4Address(host))
        except ValueError as error:
            raise AddressRefused("This URL has an unusual notation of an address for a host.") from error
    return host


def _to_ascii(name: str) -> str:
    import idna  # noqa: PLC0415 - its tables take 20 ms to load, and few names need them

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError as error:
        raise AddressRefused("This URL has a name for a host that cannot be registered.") from error


def _check_name(host: str, *, allow_onion: bool) -> None:
    if literal(host) is not None:
        return
    labels = host.split(".")
    is_local = labels[-1] in _NEVER_PUBLIC or host == _HOME or host.endswith(f".{_HOME}")
    if len(labels) == 1 or is_local or (labels[-1] == _ONION and not allow_onion):
        raise AddressRefused(f"{host} is not a public name.")
