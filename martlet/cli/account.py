"""`martlet account`: people's accounts, from the command line."""

import sys
from datetime import UTC, datetime, timedelta

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import WRONG, opened, server, stop, with_settings
from martlet.model.server import moment
from martlet.services import personal_tokens, tending
from martlet.services.registering import Newcomer
from martlet.settings import Settings
from martlet.signing import passwords
from martlet.storage import roster
from martlet.storage.roster import Resident


@click.group()
def account() -> None:
    """Make people's accounts, and look after them."""


def with_password(command: click.Command) -> click.Command:
    """Gives a command the three ways to say a password: asked for, made up, or read from another program."""
    command.params += [
        click.Option(["--generate"], is_flag=True, help="Make up a password and print it, once."),
        click.Option(["--password-stdin"], is_flag=True, help="Read the password from standard input."),
    ]
    return command


@click.command()
@click.argument("username")
@click.option("--email", prompt="E-mail address", help="Asked for if not given.")
@click.option(
    "--role",
    default="user",
    show_default=True,
    help="What they may do here: see `martlet role list`.",
)
@click.option("--locale", default="en", show_default=True, help="Language of this server's mails to them.")
@with_settings
def create(
    settings: Settings,
    username: str,
    email: str,
    role: str,
    locale: str,
    generate: bool,  # noqa: FBT001 - click's way
    password_stdin: bool,  # noqa: FBT001 - click's way
) -> None:
    """
    Make an account for USERNAME that can be used at once.

    The password is asked for, unseen; or --generate makes one up.
    """
    tending.check(username, email, role)
    password = _password(generate, password_stdin)
    passwords.check_strength(password, (username, email, settings.name))
    newcomer = Newcomer(username, email, passwords.hash_password(password), role=role, locale=locale)
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.create(db, newcomer, here)
    click.echo(f"@{username} can sign in at {settings.url} with {email}.")
    _show(password, generate)


@account.command()
@click.argument("username")
@click.option(
    "--role", default="admin", show_default=True, help="What they may do here: see `martlet role list`."
)
@with_settings
def promote(settings: Settings, username: str, role: str) -> None:
    """Give USERNAME a role: moderator, admin, owner, one of your own, or user to take it back."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.promote(db, username, role, here)
    click.echo(f"{_at(username)} is now {role}.")


@click.command("reset-password")
@click.argument("username")
@click.option(
    "--without-second-step", is_flag=True, help="Turn their two-factor codes off too, for a lost phone."
)
@with_settings
def reset_password(
    settings: Settings,
    username: str,
    without_second_step: bool,  # noqa: FBT001 - click's way
    generate: bool,  # noqa: FBT001 - click's way
    password_stdin: bool,  # noqa: FBT001 - click's way
) -> None:
    """Give USERNAME a new password. Whoever is signed in with the old one no longer is, apps included."""
    with opened(settings) as store:
        with store.read() as db:
            found = tending.resident(db, username)
        password = _password(generate, password_stdin)
        passwords.check_strength(password, (found.username, found.email, settings.name))
        hashed = passwords.hash_password(password)
        with store.write() as db:
            tending.set_password(db, username, hashed, drops_second_step=without_second_step)
    click.echo(f"{_at(username)} has a new password, and has to sign in again everywhere.")
    _show(password, generate)


@account.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@click.option("--waiting", is_flag=True, help="Only those who wait to be confirmed or approved.")
@with_settings
def list_them(settings: Settings, as_json: bool, waiting: bool) -> None:  # noqa: FBT001 - click's way
    """Show who has an account here."""
    with opened(settings) as store, store.read() as db:
        everybody = roster.residents(db)
    if waiting:
        everybody = [one for one in everybody if one.confirmed_at is None or one.approved_at is None]
    if as_json:
        for one in everybody:
            click.echo(msgspec.json.encode(_plain(one)).decode())
        return
    table = Table(title=f"Accounts: {len(everybody):,}")
    for heading in ("Username", "E-mail", "Role", "Since", "Last here", "Posts", "State"):
        table.add_column(heading, justify="right" if heading == "Posts" else "left", overflow="fold")
    for one in everybody:
        table.add_row(
            f"@{one.username}",
            one.email,
            one.role,
            _day(one.created_at),
            _day(one.seen_at),
            f"{one.posts:,}",
            ", ".join(one.states),
        )
    Console().print(table)


@account.command()
@click.argument("username")
@click.option("--yes", "is_sure", is_flag=True, help="Do not ask.")
@with_settings
def delete(settings: Settings, username: str, is_sure: bool) -> None:  # noqa: FBT001 - click's way
    """Hide USERNAME at once, and remove all of it for good after the days of grace."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.read() as db:
            tending.check_deletable(db, username)
        if not is_sure:
            click.confirm(f"Delete {_at(username)} and all it wrote?", abort=True)
        with store.write() as db:
            removed_at = tending.delete(db, username, here)
    if not here.deletion_grace_days:
        click.echo(f"{_at(username)} is hidden, and removed for good as soon as the server runs.")
        return
    click.echo(f"{_at(username)} is hidden, and removed for good on {_day(removed_at)}.")
    click.echo(f"Until then, to undo: martlet account bring-back {_bare(username)}")


