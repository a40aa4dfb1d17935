"""`martlet role`: what those who look after the server may do."""

from collections.abc import Callable
from typing import Any, TypeVar

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.model.roles import OPERATOR, Permission, Role
from martlet.services import appointing, tending
from martlet.services.appointing import RoleWish
from martlet.settings import Settings
from martlet.storage import roles

F = TypeVar("F", bound=Callable[..., Any])

GIVEN = {one.name.lower(): one for one in Permission if one.name and one is not Permission.ADMINISTRATOR}
"""Permissions that a role can be given, as they are written on the command line."""


@click.group()
def role() -> None:
    """Say what those who look after the server may do, and who they are."""


def with_wish(command: F) -> F:
    """Gives a command the options that say what a role is like."""
    for option in reversed(
        (
            click.option("--name", help="As people are shown it."),
            click.option("--color", help="Of its badge, #rrggbb; empty: none."),
            click.option(
                "--position", type=int, help="1 to 999: nobody acts upon the same position or a higher one."
            ),
            click.option(
                "--allow",
                "allowed",
                multiple=True,
                type=click.Choice(sorted(GIVEN)),
                help="A permission; may be given several times.",
            ),
            click.option(
                "--forbid",
                "forbidden",
                multiple=True,
                type=click.Choice(sorted(GIVEN)),
                help="A permission to be taken away.",
            ),
            click.option("--badge/--no-badge", default=None, help="Whether profiles show it."),
            click.option("--collections", type=int, help="How many collections its people may make."),
        )
    ):
        command = option(command)
    return command


@role.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show all roles, the highest first."""
    with opened(settings) as store, store.read() as db:
        found = [(one, roles.count_holders(db, one.key)) for one in roles.every(db).values()]
    if as_json:
        for one, people in found:
            click.echo(msgspec.json.encode(_plain(one, people)).decode())
        return
    table = Table(title="Roles")
    for heading in ("Role", "Name", "Position", "People", "May"):
        table.add_column(heading, justify="right" if heading in ("Position", "People") else "left")
    for one, people in found:
        may = "everything" if one.permissions & Permission.ADMINISTRATOR else ", ".join(_permissions(one))
        table.add_row(one.key, one.name, str(one.position), f"{people:,}" if one.name else "", may)
    Console().print(table)


@role.command()
@click.argument("key")
@with_wish
@with_settings
def create(
    settings: Settings, key: str, allowed: tuple[str, ...], forbidden: tuple[str, ...], **wishes: Any
) -> None:
    """Make a role that commands call KEY."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            wish = _wish(0, allowed, forbidden, wishes)
            made = appointing.create(db, OPERATOR, key, wish, here)
    click.echo(f"{made.key} may: {', '.join(_permissions(made)) or 'nothing that others may not'}.")


@role.command()
@click.argument("key")
@with_wish
@with_settings
def change(
    settings: Settings, key: str, allowed: tuple[str, ...], forbidden: tuple[str, ...], **wishes: Any
) -> None:
    """Change a role; what is not named stays."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            before = appointing.get(db, key)
            wish = _wish(before.permissions, allowed, forbidden, wishes)
            changed = appointing.change(db, OPERATOR, key, wish, here)
    click.echo(f"{changed.key} may: {', '.join(_permissions(changed)) or 'nothing that others may not'}.")


@role.command()
@click.argument("key")
@with_settings
def delete(settings: Settings, key: str) -> None:
    """Remove a role of your own; whoever has it is somebody without a role."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            appointing.delete(db, OPERATOR, key, here)
    click.echo(f"{key} is no role any more.")


@role.command()
@click.argument("username")
@click.argument("key")
@with_settings
def assign(settings: Settings, username: str, key: str) -> None:
    """Give USERNAME the role KEY; `user` takes it back."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.promote(db, username, key, here)
    click.echo(f"@{username.removeprefix('@')} is now {key}.")


def _wish(
    before: int, allowed: tuple[str, ...], forbidden: tuple[str, ...], wishes: dict[str, Any]
) -> RoleWish:
    permissions = before
    for one in allowed:
        permissions |= GIVEN[one]
    for one in forbidden:
        permissions &= ~GIVEN[one]
    return RoleWish(
        name=wishes["name"],
        color=wishes["color"],
        position=wishes["position"],
        permissions=int(permissions),
        is_highlighted=wishes["badge"],
        collection_limit=wishes["collections"],
    )


def _permissions(one: Role) -> list[str]:
    return [name for name, permission in GIVEN.items() if one.may(permission)]


def _plain(one: Role, people: int) -> dict[str, object]:
    return {
        "key": one.key,
        "id": str(one.id),
        "name": one.name,
        "color": one.color,
        "position": one.position,
        "permissions": _permissions(one),
        "is_highlighted": bool(one.is_highlighted),
        "collection_limit": one.collection_limit,
        "people": people if one.name else None,
    }
