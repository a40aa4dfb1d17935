"""How this server is seen from outside: whether its address leads here, how long its certificate is good, its clock."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median
from urllib.parse import urlsplit

from martlet.cli.check_roads import of_one_address
from martlet.cli.findings import Finding
from martlet.network import certificates
from martlet.network.client import Client
from martlet.network.errors import NoAnswer
from martlet.network.proxies import Proxies
from martlet.settings import Settings
from martlet.storage import peers
from martlet.storage.database import Store

ASKED = 3
"""Other servers whose clocks are looked at."""
PATIENCE = timedelta(seconds=8)
RENEWED_BY = timedelta(days=14)
"""Certificates that renew themselves do so earlier."""
OFF = timedelta(minutes=1)
REFUSED_FROM = timedelta(minutes=5)
"""Some servers take no signature whose moment is further off."""
HTTPS = 443
ADVICE = (
    "Does the name lead to this machine (DNS), does the proxy run and pass on the name it was asked for, is the certificate for "
    "this name? docs/operate/proxy.md. From inside your own network it may look so though others reach it."
)


def of_address(settings: Settings, store: Store) -> Iterator[Finding]:
    """Nothing where the server is for this machine only: nobody outside is asked then."""
    if not settings.is_secure or settings.host.partition(":")[0] == "localhost":
        return
    with store.read() as db:
        hosts = peers.answering(db, ASKED)
    yield from asyncio.run(_looked(settings, hosts))


async def _looked(settings: Settings, hosts: list[str]) -> list[Finding]:
    parts = urlsplit(settings.url)
    address, good_until, offsets = await asyncio.gather(
        of_one_address(settings, settings.url),
        certificates.good_until(parts.hostname or "", parts.port or HTTPS),
        _offsets(settings, hosts),
    )
    found = [address if address.verdict == "good" else Finding("bad", address.sentence, ADVICE)]
    if good_until is not None:
        found.append(of_certificate(good_until, datetime.now(UTC)))
    if offsets:
        found.append(of_clock(offsets))
    return found


def of_certificate(good_until: datetime, now: datetime) -> Finding:
    is_late = good_until - now < RENEWED_BY
    return Finding(
        "bad" if is_late else "good",
        f"The certificate is good until {good_until:%Y-%m-%d}.",
        "Whatever renews it (certbot, Caddy) seems not to: look at its log." if is_late else "",
    )


def of_clock(offsets: list[timedelta]) -> Finding:
    """`offsets`: by how much this machine's clock is ahead of those of others. Of several, one may be wrong."""
    off = timedelta(seconds=median(one.total_seconds() for one in offsets))
    if abs(off) < OFF:
        return Finding("good", "The clock is right.")
    way = "fast" if off > timedelta() else "slow"
    return Finding(
        "bad" if abs(off) >= REFUSED_FROM else "note",
        f"The clock of this machine is {abs(off) // timedelta(seconds=1):,} seconds {way}, other servers say.",
        "timedatectl set-ntp true — while it is wrong, other servers refuse what is signed here.",
    )


async def _offsets(settings: Settings, hosts: list[str]) -> list[timedelta]:
    proxies = Proxies.parse([*settings.outbound_proxies, *settings.fallback_proxies])
    async with Client(settings.host, proxies=proxies) as client:
        found = await asyncio.gather(*(_offset(client, host) for host in hosts))
    return [one for one in found if one is not None]


async def _offset(client: Client, host: str) -> timedelta | None:
    try:
        url = f"https://{host}/.well-known/nodeinfo"
        answer = await client.get(url, accept=("application/json",), max_bytes=65_536, deadline=PATIENCE)
        said = parsedate_to_datetime(answer.headers.get("date", ""))
    except (NoAnswer, ValueError, TypeError):
        return None
    return datetime.now(UTC) - (said if said.tzinfo is not None else said.replace(tzinfo=UTC))
