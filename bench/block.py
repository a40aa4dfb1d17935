"""
How long a block is felt: servers in network namespaces, cut off from one another (`tests/block/world.py`).

    python -m bench block                  each way of blocking, some times over, with the server's usual intervals
    python -m bench block --flapping 1000  besides, so many posts while a block comes and goes
    python -m bench block --picture FILE   the first of them as a picture (docs/pictures/block.svg)
"""

import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Event, Thread

from bench.block_picture import Run, drawn
from tests.block.world import A_PAGE, BLOCKS, ONE_WAY, Block, World, eventually

READ, ANSWERED, DIRECT = "a new post is read", "an answer is back", "all is direct again"
PROMISED = {READ: 30.0, ANSWERED: 60.0, DIRECT: 60.0}
"""Seconds, at the 95th percentile."""
PATIENCE = 180.0
FLAP_SECONDS = (5.0, 40.0)
POST_SECONDS = 0.25
SETTLED_SECONDS = 900.0


@dataclass(slots=True)
class Times:
    """Seconds, by what was waited for and how it was blocked."""

    of: dict[str, dict[str, list[float]]] = field(default_factory=lambda: {what: {} for what in PROMISED})

    def note(self, what: str, how: str, seconds: float) -> None:
        self.of[what].setdefault(how, []).append(seconds)

    def all(self, what: str) -> list[float]:
        return sorted(seconds for found in self.of[what].values() for seconds in found)

    def lines(self) -> list[str]:
        found = []
        for what, most in PROMISED.items():
            every = self.all(what)
            by_way = ", ".join(f"{how} {statistics.median(some):.1f}" for how, some in self.of[what].items())
            found.append(
                f"{what}: p50 {statistics.median(every):.1f} s, p95 {_p95(every):.1f} s (at most {most:.0f}), "
                f"slowest {every[-1]:.1f} s, of {len(every)}; median by way: {by_way}"
            )
        return found

    @property
    def is_kept(self) -> bool:
        return all(_p95(self.all(what)) <= most for what, most in PROMISED.items())


def _p95(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, int(0.95 * len(values)))]


def run(
    folder: Path, rounds: int, seconds: int, flapping: int, picture: Path | None, say: Callable[[str], None]
) -> bool:
    """Whether what is promised was kept; the first block is drawn."""
    with World(folder, seconds=seconds) as world:
        times = Times()
        for number in range(rounds):
            for how in (*BLOCKS, A_PAGE, *ONE_WAY):
                _one(world, how, f"{how}-{number}", times, say)
        if picture is not None:
            picture.write_text(drawn(_first(times)))
        for line in times.lines():
            say(line)
        return times.is_kept and (not flapping or _flap(world, flapping, say))


def _first(times: Times) -> Run:
    read, answered, direct = (times.of[what][BLOCKS[0]][0] for what in PROMISED)
    lifted = read + answered
    return Run("Her address is dropped", read, lifted, lifted, lifted + direct)


def _one(world: World, how: Block, name: str, times: Times, say: Callable[[str], None]) -> None:
    time.sleep(random.uniform(0, world.seconds))
    world.block(how)
    world.a.publish(f"Written-{name}")
    read = eventually(partial(world.c.reads, f"Written-{name}"), PATIENCE)
    seen = world.c.reads(f"Written-{name}")
    world.c.publish(f"{world.a.handle} answered-{name}", in_reply_to_id=seen["id"])
    answered = eventually(partial(world.a.told, f"answered-{name}"), PATIENCE)
    world.lift()
    begun = time.monotonic()
    eventually(lambda: not world.c.is_cut_off, PATIENCE)
    world.a.publish(f"Direct-{name}")  # A may have nothing else with which it could find out
    eventually(partial(world.c.reads, f"Direct-{name}"), PATIENCE)
    eventually(lambda: not world.a.is_cut_off, PATIENCE)
    direct = time.monotonic() - begun
    for what, took in ((READ, read), (ANSWERED, answered), (DIRECT, direct)):
        times.note(what, how, took)
    say(f"{name}: read {read:.1f} s, answered {answered:.1f} s, direct again {direct:.1f} s")


def _flap(world: World, posts: int, say: Callable[[str], None]) -> bool:
    """Posts while a block comes and goes; each has to be there once in the end."""
    ends, turns = Event(), 0

    def flap() -> None:
        nonlocal turns
        while not ends.wait(random.uniform(*FLAP_SECONDS) * world.seconds / 20):
            world.block(random.choice(BLOCKS))
            turns += 1
            ends.wait(random.uniform(*FLAP_SECONDS) * world.seconds / 20)
            world.lift()

    censor = Thread(target=flap)
    censor.start()
    try:
        for number in range(posts):
            world.a.publish(f"Flapping-{number}-")
            time.sleep(POST_SECONDS)
    finally:
        ends.set()
        censor.join()
        world.lift()
    many = "SELECT count(*) FROM post WHERE is_local = 0 AND html LIKE '%Flapping-%'"
    took = eventually(lambda: world.c.count(many) >= posts, SETTLED_SECONDS, 1.0)
    time.sleep(2 * world.seconds)  # whatever comes twice comes now
    there = world.c.count(many)
    unlike = world.c.count(many.replace("count(*)", "count(DISTINCT html)"))
    say(
        f"{posts} posts while a block came and went {turns} times: {posts - unlike} lost, {there - unlike} twice; "
        f"the last was there {took:.0f} s after the last block"
    )
    return there == unlike == posts
