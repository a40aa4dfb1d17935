"""What commands begin with: the settings, the store, and plain words when either fails."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from martlet import settings as settings_room
from martlet.model.errors import MartletError
from martlet.model.server import Server
from martlet.services import choosing, here
from martlet.settings import Settings
from martlet.storage.database import Store
from martlet.storage.migrating import Migration, SchemaTooNew, migrate, version_of_store
from martlet.storage.opening import knock, open_store

F = TypeVar("F", bound=Callable[..., Any])

FAILED = 1
"""Exit code: it could not be done."""
WRONG = 2
"""Exit code: the command or the settings are wrong."""


def stop(message: str, code: int = FAILED) -> NoReturn:
    """End the command with a sentence for people and a code for scripts."""
    click.secho(message, fg="red", err=True)
    sys.exit(code)


def with_settings(command: F) -> F:
    """Gives a command `--config` and, as its first argument, the settings."""

    @click.option(
        "--config", type=click.Path(path_type=Path), help="The settings file; default: martlet.toml."
    )
    @wraps(command)
    def run(config: Path | None, *args: Any, **kwargs: Any) -> Any:
        if config is not None:
            os.environ["MARTLET_CONFIG"] = str(config.resolve())
        try:
            settings = settings_room.load(config)
        except settings_room.WrongSetting as error:
            stop(str(error), WRONG)
        try:
            return command(settings, *args, **kwargs)
        except (MartletError, SchemaTooNew) as error:
            stop(str(error))

    return run  # type: ignore[return-value]  # the same command with one option more


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store with its schema up to date."""
    store = _connected(settings)
    try:
        if version_of_store(store) == 0:
            click.echo("Making the database", err=True)
            migrate(store)
        else:
            migrate(store, _tell)
        yield store
    finally:
        store.close()


@contextmanager
def opened_as_it_is(settings: Settings) -> Iterator[Store]:
    """The store, whatever its schema."""
    store = _connected(settings)
    try:
        yield store
    finally:
        store.close()


def server(settings: Settings, store: Store) -> Server:
    """This server as use cases see it, with ids that no running process makes."""
    found = here.server(settings, store.take_slot())
    with store.read() as db:
        choosing.load(db, found)
    return found


def _connected(settings: Settings) -> Store:
    try:
        knock(settings.database)
        return open_store(settings.database, settings.folder)
    except OSError as error:
        stop(f"The data folder {settings.folder} cannot be used: {error.strerror}.")
    except ImportError:
        stop("For PostgreSQL, Martlet needs its extra: pip install 'martlet[postgres]'", WRONG)


def _tell(migration: Migration) -> None:
    click.echo(f"Bringing the database up to date: {migration.version:04} {migration.name}", err=True)
