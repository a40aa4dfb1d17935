"""`martlet standby`: a second machine of the owner's own that can take this server's place."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TextIO

import click

from martlet.cli import search
from martlet.cli.opening import WRONG, opened_as_it_is, stop, with_settings
from martlet.cli.progress import bars
from martlet.federation.standby import following, promoting
from martlet.federation.standby.following import Follower, Following
from martlet.model.errors import MartletError
from martlet.model.server import moment
from martlet.network.client import Client
from martlet.network.proxies import Proxies
from martlet.settings import Settings
from martlet.signing import standby_boxes
from martlet.storage import standby as kept
from martlet.storage.backup import Tell
from martlet.storage.standby import Busy, CannotCopy, State

WORDS = {"tables": "Database", **search.WORDS}
MINUTE = 60_000
_LINE = "{:%Y-%m-%d %H:%M} UTC"


@click.group()
def standby() -> None:
    """Keep a second machine ready to take this server's place."""


@standby.command()
@with_settings
def invite(settings: Settings) -> None:
    """
    Let one other machine of yours follow this server; prints the secret that it needs, once.

    Whoever has the secret gets everything, keys included. An older one holds no longer.
    """
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    state = _state(settings) or State()
    if state.replaced_at:
        stop("The standby of this server has taken its place. See `martlet standby reclaim --help`.")
    state.invited = standby_boxes.make_invitation()
    kept.save(settings.folder, state)
    click.echo("On the other machine, with the same `url` in its settings:", err=True)
    click.echo(f"\n    martlet standby follow {settings.url}\n", err=True)
    click.echo("It asks for this secret, which is not shown again:", err=True)
    click.echo(state.invited)


@standby.command()
@with_settings
def end(settings: Settings) -> None:
    """Let no machine follow this server any longer."""
    state = _state(settings)
    if state is None or not state.invited:
        stop("No machine may follow this server.")
    if state.replaced_at:
        stop("The standby of this server has taken its place. See `martlet standby reclaim --help`.")
    if state.taken_from:
        state.invited = ""
        kept.save(settings.folder, state)
    else:
        kept.forget(settings.folder)
    click.echo("Nobody may follow this server any longer. What was copied already stays where it is.")


@standby.command()
@click.argument("url", required=False)
@click.option("--secret-file", type=click.File(), help="Read the secret from a file; else it is asked for.")
@click.option(
    "--every", type=click.IntRange(1, 1440), default=5, show_default=True, help="Minutes between two looks."
)
@click.option("--once", is_flag=True, help="Look once, and end.")
@with_settings
def follow(
    settings: Settings,
    url: str | None,
    secret_file: TextIO | None,
    every: int,
    once: bool,  # noqa: FBT001 - click's way
) -> None:
    """
    Keep a copy of the server at URL on this machine, until told to stop.

    URL is where the server is reached; it and the secret are remembered.
    """
    found = _followed(settings, url, secret_file)
    found.every = 0 if once else every
    with _alone(settings):
        asyncio.run(_follow(settings, found, found.every))


def _followed(settings: Settings, url: str | None, secret_file: TextIO | None) -> Following:
    found = _load(settings)
    if url is None and secret_file is None and found is not None:
        return found
    url = url or (found.url if found is not None else None)
    if url is None:
        stop("Say which server: martlet standby follow https://…", WRONG)
    if found is not None and found.url == url and secret_file is None:
        return found
    text = secret_file.read(1000) if secret_file is not None else click.prompt("Secret", hide_input=True)
    standby_boxes.read_invitation(text)
    if found is not None:
        found.url, found.invitation = url, text.strip()
    else:
        found = Following(url=url, invitation=text.strip())
    settings.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    following.save(settings.folder, found)
    return found


async def _follow(settings: Settings, found: Following, every: int) -> None:
    async with _client(settings) as client:
        follower = Follower(settings.folder, found, client, _now)
        while True:
            try:
                changed = await follower.follow()
            except (MartletError, OSError) as error:
                said = error.message if isinstance(error, MartletError) else str(error)
                click.secho(f"{said} {_age(found)}", fg="red", err=True)
                if not every:
                    stop("The copy is not up to date.")
            else:
                click.echo(f"{'Copied.' if changed else 'Nothing has changed.'} {_age(found)}")
            if not every:
                return
            await asyncio.sleep(every * 60)


