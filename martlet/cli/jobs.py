"""`martlet jobs`: what to do with jobs that were set aside."""

import time

import click

from martlet.cli.opening import opened, stop, with_settings
from martlet.settings import Settings
from martlet.storage import events


@click.group()
def jobs() -> None:
    """Try jobs that were set aside again, or drop them."""


@jobs.command()
@click.argument("ids", type=int, nargs=-1, required=True)
@with_settings
def retry(settings: Settings, ids: tuple[int, ...]) -> None:
    """Have jobs done again; their IDs stand in `martlet check`."""
    with opened(settings) as store, store.write() as db:
        for id in ids:
            if not events.unpark(db, id, int(time.time() * 1000)):
                stop(f"There is no job {id} that was set aside.")
    click.echo("They are tried again.")


@jobs.command()
@click.argument("ids", type=int, nargs=-1, required=True)
@with_settings
def drop(settings: Settings, ids: tuple[int, ...]) -> None:
    """Give up jobs; their IDs stand in `martlet check`."""
    with opened(settings) as store, store.write() as db:
        for id in ids:
            if not events.drop_parked(db, id):
                stop(f"There is no job {id} that was set aside.")
    click.echo("They are gone.")
