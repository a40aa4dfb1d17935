"""
Two towns, served side by side and asked in turn: what a page costs in the large one, by what it costs in the small one.

A machine that is shared has quick and slow minutes, so figures of two hours say little of each other. Posts that benchmarks
have put on top of a town which a loader made are passed over. What pages hold differs all the same: see their bytes.
"""

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench import generators, loads, measuring, serving, town
from bench.loads import Load
from bench.serving import Launch
from bench.town import Town

WARM_UP = 2.0
CONNECTIONS = 16
BEGINNING = frozenset({"home", "local", "account_posts", "search_posts"})
"""Lists of posts that can be asked to begin further down."""


@dataclass(frozen=True, slots=True)
class Served:
    base_url: str
    pid: int
    loads: Mapping[str, Load]


@dataclass(frozen=True, slots=True)
class Pair:
    """CPU µs a request in the small town and the large one, each time they were asked; bytes of an answer."""

    name: str
    small: Sequence[int]
    large: Sequence[int]
    sizes: tuple[float, float]

    def row(self) -> str:
        figures = []
        for of in (min, statistics.median):
            small, large = of(self.small), of(self.large)
            figures.append(f"{small:.0f} | {large:.0f} | {large / small:.2f}")
        kilobytes = " / ".join(f"{size / 1000:.1f}" for size in self.sizes)
        return f"| {self.name} | {' | '.join(figures)} | {kilobytes} |"


HEAD = """\
| CPU µs a request | small, least | large, least | times | small, middle | large, middle | times | kB |
|---|--:|--:|--:|--:|--:|--:|--:|"""


def compare(
    small: Path, large: Path, only: Sequence[str], rounds: int, seconds: float, tell: Callable[[str], None]
) -> None:
    """Both folders as `small` and `large` leave them with `--folder`. Tells a table, row by row."""
    with ExitStack() as stack:
        both = [_served(stack, folder) for folder in (small, large)]
        names = [name for name in both[0].loads if name in both[1].loads and (not only or name in only)]
        tell(HEAD)
        for name in names:
            tell(_asked_in_turn(both, name, rounds, seconds, tell).row())


def _served(stack: ExitStack, folder: Path) -> Served:
    found = town.load(folder / town.FILE)
    pid, _ = stack.enter_context(serving.running(Launch(folder, found.base_url)))
    wanted = {load.name: _from_its_own(load, found) for load in loads.loads(found) if not load.is_write}
    return Served(found.base_url, pid, wanted)


def _from_its_own(load: Load, of: Town) -> Load:
    if load.name not in BEGINNING or of.most_followed is None:
        return load
    newest = max(int(post.id) for post in of.posts)
    below = [replace(one, path=f"{one.path}&max_id={newest + 1}") for one in load.requests]
    return replace(load, requests=below)


def _asked_in_turn(
    both: Sequence[Served], name: str, rounds: int, seconds: float, tell: Callable[[str], None]
) -> Pair:
    found: tuple[list[int], list[int]] = ([], [])
    sizes: list[float] = []
    for one in both:
        checked = loads.check(one.base_url, one.loads[name])
        for wrong in checked.wrong[:3]:
            tell(f"!! {name}: {wrong}")
        sizes.append(checked.mean_bytes)
        generators.send(one.base_url, one.loads[name].requests, WARM_UP, CONNECTIONS)
    for _ in range(rounds):
        for one, figures in zip(both, found, strict=True):
            run = measuring.run(
                one.base_url, one.loads[name], [one.pid], seconds=seconds, connections=CONNECTIONS
            )
            figures.append(run.cpu_us)
    return Pair(name, *found, (sizes[0], sizes[1]))
