"""Which roads work: proxies that are to be used, further addresses of this server, servers that cannot be reached directly."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec

from martlet.cli.findings import Finding
from martlet.model.server import milliseconds, moment
from martlet.network.client import Client
from martlet.network.errors import NoAnswer
from martlet.network.proxies import Proxies, Proxy
from martlet.settings import Settings
from martlet.storage import circuits, gateways
from martlet.storage.database import Store

PATIENCE = timedelta(seconds=15)
SHOWN = 10
LONG = 86_400_000
"""Milliseconds after which it is worth the operator's while."""
NO_WAY = "; no other road to it is known"


class _About(msgspec.Struct):
    actor: str = ""


def of_roads(settings: Settings, store: Store) -> Iterator[Finding]:
    written = Proxies.parse([*settings.outbound_proxies, *settings.fallback_proxies])
    for proxy in dict.fromkeys(proxy for _, proxy in written.lines if proxy is not None):
        yield _of_proxy(proxy)
    for address in (*settings.alternate_urls, *([settings.onion] if settings.onion else [])):
        yield asyncio.run(of_one_address(settings, address))
    yield from _of_circuits(store)


def _of_proxy(proxy: Proxy) -> Finding:
    if asyncio.run(proxy.is_there()):
        return Finding("good", f"The proxy {proxy.shown} can be reached.")
    advice = "Is it running? For Tor: `systemctl status tor`. What goes through it waits."
    return Finding("bad", f"The proxy {proxy.shown} cannot be reached.", advice)


async def of_one_address(settings: Settings, address: str) -> Finding:
    """Whether this server is what answers under another address of its own."""
    client = Client(
        settings.host,
        allow_private=True,  # our own addresses, which may lead into our own network from here
        proxies=Proxies.parse(settings.outbound_proxies),
    )
    try:
        async with client:
            url = f"{address}/.well-known/martlet"
            answer = await client.get(url, accept=("application/json",), max_bytes=65_536, deadline=PATIENCE)
        actor = msgspec.json.decode(answer.body, type=_About).actor
    except NoAnswer as error:
        advice = (
            "Docs: docs/operate/roads.md. From inside your own network it may look so though others reach it."
        )
        return Finding("bad", f"{address} does not lead here: {error.message}", advice)
    except msgspec.DecodeError:
        actor = ""
    if actor.startswith(f"{settings.url}/"):
        return Finding("good", f"This server answers under {address}, too.")
    return Finding(
        "bad", f"Under {address} something else answers.", "It has to pass on the name it was asked for."
    )


def _of_circuits(store: Store) -> Iterator[Finding]:
    now = milliseconds(datetime.now(UTC))
    with store.read() as db:
        found = sorted(circuits.every(db), key=lambda one: one.opened_at)[:SHOWN]
        ways = {
            one.host: _ways(
                len(gateways.addresses_of(db, one.host)), len(gateways.at_host(db, one.host, SHOWN))
            )
            for one in found
        }
    for one in found:
        since = moment(one.opened_at).strftime("%Y-%m-%d %H:%M")
        is_long = now - one.opened_at > LONG and not ways[one.host]
        yield Finding(
            "note",
            f"{one.host} cannot be reached directly since {since} UTC ({one.why}){ways[one.host] or NO_WAY}.",
            "If others reach it, name a proxy for it in `fallback_proxies`: docs/operate/roads.md."
            if is_long
            else "",
        )


def _ways(addresses: int, mirrors: int) -> str:
    if not addresses and not mirrors:
        return ""
    return f"; other addresses of it: {addresses}, mirrors of its people: {mirrors}"
