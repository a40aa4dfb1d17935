"""python -m bench: what can be measured, and how it is asked for."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

import bench
from bench import generators, processes, report, serving, signing_in, town, towns
from bench.crowd import SMALLEST, Size
from bench.loads import Load, loads
from bench.measuring import Pace, measure
from bench.populate import Filling
from bench.processes import Memory
from bench.report import Report
from bench.serving import Launch

PEOPLE = 50
BROWSERS = 10
"""So many of them signed in with a browser too."""
STARTS = 3

A_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
A_FILE = click.Path(path_type=Path, dir_okay=False)

only = click.option("--only", multiple=True, metavar="PAGE", help="Only this page; can be repeated.")
seconds = click.option("--seconds", default=4.0, show_default=True, help="Length of one round of one page.")
rounds = click.option("--rounds", default=3, show_default=True, help="Rounds; the median counts.")
is_recorded = click.option("--record", "is_recorded", is_flag=True, help="Put the table into the README.")
workers = click.option("--workers", default=1, show_default=True, help="Processes that answer requests.")
database = click.option(
    "--database", default="sqlite", metavar="URL", help="postgresql://… instead of SQLite."
)
also = click.option(
    "--pid",
    "roots",
    type=int,
    multiple=True,
    help="A process that counts as well, such as PostgreSQL's first.",
)
folder_option = click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the server's data here; otherwise it is thrown away.",
)


@click.group(invoke_without_command=True, help=bench.__doc__)
@click.pass_context
def main(context: click.Context) -> None:
    if context.invoked_subcommand is None:
        context.invoke(small)


@main.command()
@only
@seconds
@rounds
@is_recorded
@workers
@database
@also
@folder_option
def small(
    *,
    only: Sequence[str],
    seconds: float,
    rounds: int,
    is_recorded: bool,
    workers: int,
    database: str,
    roots: Sequence[int],
    folder: Path | None,
) -> None:
    """Fill a fresh server through its own API and measure it."""
    with _kept_or_thrown_away(folder) as place:
        launch = Launch(place, serving.free_url(), workers, database)
        memory: dict[str, Memory] = {}
        click.echo(f"starting {launch.base_url} with its data in {place}")
        with serving.running(launch) as (pid, _):
            counted = [pid, *roots]
            memory["before filling"] = processes.memory(counted)
            filling = Filling(launch.base_url, signing_in.sign_up(launch.base_url, PEOPLE), counted)
            filled = filling.run()
            for number, person in enumerate(filled.people[:BROWSERS]):
                person.session = signing_in.session(launch.base_url, number)
            filled.save(place / town.FILE)
            memory["after filling"] = processes.memory(counted)
            figures = measure(
                launch.base_url, _wanted(filled, only), counted, Pace(seconds=seconds, rounds=rounds)
            )
            memory["after load"] = processes.memory(counted)
        found = Report(
            kind="small",
            machine=report.this_machine(),
            made_at=report.now(),
            generator=generators.name(),
            server=_version(),
            workers=workers,
            database=_name_of(database),
            loads=figures,
            memory=memory,
            starts=_starts(launch),
            filling=filling.phases,
        )
    _finish(found, is_recorded=is_recorded)


@main.command()
@click.option(
    "--scale",
    type=click.FloatRange(min=SMALLEST),
    default=1.0,
    show_default=True,
    help="1: 100,000 people with a million posts.",
)
@only
@seconds
@rounds
@workers
@database
@also
@folder_option
def large(
    *,
    scale: float,
    only: Sequence[str],
    seconds: float,
    rounds: int,
    workers: int,
    database: str,
    roots: Sequence[int],
    folder: Path | None,
) -> None:
    """The same over a million posts, made by a fast loader; then a post to a hundred thousand followers."""
    from bench import fanout, loader  # noqa: PLC0415 - only these two need Martlet itself

    with _kept_or_thrown_away(folder) as place:
        file = place / town.FILE
        if not file.exists():
            loader.load(serving.free_url(), place / "data", database, Size.scaled(scale), click.echo).save(
                file
            )
        filled = town.load(file)
        launch = Launch(place, filled.base_url, workers, database)
        with serving.running(launch) as (pid, first):
            counted = [pid, *roots]
            figures = measure(
                launch.base_url, _wanted(filled, only), counted, Pace(seconds=seconds, rounds=rounds)
            )
            memory = {"after load": processes.memory(counted)}
            reach = fanout.measure(filled, counted)
        found = Report(
            kind="large",
            machine=report.this_machine(),
            made_at=report.now(),
            generator=generators.name(),
            server=_version(),
            workers=workers,
            database=_name_of(database),
            loads=figures,
            memory=memory,
            starts=[round(first, 3)],
            notes=[reach.told()],
        )
    _finish(found, is_recorded=False)
    small_ones = sorted(report.RESULTS.glob("small-*.json"))
    if small_ones:
        click.echo(report.comparison(report.read(small_ones[-1]), found))


@main.command()
@click.option("--base", "base_url", required=True, help="Where it is, such as http://localhost:8080")
@click.option("--name", "server", required=True, help="What it is.")
@click.option(
    "--users", type=A_FILE, help="Fill it first: lines of e-mail and password, of accounts that exist."
)
@click.option("--town", "filled_before", type=A_FILE, default=town.FILE, show_default=True)
@only
@seconds
@rounds
@also
def against(
    *,
    base_url: str,
    server: str,
    users: Path | None,
    filled_before: Path,
    only: Sequence[str],
    seconds: float,
    rounds: int,
    roots: Sequence[int],
) -> None:
    """The same for a server that runs already, whosever it is: GoToSocial's figures were made so."""
    filling = None
    if users is not None:
        lines = users.read_text(encoding="utf-8").splitlines()
        people = [(email, password) for email, password in (line.split(None, 1) for line in lines if line)]
        filling = Filling(base_url, signing_in.tokens(base_url, people), roots)
        filling.run().save(filled_before)
    filled = town.load(filled_before)
    filled.base_url = base_url
    found = Report(
        kind="against",
        machine=report.this_machine(),
        made_at=report.now(),
        generator=generators.name(),
        server=server,
        workers=1,
        database="",
        loads=measure(base_url, _wanted(filled, only), roots, Pace(seconds=seconds, rounds=rounds)),
        memory={"after load": processes.memory(roots)},
        filling=filling.phases if filling else {},
    )
    _finish(found, is_recorded=False)


