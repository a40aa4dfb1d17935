"""`martlet audit`: what those who look after the server did."""

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.audit import Entry
from martlet.model.ids import moment_of
from martlet.model.names import NOBODY, AccountId
from martlet.model.paging import LAST_ID, Page
from martlet.model.roles import OPERATOR
from martlet.services import auditing, tending, undoing
from martlet.settings import Settings
from martlet.storage import accounts
from martlet.storage import audit as rows
from martlet.storage.audit import Choice
from martlet.storage.database import Reader

MOST = 1000


@click.group()
def audit() -> None:
    """Show what those who look after the server did, and take it back."""


@audit.command("list")
@click.option("--by", help="Only what this person did; `operator` for the command line.")
@click.option("--about", help="Only what was done to this account.")
@click.option(
    "--limit", type=click.IntRange(1, MOST), default=50, show_default=True, help="How many entries."
)
@click.option(
    "--before", type=int, default=LAST_ID, show_default=False, help="Entries older than this number."
)
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(
    settings: Settings,
    by: str | None,
    about: str | None,
    limit: int,
    before: int,
    as_json: bool,  # noqa: FBT001 - click's way
) -> None:
    """Show the newest entries of the audit log."""
    with opened(settings) as store, store.read() as db:
        found = rows.page(db, Page(before=before, limit=limit), _choice(db, by, about))
        names = _names(db, {one.actor_id for one in found})
        undone = rows.undone_by(db, [one.id for one in found])
    if as_json:
        for one in found:
            click.echo(msgspec.json.encode(_plain(one, names, undone)).decode())
        return
    table = Table(title="What was done")
    for heading in ("Number", "When", "Who", "What", "To whom", "Change"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(
            str(one.id),
            moment_of(one.id).strftime("%Y-%m-%d %H:%M"),
            names[one.actor_id],
            one.act + (" (taken back)" if one.id in undone else ""),
            one.target_name,
            one.state_after,
        )
    Console().print(table)


@audit.command()
@click.argument("number", type=int)
@with_settings
def undo(settings: Settings, number: int) -> None:
    """Take back what the entry NUMBER says, if nothing else was decided since."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            undoing.undo(db, OPERATOR, number, here)
    click.echo("It is as it was before.")


def _choice(db: Reader, by: str | None, about: str | None) -> Choice:
    actor = None if by is None else (NOBODY if by == "operator" else tending.somebody(db, by))
    if about is None:
        return Choice(actor=actor)
    return Choice(actor=actor, target_kind="account", target=tending.somebody(db, about))


def _names(db: Reader, ids: set[AccountId]) -> dict[AccountId, str]:
    found = accounts.many(db, ids)
    return {id: f"@{found[id].handle}" if id in found else "operator" for id in ids}


def _plain(one: Entry, names: dict[AccountId, str], undone: dict[int, int]) -> dict[str, object]:
    return {
        "id": str(one.id),
        "at": moment_of(one.id).isoformat(),
        "by": names[one.actor_id],
        "act": one.act,
        "target_kind": one.target_kind,
        "target": one.target_name,
        "report": None if one.report_id is None else str(one.report_id),
        "before": auditing.before(one),
        "after": auditing.after(one),
        "undone_by": str(undone[one.id]) if one.id in undone else None,
    }
