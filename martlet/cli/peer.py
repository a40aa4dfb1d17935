"""`martlet peer`: other servers, and how they are treated."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import click
import msgspec
from rich.console import Console
from rich.table import Table

from martlet.cli.opening import opened, server, with_settings
from martlet.cli.progress import bars
from martlet.model.moderation import OPEN, OWN, Decision, Policy, Severity
from martlet.model.server import Server, moment
from martlet.services import restricting
from martlet.settings import Settings
from martlet.storage import block_lists, peer_policies, peers
from martlet.storage.database import Reader, Store

ENFORCING = {"servers": "Bringing it into force"}


@click.group()
def peer() -> None:
    """
    Look at other servers, and decide how they are treated.

    A domain stands for those below it: `martlet peer suspend bad.example`
    concerns social.bad.example too. What you decide yourself wins over the
    block lists you subscribe to.
    """


def with_comments(command: click.Command) -> click.Command:
    """Gives a command the options to say why."""
    command.params += [
        click.Option(["--comment"], default="", help="Why, for everybody to read."),
        click.Option(["--note"], default="", help="Why, for those who run this server."),
    ]
    return command


def words(policy: Policy) -> str:
    """A policy as people say it; empty where nothing is decided."""
    severity = {Severity.SUSPEND: "suspended", Severity.LIMIT: "limited", Severity.NONE: ""}[policy.severity]
    said = (
        (severity, bool(severity)),
        ("allowed", policy.is_allowed),
        ("media refused", policy.refuses_media),
        ("reports refused", policy.refuses_reports),
    )
    return ", ".join(word for word, is_so in said if is_so)


# -- looking ---------------------------------------------------------------


@peer.command("list")
@click.option("--all", "shows_all", is_flag=True, help="Those with which all is well, too.")
@click.option("--json", "as_json", is_flag=True, help="For scripts: one JSON object in each line.")
@with_settings
def list_them(settings: Settings, shows_all: bool, as_json: bool) -> None:  # noqa: FBT001 - click's way
    """
    Show servers, and how it is with them.

    Without --all those about which something is decided, those that do not
    answer, and those for which something waits.
    """
    with opened(settings) as store, store.read() as db:
        rows, known = _rows(db)
    shown = [row for row in rows if shows_all or row["state"] or row["failing_since"] or row["waiting"]]
    if as_json:
        for row in shown:
            click.echo(msgspec.json.encode(row).decode())
        return
    table = Table(title=f"Servers: {len(shown):,} of {known:,}")
    for heading in ("Server", "State", "Silent since", "Failures", "Waiting"):
        table.add_column(
            heading, justify="right" if heading in ("Failures", "Waiting") else "left", overflow="fold"
        )
    for row in shown:
        table.add_row(
            str(row["host"]),
            str(row["state"]),
            str(row["failing_since"] or "")[:10],
            f"{row['failures'] or ''}",
            f"{row['waiting'] or ''}",
        )
    Console().print(table)


def _rows(db: Reader) -> tuple[list[dict[str, object]], int]:
    """All servers known, and domains that the operator decided about and of which none is known."""
    book, waiting, own = peer_policies.book(db), peers.waiting(db), peer_policies.of(db, OWN)
    known = peers.every(db)
    rows: dict[str, dict[str, object]] = {
        one.host: {
            "host": one.host,
            "state": words(book.policy(one.host)),
            "failing_since": _iso(one.failing_since),
            "failures": one.failures,
            "waiting": waiting.get(one.host, 0),
        }
        for one in known
    }
    for host, decision in own.items():
        nothing = {"failing_since": None, "failures": 0, "waiting": 0}
        rows.setdefault(host, {"host": host, "state": words(decision.policy), **nothing})
    return [rows[host] for host in sorted(rows)], len(known)


def _iso(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else moment(milliseconds).isoformat()


@peer.command()
@click.argument("domain")
@with_settings
def show(settings: Settings, domain: str) -> None:
    """Show all that is known and decided about DOMAIN."""
    host = restricting.host_in(domain)
    with opened(settings) as store, store.read() as db:
        found, policy = peers.find(db, host), peer_policies.policy(db, host)
        decisions, reach = peer_policies.about(db, host), restricting.reach(db, host)
        lists = {one.id: one.url for one in block_lists.every(db)}
        waiting = peers.waiting(db).get(host, 0)
    click.echo(f"{host}: {words(policy) or 'nothing is decided; it is treated like any other'}")
    for one in decisions:
        by = "you" if one.list_id == OWN else lists.get(one.list_id, "a list")
        why = "".join(f"; {text}" for text in (one.comment, one.note) if text)
        click.echo(f"  {one.host}: {words(one.policy) or 'nothing'} ({by}{why})")
    if settings.federation == "allow-list" and not policy.is_allowed:
        click.echo("  Only allowed servers are spoken with, and it is none of them.")
    click.echo(
        f"Servers known: {reach.servers:,}; accounts: {reach.accounts:,}. "
        f"Follows from here: {reach.followed:,}; to people here: {reach.following:,}."
    )
    if found is not None and found.failing_since is not None:
        click.echo(f"It has not answered since {_iso(found.failing_since)}, {found.failures} times.")
    if waiting:
        click.echo(f"Deliveries that wait for it: {waiting:,}.")


# -- deciding --------------------------------------------------------------


def _decide(
    settings: Settings, domain: str, change: Callable[[Decision], Decision], comment: str, note: str
) -> str:
    """Returns the domain in its one spelling."""
    host = restricting.host_in(domain)
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            changed = change(restricting.own(db, host))
            decision = replace(changed, comment=comment or changed.comment, note=note or changed.note)
            restricting.decide(db, decision, here)
        enforce(store, here)
    return host


def enforce(store: Store, here: Server) -> None:
    """Bring into force what was decided, at once and with a bar for those who watch."""
    with bars(ENFORCING) as tell:
        asyncio.run(restricting.enforce_all(store, here, lambda done, total: tell("servers", done, total)))


def _told_how_to_undo(host: str, sentence: str) -> None:
    click.echo(f"{host} {sentence} To undo: martlet peer undo {host}")


@click.command()
@click.argument("domain")
@with_settings
def limit(settings: Settings, domain: str, comment: str, note: str) -> None:
    """Show DOMAIN's people to their followers only."""
    host = _decide(
        settings, domain, lambda one: restricting.with_severity(one, Severity.LIMIT), comment, note
    )
    _told_how_to_undo(host, "is limited.")


