"""
Metrics for Prometheus, in its text format 0.0.4: `GET /metrics`, where the setting asks for it.

Nobody is shown them but addresses that a setting names and holders of its
token; to all others there is no such page. The numbers are of all processes of
this machine, whichever of them answers, and have no label that grows with
people or servers. docs/operate/monitoring.md lists them.
"""

import asyncio
import contextlib
import hmac
import ipaddress
import logging
import shutil
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from martlet.http.answer import PRIVATE, Answer, json_answer
from martlet.http.measures import BOUNDS, CLASSES, Measures, Spread, Totals
from martlet.http.request import Network, Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.errors import MartletError, NotFound
from martlet.model.server import Server
from martlet.storage import backlog
from martlet.storage.backlog import Backlog
from martlet.storage.database import Store

log = logging.getLogger("martlet.metrics")

TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
LOOK_SECONDS: Final = 5.0
REST: Final = "other"
"""The lane of all jobs that have none of their own."""


class Watch:
    """Looks now and then how things stand in this process, and notes it in `measures`."""

    def __init__(self, store: Store, measures: Measures, count_streams: Callable[[], int]) -> None:
        self.measures = measures
        self._store, self._count_streams = store, count_streams
        self._marks: deque[tuple[int, float]] = deque(maxlen=1000)
        """(newest event, when it was first seen): from these, how long the oldest one has waited."""
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._store.timers.append(self.measures.write)
        self._task = asyncio.get_running_loop().create_task(self._look_for_ever())

    async def stop(self) -> None:
        if self.measures.write in self._store.timers:
            self._store.timers.remove(self.measures.write)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self.measures.close()

    async def _look_for_ever(self) -> None:
        while True:
            try:
                await self.look(time.monotonic())
            except Exception:
                log.exception("The metrics were not brought up to date")
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self, now: float) -> None:
        ends = await self._store.reading(backlog.ends_of_events)
        self.measures.look(self._count_streams(), self._lag(ends, now))

    def _lag(self, ends: tuple[int, int] | None, now: float) -> float:
        if ends is None:
            self._marks.clear()
            return 0.0
        oldest, newest = ends
        while self._marks and self._marks[0][0] < oldest:
            self._marks.popleft()
        if (not self._marks or self._marks[-1][0] < newest) and len(self._marks) != self._marks.maxlen:
            self._marks.append((newest, now))
        return now - self._marks[0][1]


class MetricsDoor:
    """See `http.application.Door`. `lanes`: the names of the jobs in each lane."""

    prefixes: tuple[str, ...] = ("/metrics",)

    def __init__(
        self,
        store: Store,
        here: Server,
        measures: Measures,
        folder: Path,
        lanes: Mapping[str, Sequence[str]],
        *,
        readers: Sequence[Network],
        token: str,
    ) -> None:
        self._store, self._here, self._measures, self._folder = store, here, measures, folder
        self._lanes, self._readers, self._token = lanes, readers, token
        self.routes = Routes[Endpoint]()
        self.routes.add("GET", "/metrics", self._show)

    async def _show(self, request: Request, params: Params) -> Answer:
        del params
        if not self._may_read(request):
            raise NotFound
        waiting = await self._store.reading_aside(backlog.count, self._lanes, REST, self._here.now_ms())
        used, free = _disk(self._folder)
        registry = CollectorRegistry()
        registry.register(_Found([*_of_processes(self._measures.totals()), *_of_work(waiting)]))
        registry.register(
            _Found(
                [
                    _gauge("martlet_disk_used_bytes", "Used on the disk that has the data folder.", used),
                    _gauge("martlet_disk_free_bytes", "Free on the disk that has the data folder.", free),
                ]
            )
        )
        return Answer(generate_latest(registry), 200, [(b"content-type", TYPE), PRIVATE])

    def _may_read(self, request: Request) -> bool:
        shown = request.headers.get(b"authorization", b"")
        wanted = f"Bearer {self._token}".encode()
        if self._token and hmac.compare_digest(shown, wanted):
            return True
        try:
            address = ipaddress.ip_address(request.address)
        except ValueError:
            return False
        return any(address in network for network in self._readers)

    def failed(self, request: Request, error: Exception) -> Answer:
        del request
        return json_answer({"error": "Record not found"}, 404 if isinstance(error, MartletError) else 500)


class _Found(Collector):
    """Metrics that were gathered already."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _of_processes(totals: Totals) -> Iterator[Metric]:
    requests = CounterMetricFamily(
        "martlet_requests", "Requests answered.", labels=("door", "method", "status")
    )
    durations = HistogramMetricFamily(
        "martlet_request_seconds", "How long answers took.", labels=("door", "method")
    )
    for row in totals.answered:
        for status, number in zip(CLASSES, row.by_class, strict=True):
            requests.add_metric((row.door, row.method, status), number)
        durations.add_metric((row.door, row.method), *_cumulative(row.durations))
    yield requests
    yield durations
    groups = HistogramMetricFamily(
        "martlet_write_group_seconds", "How long transactions that wrote took, with their commit."
    )
    groups.add_metric((), *_cumulative(totals.groups))
    yield groups
    yield _gauge("martlet_processes", "Processes that answer.", totals.processes)
    yield _gauge("martlet_open_streams", "Streams that are open.", totals.streams)
    yield _gauge("martlet_event_lag_seconds", "How long the oldest event has waited.", totals.event_lag)
    yield _gauge("martlet_memory_bytes", "Memory that the processes have.", totals.memory)


def _of_work(waiting: Backlog) -> Iterator[Metric]:
    for name, told, numbers in (
        ("martlet_jobs_waiting", "Jobs that wait.", waiting.waiting),
        ("martlet_jobs_failed", "Jobs set aside after too many tries.", waiting.parked),
    ):
        family = GaugeMetricFamily(name, f"{told} Counted up to {backlog.MOST} in all.", labels=("lane",))
        for lane, number in numbers.items():
            family.add_metric((lane,), number)
        yield family
    yield _gauge("martlet_job_late_seconds", "How late the oldest job is.", waiting.late_ms / 1000)
    yield _gauge(
        "martlet_deliveries_waiting",
        f"Deliveries that wait. Counted up to {backlog.MOST}.",
        waiting.deliveries,
    )
    yield _gauge("martlet_events_waiting", f"Events that wait. Counted up to {backlog.MOST}.", waiting.events)


def _gauge(name: str, told: str, value: float) -> Metric:
    return GaugeMetricFamily(name, told, value=value)


def _cumulative(spread: Spread) -> tuple[list[tuple[str, float]], float]:
    """Buckets as Prometheus has them, each with all that were quicker; and the sum."""
    buckets, reached = [], 0.0
    for bound, number in zip((*map(str, BOUNDS), "+Inf"), spread.buckets, strict=True):
        reached += number
        buckets.append((bound, reached))
    return buckets, spread.seconds


def _disk(folder: Path) -> tuple[int, int]:
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return 0, 0
    return usage.used, usage.free
