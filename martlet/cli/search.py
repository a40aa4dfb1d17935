"""`martlet search`: what people find by words."""

import click

from martlet.cli.opening import opened, with_settings
from martlet.cli.progress import bars
from martlet.services import indexing
from martlet.settings import Settings

WORDS = {"accounts": "Accounts to be found", "posts": "Posts to be found"}


@click.group()
def search() -> None:
    """Look after the search index."""


@search.command()
@with_settings
def rebuild(settings: Settings) -> None:
    """
    Make the search index anew from what there is.

    The server may be running; until this is done, less is found.
    """
    with opened(settings) as store, bars(WORDS) as tell:
        indexing.rebuild(store, tell)
    click.echo("The search index is new.")
