"""Run the loads against a server and count what each costs it."""

import statistics
from collections.abc import Sequence

import msgspec

from bench import generators, processes
from bench.generators import Shot
from bench.loads import Check, Load, check
from bench.report import Figures

WRITERS = (1, 8)


class Pace(msgspec.Struct, frozen=True):
    """How long and how often each load is run. `first` is the first contact, before anything is warm."""

    first: float = 2.0
    warm_up: float = 1.0
    seconds: float = 4.0
    rounds: int = 3
    connections: int = 16


def measure(base_url: str, loads: Sequence[Load], roots: Sequence[int], pace: Pace) -> dict[str, Figures]:
    """Figures by the load's name; a load that writes comes last, and once for each number of connections."""
    reads = [load for load in loads if not load.is_write]
    checks = {load.name: check(base_url, load) for load in reads}
    for name, found in checks.items():
        for wrong in found.wrong[:3]:
            print(f"  !! {name}: {wrong}", flush=True)
    firsts = {
        load.name: run(base_url, load, roots, seconds=pace.first, connections=pace.connections)
        for load in reads
    }
    runs: dict[str, list[Figures]] = {load.name: [] for load in reads}
    for number in range(pace.rounds):
        print(f"  reading, round {number + 1} of {pace.rounds}", flush=True)
        for load in reads:
            generators.send(base_url, load.requests, pace.warm_up, pace.connections)
            runs[load.name].append(
                run(base_url, load, roots, seconds=pace.seconds, connections=pace.connections)
            )
    measured = {name: _median(found, firsts[name], checks[name]) for name, found in runs.items()}
    for load in loads:
        if load.is_write:
            for connections in WRITERS:
                print(f"  writing, {connections} at once", flush=True)
                generators.send(base_url, load.requests, 1, connections)
                measured[f"{load.name}_{connections}"] = run(
                    base_url, load, roots, seconds=max(pace.seconds, 10), connections=connections
                )
    return measured


def run(base_url: str, load: Load, roots: Sequence[int], *, seconds: float, connections: int) -> Figures:
    processes.wait_idle(roots, 30)
    before = processes.cpu_seconds(roots)
    shot = generators.send(base_url, load.requests, seconds, connections)
    if load.is_write:
        processes.wait_idle(roots)  # the work after the answer counts
    return _figures(shot, processes.cpu_seconds(roots) - before)


def _figures(shot: Shot, cpu: float) -> Figures:
    done = max(1, shot.requests)
    return Figures(
        cpu_us=round(cpu / done * 1e6),
        per_second=round(shot.requests / shot.seconds, 1),
        p50_ms=round(shot.p50_ms, 2),
        p99_ms=round(shot.p99_ms, 2),
        bad=shot.bad_status + shot.socket_errors,
        wire_bytes=round(shot.bytes / done),
    )


def _median(runs: Sequence[Figures], first: Figures, checked: Check) -> Figures:
    """The median of each figure. An answer shorter than the checked ones were counts as one bad request."""
    wire_bytes = round(statistics.median(run.wire_bytes for run in runs))
    is_short = wire_bytes < 0.7 * checked.mean_bytes
    return Figures(
        cpu_us=round(statistics.median(run.cpu_us for run in runs)),
        per_second=round(statistics.median(run.per_second for run in runs), 1),
        p50_ms=round(statistics.median(run.p50_ms for run in runs), 2),
        p99_ms=round(statistics.median(run.p99_ms for run in runs), 2),
        bad=sum(run.bad for run in runs) + first.bad + len(checked.wrong) + is_short,
        wire_bytes=wire_bytes,
        body_bytes=checked.body_bytes,
        items=checked.items,
        first_cpu_us=first.cpu_us,
    )
