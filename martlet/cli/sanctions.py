"""What `martlet account` does against accounts, here and elsewhere, and how it is taken back."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from martlet.cli.opening import opened, server, with_settings
from martlet.model.sanctions import Measure
from martlet.services import tending
from martlet.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


def with_reason(command: F) -> F:
    """Gives a command the options that say what the owner is told."""
    command = click.option("--reason", default="", help="What its owner is told.")(command)
    return click.option("--untold", is_flag=True, help="Tell its owner nothing.")(command)


@click.command()
@click.argument("username")
@with_reason
@with_settings
def warn(settings: Settings, username: str, reason: str, untold: bool) -> None:  # noqa: FBT001 - click's way
    """Tell USERNAME that something has to change, and do nothing else."""
    _act(settings, username, Measure.WARN, reason, tells=not untold)
    click.echo(f"{_at(username)} is warned.")


@click.command()
@click.argument("username")
@with_reason
@with_settings
def suspend(settings: Settings, username: str, reason: str, untold: bool) -> None:  # noqa: FBT001 - click's way
    """Hide USERNAME and all they wrote, and lock them out. It can be undone for 30 days."""
    _act(settings, username, Measure.SUSPEND, reason, tells=not untold)
    click.echo(f"{_at(username)} is suspended. To undo: martlet account unsuspend {_bare(username)}")


@click.command()
@click.argument("username")
@with_settings
def unsuspend(settings: Settings, username: str) -> None:
    """Undo a suspension; all is as it was."""
    _lift(settings, username, Measure.SUSPEND)
    click.echo(f"{_at(username)} is back.")


@click.command()
@click.argument("username")
@with_reason
@with_settings
def limit(settings: Settings, username: str, reason: str, untold: bool) -> None:  # noqa: FBT001 - click's way
    """Show USERNAME only to those who follow them. It can be undone."""
    _act(settings, username, Measure.LIMIT, reason, tells=not untold)
    click.echo(f"{_at(username)} is limited. To undo: martlet account unlimit {_bare(username)}")


@click.command()
@click.argument("username")
@with_settings
def unlimit(settings: Settings, username: str) -> None:
    """Undo a limit."""
    _lift(settings, username, Measure.LIMIT)
    click.echo(f"{_at(username)} is shown to everybody again.")


@click.command()
@click.argument("username")
@with_reason
@with_settings
def sensitize(settings: Settings, username: str, reason: str, untold: bool) -> None:  # noqa: FBT001 - click's way
    """Show all posts of USERNAME as sensitive. It can be undone."""
    _act(settings, username, Measure.SENSITIZE, reason, tells=not untold)
    click.echo(
        f"Posts of {_at(username)} are shown as sensitive. To undo: martlet account unsensitize {_bare(username)}"
    )


@click.command()
@click.argument("username")
@with_settings
def unsensitize(settings: Settings, username: str) -> None:
    """Show the posts of USERNAME as they marked them."""
    _lift(settings, username, Measure.SENSITIZE)
    click.echo(f"Posts of {_at(username)} are shown as they marked them.")


@click.command()
@click.argument("username")
@with_reason
@with_settings
def freeze(settings: Settings, username: str, reason: str, untold: bool) -> None:  # noqa: FBT001 - click's way
    """Lock USERNAME out; what they wrote stays. It can be undone."""
    _act(settings, username, Measure.FREEZE, reason, tells=not untold)
    click.echo(f"{_at(username)} cannot sign in. To undo: martlet account unfreeze {_bare(username)}")


@click.command()
@click.argument("username")
@with_settings
def unfreeze(settings: Settings, username: str) -> None:
    """Let USERNAME sign in again."""
    _lift(settings, username, Measure.FREEZE)
    click.echo(f"{_at(username)} can sign in again.")


COMMANDS = (warn, suspend, unsuspend, limit, unlimit, sensitize, unsensitize, freeze, unfreeze)


def _act(settings: Settings, username: str, measure: Measure, reason: str, *, tells: bool) -> None:
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.sanction(db, username, measure, here, reason, tells=tells)


def _lift(settings: Settings, username: str, measure: Measure) -> None:
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.lift(db, username, measure, here)


def _bare(username: str) -> str:
    return username.strip().removeprefix("@")


def _at(username: str) -> str:
    return f"@{_bare(username)}"
