"""`martlet peer`: block lists, from a file, into a file, and those that are subscribed to."""

import asyncio
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, stop, with_settings
from martlet.cli.peer import enforce
from martlet.cli.progress import bars
from martlet.federation.block_lists import ListFetcher
from martlet.model.errors import MartletError
from martlet.model.moderation import OWN
from martlet.model.roles import OPERATOR
from martlet.model.server import moment
from martlet.network.client import Client
from martlet.services import block_lists as use
from martlet.services.block_lists import Changes
from martlet.settings import Settings
from martlet.storage import block_lists, peer_policies
from martlet.storage.block_lists import BlockList

WRITING = {"domains": "Writing down decisions"}
SHOWN = 10


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--replace", "replaces", is_flag=True, help="The file wins over what you decided before.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@with_settings
def import_file(settings: Settings, file: Path, replaces: bool, dry_run: bool) -> None:  # noqa: FBT001 - click's way
    """
    Decide what a block list in FILE says.

    It is Mastodon's CSV, or has a domain in each line; `-` reads standard
    input. What you decided before stays, and nothing is taken back.
    """
    raw = sys.stdin.buffer.read(use.LARGEST + 1) if str(file) == "-" else _bytes_of(file)
    if len(raw) > use.LARGEST:
        stop(f"The file has more than {use.LARGEST:,} bytes.")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        stop("The file is not written in UTF-8.")
    with opened(settings) as store:
        here = server(settings, store)
        found = use.read(text, here)
        with store.read() as db:
            changes = use.additions(db, found.decisions, "give way" if replaces else "stay")
        if not dry_run:
            with bars(WRITING) as tell:
                asyncio.run(
                    use.bring_in(
                        store, OPERATOR, changes, here, lambda done, total: tell("domains", done, total)
                    )
                )
            enforce(store, here)
    _tell_left_out(found.left_out)
    click.echo(
        f"{'Would be decided' if dry_run else 'Decided'}: {changes.new:,} new, {len(changes) - changes.new:,} changed. "
        f"As they were: {len(found.decisions) - len(changes):,}."
    )


def _bytes_of(file: Path) -> bytes:
    with file.open("rb") as opened_file:
        return opened_file.read(use.LARGEST + 1)


def _tell_left_out(domains: list[str]) -> None:
    if domains:
        some = ", ".join(map(repr, domains[:SHOWN])) + (" …" if len(domains) > SHOWN else "")
        click.echo(
            f"Left out, because they are no servers to decide about: {len(domains):,} ({some})", err=True
        )


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True), default="-")
@with_settings
def export(settings: Settings, file: Path) -> None:
    """
    Write what you decided into FILE.

    In Mastodon's CSV form; without FILE it is printed. Notes for yourself stay here.
    """
    with opened(settings) as store, store.read() as db:
        text = use.write(peer_policies.of(db, OWN).values())
    if str(file) == "-":
        click.echo(text, nl=False)
    else:
        file.write_text(text, "utf-8")


@click.command()
@click.argument("url")
@with_settings
def subscribe(settings: Settings, url: str) -> None:
    """
    Keep to the block list at URL.

    It is fetched now, and once a day. Choose lists whose makers you trust:
    what they suspend is suspended here, and its follows end. What you decide
    yourself wins. A list that is suddenly empty, or ten times as long, changes
    nothing; `martlet check` tells you.
    """
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            kept = use.subscribe(db, url, here)
        fetcher = ListFetcher(store, here, Client(here.host, allow_private=settings.allow_private_addresses))
        try:
            changes = asyncio.run(_fetched(fetcher, kept))
        except MartletError as error:
            with store.write() as db:
                use.unsubscribe(db, kept.id, here)
            stop(f"Nothing was subscribed to: {error.message}")
        with store.write() as db:
            use.note_subscription(db, OPERATOR, kept, here)
        enforce(store, here)
    click.echo(f"Domains it decides about: {changes.new:,}. To undo: martlet peer unsubscribe {kept.url}")


async def _fetched(fetcher: ListFetcher, kept: BlockList) -> Changes:
    try:
        with bars(WRITING) as tell:
            return await fetcher.fetch(kept, lambda done, total: tell("domains", done, total))
    finally:
        await fetcher.client.close()


@click.command()
@click.argument("url")
@with_settings
def unsubscribe(settings: Settings, url: str) -> None:
    """Keep no more to the block list at URL. What it said is undone."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            kept = block_lists.find_by_url(db, use.address_in(url))
            if kept is None:
                stop("You have not subscribed to this list. `martlet peer lists` shows those you have.")
            use.unsubscribe_from_afar(db, OPERATOR, kept.id, here)
        enforce(store, here)
    click.echo(f"{kept.url} is no longer kept to.")


@click.command()
@with_settings
def lists(settings: Settings) -> None:
    """Show the block lists you have subscribed to."""
    with opened(settings) as store, store.read() as db:
        found = block_lists.every(db)
    table = Table(title=f"Block lists: {len(found)}")
    for heading in ("Address", "Domains", "Fetched", "Trouble"):
        table.add_column(heading, justify="right" if heading == "Domains" else "left", overflow="fold")
    for one in found:
        fetched = "" if one.fetched_at is None else moment(one.fetched_at).isoformat()[:16]
        table.add_row(one.url, f"{one.domains:,}", fetched, one.failure)
    Console().print(table)


COMMANDS = (import_file, export, subscribe, unsubscribe, lists)
"""Of `martlet peer`."""
