"""What was measured: kept as JSON, shown as a Markdown table beside what we promised and what GoToSocial needs."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bench.populate import Phase
from bench.processes import Memory

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "results"
README = FOLDER.parent / "README.md"
BEGIN, END = "<!-- bench -->", "<!-- /bench -->"
HEADER = (
    "| CPU µs a request | Martlet | must | wants | GoToSocial 0.20 as installed | with a large cache "
    "| requests/s | p50 ms | p99 ms | kB | items |"
)


class Figures(msgspec.Struct, frozen=True):
    """
    One load. `bad` counts answers above 399, failed connections and checked pages that were not full.

    `first_cpu_us` is the first contact's: the server had just been filled, nothing was warmed for this page.
    """

    cpu_us: int
    per_second: float
    p50_ms: float
    p99_ms: float
    bad: int
    wire_bytes: int
    body_bytes: int = 0
    items: float = 0
    first_cpu_us: int = 0


class Machine(msgspec.Struct, frozen=True):
    cpu: str
    cores: int
    python: str
    system: str


class Report(msgspec.Struct):
    kind: str
    machine: Machine
    made_at: datetime
    generator: str
    server: str
    workers: int
    database: str
    loads: dict[str, Figures]
    memory: dict[str, Memory] = {}
    """By the moment it was taken at."""
    starts: list[float] = []
    """Seconds from the command to the first answer."""
    filling: dict[str, Phase] = {}
    notes: list[str] = []

    def save(self, folder: Path = RESULTS) -> Path:
        folder.mkdir(exist_ok=True)
        path = folder / f"{self.kind}-{self.made_at:%Y%m%d-%H%M%S}.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self)))
        return path


class Promise(msgspec.Struct, frozen=True):
    """A line of the table. The unit is µs of CPU, MiB or s, as its section of `promises.json` says."""

    name: str
    label: str
    must: float | None = None
    wants: float | None = None
    gotosocial: str = "–"
    gotosocial_tuned: str = "–"


class Promises(msgspec.Struct, frozen=True):
    pages: list[Promise]
    memory: Promise
    start: Promise


def promises() -> Promises:
    return msgspec.json.decode((FOLDER / "promises.json").read_bytes(), type=Promises)


def read(path: Path) -> Report:
    return msgspec.json.decode(path.read_bytes(), type=Report)


def this_machine() -> Machine:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return Machine(
        cpu=model or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        python=platform.python_version(),
        system=f"{platform.system()} {platform.machine()}",
    )


def table(report: Report) -> str:
    """Markdown, whole: the promises, then what else the loads showed."""
    kept = promises()
    lines = [HEADER, "|---|" + "--:|" * (HEADER.count("|") - 2)]
    lines += [
        f"| {_beside(promise, f'{figures.cpu_us:,}', figures.cpu_us)} | {figures.per_second:,.0f} "
        f"| {figures.p50_ms:.1f} | {figures.p99_ms:.1f} | {figures.body_bytes / 1000:.1f} "
        f"| {figures.items:g}{f', **{figures.bad} bad**' if figures.bad else ''} |"
        for promise in kept.pages
        if (figures := report.loads.get(promise.name))
    ]
    if after := report.memory.get("after load"):
        lines.append(f"| {_beside(kept.memory, f'{after.pss:.0f} MiB', after.pss)} | | | | | |")
    if report.starts:
        median = sorted(report.starts)[len(report.starts) // 2]
        lines.append(f"| {_beside(kept.start, f'{median:.2f} s', median)} | | | | | |")
    machine = report.machine
    lines += [
        "",
        f"{report.server}, measured {report.made_at:%d %B %Y} on {machine.cores} cores of {machine.cpu}.",
        f"{machine.system}, Python {machine.python}, {report.database}, {_counted(report.workers, 'worker')};",
        f"the load came from {report.generator} on the same machine.",
    ]
    lines += [f"\n{note}" for note in report.notes]
    return "\n".join(lines) + "\n"


def comparison(before: Report, after: Report) -> str:
    """
    Markdown: CPU per request of two runs, and how many times the second needs what the first did.

    Threads are as long as chance made them: where one run showed more posts than the other, a post is compared with a post.
    """
    lines = [f"| CPU µs a request | {before.kind} | {after.kind} | ratio |", "|---|--:|--:|--:|"]
    for name, now in after.loads.items():
        if was := before.loads.get(name):
            ratio, label = now.cpu_us / max(1, was.cpu_us), _label(name)
            if was.items and now.items and was.items != now.items:
                ratio *= was.items / now.items
                label += f", {was.items:g} items against {now.items:g}: ratio for each"
            lines.append(f"| {label} | {was.cpu_us:,} | {now.cpu_us:,} | {ratio:.2f} |")
    return "\n".join(lines) + "\n"


def record(report: Report, readme: Path = README) -> None:
    """Replace what stands between the markers of the README; append it with its markers if there are none."""
    text = readme.read_text(encoding="utf-8")
    shown = f"{BEGIN}\n{table(report)}{END}"
    head, found, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2] if found else "\n"
    readme.write_text((head if found else head.rstrip() + "\n\n") + shown + tail, encoding="utf-8")


def now() -> datetime:
    return datetime.now(UTC)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _label(name: str) -> str:
    return next((promise.label for promise in promises().pages if promise.name == name), name)


def _beside(promise: Promise, shown: str, value: float) -> str:
    """The first six columns; a broken promise is shown in bold."""
    if promise.must is not None and value > promise.must:
        shown = f"**{shown}**"
    must, wants = ("–" if goal is None else f"{goal:,g}" for goal in (promise.must, promise.wants))
    return f"{promise.label} | {shown} | {must} | {wants} | {promise.gotosocial} | {promise.gotosocial_tuned}"
