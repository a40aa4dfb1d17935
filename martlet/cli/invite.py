"""`martlet invite`: links with which people may join."""

from datetime import timedelta

import click
import msgspec

from martlet.cli.opening import opened, server, with_settings
from martlet.model.server import moment
from martlet.services import inviting
from martlet.settings import Settings
from martlet.storage import invitations
from martlet.storage.invitations import Invitation


@click.group()
def invite() -> None:
    """Make links with which people may join, and take them back."""


@invite.command()
@click.option(
    "--uses",
    type=click.IntRange(1, inviting.MOST_USES),
    default=1,
    show_default=True,
    help="How many may join with it.",
)
@click.option(
    "--days",
    type=click.IntRange(1, inviting.MOST_DAYS),
    default=7,
    show_default=True,
    help="How long it works.",
)
@with_settings
def make(settings: Settings, uses: int, days: int) -> None:
    """Print a new link."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            made = inviting.invite(db, None, uses, timedelta(days=days), here)
    click.echo(_link(settings, made))


@invite.command("list")
@click.option("--all", "shows_all", is_flag=True, help="Also those that let nobody in any more.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, shows_all: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the invitations of this server; each link on a line of its own."""
    with opened(settings) as store:
        now = server(settings, store).now_ms()
        with store.read() as db:
            found = invitations.everybodys(db)
    shown = [(one, maker) for one, maker in found if shows_all or one.is_live(now)]
    if as_json:
        for one, maker in shown:
            click.echo(msgspec.json.encode(_plain(settings, one, maker, now)).decode())
        return
    for one, maker in shown:
        click.echo(_link(settings, one))
        click.echo(f"    {_told(one, maker, now)}")


@invite.command()
@click.argument("codes", nargs=-1, required=True)
@with_settings
def revoke(settings: Settings, codes: tuple[str, ...]) -> None:
    """Take back invitations; CODES are links, or what they end in."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            for code in codes:
                inviting.end_any(db, code.rstrip("/").rpartition("/")[2], here)
    click.echo("Nobody can join with them any more.")


def _link(settings: Settings, one: Invitation) -> str:
    return f"{settings.url}/invite/{one.code}"


def _told(one: Invitation, maker: str | None, now: int) -> str:
    uses = f"{one.uses} of {one.max_uses}" if one.max_uses else str(one.uses)
    until = f"until {moment(one.expires_at):%Y-%m-%d %H:%M}" if one.expires_at else "for good"
    over = "" if one.is_live(now) else ", over"
    return f"by {f'@{maker}' if maker else 'operator'}, used {uses}, {until}{over}"


def _plain(settings: Settings, one: Invitation, maker: str | None, now: int) -> dict[str, object]:
    return {
        "link": _link(settings, one),
        "code": one.code,
        "by": maker,
        "uses": one.uses,
        "max_uses": one.max_uses,
        "expires_at": moment(one.expires_at).isoformat() if one.expires_at else None,
        "is_live": one.is_live(now),
    }
