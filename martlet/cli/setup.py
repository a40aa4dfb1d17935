"""`martlet setup`: the link with which the first owner makes their account."""

import click

from martlet.cli.opening import opened, stop, with_settings
from martlet.services import setting_up
from martlet.settings import Settings
from martlet.storage.database import Store


@click.command()
@with_settings
def setup(settings: Settings) -> None:
    """
    Print a new link for the owner of a server that has none yet.

    It works once; links that were printed before it no longer do.
    """
    with opened(settings) as store:
        link = new_link(settings, store)
    if link is None:
        stop(
            "This server has an owner. `martlet account list` shows who; `martlet account promote` makes more."
        )
    click.echo(link)


def new_link(settings: Settings, store: Store) -> str | None:
    """None where there is an owner."""
    with store.write() as db:
        token = setting_up.make_token(db)
    return None if token is None else f"{settings.url}/setup/{token}"