@standby.command()
@with_settings
def show(settings: Settings) -> None:
    """Show what this machine is to which other, and how old its copy is."""
    state, found = _state(settings), _load(settings)
    if found is not None:
        click.echo(f"This machine follows {found.url}. {_age(found)}")
    if state is not None and state.replaced_at:
        click.echo(f"The standby took this server's place at {_LINE.format(moment(state.replaced_at))}.")
    if state is not None and state.taken_at:
        click.echo(f"This machine took its server's place at {_LINE.format(moment(state.taken_at))}.")
    if state is not None and state.invited:
        click.echo("A standby may follow this server.")
    if found is None and state is None:
        click.echo("There is no standby here, and none may follow this server.")


@standby.command()
@click.option(
    "--force", is_flag=True, help="Although the server still answers: it is told, and does not start again."
)
@with_settings
def promote(settings: Settings, force: bool) -> None:  # noqa: FBT001 - click's way
    """Make the copy on this machine the server. Stop `martlet standby follow` first."""
    found = _load(settings)
    if found is None:
        stop("This machine follows no server.")
    with _alone(settings), bars(WORDS) as tell:
        made = asyncio.run(_promote(settings, found, tell, force=force))
    click.echo(f"This machine is {made.server} now, as it was at {_LINE.format(moment(made.copied_at))}.")
    click.echo(
        "1. The other machine must not run. "
        + (
            "It was told, and will not start again; stop it now."
            if made.was_told
            else "It could not be told: see that nobody starts it. It asks under its own addresses before it does."
        )
    )
    if made.has_own_secret:
        click.echo(
            "2. Put the other machine's setting `secret` into this one's: its keys are protected by it."
        )
    click.echo(
        f"{3 if made.has_own_secret else 2}. Have the name of {made.server} lead here (DNS), and start: martlet serve. "
        "Where the name itself is blocked, name another that leads here in `alternate_urls`."
    )


async def _promote(settings: Settings, found: Following, tell: Tell, *, force: bool) -> promoting.Promoted:
    target = promoting.Target(settings.url, settings.database, partial(opened_as_it_is, settings))
    async with _client(settings) as client:
        return await promoting.promote(
            Follower(settings.folder, found, client, _now), target, tell, force=force
        )


@standby.command()
@with_settings
def reclaim(settings: Settings) -> None:
    """
    Let this machine be the server again after its standby took its place.

    Only once the other machine is stopped for good: what it was told and sent meanwhile is not here. To keep that, let this
    machine follow the other instead, from an empty data folder, and promote it.
    """
    state = _state(settings)
    if state is None or not state.replaced_at:
        stop("Nobody has taken this server's place.")
    click.confirm("Is the other machine stopped, and may what happened there be lost?", abort=True, err=True)
    kept.forget(settings.folder)
    click.echo("This machine is the server again. Invite a standby anew when you want one.")


def check_start(settings: Settings) -> None:
    """End with a sentence where this server's standby has taken its place."""
    if (found := _load(settings)) is not None:
        stop(
            f"This machine is a standby: it follows {found.url}. To make it the server: martlet standby promote. "
            f"To have another server here, name another folder in `data`."
        )
    addresses = (settings.url, *settings.alternate_urls)
    try:
        at = asyncio.run(_replaced_at(settings, addresses))
    except CannotCopy as error:
        stop(str(error))
    if at:
        stop(
            f"The standby of this server took its place at {_LINE.format(moment(at))}: the same server must not run twice. "
            "To go on there, do nothing here. To have this machine as its standby, empty the data folder and "
            "`martlet standby follow` the other. To go on here: `martlet standby reclaim`."
        )


async def _replaced_at(settings: Settings, addresses: tuple[str, ...]) -> int:
    async with _client(settings) as client:
        return await promoting.replaced_at(settings.folder, client, addresses, _now())


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    try:
        with kept.alone(settings.folder / kept.FOLDER / kept.LOCK):
            yield
    except Busy:
        stop("`martlet standby follow` is running on this machine. Stop it first.")


def _client(settings: Settings) -> Client:
    """The other machine is the owner's own: it may stand in their own network."""
    return Client(settings.host, allow_private=True, proxies=Proxies.parse(settings.outbound_proxies))


def _state(settings: Settings) -> State | None:
    try:
        return kept.load(settings.folder)
    except CannotCopy as error:
        stop(str(error))


def _load(settings: Settings) -> Following | None:
    return following.load(Path(settings.folder))


def _age(found: Following) -> str:
    if not found.copied_at:
        return "There is no whole copy yet."
    minutes = (_now() - found.copied_at) // MINUTE
    return f"The copy is of {_LINE.format(moment(found.copied_at))}, {minutes} min old."


def _now() -> int:
    return time.time_ns() // 1_000_000
