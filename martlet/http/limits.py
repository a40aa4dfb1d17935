"""
How often people may ask: counters shared by all worker processes of a machine.

A file in memory holds a fixed number of slots, so the limits cost the same
however many people there are. Two keys that fall into one slot push each other
out, which errs on the side of letting people in. Windows are fixed ones.
"""

import hashlib
import ipaddress
import mmap
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from martlet.http.answer import Header
from martlet.model.errors import TooMany

_SLOT = struct.Struct("<QII")
SLOTS = 1 << 15


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `limit` times in `seconds`."""

    name: str
    limit: int
    seconds: int


ACCOUNT = Rule("account", 1500, 300)
ADDRESS = Rule("address", 300, 300)
SIGN_UPS = Rule("sign-ups", 5, 1800)
FETCHES = Rule("fetches", 1000, 300)
"""Files of other servers that are not here yet."""
APPS = Rule("apps", 60, 600)
UPLOADS = Rule("uploads", 250, 1800)
"""Two posts or albums of a hundred pictures, and some."""
BUNDLES = Rule("bundles", 20, 3600)
"""Files with posts, made or opened: each may hold twenty thousand of them."""
COMPLETIONS = Rule("completions", 300, 300)
"""Words completed while somebody writes."""
CHECKS = Rule("checks", 300, 300)
"""Looks at a text while somebody writes it."""
DELETIONS = Rule("deletions", 30, 1800)
"""Posts deleted and boosts taken back: each is told to every server that has the post."""
INTERACTIONS = Rule("interactions", 30, 300)
"""Visitors who want to go on from their own server, which is asked where."""
TRANSLATIONS = Rule("translations", 60, 600)
"""Each may cost whoever runs the server money."""


@dataclass(frozen=True, slots=True)
class Allowance:
    limit: int
    remaining: int
    reset_at: datetime

    def headers(self) -> tuple[Header, ...]:
        """As Mastodon sends them."""
        return (
            (b"x-ratelimit-limit", str(self.limit).encode()),
            (b"x-ratelimit-remaining", str(self.remaining).encode()),
            (b"x-ratelimit-reset", self.reset_at.strftime("%Y-%m-%dT%H:%M:%S.000000Z").encode()),
        )


class TooOften(TooMany):
    """Too many requests; carries the allowance for its headers."""

    code = "too_often"

    def __init__(self, allowance: Allowance) -> None:
        super().__init__("Too many requests", allowance.reset_at)
        self.allowance = allowance


class Limiter:
    """Counts in the file `path`, which all processes of the machine share."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.truncate(SLOTS * _SLOT.size)
            self._slots = mmap.mmap(file.fileno(), SLOTS * _SLOT.size)
        self._clock = clock

    def close(self) -> None:
        self._slots.close()

    def count(self, rule: Rule, who: str) -> Allowance:
        """Count one request. Raises `TooOften`."""
        now = int(self._clock())
        window = now // rule.seconds
        key = int.from_bytes(hashlib.blake2b(f"{rule.name}:{who}".encode(), digest_size=8).digest(), "little")
        at = key % SLOTS * _SLOT.size
        held, held_window, counted = _SLOT.unpack_from(self._slots, at)
        counted = counted + 1 if (held, held_window) == (key, window & 0xFFFFFFFF) else 1
        _SLOT.pack_into(self._slots, at, key, window & 0xFFFFFFFF, min(counted, 0xFFFFFFFF))
        reset_at = datetime.fromtimestamp((window + 1) * rule.seconds, UTC)
        allowance = Allowance(rule.limit, max(0, rule.limit - counted), reset_at)
        if counted > rule.limit:
            raise TooOften(allowance)
        return allowance


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 an IPv6 address is in."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.ip_network(f"{address.partition('%')[0]}/64", strict=False).network_address)
    except ValueError:
        return address
