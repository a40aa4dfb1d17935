"""`martlet preset`: warnings that are written again and again."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, stop, with_settings
from martlet.services import sanctioning
from martlet.settings import Settings
from martlet.storage import presets
from martlet.storage.presets import Preset
from martlet.text.cleaning import many_lines, one_line

TITLE = 100


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
    title, text = one_line(title)[:TITLE], many_lines(text).strip()
    if not title or not 0 < len(text) <= sanctioning.TEXT:
        stop(f"A warning has a title, and 1 to {sanctioning.TEXT} characters of text.")
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            presets.insert(db, Preset(here.next_id(), title, text))
    click.echo(f"Kept: {title}.")


@preset.command()
@click.argument("number", type=int)
@with_settings
def remove(settings: Settings, number: int) -> None:
    """Forget the text NUMBER."""
    with opened(settings) as store, store.write() as db:
        if not presets.delete(db, number):
            stop(f"There is no text {number}.")
    click.echo("It is forgotten.")
