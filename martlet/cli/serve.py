"""`martlet serve`: answer requests until told to stop."""

from collections.abc import Callable

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from martlet.cli.check import of_settings
from martlet.cli.opening import opened, with_settings
from martlet.cli.setup import new_link
from martlet.http import logs
from martlet.settings import Settings
from martlet.storage.database import Store

KILL_AFTER = 5
"""Seconds until a worker that will not stop is made to."""


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
    with opened(settings) as store:
        greet(settings, store)
    address, _, port = listen.rpartition(":")
    Granian(
        "martlet.worker:application",
        address=address.strip("[]"),
        port=int(port),
        interface=Interfaces.ASGI,
        workers=workers,
        workers_kill_timeout=KILL_AFTER,
        websockets=True,
        log_access=False,
        log_level=LogLevels.warning,
        log_dictconfig=logs.configuration(settings.log_level),
        respawn_failed_workers=True,
    ).serve()


def greeting(settings: Settings, store: Store) -> None:
    click.echo(f"Martlet is at {settings.url}")
    for finding in of_settings(settings):
        if finding.verdict == "bad":
            click.secho(f"Warning: {finding.sentence} {finding.advice}", fg="yellow", err=True)
    link = new_link(settings, store)
    if link is not None:
        click.echo("It has no owner yet. Open this link to make your account; it works once:")
        click.echo(f"\n    {link}\n")
