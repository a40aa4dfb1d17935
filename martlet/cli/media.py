"""`martlet media`: what is kept here of other servers' files."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, with_settings
from martlet.media.store import LocalStore
from martlet.services import caching
from martlet.settings import Settings
from martlet.storage import remote_files

MOST_SHOWN = 1_000_000
MB = 1 << 20


@click.group()
def media() -> None:
    """Look after files of other servers that are kept here for a while."""


@media.command()
@click.option("--limit", default=20, type=click.IntRange(1, MOST_SHOWN), help="How many servers are shown.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def show(settings: Settings, limit: int, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show how much of which server is kept."""
    with opened(settings) as store, store.read() as db:
        total, largest = remote_files.total(db), remote_files.largest(db, limit)
    if as_json:
        for one in largest:
            click.echo(msgspec.json.encode(one).decode())
        return
    room = f"{total.bytes / MB:,.1f} of {settings.remote_media_cache_mb:,} MB"
    table = Table(title=f"Files of other servers: {total.files:,}, {room}")
    for heading in ("Server", "Files", "MB"):
        table.add_column(heading, overflow="fold", justify="left" if heading == "Server" else "right")
    for one in largest:
        table.add_row(one.host, f"{one.files:,}", f"{one.bytes / MB:,.1f}")
    Console().print(table)


@media.command()
@click.option(
    "--server", "host", default=None, help="Only what is kept of this server, for example peer.example."
)
@with_settings
def clear(settings: Settings, host: str | None) -> None:
    """
    Remove what is kept of other servers. It is fetched again when somebody looks at it.

    The server may be running.
    """
    cache = LocalStore(settings.folder / "remote", "")
    with opened(settings) as store:
        gone = 0
        while True:
            with store.write() as db:
                keys = caching.forget_some(db, host)
            if keys is None:
                break
            for key in keys:
                cache.delete(key)
            gone += len(keys)
    if host is None:
        for key in list(cache.keys()):  # what a crash has left without a row
            cache.delete(key)
            gone += 1
    click.echo(f"{gone:,} files are gone.")
