"""CPU and memory of a process and all its children, from /proc (Linux)."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


class Memory(msgspec.Struct, frozen=True):
    """
    In MiB. `rss` counts a page shared by several processes once for each of them; `pss` splits it,
    so it is the fair sum for a server with several workers.
    """

    rss: float
    pss: float
    processes: int


def cpu_seconds(roots: Sequence[int]) -> float:
    """CPU time of the trees below `roots`, children that ended and were waited for included."""
    return sum(stat[1] for pid in tree(roots) if (stat := _stat(pid)))


def memory(roots: Sequence[int]) -> Memory:
    pids = tree(roots)
    rss = sum(_kilobytes(pid, "status", "VmRSS") for pid in pids)
    pss = sum(_kilobytes(pid, "smaps_rollup", "Pss") for pid in pids)
    return Memory(round(rss / 1024, 1), round(pss / 1024, 1), len(pids))


def tree(roots: Sequence[int]) -> list[int]:
    """The processes that are alive among `roots` and all below them."""
    parents = {
        int(entry.name): stat[0]
        for entry in _PROC.iterdir()
        if entry.name.isdigit() and (stat := _stat(int(entry.name)))
    }
    found: list[int] = []
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid in parents and pid not in found:
            found.append(pid)
            waiting += [child for child, parent in parents.items() if parent == pid]
    return found


def wait_idle(roots: Sequence[int], limit: float = 120.0) -> float:
    """Wait until the tree uses less than 3 % of a core for a second; the seconds that took."""
    start = time.monotonic()
    before = cpu_seconds(roots)
    while time.monotonic() - start < limit:
        time.sleep(1.0)
        now = cpu_seconds(roots)
        if now - before < 0.03:
            break
        before = now
    return round(time.monotonic() - start, 1)


def _stat(pid: int) -> tuple[int, float] | None:
    """Its parent's number and its CPU seconds; None if it is gone."""
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(field) for field in fields[11:15]) / _TICKS_PER_SECOND


def _kilobytes(pid: int, file: str, field: str) -> int:
    try:
        lines = (_PROC / str(pid) / file).read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(field + ":")), 0)
