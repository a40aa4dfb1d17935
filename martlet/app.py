"""
Wiring. Builds everything that one process needs, from settings. Read it first.

What all use cases stand on is in `wiring/ground.py`, what follows from each
event in `wiring/reactions.py`, every job in `wiring/jobs.py`. `worker.py` and
the tests both call `build`.
"""

import asyncio
import ipaddress
from dataclasses import dataclass

from martlet.federation.post_office import PostOffice
from martlet.federation.standby.door import StandbyDoor
from martlet.federation.standby.sources import source_of
from martlet.http.application import Application, Door, Lifespan, name_of
from martlet.http.health import HealthDoor
from martlet.http.limits import Limiter
from martlet.http.media import MediaDoor
from martlet.jobs.runner import Runner
from martlet.mastodon import methods
from martlet.mastodon.door import MastodonDoor
from martlet.model.tracing import Tracer
from martlet.network.client import Client
from martlet.network.proxies import Proxies
from martlet.proxy.door import ProxyDoor
from martlet.proxy.fetching import Fetcher
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage.opening import open_store
from martlet.streaming.hub import Hub
from martlet.web.door import WebDoor
from martlet.wiring.gate import AtTheGate
from martlet.wiring.ground import ground_for
from martlet.wiring.jobs import jobs, lanes
from martlet.wiring.metrics import metrics
from martlet.wiring.reactions import reactions
from martlet.wiring.tracers import tracer_for
from martlet.wiring.translating import translator_for


@dataclass(frozen=True, slots=True)
class Built:
    """One process's server."""

    application: Application
    ground: Ground
    runner: Runner
    hub: Hub


def build(settings: Settings) -> Built:
    """Everything one process needs. The schema has to be up to date already."""
    return build_on(ground_for(settings, open_store(settings.database, settings.folder)), settings)


def build_on(ground: Ground, settings: Settings, client: Client | None = None) -> Built:
    """The same on a ground that is there already; `client`: another way to call other servers."""
    tracer = tracer_for(ground, settings)
    files, client = client or _client(ground, settings, tracer), client or _client(ground, settings, tracer)
    hub = Hub(ground.store, ground.here)
    limiter = Limiter(settings.folder / "limits") if settings.rate_limits else None
    fallback, seconds = Proxies.parse(settings.fallback_proxies), settings.roads_seconds
    post_office = PostOffice.on(ground, client, limiter, fallback=fallback, seconds=seconds)
    # with a client of its own: slow files hold up nothing else
    fetcher = Fetcher(ground, files, post_office.detour)
    translator, translating = translator_for(ground, settings)
    runner = Runner(
        ground.store,
        ground.here,
        reactions(ground.secret),
        jobs(ground, settings, post_office, client),
        lanes=lanes(),
        tracer=tracer,
    )

    async def start() -> None:
        await hub.start()
        await runner.start()
        if watch is not None:
            await watch.start()

    async def stop() -> None:
        if watch is not None:
            await watch.stop()
        await hub.stop()
        await runner.stop()
        await fetcher.close()
        await files.close()
        await client.close()
        if translating is not None:
            await translating.close()
        if limiter is not None:
            limiter.close()
        if tracer is not None:
            await asyncio.to_thread(tracer.close)
        ground.workshop.close()
        ground.store.close()

    doors: list[Door] = [
        HealthDoor(ground.store, lambda: runner.is_working),
        MediaDoor(ground.media),
        ProxyDoor(ground, fetcher, limiter),
        post_office.mirror_door,
        StandbyDoor(
            settings.folder,
            source_of(ground.store, settings.folder, settings.database, ground.here.version),
            ground.here,
            limiter,
            has_own_secret=bool(settings.secret),
        ),
        MastodonDoor(methods.ALL, ground, hub, limiter, post_office.resolver, translator),
        post_office.door,
        WebDoor(ground, limiter, post_office.resolver, hub),
    ]
    watch = None
    if settings.metrics:
        watch, door = metrics(ground, settings, [*map(name_of, doors)], lambda: len(hub))
        doors.insert(0, door)
    application = Application(
        doors=doors,
        hosts=_hosts(settings),
        lifespan=Lifespan(start, stop),
        gate=AtTheGate.on(ground),
        trusted=[ipaddress.ip_network(one) for one in settings.trusted_proxies],
        measures=None if watch is None else watch.measures,
        tracer=tracer,
    )
    return Built(application, ground, runner, hub)


def _client(ground: Ground, settings: Settings, tracer: Tracer | None) -> Client:
    return Client(
        ground.here.host,
        allow_private=settings.allow_private_addresses,
        proxies=Proxies.parse(settings.outbound_proxies),
        tracer=tracer,
    )


def _hosts(settings: Settings) -> frozenset[str]:
    """The names this server answers to: its own and its others; on a machine of one's own also the other names of loopback."""
    name, _, port = settings.host.rpartition(":") if ":" in settings.host else (settings.host, "", "")
    others = (*settings.alternate_urls, *([settings.onion] if settings.onion else []))
    own = {settings.host.lower(), *(one.partition("://")[2].lower() for one in others)}
    if name in ("localhost", "127.0.0.1"):
        own |= {f"{one}:{port}" if port else one for one in ("localhost", "127.0.0.1", "[::1]")}
    return frozenset(own)
