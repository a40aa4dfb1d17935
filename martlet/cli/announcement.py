"""`martlet announcement`: what is announced to everybody here."""

from datetime import UTC, datetime
from typing import IO

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.announcements import Announcement, AnnouncementWish
from martlet.model.paging import Page
from martlet.model.roles import OPERATOR
from martlet.model.server import milliseconds, moment
from martlet.services import announcing
from martlet.settings import Settings
from martlet.storage import announcements

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"])
WRITTEN = "YYYY-MM-DD[THH:MM]"
LISTED = 100


@click.group()
def announcement() -> None:
    """Announce something to everybody here, in their apps."""


@announcement.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@click.option("--starts", type=MOMENT, metavar=WRITTEN, help="When what it tells of begins, in UTC.")
@click.option(
    "--ends", type=MOMENT, metavar=WRITTEN, help="When it ends; then the announcement is taken off."
)
@click.option("--days", is_flag=True, help="These are days, without times.")
@click.option(
    "--at", "publish_at", type=MOMENT, metavar=WRITTEN, help="Publish it at this moment; default: now."
)
@with_settings
def publish(
    settings: Settings,
    file: IO[str],
    starts: datetime | None,
    ends: datetime | None,
    days: bool,  # noqa: FBT001 - click's way
    publish_at: datetime | None,
) -> None:
    """Announce what FILE says (`-`: what is typed)."""
    wish = AnnouncementWish(file.read(), _ms(starts), _ms(ends), days, _ms(publish_at))
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            made = announcing.write(db, OPERATOR, wish, here)
            if made.publish_at is None:
                made = announcing.publish(db, OPERATOR, made.id, here)
    click.echo(made.id)


@announcement.command()
@click.argument("id", type=int)
@click.argument("file", type=click.File(encoding="utf-8"))
@with_settings
def change(settings: Settings, id: int, file: IO[str]) -> None:
    """Say what FILE says instead; its moments stay."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            before = announcements.get_any(db, id)
            wish = AnnouncementWish(
                file.read(), before.starts_at, before.ends_at, bool(before.is_all_day), before.publish_at
            )
            announcing.change(db, OPERATOR, id, wish, here)
    click.echo("Changed.")


@announcement.command()
@click.argument("id", type=int)
@with_settings
def unpublish(settings: Settings, id: int) -> None:
    """Show it to nobody any more."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            announcing.unpublish(db, OPERATOR, id, here)
    click.echo("Nobody is shown it any more.")


@announcement.command()
@click.argument("id", type=int)
@with_settings
def republish(settings: Settings, id: int) -> None:
    """Show one again that was taken off, or at once one that waits."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            announcing.publish(db, OPERATOR, id, here)
    click.echo("Everybody is shown it.")


@announcement.command()
@click.argument("id", type=int)
@with_settings
def delete(settings: Settings, id: int) -> None:
    """Remove it for good."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            announcing.delete(db, OPERATOR, id, here)
    click.echo("Removed.")


@announcement.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show the last announcements, published or not."""
    with opened(settings) as store, store.read() as db:
        found = announcements.page_of_all(db, Page(limit=LISTED))
    if as_json:
        for one in found:
            click.echo(msgspec.json.encode(_plain(one)).decode())
        return
    table = Table(title=f"Announcements: {len(found)}")
    for heading in ("Id", "Text", "Published", "Waits for", "Over"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(
            str(one.id), one.text, _said(one.published_at), _said(one.publish_at), _said(one.over_at)
        )
    Console().print(table)


def _plain(one: Announcement) -> dict[str, object]:
    return {
        "id": one.id,
        "text": one.text,
        "published_at": _said(one.published_at) or None,
        "publish_at": _said(one.publish_at) or None,
        "over_at": _said(one.over_at) or None,
    }


def _said(at: int | None) -> str:
    return "" if at is None else moment(at).strftime("%Y-%m-%d %H:%M")


def _ms(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at.replace(tzinfo=UTC))
