"""`martlet block`: rules about who gets an account, and from where nothing is answered at all."""

from dataclasses import asdict, replace

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, stop, with_settings
from martlet.model.roles import OPERATOR
from martlet.model.server import moment
from martlet.model.sign_up_blocks import KINDS, Block, IpBlock, IpSeverity, UsernameBlock
from martlet.services import blocking_sign_ups
from martlet.settings import Settings
from martlet.storage import sign_up_blocks
from martlet.storage.database import Store

DAY_S = 86_400
NOBODY_YET = 0
"""The number of a rule that is not kept yet."""


@click.group()
def block() -> None:
    """Say with which addresses and names, and from where, nobody joins."""


@block.command("list")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """Show all rules, with their numbers."""
    with opened(settings) as store, store.read() as db:
        found = [one for kind in KINDS.values() for one in sign_up_blocks.every(db, kind)]
    if as_json:
        for one in found:
            plain = {"kind": one.kind, **asdict(one), "id": str(one.id)}
            click.echo(msgspec.json.encode(plain).decode())
        return
    table = Table(title="Rules about who joins")
    for heading in ("Number", "Kind", "What", "How"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(str(one.id), one.kind.removesuffix("_block"), str(getattr(one, one.key)), _how(one))
    Console().print(table)


def _how(block: Block) -> str:
    if isinstance(block, UsernameBlock):
        return "this name" if block.is_exact else "names that contain it"
    if not isinstance(block, IpBlock):
        return ""
    end = f"until {moment(block.expires_at):%Y-%m-%d %H:%M} UTC" if block.expires_at else ""
    return ", ".join(filter(None, (block.severity, end, block.comment)))


@block.command("email-domain")
@click.argument("domain")
@with_settings
def email_domain(settings: Settings, domain: str) -> None:
    """Let nobody join with an e-mail address of DOMAIN or of a domain below it."""
    _add(settings, blocking_sign_ups.email_domain_rule(NOBODY_YET, domain))


@block.command()
@click.argument("address")
@with_settings
def email(settings: Settings, address: str) -> None:
    """Let nobody join with the e-mail ADDRESS, however it is spelled; only a digest of it is kept."""
    _add(settings, blocking_sign_ups.email_rule(NOBODY_YET, address))


@block.command()
@click.argument("network")
@click.option(
    "--severity",
    type=click.Choice([one.value for one in IpSeverity]),
    default=IpSeverity.NO_SIGN_UP.value,
    show_default=True,
    help="What holds for it.",
)
@click.option("--comment", default="", help="Why.")
@click.option("--days", type=click.IntRange(1, 36_500), help="After how many days it ends.")
@with_settings
def network(settings: Settings, network: str, severity: str, comment: str, days: int | None) -> None:
    """Let nobody join from NETWORK, an address or 192.0.2.0/24; with `no_access`, answer nothing from there."""
    rule = blocking_sign_ups.ip_rule(NOBODY_YET, network, severity, comment)
    _add(settings, rule, None if days is None else days * DAY_S)


@block.command()
@click.argument("name")
@click.option("--part", is_flag=True, help="Also names that contain it.")
@with_settings
def username(settings: Settings, name: str, part: bool) -> None:  # noqa: FBT001 - click's way
    """Let nobody choose the user name NAME, or one that looks like it."""
    _add(settings, blocking_sign_ups.username_rule(NOBODY_YET, name, is_exact=not part))


@block.command()
@click.argument("number", type=int)
@with_settings
def remove(settings: Settings, number: int) -> None:
    """End the rule NUMBER."""
    with opened(settings) as store:
        kind = _kind_of(store, number)
        here = server(settings, store)
        with store.write() as db:
            blocking_sign_ups.remove(db, OPERATOR, kind, number, here)
    click.echo(f"The rule {number} is no more.")


def _kind_of(store: Store, number: int) -> type[Block]:
    with store.read() as db:
        found = [kind for kind in KINDS.values() if sign_up_blocks.find(db, kind, number) is not None]
    if not found:
        stop(f"There is no rule {number}. `martlet block list` shows all.")
    return found[0]


def _add(settings: Settings, rule: Block, seconds: int | None = None) -> None:
    with opened(settings) as store:
        here = server(settings, store)
        made = replace(rule, id=here.next_id())
        if isinstance(made, IpBlock):
            made = blocking_sign_ups.running_out(made, seconds, here)
        with store.write() as db:
            blocking_sign_ups.add(db, OPERATOR, made, here)
    click.echo(f"The rule {made.id} is in force: {getattr(made, made.key)}.")
