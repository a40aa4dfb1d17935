"""
Networks from which nothing at all is answered, kept in memory by each process and read anew every few seconds.

However many requests come, the database is asked once in `KEPT_MS`; a request
costs a look into a set for each length of prefix that a rule has.
"""

import asyncio
import ipaddress
import logging
from dataclasses import dataclass, field

from martlet.model.sign_up_blocks import Networks
from martlet.storage import sign_up_blocks
from martlet.storage.database import Store

KEPT_MS = 5_000
PATIENCE = 1.0
"""Seconds after which what was known before is good enough: a database that hangs holds up one request, and not for long."""

log = logging.getLogger("martlet.barring")


@dataclass(slots=True)
class Gate:
    """What was read last."""

    store: Store
    _known: list[str] = field(default_factory=list)
    _networks: Networks = field(default_factory=lambda: Networks(()))
    _read_at: int | None = None

    def is_due(self, now: int) -> bool:
        """Whether it is time to `renew` what is known."""
        return self._read_at is None or not 0 <= now - self._read_at < KEPT_MS

    async def renew(self, now: int) -> None:
        """While the database is away, what was read last holds."""
        self._read_at = now
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self.store.reading(sign_up_blocks.closed_networks, now)
        except Exception:  # whatever it is, other requests need no database
            log.exception("Which networks are refused could not be read; what was known before holds.")
        else:
            if found != self._known:
                self._known, self._networks = found, Networks(map(ipaddress.ip_network, found))

    def refuses(self, address: str) -> bool:
        """Whether nothing is answered to this address."""
        return bool(self._known) and address in self._networks
