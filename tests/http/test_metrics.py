"""Metrics: the numbers of all processes, in Prometheus' own words, and for nobody who may not see them."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from martlet import app
from martlet.http.measures import BOUNDS, Measures
from martlet.http.metrics import Watch
from martlet.services.ports import Ground
from martlet.settings import Settings, WrongSetting, load
from martlet.storage import events
from tests.client import Api

TOKEN = "a-token-for-prometheus"
Found = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def watched(ground: Ground, settings: Settings) -> Iterator[Api]:
    wanted = msgspec.structs.replace(settings, metrics=True, metrics_token=TOKEN)
    client = Api(app.build_on(ground, wanted))
    yield client
    client.close()


def read(text: str) -> Found:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_what_is_counted(watched: Api) -> None:
    ada = watched.person("ada")
    watched.get("/api/v1/timelines/home", ada)
    watched.post("/api/v1/statuses", ada, form={"status": "one"})
    watched.get("/api/v1/statuses/1")
    watched.get("/nothing/there")
    with watched.built.ground.store.write() as db:
        events.add_job(db, "deliver", "x", 1)
        events.add_job(db, "sweep", "x", 1)
        events.park(db, db.value("SELECT max(id) FROM job"), 1, "it failed")
    reply = watched.get("/metrics", TOKEN)
    assert (reply.status, reply.headers["cache-control"]) == (200, "private, no-store")
    found = read(reply.text)

    def of(name: str, **labels: str) -> float:
        return found[name, tuple(sorted(labels.items()))]

    assert of("martlet_requests_total", door="mastodon", method="read", status="2xx") == 1
    assert of("martlet_requests_total", door="mastodon", method="write", status="2xx") == 1
    assert of("martlet_requests_total", door="mastodon", method="read", status="4xx") == 1
    assert of("martlet_requests_total", door="web", method="read", status="4xx") == 1
    assert of("martlet_request_seconds_bucket", door="mastodon", method="read", le="+Inf") == 2
    assert of("martlet_request_seconds_count", door="mastodon", method="read") == 2
    assert of("martlet_jobs_failed", lane="other") == 1
    assert sum(value for (name, _), value in found.items() if name == "martlet_jobs_waiting") >= 1
    assert of("martlet_job_late_seconds") > 1_000_000
    assert of("martlet_events_waiting") > 0
    assert of("martlet_memory_bytes") > 1_000_000
    assert of("martlet_disk_free_bytes") > 0
    assert of("martlet_processes") == 1


def test_h5_nobody_else_is_shown_the_metrics(watched: Api, ground: Ground, settings: Settings) -> None:
    """H5: not the world, not members, not a token that is nearly right."""
    for token in (None, TOKEN[:-1], TOKEN + "x", "", watched.person("ada", role="owner").token):
        assert watched.get("/metrics", token).status == 404
    assert watched.get("/metrics", headers={"authorization": "Basic " + TOKEN}).status == 404
    near = msgspec.structs.replace(settings, metrics=True, metrics_addresses=("10.1.0.0/16",))
    beside = Api(app.build_on(ground, near))
    for address, status in (("10.1.2.3", 200), ("10.2.2.3", 404), ("10.1.2.3, 10.2.2.3", 404)):
        assert beside.get("/metrics", headers={"x-forwarded-for": address}).status == status
    assert beside.get("/metrics", "").status == 404  # no token in the settings is none to be shown
    beside.close()


def test_they_are_off_by_default(api: Api) -> None:
    assert api.get("/metrics").status == 404
    with pytest.raises(WrongSetting, match="nobody may read"):
        load(environment={"MARTLET_METRICS": "on"})
    with pytest.raises(WrongSetting, match="too short"):
        load(environment={"MARTLET_METRICS_TOKEN": "short"})
    with pytest.raises(WrongSetting, match="`metrics_addresses` is wrong"):
        load(environment={"MARTLET_METRICS_ADDRESSES": "all"})


def test_processes_are_added_up(tmp_path: Path) -> None:
    """Counts of those that ended stay; what they had open does not."""
    there = f"""
from pathlib import Path
from martlet.http.measures import Measures
measures = Measures(Path({str(tmp_path / "metrics")!r}), 5, ("web",))
measures.answer("web", "POST", 503, 0.003)
measures.write(20.0)
measures.look(7, 3.0)
print(measures.totals().streams)
"""
    told = subprocess.run([sys.executable, "-c", there], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "7"
    ours = Measures(tmp_path / "metrics", 6, ("web",))
    ours.answer("web", "HEAD", 200, 0.0)
    ours.answer("web", "DELETE", 204, 0.003)
    ours.look(2, 1.0)
    totals = ours.totals()
    reads, writes = totals.answered
    assert (reads.by_class, writes.by_class) == ((0, 1, 0, 0, 0), (0, 1, 0, 0, 1))
    assert writes.durations.buckets[2] == 2
    assert (totals.groups.buckets[len(BOUNDS)], totals.groups.seconds) == (1, 20.0)
    assert (totals.processes, totals.streams, totals.event_lag) == (1, 2, 1.0)
    ours.close()


def test_how_long_events_wait(ground: Ground, tmp_path: Path) -> None:
    measures = Measures(tmp_path / "metrics", 0, ("web",))
    watch = Watch(ground.store, measures, lambda: 3)

    def lag(now: float) -> float:
        asyncio.run(watch.look(now))
        return measures.totals().event_lag

    def happened() -> None:
        with ground.store.write() as db:
            db.run("INSERT INTO event (kind, body) VALUES ('none', '{}')")

    assert lag(0) == 0
    happened()
    assert lag(10) == 0
    happened()
    assert lag(15) == 5
    with ground.store.write() as db:
        db.run("DELETE FROM event WHERE id = (SELECT min(id) FROM event)")
    assert lag(17) == 2
    assert measures.totals().streams == 3
    measures.close()


def test_groups_of_writes_are_timed(watched: Api) -> None:
    store = watched.built.ground.store
    taken: list[float] = []
    store.timers.append(taken.append)
    ada = watched.person("ada")
    watched.post("/api/v1/statuses", ada, form={"status": "one"})
    assert taken
    assert all(0 < seconds < 100 for seconds in taken)
