"""`martlet hook`: programs elsewhere that are told of what happens here."""

from pathlib import Path

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.paging import Page
from martlet.model.roles import OPERATOR
from martlet.model.server import moment
from martlet.model.web_hooks import HookDelivery, HookEvent, WebHook
from martlet.services import hooking
from martlet.services.here import secret_of
from martlet.services.hooking import HookWish
from martlet.settings import Settings
from martlet.storage import web_hooks

LISTED = 50


@click.group()
def hook() -> None:
    """Have other programs told of what happens here."""


@hook.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show all hooks, with their numbers."""
    with opened(settings) as store, store.read() as db:
        found = web_hooks.every(db)
    if as_json:
        for one in found:
            plain = {
                "id": str(one.id),
                "url": one.url,
                "events": list(one.wanted),
                "enabled": bool(one.is_enabled),
                "failures": one.failures,
                "disabled_reason": one.stopped_for or None,
            }
            click.echo(msgspec.json.encode(plain).decode())
        return
    table = Table(title="Web hooks")
    for heading in ("Number", "Address", "Is told of", "State"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(str(one.id), one.url, ", ".join(one.wanted), _state(one))
    Console().print(table)


def _state(hook: WebHook) -> str:
    if hook.stopped_at is not None:
        return f"disabled since {moment(hook.stopped_at):%Y-%m-%d %H:%M} UTC: {hook.stopped_for}"
    if not hook.is_enabled:
        return "disabled"
    if hook.failing_since is not None:
        return f"fails since {moment(hook.failing_since):%Y-%m-%d %H:%M} UTC"
    return "enabled"


@hook.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    multiple=True,
    required=True,
    type=click.Choice([one.value for one in HookEvent]),
    help="Repeatable.",
)
@click.option("--template", type=click.Path(path_type=Path, exists=True), help="A file with the body's form.")
@with_settings
def add(settings: Settings, url: str, events: tuple[str, ...], template: Path | None) -> None:
    """Have the program at URL told of events; what signs them is printed once."""
    wish = HookWish(url, events, template.read_text() if template else None)
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            made, secret = hooking.add(db, OPERATOR, wish, secret_of(settings), here)
    click.echo(f"Number: {made.id}\nSecret: {secret}")


@hook.command()
@click.argument("number", type=int)
@with_settings
def rotate(settings: Settings, number: int) -> None:
    """Sign with another secret from now on, which is printed once."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            _, secret = hooking.rotate(db, OPERATOR, number, secret_of(settings), here)
    click.echo(f"Secret: {secret}")


@hook.command()
@click.argument("number", type=int)
@with_settings
def enable(settings: Settings, number: int) -> None:
    """Tell the hook again, of what happens from now on."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            hooking.enable(db, OPERATOR, number, here)
    click.echo("It is told again.")


@hook.command()
@click.argument("number", type=int)
@with_settings
def disable(settings: Settings, number: int) -> None:
    """Tell the hook nothing more, nor what waits."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            hooking.disable(db, OPERATOR, number, here)
    click.echo("It is told nothing more.")


@hook.command()
@click.argument("number", type=int)
@with_settings
def remove(settings: Settings, number: int) -> None:
    """End the hook for good."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            hooking.remove(db, OPERATOR, number, here)
    click.echo("It is gone.")


@hook.command()
@click.argument("number", type=int)
@with_settings
def results(settings: Settings, number: int) -> None:
    """Show what the hook was told lately, and what it said."""
    with opened(settings) as store, store.read() as db:
        found = hooking.results(db, number, Page(limit=LISTED))
    table = Table(title="Told lately")
    for heading in ("When", "Event", "State", "Tries", "Answer"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(
            f"{moment(one.created_at):%Y-%m-%d %H:%M}", one.event, one.state, str(one.tries), _answer(one)
        )
    Console().print(table)


def _answer(one: HookDelivery) -> str:
    return one.error or ("" if one.status is None else str(one.status))
