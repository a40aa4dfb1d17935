"""`martlet serve`: answer requests until told to stop."""

import os
import sys
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from martlet import settings as settings_room
from martlet.storage.migrating import Migration, SchemaTooNew, migrate
from martlet.storage.opening import open_store

KILL_AFTER = 5
"""Seconds until a worker that will not stop is made to."""


@click.command()
@click.option("--config", type=click.Path(path_type=Path), help="The settings file; default: martlet.toml.")
@click.option("--listen", help="Address and port to listen on, for example 0.0.0.0:3000.")
@click.option("--workers", type=int, help="How many processes answer requests.")
def serve(config: Path | None, listen: str | None, workers: int | None) -> None:
    """Start the server."""
    if config:
        os.environ["MARTLET_CONFIG"] = str(config.resolve())
    if listen:
        os.environ["MARTLET_LISTEN"] = listen
    if workers:
        os.environ["MARTLET_WORKERS"] = str(workers)
    try:
        settings = settings_room.load()
        store = open_store(settings.database, settings.folder)
        migrate(store, _tell)
        store.close()
    except (settings_room.WrongSetting, SchemaTooNew) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    address, _, port = settings.listen.rpartition(":")
    click.echo(f"Martlet is at {settings.url}")
    Granian(
        "martlet.worker:application",
        address=address.strip("[]"),
        port=int(port),
        interface=Interfaces.ASGI,
        workers=settings.workers,
        workers_kill_timeout=KILL_AFTER,
        websockets=True,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()


def _tell(migration: Migration) -> None:
    click.echo(f"Bringing the database up to date: {migration.version:04} {migration.name}")
