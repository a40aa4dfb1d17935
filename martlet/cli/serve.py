"""`martlet serve`: answer requests until told to stop."""

import errno
import gc
import sys
from collections.abc import Callable
from importlib import import_module

import click

from martlet.cli.check import of_settings
from martlet.cli.opening import WRONG, opened, says_another_url, stop, with_settings
from martlet.cli.setup import new_link
from martlet.cli.workers import Workers
from martlet.http import serving
from martlet.media import ffmpeg
from martlet.settings import Settings
from martlet.storage.database import Store
from martlet.storage.standby import FOLDER, FOLLOWING, STATE

ADVICE = {
    errno.EADDRINUSE: "Is another server running there?",
    errno.EADDRNOTAVAIL: "This machine has no such address; 0.0.0.0 stands for all that it has.",
    errno.EACCES: "Ports below 1024 are for root: choose a higher one, and put a proxy before it (docs/operate/proxy.md).",
}


@click.command()
@click.option(
    "--listen", envvar="MARTLET_LISTEN", help="Address and port to listen on, for example 0.0.0.0:3000."
)
@click.option(
    "--workers",
    envvar="MARTLET_WORKERS",
    type=click.IntRange(1, 64),
    help="How many processes answer requests.",
)
@with_settings
def serve(settings: Settings, listen: str | None, workers: int | None) -> None:
    """Start the server."""
    run(settings, listen or settings.listen, workers or settings.workers, greeting)


def run(settings: Settings, listen: str, workers: int, greet: Callable[[Settings, Store], None]) -> None:
    """Bring the schema up to date, then answer until a signal says stop."""
    if (settings.folder / STATE).exists() or (settings.folder / FOLDER / FOLLOWING).exists():
        import_module("martlet.cli.standby").check_start(settings)  # for the few who have one
    try:
        listening = serving.bind(listen)
    except ValueError:
        stop(f"{listen} is no place to listen at. It has to be an address and a port: 127.0.0.1:3000", WRONG)
    except OSError as error:
        advice = ADVICE.get(error.errno or 0, "")
        stop(f"Nobody can listen at {listen}: {error.strerror}. {advice}".rstrip(), WRONG)
    with opened(settings) as store:
        if wrong := says_another_url(settings, store):
            listening.close()
            stop(wrong, WRONG)
        greet(settings, store)
    if workers == 1:
        ffmpeg.look_ahead()
        gc.disable()  # until the worker has all its modules: nothing that is loaded becomes garbage
        import_module("martlet.worker").run([listening])  # it stands above the commands
    else:
        sys.exit(Workers([listening], workers).run())


def greeting(settings: Settings, store: Store) -> None:
    click.echo(f"Martlet is at {settings.url}")
    for finding in of_settings(settings):
        if finding.verdict == "bad":
            click.secho(f"Warning: {finding.sentence} {finding.advice}", fg="yellow", err=True)
    link = new_link(settings, store)
    if link is not None:
        click.echo("It has no owner yet. Open this link to make your account; it works once:")
        click.echo(f"\n    {link}\n")
