"""
How many strangers we get to know in an hour, so that a flood of ever new hosts ends at a number (attacks D21).

Getting to know an account costs requests to a server that somebody else chose, and rows for good. A thousand
hosts under one domain cost their owner nothing, so a domain has one budget however many names are below it,
and so has an address that sends; all together have one as well. Who comes too late is told to try again, which
servers do. The narrow budgets are asked first: what one domain or address is refused is not taken from the others.

Counted where everything else is that people may not do too often (`http.limits`): so many slots in a file, for
all processes, which forget by themselves when the hour is over.
"""

import ipaddress
from dataclasses import dataclass

from martlet.http.limits import Limiter, Rule, network_of

HOUR = 3600
HOSTS_OF_DOMAIN = Rule("hosts of a domain", 50, HOUR)
"""Times that something is fetched from hosts we do not know."""
ACTORS_OF_DOMAIN = Rule("strangers of a domain", 2_000, HOUR)
HOSTS_OF_ADDRESS = Rule("hosts of an address", 100, HOUR)
ACTORS_OF_ADDRESS = Rule("strangers of an address", 2_000, HOUR)
HOSTS = Rule("new hosts", 5_000, HOUR)
ACTORS = Rule("strangers", 10_000, HOUR)
REQUESTS_OF_ADDRESS = Rule("activities of an address", 15_000, 300)

_COUNTRY = 2
_SHORT = 3
"""`co.uk`, `com.au`, `ne.jp`, `gov.br`: so short before a country's name, a label is hardly ever somebody's own."""


def registrable(host: str) -> str:
    """
    The domain that somebody had to pay for, as near as one comes to it without a list of all public suffixes.

    Where it is too short, neighbours share a budget; it is never too long but for hosting services' names.
    """
    name = host if host.startswith("[") else host.partition(":")[0]
    try:
        return network_of(str(ipaddress.ip_address(name.partition("]")[0].lstrip("["))))
    except ValueError:
        labels = name.lower().strip(".").split(".")
    kept = 2
    if len(labels) > kept and len(labels[-1]) == _COUNTRY and len(labels[-2]) <= _SHORT:
        kept = 3
    return ".".join(labels[-kept:])


@dataclass(frozen=True, slots=True)
class Strangers:
    """Counts strangers. Each method counts one and raises `TooOften`; without a limiter nothing is counted."""

    limiter: Limiter | None = None

    def request(self, address: str) -> None:
        """An activity was posted to an inbox from this address."""
        if self.limiter is not None:
            self.limiter.count(REQUESTS_OF_ADDRESS, network_of(address))

    def host(self, host: str) -> None:
        """Something is about to be fetched from a host of which no account is known."""
        if self.limiter is not None:
            self.limiter.count(HOSTS_OF_DOMAIN, registrable(host))
            self.limiter.count(HOSTS, "")

    def actor(self, host: str) -> None:
        """An unknown account is about to be fetched."""
        if self.limiter is not None:
            self.limiter.count(ACTORS_OF_DOMAIN, registrable(host))
            self.limiter.count(ACTORS, "")

    def sender(self, host: str, address: str, *, is_new_host: bool) -> None:
        """An unknown account has signed a request that came from `address`."""
        if self.limiter is not None:
            self.limiter.count(ACTORS_OF_ADDRESS, network_of(address))
            if is_new_host:
                self.limiter.count(HOSTS_OF_ADDRESS, network_of(address))
            self.actor(host)
