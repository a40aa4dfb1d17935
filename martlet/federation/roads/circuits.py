"""
Which servers cannot be reached directly just now: a circuit breaker for each, shared by all processes.

Two failures in a row open a circuit. While it is open the direct road is not tried, but by one request at its moment
(`lets_through`); the moments are drawn, so that not everybody tries at once. One success closes it, and what waits for the server
is sent.

While all is well this costs a look into a dict; the few rows of open circuits are read anew every two seconds, by processes
that call other servers.
"""

import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from martlet.model.names import Uri, host_of, origin_of
from martlet.model.server import Server
from martlet.services import delivering, watching
from martlet.storage import circuits
from martlet.storage.circuits import Circuit
from martlet.storage.database import Store, Writer

log = logging.getLogger("martlet.federation")

STRIKES = 2
"""Failures in a row that open a circuit."""
STRIKES_WITHIN = 60.0
MOST_STRIKES = 1000
"""Servers whose single failures are remembered."""
RENEWED = 2.0
"""Seconds for which what other processes have found is not asked for."""
LONGEST = 600.0


@dataclass(slots=True)
class Circuits:
    """`pause`: seconds until the direct road is first tried again."""

    store: Store
    here: Server
    pause: float = 20.0
    open: Mapping[str, Circuit] = field(default_factory=dict)
    _strikes: dict[str, tuple[int, float]] = field(default_factory=dict)
    _renewed_at: float = float("-inf")

    async def lets_through(self, host: str) -> bool:
        """Whether a server may be called directly now."""
        await self.renew()
        circuit = self.open.get(host)
        if circuit is None:
            return True
        now = self.here.now_ms()
        if circuit.probe_at > now:
            return False
        next_at = now + self._drawn(circuit.failures)
        is_ours = await self.store.writing(circuits.claim_probe, host, now, next_at)
        await self.renew(at_once=True)
        return is_ours or host not in self.open

    async def is_open(self, host: str) -> bool:
        await self.renew()
        return host in self.open

    async def failed(self, host: str, why: str) -> None:
        """The direct road failed."""
        circuit, now = self.open.get(host), time.monotonic()
        if circuit is None:
            before, at = self._strikes.pop(host, (0, now))
            strikes = 1 if now - at > STRIKES_WITHIN else before + 1
            if strikes < STRIKES:
                self._strikes[host] = strikes, now
                if len(self._strikes) > MOST_STRIKES:
                    del self._strikes[next(iter(self._strikes))]
                return
        moment = self.here.now_ms()
        probe_at = moment + self._drawn(0 if circuit is None else circuit.failures)
        if await self.store.writing(circuits.fail, host, why, moment, probe_at):
            log.warning("%s cannot be reached directly (%s); other roads are tried", host, why)
        await self.renew(at_once=True)

    async def succeeded(self, host: str) -> None:
        """The direct road works."""
        if self._strikes:
            self._strikes.pop(host, None)
        if host in self.open:
            if await self.store.writing(_close, host, self.here):
                log.warning("%s can be reached directly again", host)
            await self.renew(at_once=True)

    async def heard_from(self, account: Uri) -> None:
        """The server of an account has called us, so it may well be reached: it is tried now, and not at its moment."""
        await self.renew()
        if host_of(account) in self.open:
            await self.store.writing(_try_now, account, self.here)
            await self.renew(at_once=True)

    async def renew(self, *, at_once: bool = False) -> None:
        now = time.monotonic()
        if at_once or now - self._renewed_at >= RENEWED:
            self._renewed_at = now
            self.open = {one.host: one for one in await self.store.reading(circuits.every)}

    def _drawn(self, failures: int) -> int:
        """Milliseconds until the next try, longer with each failure."""
        seconds = min(self.pause * 2.0 ** min(failures, 10), max(LONGEST, self.pause))
        return int(1000 * seconds * random.uniform(0.7, 1.3))  # noqa: S311 - spreads retries


def _close(db: Writer, host: str, here: Server) -> bool:
    if not circuits.close(db, host):
        return False
    delivering.hurry(db, host, here.now_ms())
    return True


def _try_now(db: Writer, account: Uri, here: Server) -> None:
    """By what waits for it, or, because it may have fetched all of that, by a small question."""
    host = host_of(account)
    circuits.probe_now(db, host, here.now_ms())
    delivering.hurry(db, host, here.now_ms())
    watching.ask_now(db, origin_of(account), here.now_ms())
