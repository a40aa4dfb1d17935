"""
What anybody may learn about other servers from this one: which it knows, and which it limits or suspends.

Both lists can be long and are the same for everybody, so each process reads
them at most once in a while and keeps them.
"""

import hashlib
from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

from martlet.model.moderation import Decision, Severity
from martlet.model.server import Server
from martlet.storage import peer_people, peer_policies
from martlet.storage.database import Reader, Store

PEERS_KEPT_MS = 3_600_000
BLOCKS_KEPT_MS = 60_000
FOUND = 10
"""Servers that a search for them shows."""


class Disclosed(NamedTuple):
    """A decision as others are told of it. `host` may be told in part only; the digest is of the whole."""

    host: str
    digest: str
    severity: Severity
    comment: str
    decision: Decision
    """What holds. Not for others, where it is obfuscated."""


@dataclass(slots=True)
class OtherServers:
    """What was read last."""

    _peers: tuple[str, ...] = ()
    _peers_read_at: int | None = None
    _blocks: tuple[Disclosed, ...] = ()
    _blocks_read_at: int | None = None

    async def peers(self, store: Store, here: Server) -> tuple[str, ...]:
        """Servers whose people are known here and that are spoken with, in the order of their names."""
        now = here.now_ms()
        if self._peers_read_at is None or not 0 <= now - self._peers_read_at < PEERS_KEPT_MS:
            self._peers_read_at, self._peers = now, await store.reading_aside(known, here)
        return self._peers

    async def find(self, store: Store, text: str, here: Server) -> list[str]:
        """Known servers whose names begin so."""
        peers, wanted = await self.peers(store, here), text.strip().lower()
        if not wanted:
            return []
        start = bisect_left(peers, wanted)
        return [one for one in peers[start : start + FOUND] if one.startswith(wanted)]

    async def blocks(self, store: Store, here: Server) -> tuple[Disclosed, ...]:
        """Servers that are limited or suspended, by the operator or by a list; the suspended ones first."""
        now = here.now_ms()
        if self._blocks_read_at is None or not 0 <= now - self._blocks_read_at < BLOCKS_KEPT_MS:
            self._blocks_read_at, self._blocks = now, await store.reading_aside(restricted)
        return self._blocks


def known(db: Reader, here: Server) -> tuple[str, ...]:
    book = peer_policies.book(db)
    hosts = peer_people.hosts(db)
    return tuple(sorted(one for one in hosts if peer_policies.speaks_with(book.policy(one), here)))


def restricted(db: Reader) -> tuple[Disclosed, ...]:
    book = peer_policies.book(db)
    decisions: dict[str, Decision] = {}
    for one in peer_policies.every(db):  # the operator's own first
        decisions.setdefault(one.host, one)
    found = [
        _disclosed(one, severity)
        for one in decisions.values()
        if (severity := book.policy(one.host).severity) is not Severity.NONE
    ]
    return tuple(sorted(found, key=lambda one: (one.severity is not Severity.SUSPEND, one.host)))


def _disclosed(decision: Decision, severity: Severity) -> Disclosed:
    digest = hashlib.sha256(decision.host.encode()).hexdigest()
    host = obfuscated(decision.host) if decision.is_obfuscated else decision.host
    return Disclosed(host, digest, severity, decision.comment, decision)


def obfuscated(host: str) -> str:
    """A name of which a part can be read: `bad*****.*xa***e`. Dots stay where they are."""
    length = len(host)
    shown = max(1, length // 4)
    return "".join(
        letter if letter == "." or at < shown or at >= length - shown else "*"
        for at, letter in enumerate(host)
    )
