"""`martlet instance`: what the server says about itself at length."""

from datetime import date, datetime
from typing import IO

import click

from martlet.cli.opening import opened, server, with_settings
from martlet.model.errors import NotFound
from martlet.model.server import Server
from martlet.services import stating
from martlet.services.stating import Name
from martlet.settings import Settings
from martlet.storage import server_texts
from martlet.storage.database import Reader
from martlet.storage.server_texts import ServerText, Terms

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def instance() -> None:
    """Write about the server, its privacy policy and its terms of service; in Markdown."""


@instance.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@with_settings
def about(settings: Settings, file: IO[str]) -> None:
    """Put FILE on the page about this server (`-`: what is typed). An empty one takes the text away."""
    _state(settings, "about", file)


@instance.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@with_settings
def privacy(settings: Settings, file: IO[str]) -> None:
    """Make FILE the privacy policy. An empty one brings back what Martlet itself says."""
    _state(settings, "privacy", file)


def _state(settings: Settings, name: Name, file: IO[str]) -> None:
    source = file.read()
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            stating.state(db, name, source, here)
    click.echo("Done.")


@instance.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option(
    "--from", "day", type=DAY, metavar="YYYY-MM-DD", help="The day from which they hold; default: today."
)
@with_settings
def terms(settings: Settings, file: IO[str], day: datetime | None) -> None:
    """Publish FILE as terms of service; older versions can still be read."""
    source = file.read()
    with opened(settings) as store:
        here = server(settings, store)
        wanted = day.date() if day is not None else date.fromisoformat(stating.today(here))
        with store.write() as db:
            stating.publish_terms(db, source, wanted, here)
    click.echo(f"They hold from {wanted.isoformat()}.")


@instance.command("withdraw-terms")
@click.argument("day", type=DAY, metavar="YYYY-MM-DD")
@with_settings
def withdraw_terms(settings: Settings, day: datetime) -> None:
    """Take back the terms that would hold from that day."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            stating.withdraw_terms(db, day.date(), here)
    click.echo("Taken back.")


@instance.command()
@click.argument("name", type=click.Choice([*stating.NAMES, "terms"]))
@click.option("--from", "day", type=DAY, metavar="YYYY-MM-DD", help="Of which day the terms are.")
@with_settings
def show(settings: Settings, name: str, day: datetime | None) -> None:
    """Print a text as it was written, for changing it."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.read() as db:
            source = _source(db, name, day.date() if day is not None else None, here)
    click.echo(source)


def _source(db: Reader, name: str, day: date | None, here: Server) -> str:
    """Raises `NotFound`."""
    if name != "terms":
        text: ServerText | Terms | None = server_texts.find(db, name)
    else:
        text = server_texts.terms_of(db, day.isoformat()) if day is not None else stating.terms(db, here)
    if text is None:
        raise NotFound("Nothing is written yet.")
    return text.source
