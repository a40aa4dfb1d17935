"""
What keeps somebody from getting an account: rules about e-mail domains, addresses, networks and user names.

Everything that can be spelled in several ways is brought into one spelling
here, once, for rules and for what is held against them.
"""

import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import ClassVar

from martlet.model.errors import InvalidInput

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
WIDEST = {4: 8, 6: 16}
"""The shortest prefix that a rule may have: whoever means everybody has the setting `registration`."""
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")


class IpSeverity(StrEnum):
    """From the mildest to the strictest."""

    APPROVAL = "sign_up_requires_approval"
    NO_SIGN_UP = "sign_up_block"
    NO_ACCESS = "no_access"


STRICTNESS = {severity: number for number, severity in enumerate(IpSeverity)}


@dataclass(frozen=True, slots=True)
class EmailDomainBlock:
    """No address of this domain, nor of one below it."""

    kind: ClassVar[str] = "email_domain_block"
    key: ClassVar[str] = "domain"
    id: int
    domain: str


@dataclass(frozen=True, slots=True)
class IpBlock:
    kind: ClassVar[str] = "ip_block"
    key: ClassVar[str] = "network"
    id: int
    network: str
    severity: str
    comment: str = ""
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class CanonicalEmailBlock:
    """One address in all its spellings, kept as a digest alone."""

    kind: ClassVar[str] = "canonical_email_block"
    key: ClassVar[str] = "digest"
    id: int
    digest: str


@dataclass(frozen=True, slots=True)
class UsernameBlock:
    kind: ClassVar[str] = "username_block"
    key: ClassVar[str] = "word"
    id: int
    word: str
    is_exact: int = 1


Block = EmailDomainBlock | IpBlock | CanonicalEmailBlock | UsernameBlock
KINDS: dict[str, type[Block]] = {
    kind.kind: kind for kind in (EmailDomainBlock, IpBlock, CanonicalEmailBlock, UsernameBlock)
}


def canonical_email(email: str) -> str:
    """One spelling for all that reach the same mailbox with most providers: no capitals, dots, nor what follows a `+`."""
    local, _, domain = email.strip().lower().rpartition("@")
    return f"{local.replace('.', '').partition('+')[0]}@{domain}"


def digest_of(email: str) -> str:
    return hashlib.sha256(canonical_email(email).encode("utf-8", "surrogatepass")).hexdigest()


def network_in(text: str) -> Network:
    """
    A network or a single address, in its one spelling; one that maps IPv4 into IPv6 is one of IPv4.

    Raises `InvalidInput` for what is none, and for one that is too wide.
    """
    try:
        found = ipaddress.ip_network(text.strip().replace("%", "no zone"), strict=False)
    except ValueError:
        raise InvalidInput("Validation failed: Ip is invalid", "ip") from None
    if isinstance(found, ipaddress.IPv6Network) and found.subnet_of(MAPPED):
        mapped = found.network_address.ipv4_mapped or ipaddress.IPv4Address(0)
        found = ipaddress.IPv4Network((mapped, found.prefixlen - MAPPED.prefixlen))
    if found.prefixlen < WIDEST[found.version]:
        raise InvalidInput(
            f"Validation failed: Ip is too wide (at least /{WIDEST[found.version]} is needed)", "ip"
        )
    return found


@lru_cache(maxsize=4096)
def address_in(text: str) -> Address | None:
    """Where a request comes from; None for what is no address (a socket of this machine)."""
    try:
        found = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        return found.ipv4_mapped
    return found


def networks_around(text: str) -> list[str]:
    """All networks that an address is in and that a rule may be about."""
    address = address_in(text)
    if address is None:
        return []
    whole = ipaddress.ip_network(address)
    lengths = range(WIDEST[whole.version], whole.max_prefixlen + 1)
    return [str(whole.supernet(new_prefix=length)) for length in lengths]


class Networks:
    """Many networks, asked whether an address is in one of them: a look for each length of prefix, however many they are."""

    def __init__(self, networks: Iterable[Network]) -> None:
        self._by_length: dict[int, dict[int, set[int]]] = {4: {}, 6: {}}
        for one in networks:
            shift = one.max_prefixlen - one.prefixlen
            known = self._by_length[one.version].setdefault(shift, set())
            known.add(int(one.network_address) >> shift)

    def __contains__(self, text: str) -> bool:
        address = address_in(text)
        if address is None:
            return False
        number = int(address)
        return any(number >> shift in known for shift, known in self._by_length[address.version].items())