@account.command("bring-back")
@click.argument("username")
@with_settings
def bring_back(settings: Settings, username: str) -> None:
    """Undo a deletion that is not done yet."""
    with opened(settings) as store, store.write() as db:
        tending.bring_back(db, username)
    click.echo(f"{_at(username)} stays.")


@account.command()
@click.argument("username")
@with_settings
def confirm(settings: Settings, username: str) -> None:
    """Take USERNAME's e-mail address as confirmed."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.confirm(db, username, here)
    click.echo(f"{_at(username)}'s e-mail address is confirmed.")


@account.command()
@click.argument("username")
@with_settings
def approve(settings: Settings, username: str) -> None:
    """Let USERNAME in, who asked to join."""
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            tending.approve(db, username, here)
    click.echo(f"{_at(username)} may come in.")


@account.command()
@click.argument("username")
@click.option("--name", required=True, help="What it is for; shown with what is posted through it.")
@click.option(
    "--scope",
    "wanted",
    multiple=True,
    default=("read",),
    show_default=True,
    help="What it may do; repeatable.",
)
@click.option(
    "--days", type=click.IntRange(1, 3650), help="Ends after so many days; else when it is taken back."
)
@with_settings
def token(settings: Settings, username: str, name: str, wanted: tuple[str, ...], days: int | None) -> None:
    """Make a token for a program that acts as USERNAME, and print it, once."""
    with opened(settings) as store:
        here = server(settings, store)
        life = None if days is None else timedelta(days=days)
        with store.write() as db:
            found = tending.resident(db, username)
            made = personal_tokens.make(db, (found.user, found.account), name, wanted, life, here)
    click.echo(f"Token: {made}")
    click.echo("It is shown this once. They find it among their apps, and can end it there.")


account.add_command(with_password(create))
account.add_command(with_password(reset_password))


def _password(is_made_up: bool, is_piped: bool) -> str:  # noqa: FBT001 - two switches of one command
    if is_made_up:
        return passwords.make_up()
    if is_piped:
        return sys.stdin.readline().rstrip("\r\n")
    try:
        return str(click.prompt("Password", hide_input=True, confirmation_prompt="Once more"))
    except click.Abort:
        stop("\nNo password was given. Without a terminal to ask on: --generate or --password-stdin.", WRONG)


def _show(password: str, is_made_up: bool) -> None:  # noqa: FBT001 - the switch of the command
    if is_made_up:
        click.echo(f"Password: {password}")
        click.echo("It is shown this once and kept nowhere.")


def _plain(one: Resident) -> dict[str, object]:
    return {
        "id": str(one.account),
        "username": one.username,
        "email": one.email,
        "role": one.role,
        "created_at": _iso(one.created_at),
        "seen_at": _iso(one.seen_at),
        "posts": one.posts,
        "states": one.states,
    }


def _bare(username: str) -> str:
    return username.strip().removeprefix("@")


def _at(username: str) -> str:
    return f"@{_bare(username)}"


def _iso(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else moment(milliseconds).isoformat()


def _day(milliseconds: int | None) -> str:
    return "" if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()
