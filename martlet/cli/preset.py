"""`martlet preset`: warnings that are written again and again."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.roles import OPERATOR
from martlet.services import keeping_reasons
from martlet.settings import Settings
from martlet.storage import presets


@click.group()
def preset() -> None:
    """Keep texts of warnings that are written again and again."""


@preset.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the texts and the numbers by which apps call them."""
    with opened(settings) as store, store.read() as db:
        found = presets.every(db)
    if as_json:
        for one in found:
            click.echo(
                msgspec.json.encode({"id": str(one.id), "title": one.title, "text": one.text}).decode()
            )
        return
    table = Table(title="Warnings")
    for heading in ("Number", "Title", "Text"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(str(one.id), one.title, one.text)
    Console().print(table)


@preset.command()
@click.argument("title")
@click.argument("text")
@with_settings
def add(settings: Settings, title: str, text: str) -> None:
    """Keep TEXT under TITLE."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            keeping_reasons.add(db, OPERATOR, title, text, here)
    click.echo(f"Kept: {title}.")


@preset.command()
@click.argument("number", type=int)
@with_settings
def remove(settings: Settings, number: int) -> None:
    """Forget the text NUMBER."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            keeping_reasons.remove(db, OPERATOR, number, here)
    click.echo("It is forgotten.")
