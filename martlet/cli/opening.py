"""What commands begin with: the settings, the store, and plain words when either fails."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from martlet import settings as settings_room
from martlet.model.errors import MartletError, NotFound
from martlet.model.names import Uri, origin_of
from martlet.model.server import Server
from martlet.services import choosing, here
from martlet.settings import Settings
from martlet.storage import accounts, users
from martlet.storage.database import DatabaseGone, StorageFull, Store
from martlet.storage.migrating import Migration, MigrationFailed, SchemaTooNew, migrate, version_of_store
from martlet.storage.opening import knock, open_store, said_by_database

F = TypeVar("F", bound=Callable[..., Any])

FAILED = 1
"""Exit code: it could not be done."""
TOO_LITTLE = 1 << 20
"""Bytes of the disk with which nothing can be done."""
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
        except Exception as error:
            if (said := _said(error, settings)) is None:
                raise
            stop(said, WRONG if isinstance(error, UnicodeError) else FAILED)

    return run  # type: ignore[return-value]  # the same command with one option more


def _said(error: Exception, settings: Settings) -> str | None:
    """In a sentence what went wrong; None for bugs, for what click says itself, and where whoever reads wants no more."""
    match error:
        case BrokenPipeError():
            return None
        case NotFound():
            return str(error) if error.args != NotFound().args else _none_of_them()
        case OverflowError():  # no database counts as far
            return _none_of_them()
        case UnicodeError():
            return "What was given is no text: it needs to be UTF-8."
        case DatabaseGone() | StorageFull():
            return _of_place(settings) or str(error)
        case MartletError() | SchemaTooNew() | MigrationFailed():
            return str(error)
        case OSError():
            what = f"{error.filename} cannot be used" if error.filename else "It could not be done"
            return _of_folder(settings) or f"{what}: {error.strerror or error}."
    said = said_by_database(error)
    return said and (_of_place(settings) or said)


def _of_place(settings: Settings) -> str:
    return _of_folder(settings) or _of_disk(settings)


def _of_folder(settings: Settings) -> str:
    """Where the data folder belongs to somebody else, or is on a disk that is only to be read."""
    folder = settings.folder.absolute()
    there = next(str(one) for one in (folder, *folder.parents) if os.path.exists(one))  # noqa: PTH110 - pathlib's raises where one may not look
    if os.access(there, os.W_OK | os.X_OK):
        return ""
    return (
        f"The data folder {settings.folder} cannot be written by this user. Give it to whoever runs Martlet (chown -R), or set"
        " `data` to another folder."
    )


def _of_disk(settings: Settings) -> str:
    """Where the disk is full, SQLite may not even be able to read: it says only that it cannot open a file."""
    if settings.database == "sqlite" and shutil.disk_usage(settings.folder).free < TOO_LITTLE:
        return f"The disk is full: make room for {settings.folder}. Nothing was changed."
    return ""


def _none_of_them() -> str:
    """Of a group's command that was given a number: there is nothing of that number."""
    group = click.get_current_context().parent
    name = group.info_name if group is not None else ""
    is_listed = (
        group is not None and isinstance(group.command, click.Group) and "list" in group.command.commands
    )
    return (
        f"There is none of that number. `martlet {name} list` shows all."
        if is_listed
        else "There is no such thing."
    )


@contextmanager
def opened(settings: Settings) -> Iterator[Store]:
    """The store with its schema up to date."""
    store = _connected(settings)
    try:
        if version_of_store(store) == 0:
            where = f" in {settings.folder}" if settings.database == "sqlite" else ""
            click.echo(f"Making the database{where}", err=True)
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


def says_another_url(settings: Settings, store: Store) -> str:
    """What to tell where people here have names that begin with another `url` than the settings say; else empty."""
    with store.read() as db:
        oldest = users.first(db)
        uri = accounts.get(db, oldest).uri if oldest is not None else settings.url
    if origin_of(Uri(uri)) == settings.url:
        return ""
    return (
        f"The setting `url` says {settings.url}, but the people here are known as those of {origin_of(Uri(uri))}: it cannot change"
        " once somebody has an account. Set it back; or begin anew with another data folder and database."
    )


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
