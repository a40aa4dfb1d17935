"""`martlet check`: is all well, and if not, what to do."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from martlet.cli.check_address import of_address
from martlet.cli.check_files import of_files
from martlet.cli.check_roads import of_roads
from martlet.cli.check_upkeep import of_backup, of_mirrors, of_standby
from martlet.cli.findings import Finding, Verdict
from martlet.cli.opening import FAILED, opened_as_it_is, says_another_url, with_settings
from martlet.media.ffmpeg import find_ffmpeg
from martlet.model.server import milliseconds, moment
from martlet.settings import Settings
from martlet.storage import block_lists, events, migrating, peer_policies, peers, remote_files
from martlet.storage.block_lists import BlockList
from martlet.storage.database import DatabaseUnreachable, Store
from martlet.storage.opening import said_by_database
from martlet.storage.standby import FOLDER, FOLLOWING

MARKS: dict[Verdict, tuple[str, str]] = {"good": ("✓", "green"), "note": ("·", "yellow"), "bad": ("✗", "red")}
LOW_DISK = 1 << 30
MOST_KEPT_FREE = 10 << 30
"""A twentieth of the disk should be free, and no more than that need be."""
MANY_WAITING = 10_000
PARKED_SHOWN = 10
SILENT = 86_400_000
"""Milliseconds after which a server that does not answer is told of."""
SILENT_SHOWN = 5
LARGEST_SHOWN = 10
MB = 1 << 20


@click.command()
@with_settings
def check(settings: Settings) -> None:
    """
    Look whether all is well, and say what to do where it is not.

    At settings, disk, database, waiting work, other servers, backups, standby and mirrors, and at how this server is seen
    from outside: address, certificate, clock.

    Ends with exit code 1 where something has to be done.
    """
    found = list(_all(settings))
    for finding in found:
        mark, colour = MARKS[finding.verdict]
        click.echo(f"{click.style(mark, fg=colour)} {finding.sentence}")
        if finding.advice:
            click.echo(f"    {finding.advice}")
    if any(finding.verdict == "bad" for finding in found):
        raise SystemExit(FAILED)


def _all(settings: Settings) -> Iterator[Finding]:
    yield from of_settings(settings)
    yield from of_disk(settings)
    yield from of_standby(settings)
    if (settings.folder / FOLDER / FOLLOWING).exists():
        return  # the database is for when it takes over
    if settings.database == "sqlite" and not settings.folder.exists():
        return
    try:
        with opened_as_it_is(settings) as store:
            yield from of_schema(store)
            if migrating.version_of_store(store):
                yield from of_work(store)
            if not migrating.pending(store):
                if wrong := says_another_url(settings, store):
                    yield Finding("bad", wrong)
                yield from of_peers(settings, store)
                yield from of_cache(settings, store)
                yield from of_backup(settings, store)
                yield from of_files(settings, store)
                yield from of_mirrors(store)
                yield from of_address(settings, store)
                yield from of_roads(settings, store)
    except migrating.SchemaTooNew:
        return  # said already, with the schema
    except DatabaseUnreachable as error:
        yield Finding(
            "bad",
            f"The database cannot be reached: {error.reason}.",
            "Is it running, and is `database` right?",
        )
    except Exception as error:  # noqa: BLE001 - whatever the driver says, the operator is told
        if (said := said_by_database(error)) is not None:
            yield Finding("bad", said)
        else:
            yield Finding(
                "bad", f"The database cannot be reached: {error}", "Is it running, and is `database` right?"
            )


def of_settings(settings: Settings) -> Iterator[Finding]:
    yield Finding("good", f"The settings can be read. People reach this server at {settings.url}.")
    if not settings.is_secure and "localhost" not in settings.host:
        yield Finding(
            "bad", "`url` begins with http://.", "Put a proxy with a certificate in front, and set https://."
        )
    if settings.allow_private_addresses:
        yield Finding(
            "bad",
            "`allow_private_addresses` is on.",
            "It is for trials only: strangers could reach your network.",
        )
    if not settings.rate_limits:
        yield Finding("bad", "`rate_limits` is off.", "It is for measuring only: turn it on.")
    if not settings.smtp_host:
        yield Finding(
            "note",
            "This server sends no mail.",
            "Set `smtp_host`, so that people can reset passwords themselves.",
        )
    if not settings.contact_email:
        yield Finding("note", "`contact_email` is empty.", "People should know whom to write to.")


def of_disk(settings: Settings) -> Iterator[Finding]:
    folder = settings.folder
    if not folder.exists():
        yield Finding("note", f"The data folder {folder} is not there yet.", "`martlet serve` makes it.")
        return
    if folder.stat().st_mode & 0o007:
        yield Finding("bad", f"Everybody on this machine can look into {folder}.", f"chmod 700 {folder}")
    disk = shutil.disk_usage(folder)
    free = disk.free
    low = free < max(LOW_DISK, min(disk.total // 20, MOST_KEPT_FREE))
    advice = (
        "Make room: when the disk is full, nothing can be posted. `martlet media clear` removes copies of others' files."
        if low
        else ""
    )
    yield Finding("bad" if low else "good", f"{free / 1e9:,.1f} GB are free in {folder}.", advice)
    if find_ffmpeg() is None:
        yield Finding(
            "note", "ffmpeg is not installed: no video, no sound.", "On Debian and Ubuntu: apt install ffmpeg"
        )


def of_schema(store: Store) -> Iterator[Finding]:
    version = migrating.version_of_store(store)
    try:
        waiting = migrating.pending(store)
    except migrating.SchemaTooNew as error:
        yield Finding("bad", str(error))
        return
    if not version:
        yield Finding("note", "The database is empty.", "`martlet serve` makes the tables.")
    elif waiting:
        yield Finding(
            "note", f"The schema is {len(waiting)} steps behind.", "`martlet serve` brings it up to date."
        )
    else:
        yield Finding(
            "good", f"The database answers ({store.dialect}); its schema is up to date ({version})."
        )


def of_peers(settings: Settings, store: Store) -> Iterator[Finding]:
    """Other servers: whom we speak with, who is silent, and what became of block lists."""
    with store.read() as db:
        decided, lists = peer_policies.counts(db), block_lists.every(db)
        silent = peers.failing(db, milliseconds(datetime.now(UTC)) - SILENT)
    if settings.federation == "allow-list":
        many = decided["allowed"]
        advice = "" if many else "Nobody is spoken with: martlet peer allow DOMAIN"
        yield Finding(
            "good" if many else "bad",
            f"Only allowed servers are spoken with. Domains you allowed: {many:,}.",
            advice,
        )
    if decided["suspend"] or decided["limit"]:
        yield Finding(
            "good",
            f"Domains you suspended: {decided['suspend']:,}; limited: {decided['limit']:,}.",
            "martlet peer list",
        )
    if silent:
        some = ", ".join(host for host, _ in silent[:SILENT_SHOWN]) + (
            " …" if len(silent) > SILENT_SHOWN else ""
        )
        yield Finding(
            "note",
            f"Servers that have not answered for a day or longer: {len(silent):,} ({some}).",
            "They are tried again; after a week what waits for them is given up.",
        )
    for one in lists:
        yield of_list(one)


def of_list(one: BlockList) -> Finding:
    sentence = f"Block list {one.url}, domains: {one.domains:,}"
    if not one.failure:
        fetched = "" if one.fetched_at is None else f", as of {moment(one.fetched_at).date()}"
        return Finding("good", f"{sentence}{fetched}.")
    return Finding(
        "bad",
        f"{sentence}, kept as it was: {one.failure}",
        f"Look at it; if it is no good any more: martlet peer unsubscribe {one.url}",
    )


def of_cache(settings: Settings, store: Store) -> Iterator[Finding]:
    """What is kept of other servers' files, and of whom most."""
    with store.read() as db:
        total, largest = remote_files.total(db), remote_files.largest(db, LARGEST_SHOWN)
    most = ", ".join(f"{one.host} {one.bytes / MB:,.1f} MB" for one in largest)
    yield Finding(
        "good",
        f"{total.bytes / MB:,.1f} of {settings.remote_media_cache_mb:,} MB are used for {total.files:,} files of other servers.",
        f"Most of it: {most}." if most else "",
    )


def of_work(store: Store) -> Iterator[Finding]:
    with store.read() as db:
        waiting_events, waiting_jobs = events.waiting(db)
        parked = events.parked(db, PARKED_SHOWN)
    total = waiting_events + waiting_jobs
    verdict: Verdict = "note" if total > MANY_WAITING else "good"
    advice = "Is `martlet serve` running?" if total > MANY_WAITING else ""
    yield Finding(verdict, f"{waiting_events:,} events and {waiting_jobs:,} jobs wait.", advice)
    for job in parked:
        when = datetime.fromtimestamp(job.parked_at / 1000, UTC)
        yield Finding(
            "bad",
            f"Job {job.id} ({job.name}) was set aside on {when:%Y-%m-%d %H:%M} after {job.tries} tries: {job.error[:200]}",
            f"Once the cause is mended: martlet jobs retry {job.id} — or: martlet jobs drop {job.id}",
        )
