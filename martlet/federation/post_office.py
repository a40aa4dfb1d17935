"""Everything that speaks to other servers, put together once in each process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from martlet.federation import inbox as inboxes
from martlet.federation.asking import Asking
from martlet.federation.block_lists import ListFetcher
from martlet.federation.boosted import Boosted
from martlet.federation.consents import Consents
from martlet.federation.crawling import Crawler
from martlet.federation.door import FederationDoor
from martlet.federation.featured import Featured
from martlet.federation.fetching import Fetcher
from martlet.federation.filling import Filler
from martlet.federation.finishing import Finisher
from martlet.federation.inbox import Inbox
from martlet.federation.mirrors.door import MirrorDoor
from martlet.federation.mirrors.draining import Draining
from martlet.federation.mirrors.looking import Looking
from martlet.federation.mirrors.syncing import Syncing
from martlet.federation.resolving import NetworkResolver
from martlet.federation.roads.calling import Roads
from martlet.federation.roads.circuits import Circuits
from martlet.federation.roads.collecting import Collector
from martlet.federation.roads.hearing import Hearer
from martlet.federation.roads.leaving import Leaver
from martlet.federation.roads.offering import Offering
from martlet.federation.roads.reading import MirrorReader
from martlet.federation.roads.watching import Watcher
from martlet.federation.sending import Sender
from martlet.federation.strangers import Strangers
from martlet.http.limits import Limiter
from martlet.jobs.runner import Job
from martlet.network.client import Client
from martlet.network.detours import Detour
from martlet.network.proxies import Proxies
from martlet.services import (
    adopting,
    asking_mirrors,
    block_lists,
    carried_boosts,
    mirroring,
    pinning,
    tending_mirrors,
)
from martlet.services.consenting import VERIFY
from martlet.services.delivering import SEND
from martlet.services.gathering import FETCH_THREAD, FILL_PROFILE
from martlet.services.ports import Ground
from martlet.services.watching import ASK, COLLECT, WATCH

NO_PROXIES = Proxies()


@dataclass(frozen=True, slots=True)
class PostOffice:
    resolver: NetworkResolver
    inbox: Inbox
    sender: Sender
    crawler: Crawler
    filler: Filler
    door: FederationDoor
    mirror_door: MirrorDoor
    lists: ListFetcher
    watcher: Watcher
    detour: Detour

    @classmethod
    def on(
        cls,
        ground: Ground,
        client: Client,
        limiter: Limiter | None = None,
        *,
        fallback: Proxies = NO_PROXIES,
        seconds: int = 20,
    ) -> Self:
        """`fallback`: proxies for what cannot be reached directly; `seconds`: how often roads are looked at."""
        circuits = Circuits(ground.store, ground.here, pause=seconds)
        roads, reader = Roads(ground, client, circuits, fallback), MirrorReader(ground, client)
        leaver = Leaver(ground, client, reader)
        fetcher = Fetcher(ground, roads, reader, Strangers(limiter))
        resolver = NetworkResolver(fetcher)
        asking = Asking(ground, resolver)
        offering = Offering(ground, asking, circuits)
        inbox = Inbox(ground, asking, resolver, offering)
        collector = Collector(ground, roads, inbox)
        roads.hinted = collector.hinted
        return cls(
            resolver,
            inbox,
            Sender(ground, roads, leaver, Finisher(ground)),
            Crawler(ground, resolver),
            Filler(ground, resolver),
            FederationDoor(ground, inbox, asking),
            MirrorDoor(ground, asking, circuits, offering),
            ListFetcher(ground.store, ground.here, client),
            Watcher(ground, client, circuits, reader, leaver, collector, Hearer(reader, resolver), seconds),
            Detour(fallback, circuits.is_open),
        )

    @property
    def jobs(self) -> Mapping[str, Job]:
        syncing = Syncing(self.inbox.ground, self.resolver)
        draining = Draining(self.inbox.ground, self.inbox, self.resolver.fetcher.client)
        return {
            SEND: self.sender.send,
            inboxes.TAKE_IN: self.inbox.take_in,
            VERIFY: Consents(self.resolver).look_again,
            FETCH_THREAD: self.crawler.fetch_thread,
            FILL_PROFILE: self.filler.fill_profile,
            pinning.FETCH: Featured(self.resolver).fetch_later,
            block_lists.FETCH: self.lists.fetch_due,
            asking_mirrors.LOOK: Looking(self.inbox.ground, self.resolver).look,
            tending_mirrors.SYNC: syncing.sync,
            mirroring.FORGET: syncing.forget,
            tending_mirrors.DRAIN: draining.drain,
            adopting.DRAIN: draining.drain_old_name,
            adopting.READ: self.watcher.reader.read_old,
            carried_boosts.FETCH: Boosted(self.inbox.ground, self.resolver).fetch,
            WATCH: self.watcher.watch,
            ASK: self.watcher.ask,
            COLLECT: self.watcher.collector.collect,
        }
