"""
Whether a post by someone with very many followers holds up anybody else's write.

Some people write without a pause, once undisturbed and once while the work after such a post is done. What counts
is how much longer the slowest of their writes takes than before.
"""

import random
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from bench import processes
from bench.client import ApiError, Client
from bench.town import Person, Town
from bench.words import sentence

WRITERS = 4
QUIET_SECONDS = 8.0
PAUSE = 0.02
"""Seconds between two writes of one person: people waiting for an answer, not a flood."""
ROUNDS = 3
PATIENCE = 300.0


class Waits(msgspec.Struct, frozen=True):
    """How long the writes of others took, in milliseconds."""

    writes: int
    p50_ms: float
    p99_ms: float
    max_ms: float


class FanOut(msgspec.Struct, frozen=True):
    undisturbed: Waits
    meanwhile: Waits
    """The round in which somebody waited longest."""
    answered_ms: float
    """How long the one with the followers waited, at most."""
    seconds: float
    """Until the last follower had the post, with nobody else writing."""
    cpu_us: int
    """For all of the work, with nobody else writing."""

    def told(self) -> str:
        """In a sentence for people."""
        calm, busy = self.undisturbed, self.meanwhile
        return (
            f"A post to everybody took {self.cpu_us / 1e6:.2f} s of CPU and reached the last follower after "
            f"{self.seconds:.2f} s. Meanwhile the posts of others took {busy.p50_ms:.1f} ms (p50), "
            f"{busy.p99_ms:.1f} ms (p99), {busy.max_ms:.1f} ms (the slowest of {busy.writes}); "
            f"undisturbed {calm.p50_ms:.1f}, {calm.p99_ms:.1f} and {calm.max_ms:.1f} ms."
        )


def measure(town: Town, roots: Sequence[int]) -> FanOut:
    """The town must have somebody whom everybody follows, and know the last of the followers."""
    processes.wait_idle(roots)
    before, start = processes.cpu_seconds(roots), time.monotonic()
    _publish_and_wait(town)
    seconds = time.monotonic() - start
    processes.wait_idle(roots)
    cpu_us = round((processes.cpu_seconds(roots) - before) * 1e6)
    undisturbed: list[float] = []
    meanwhile: list[list[float]] = []
    answered: list[float] = []
    for _ in range(ROUNDS):
        with _writing(town) as waits:
            time.sleep(QUIET_SECONDS)
            undisturbed += waits
            waits.clear()
            answered.append(_publish_and_wait(town))
            meanwhile.append(waits.copy())
    worst = max(meanwhile, key=max)
    return FanOut(_waits(undisturbed), _waits(worst), round(max(answered), 2), round(seconds, 2), cpu_us)


def _publish_and_wait(town: Town) -> float:
    """Post as the most followed person, wait until the last follower has it; the milliseconds of the answer."""
    assert town.most_followed is not None
    assert town.last_follower is not None
    with Client(town.base_url) as client:
        start = time.perf_counter()
        post = client.api("POST", "/api/v1/statuses", town.most_followed.token, status="To everybody.")
        answered = (time.perf_counter() - start) * 1000
        deadline = time.monotonic() + PATIENCE
        path = f"/api/v1/timelines/home?limit=1&min_id={int(post['id']) - 1}"
        while time.monotonic() < deadline:
            if any(one["id"] == post["id"] for one in client.api("GET", path, town.last_follower.token)):
                return answered
            time.sleep(PAUSE)
    raise ApiError(f"the last follower did not get the post in {PATIENCE:g} s")


@contextmanager
def _writing(town: Town) -> Iterator[list[float]]:
    """Some people posting at the same time; how long each post took, as they go on, in milliseconds."""
    waits: list[float] = []
    is_over = threading.Event()

    def write(person: Person, rng: random.Random) -> None:
        with Client(town.base_url) as client:
            while not is_over.wait(PAUSE):
                start = time.perf_counter()
                client.api("POST", "/api/v1/statuses", person.token, status=sentence(rng))
                waits.append((time.perf_counter() - start) * 1000)

    threads = [
        threading.Thread(target=write, args=(person, random.Random(number)))
        for number, person in enumerate(town.people[:WRITERS])
    ]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _waits(took: Sequence[float]) -> Waits:
    ordered = sorted(took)
    return Waits(
        writes=len(ordered),
        p50_ms=round(statistics.median(ordered), 2),
        p99_ms=round(ordered[int(len(ordered) * 0.99)], 2),
        max_ms=round(ordered[-1], 2),
    )