@main.command()
@workers
@database
@folder_option
def federation(workers: int, database: str, folder: Path | None) -> None:
    """What other servers cost: posts that come in and go out, documents that are fetched."""
    from bench import federation as room  # noqa: PLC0415 - needs Martlet itself

    with _kept_or_thrown_away(folder) as place:
        found = room.measure(
            place, serving.free_url(), database, workers, lambda said: click.echo(f"  {said}")
        )
    click.echo(f"\n{found.table()}\n{_version()}, {report.this_machine().cpu}")


@main.command()
@workers
@database
@folder_option
@click.option("--minutes", type=float, help="Listen for so long instead: is anything lost, does memory grow?")
def streaming(workers: int, database: str, folder: Path | None, minutes: float | None) -> None:
    """What open streams cost, and how soon a post reaches those who listen."""
    from bench import listening  # noqa: PLC0415 - needs Martlet itself
    from bench import streaming as room  # noqa: PLC0415 - needs Martlet itself

    if minutes is not None:
        with _kept_or_thrown_away(folder) as place:
            launch = Launch(place, serving.free_url(), workers, database)
            kept = listening.measure(launch, minutes * 60, lambda said: click.echo(f"  {said}"))
        click.echo(f"\n{kept.table()}\n{_version()}, {report.this_machine().cpu}")
        if not kept.is_good:
            raise click.ClickException(
                "something was lost, told twice or out of order, or a stream was dropped"
            )
        return
    with _kept_or_thrown_away(folder) as place:
        found = room.measure(
            place, serving.free_url(), database, workers, lambda said: click.echo(f"  {said}")
        )
    click.echo(f"\n{found.table()}\n{_version()}, {report.this_machine().cpu}")


@main.command()
@workers
@database
@folder_option
def coldstart(workers: int, database: str, folder: Path | None) -> None:
    """From the command to the first answer, with the data of a folder or with none."""
    with _kept_or_thrown_away(folder) as place:
        launch = Launch(place, serving.free_url(), workers, database)
        with serving.running(launch) as (_, first):
            click.echo(f"first start of all, or after a change of the schema: {first:.2f} s")
        shown = ", ".join(f"{start:.2f} s" for start in _starts(launch))
    click.echo(f"start to first answer: {shown}")


