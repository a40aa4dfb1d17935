"""`martlet mirror`: whose documents this server keeps copies of, and what of them it may not hand on."""

from dataclasses import asdict

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, stop, with_settings
from martlet.model.names import AccountId
from martlet.model.roles import OPERATOR
from martlet.model.server import moment
from martlet.services import deciding_on_mirrors, mirroring
from martlet.settings import Settings
from martlet.storage import accounts, mirrored
from martlet.storage.database import Reader, Store

MIB = 1024 * 1024
LISTED = 1000


@click.group()
def mirror() -> None:
    """See and decide whose mirror this server is."""


@mirror.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show who asks to be mirrored, who is, how much is kept, and when their servers were last heard of."""
    with opened(settings) as store, store.read() as db:
        found = [(mirroring.known_name(db, one.account_id), one) for one in mirrored.every(db, LISTED)]
    if as_json:
        for name, one in found:
            click.echo(msgspec.json.encode({"account": name, **asdict(one)}).decode())
        return
    table = Table(title="Mirrored accounts")
    table.add_column("Account", overflow="fold")
    for heading in ("State", "Kept", "At most", "Last\ncontact", "Until"):
        table.add_column(heading, justify="right" if heading in ("Kept", "At most") else "left", no_wrap=True)
    for name, one in found:
        table.add_row(
            name,
            one.state,
            *(f"{size // MIB:,} MB" for size in (one.used_bytes + one.media_bytes, one.max_bytes)),
            f"{moment(one.contact_at):%Y-%m-%d}\n{moment(one.contact_at):%H:%M UTC}"
            if one.contact_at
            else "",
            f"{moment(one.until_at):%Y-%m-%d}" if one.until_at else "",
        )
    Console().print(table)


@mirror.command()
@click.argument("handle")
@with_settings
def accept(settings: Settings, handle: str) -> None:
    """Be a mirror of HANDLE, who has asked."""
    with opened(settings) as store:
        account = _find(store, handle, "asked")
        here = server(settings, store)
        with store.write() as db:
            deciding_on_mirrors.accept(db, OPERATOR, account, here)
    click.echo(f"This server keeps from now on what {handle} writes for everybody.")


@mirror.command()
@click.argument("handle")
@with_settings
def reject(settings: Settings, handle: str) -> None:
    """Refuse HANDLE, who has asked."""
    _end(settings, handle, "asked")
    click.echo(f"{handle} is told that this server will not be their mirror.")


@mirror.command()
@click.argument("handle")
@with_settings
def end(settings: Settings, handle: str) -> None:
    """Be a mirror of HANDLE no longer; what was kept goes."""
    _end(settings, handle, "accepted")
    click.echo(f"This server is no longer a mirror of {handle}.")


@mirror.command("take-down")
@click.argument("digest")
@click.option("--reason", default="", help="Why; shown to those who look after this server.")
@with_settings
def take_down(settings: Settings, digest: str, reason: str) -> None:
    """Hand the document or file with the SHA-256 DIGEST on no more, whoever brings it."""
    try:
        found = bytes.fromhex(digest)
    except ValueError:
        found = b""
    if len(found) != mirroring.DIGEST:
        stop("A digest is 64 hexadecimal digits.")
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            was_here = deciding_on_mirrors.take_down(db, OPERATOR, found, reason, here)
    click.echo("It is gone from here." if was_here else "It was not here, and will not be taken.")


def _end(settings: Settings, handle: str, state: str) -> None:
    with opened(settings) as store:
        account = _find(store, handle, state)
        here = server(settings, store)
        with store.write() as db:
            deciding_on_mirrors.end(db, OPERATOR, account, here)


def _find(store: Store, handle: str, state: str) -> AccountId:
    with store.read() as db:
        found = _account(db, handle, state)
    if found is None:
        stop(f"{handle} is not among those who {'ask' if state == 'asked' else 'are mirrored'}.")
    return found


def _account(db: Reader, handle: str, state: str) -> AccountId | None:
    name, _, host = handle.removeprefix("@").partition("@")
    account = accounts.find_by_handle(db, name, host)
    one = mirrored.find(db, account.id) if account is not None else None
    return one.account_id if one is not None and one.state == state else None
