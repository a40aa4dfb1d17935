"""`martlet rule`: the server's rules, in as many languages as somebody translates them to."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.roles import OPERATOR
from martlet.services import ruling
from martlet.services.ruling import RuleWish
from martlet.settings import Settings
from martlet.storage import server_values


@click.group()
def rule() -> None:
    """Write the rules that people agree to when they join."""


@rule.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the rules in their order."""
    with opened(settings) as store, store.read() as db:
        found = server_values.rules(db)
    if as_json:
        for one in found:
            plain = {"id": str(one.id), "text": one.text, "hint": one.hint, "translations": one.in_languages}
            click.echo(msgspec.json.encode(plain).decode())
        return
    table = Table(title="Rules")
    for heading in ("Number", "Rule", "Explained", "Also in"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(str(one.id), one.text, one.hint, ", ".join(one.in_languages))
    Console().print(table)


@rule.command()
@click.argument("text")
@click.option("--hint", default="", help="What explains it.")
@click.option(
    "--place", type=click.IntRange(1), help="Which rule it is to be, from 1; the last if not given."
)
@with_settings
def add(settings: Settings, text: str, hint: str, place: int | None) -> None:
    """Add a rule that says TEXT."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            made = ruling.add(db, OPERATOR, RuleWish(text, hint, position=_position(place)), here)
    click.echo(f"Rule {made.id} is in force.")


@rule.command()
@click.argument("number", type=int)
@click.option("--text", help="What it says.")
@click.option("--hint", help="What explains it.")
@click.option("--place", type=click.IntRange(1), help="Which rule it is to be, from 1.")
@with_settings
def change(settings: Settings, number: int, text: str | None, hint: str | None, place: int | None) -> None:
    """Word the rule NUMBER anew, or move it; what is not named stays."""
    _change(settings, number, RuleWish(text, hint, position=_position(place)))
    click.echo(f"Rule {number} is changed.")


@rule.command()
@click.argument("number", type=int)
@click.argument("language")
@click.argument("text")
@click.option("--hint", default="", help="What explains it, in that language.")
@with_settings
def translate(settings: Settings, number: int, language: str, text: str, hint: str) -> None:
    """Say the rule NUMBER in LANGUAGE (de, zh-Hans, …); an empty TEXT takes the translation away."""
    _change(settings, number, RuleWish(translations={language: (text, hint)}))
    click.echo(f"Rule {number} is changed.")


@rule.command()
@click.argument("number", type=int)
@with_settings
def remove(settings: Settings, number: int) -> None:
    """End the rule NUMBER; reports that name it go on doing so."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            ruling.end(db, OPERATOR, number, here)
    click.echo(f"Rule {number} is no more.")


def _position(place: int | None) -> int | None:
    return None if place is None else place - 1


def _change(settings: Settings, number: int, wish: RuleWish) -> None:
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            ruling.change(db, OPERATOR, number, wish, here)