@main.command()
@click.option("--documents", default=10_000, show_default=True, help="How many documents the bundle has.")
@folder_option
def bundles(documents: int, folder: Path | None) -> None:
    """What a bundle costs: looking into it, bringing it in, refusing a damaged one."""
    from bench import bundles as room  # noqa: PLC0415 - needs Martlet itself

    with _kept_or_thrown_away(folder) as place:
        for took in room.measured(place, documents):
            click.echo(
                f"{took.what:>18}: {took.cpu:6.2f} s of CPU, {took.clock:6.2f} s, {took.grown:+.0f} MB of memory"
            )
    click.echo(f"{_version()}, {report.this_machine().cpu}")


@main.command()
@click.option("--documents", default=10_000, show_default=True, help="How many documents it keeps.")
@folder_option
def mirror(documents: int, folder: Path | None) -> None:
    """How many documents a mirror hands out in a second of CPU."""
    from bench import mirror as room  # noqa: PLC0415 - needs Martlet itself

    with _kept_or_thrown_away(folder) as place:
        for served in room.measured(place, documents):
            click.echo(f"{served.what:>18}: {served.each_second:8,.0f} documents a second of CPU")
    click.echo(f"{_version()}, {report.this_machine().cpu}")


@main.command()
@click.option("--rounds", default=5, show_default=True, help="How often each way of blocking is tried.")
@click.option("--interval", default=20, show_default=True, help="The servers' setting `roads_seconds`.")
@click.option("--flapping", default=0, show_default=True, help="Posts while a block comes and goes.")
@click.option("--picture", type=A_FILE, help="Draw the first block into this SVG.")
@folder_option
def block(rounds: int, interval: int, flapping: int, picture: Path | None, folder: Path | None) -> None:
    """How long a block is felt, between servers in network namespaces; needs root."""
    from bench import block as room  # noqa: PLC0415 - needs Martlet itself
    from tests.block.world import why_not  # noqa: PLC0415 - needs Martlet itself

    reason = why_not()
    if reason:
        raise click.ClickException(f"The block cannot be tried here: {reason}.")
    with _kept_or_thrown_away(folder) as place:
        is_kept = room.run(place, rounds, interval, flapping, picture, click.echo)
    click.echo(f"{_version()}, {report.this_machine().cpu}")
    if not is_kept:
        raise SystemExit(1)


@main.command("towns")
@click.argument("little", type=A_FOLDER)
@click.argument("great", type=A_FOLDER)
@only
@seconds
@rounds
def in_turn(*, little: Path, great: Path, only: Sequence[str], seconds: float, rounds: int) -> None:
    """What each page costs in a large town, by what it costs in a small one: both asked in turn."""
    towns.compare(little, great, only, rounds, seconds, click.echo)
    click.echo(f"{_version()}, {report.this_machine().cpu}")


@main.command()
@click.argument("before", type=A_FILE)
@click.argument("after", type=A_FILE)
def compare(before: Path, after: Path) -> None:
    """How many times the second result needs what the first did."""
    click.echo(report.comparison(report.read(before), report.read(after)), nl=False)


def _starts(launch: Launch) -> list[float]:
    starts = []
    for _ in range(STARTS):
        with serving.running(launch) as (_, seconds):
            starts.append(round(seconds, 3))
    return sorted(starts)


def _wanted(filled: town.Town, only: Sequence[str]) -> list[Load]:
    return [load for load in loads(filled) if not only or load.name in only]


def _name_of(database: str) -> str:
    return "SQLite" if database == "sqlite" else "PostgreSQL"


def _version() -> str:
    """The commit that is measured, with a plus if files were changed since."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+"], capture_output=True, text=True, check=False
    )
    return f"Martlet {described.stdout.strip()}".strip()


def _finish(found: Report, *, is_recorded: bool) -> None:
    click.echo("\n" + report.table(found))
    for moment, memory in found.memory.items():
        click.echo(
            f"memory {moment}: RSS {memory.rss} MiB, PSS {memory.pss} MiB, {memory.processes} process(es)"
        )
    click.echo(f"kept in {found.save()}")
    if is_recorded:
        report.record(found)
    if any(figures.bad for figures in found.loads.values()):
        sys.exit("Some answers were not as they must be.")


@contextmanager
def _kept_or_thrown_away(folder: Path | None) -> Iterator[Path]:
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="martlet-bench-") as made:
            yield Path(made)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.resolve()


main()
