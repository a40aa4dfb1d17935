"""`martlet backup` and `martlet restore`."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from martlet import __version__
from martlet.cli import search
from martlet.cli.check_upkeep import BACKUP_MADE_AT
from martlet.cli.opening import opened_as_it_is, stop, with_settings
from martlet.cli.progress import bars
from martlet.model.errors import MartletError
from martlet.services import indexing
from martlet.settings import Settings
from martlet.storage import backup as backups
from martlet.storage import migrating, server_values, standby
from martlet.storage.backup import Manifest, NotABackup, Place
from martlet.storage.database import Store

SIGNALLED = 128
"""What shells add to the number of the signal that ended a command."""
WORDS = {"tables": "Database", "media": "Pictures and other files", **search.WORDS}


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@with_settings
def backup(settings: Settings, file: Path | None) -> None:
    """
    Write everything into one FILE, while the server runs.

    Without FILE, one is named after the moment, in this folder. Whoever has the file has everything, passwords'
    hashes and keys too: keep it safe.
    """
    now = datetime.now(UTC)
    target = file or Path(f"martlet-{now:%Y-%m-%d-%H%M%S}.tar")
    if target.exists():
        stop(f"{target} is there already. Nothing was written.")
    nothing = f"There is no server here yet, in {settings.folder}: nothing to back up. Are `data` and `database` right?"
    if settings.database == "sqlite" and not (settings.folder / standby.DATABASE).exists():
        stop(nothing)
    with _ended_in_order(), opened_as_it_is(settings) as store, bars(WORDS) as tell:
        if not migrating.version_of_store(store):
            stop(nothing)
        try:
            made = backups.make(Place(store, settings.folder), target, __version__, now.isoformat(), tell)
        except OSError as error:
            stop(f"The backup could not be written: {error.strerror}. Nothing was left behind.")
        _note(store, made)
    rows = sum(made.tables.values())
    click.echo(f"{target}: {rows:,} rows, {target.stat().st_size / 1e6:,.1f} MB")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@with_settings
def restore(settings: Settings, file: Path) -> None:
    """
    Bring back a backup FILE into an empty server.

    The database may be of the other kind than the one the backup was taken from. The server must not be running.
    """
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _ended_in_order(), opened_as_it_is(settings) as store, bars(WORDS) as tell:
        try:
            found = backups.restore(Place(store, settings.folder), file, tell)
        except NotABackup as error:
            stop(str(error))
        _note(store, found)
        indexing.rebuild(store, tell)
    click.echo(
        f"Brought back {sum(found.tables.values()):,} rows from {found.made_at[:16].replace('T', ' ')} UTC."
    )


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever is stopped by systemd or for taking too long leaves nothing half done behind, as with Ctrl-C."""
    before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(SIGNALLED + number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _note(store: Store, made: Manifest) -> None:
    """Have `martlet check` know of it; the file is good without."""
    if made.schema:
        with suppress(MartletError), store.write() as db:
            server_values.put(db, BACKUP_MADE_AT, made.made_at)
