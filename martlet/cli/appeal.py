"""`martlet appeal`: what people say who think that a decision against them is wrong."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.paging import Page
from martlet.model.roles import OPERATOR
from martlet.model.server import moment
from martlet.services import appealing, auditing
from martlet.settings import Settings
from martlet.storage import strikes

MOST = 200


@click.group()
def appeal() -> None:
    """Read appeals against decisions, and decide about them."""


@appeal.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the appeals that nobody has decided about."""
    with opened(settings) as store, store.read() as db:
        found = strikes.appeals(db, Page(limit=MOST), are_waiting=True)
        against = strikes.many(db, [one.strike_id for one in found])
        names = {one.account_id: auditing.account_target(db, one.account_id).name for one in found}
    if as_json:
        for one in found:
            strike = against[one.strike_id]
            plain = {
                "id": str(one.strike_id),
                "by": names[one.account_id],
                "measure": strike.measure,
                "reason": strike.text,
                "text": one.text,
                "at": moment(one.created_at).isoformat(),
            }
            click.echo(msgspec.json.encode(plain).decode())
        return
    table = Table(title=f"Appeals: {len(found):,}")
    for heading in ("Number", "By", "Against", "What they say"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(str(one.strike_id), names[one.account_id], against[one.strike_id].measure, one.text)
    Console().print(table)


@appeal.command()
@click.argument("number", type=int)
@with_settings
def approve(settings: Settings, number: int) -> None:
    """Take back what the appeal NUMBER is against."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            appealing.approve(db, OPERATOR, number, here)
    click.echo("It is taken back, and they are told.")


@appeal.command()
@click.argument("number", type=int)
@with_settings
def reject(settings: Settings, number: int) -> None:
    """Leave it as it was decided."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            appealing.reject(db, OPERATOR, number, here)
    click.echo("It stays, and they are told.")