@click.command()
@click.argument("domain")
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def suspend(settings: Settings, domain: str, yes: bool, comment: str, note: str) -> None:  # noqa: FBT001 - click's way
    """
    Speak no more with DOMAIN, and hide its people and all they wrote.

    Follows across end for good; all else is shown again when it is undone.
    """
    host = restricting.host_in(domain)
    if not yes:
        with opened(settings) as store, store.read() as db:
            reach = restricting.reach(db, host)
        if reach.accounts:
            ending = reach.followed + reach.following
            click.echo(f"Accounts to be hidden: {reach.accounts:,}. Follows that end for good: {ending:,}.")
        click.confirm(f"Suspend {host}?", abort=True)
    _decide(settings, host, lambda one: restricting.with_severity(one, Severity.SUSPEND), comment, note)
    _told_how_to_undo(host, "is suspended.")


@click.command()
@click.argument("domain")
@with_settings
def allow(settings: Settings, domain: str, comment: str, note: str) -> None:
    """
    Speak with DOMAIN, whatever block lists say.

    Takes back what you decided against it. With the setting
    federation = "allow-list" only such servers are spoken with.
    """
    host = _decide(settings, domain, lambda one: replace(one, policy=Policy(is_allowed=True)), comment, note)
    _told_how_to_undo(host, "is allowed.")


@click.command("refuse-media")
@click.argument("domain")
@with_settings
def refuse_media(settings: Settings, domain: str, comment: str, note: str) -> None:
    """Show no media of DOMAIN, only where they are."""
    host = _decide(
        settings,
        domain,
        lambda one: replace(one, policy=replace(one.policy, refuses_media=True)),
        comment,
        note,
    )
    _told_how_to_undo(host, "shows no media here.")


@click.command("refuse-reports")
@click.argument("domain")
@with_settings
def refuse_reports(settings: Settings, domain: str, comment: str, note: str) -> None:
    """Take no reports from DOMAIN."""
    host = _decide(
        settings,
        domain,
        lambda one: replace(one, policy=replace(one.policy, refuses_reports=True)),
        comment,
        note,
    )
    _told_how_to_undo(host, "sends no reports here.")


@peer.command()
@click.argument("domain")
@with_settings
def undo(settings: Settings, domain: str) -> None:
    """Take back what you decided about DOMAIN. Block lists hold for it again."""
    host = restricting.host_in(domain)
    with opened(settings) as store:
        here = server(settings, store)
        with store.write() as db:
            restricting.undo(db, host, here)
        enforce(store, here)
        with store.read() as db:
            policy = peer_policies.policy(db, host)
    left = f" By other decisions it is {words(policy)}." if policy != OPEN else ""
    click.echo(f"Nothing is decided about {host} any more.{left}")


for _command in (limit, suspend, allow, refuse_media, refuse_reports):
    peer.add_command(with_comments(_command))
