"""What has to happen again and again: backups, the standby's looks, mirrors' reading."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from martlet.cli.findings import Finding
from martlet.federation.standby import following
from martlet.model.ids import moment_of
from martlet.model.server import milliseconds, moment
from martlet.settings import Settings
from martlet.storage import mirrored, mirrors, server_values, standby, users
from martlet.storage.database import Store
from martlet.storage.standby import CannotCopy

BACKUP_MADE_AT = "backup_made_at"
"""Name of the server value: the moment of the last backup, ISO 8601."""
LOOKS_MISSED = 3
UNKNOWN_INTERVAL = timedelta(days=1)
BEHIND = timedelta(days=1)
SHOWN = 5


def of_backup(settings: Settings, store: Store) -> Iterator[Finding]:
    """Only of `martlet backup`: whoever copies in another way says so in the settings."""
    if not settings.backup_days:
        return
    patience = timedelta(days=settings.backup_days)
    with store.read() as db:
        made, first = server_values.find(db, BACKUP_MADE_AT), users.first(db)
    now = datetime.now(UTC)
    advice = "martlet backup — by itself every night: docs/operate/care.md. If you back up in another way: `backup_days = 0`."
    if made is not None:
        age = now - datetime.fromisoformat(made)
        is_old = age > patience
        yield Finding(
            "bad" if is_old else "good", f"The last backup was made {_ago(age)}.", advice if is_old else ""
        )
    elif first is not None:
        is_late = now - moment_of(first) > patience
        yield Finding("bad" if is_late else "note", "No backup was made yet.", advice)


def of_standby(settings: Settings) -> Iterator[Finding]:
    """Of either machine: the one that is followed, and the one that follows."""
    now = milliseconds(datetime.now(UTC))
    found = following.load(settings.folder)
    if found is not None:
        advice = (
            "Is `martlet standby follow` running? `martlet standby follow --once` says what is in its way."
        )
        if not found.copied_at:
            yield Finding(
                "bad", f"This machine is a standby of {found.url} and has no whole copy yet.", advice
            )
        else:
            age = timedelta(milliseconds=now - found.copied_at)
            is_old = age > _patience(found.every)
            yield Finding(
                "bad" if is_old else "good",
                f"This machine is a standby of {found.url}. Its copy is of {_ago(age)}.",
                advice if is_old else "",
            )
    try:
        state = standby.load(settings.folder)
    except CannotCopy as error:
        yield Finding("bad", str(error), "`martlet standby end` removes it; then invite a standby anew.")
        return
    if state is None:
        return
    if state.replaced_at:
        yield Finding(
            "bad",
            f"The standby of this server took its place on {moment(state.replaced_at):%Y-%m-%d}.",
            "This machine must not serve: docs/operate/standby.md, “When the old machine comes back”.",
        )
    elif state.invited:
        yield _of_follower(settings, state.every, now)


def _of_follower(settings: Settings, every: int, now: int) -> Finding:
    heard_at = standby.heard_at(settings.folder)
    if not heard_at:
        return Finding(
            "note",
            "A standby was invited, and has never asked.",
            "On the other machine: martlet standby follow. If there is to be none: martlet standby end.",
        )
    age = timedelta(milliseconds=max(0, now - heard_at))
    if age <= _patience(every):
        return Finding("good", f"The standby of this server asked {_ago(age)}.")
    return Finding(
        "bad",
        f"The standby of this server has not asked since {_ago(age)}.",
        "On the other machine: is `martlet standby follow` running, and what does it say? If there is none any more: martlet standby end.",
    )


def _patience(every: int) -> timedelta:
    """How old a copy may get. `every`: minutes between two looks, 0 where nobody knows."""
    return max(timedelta(minutes=LOOKS_MISSED * every), timedelta(minutes=15)) if every else UNKNOWN_INTERVAL


def of_mirrors(store: Store) -> Iterator[Finding]:
    """Mirrors of people here that do not have what was written long ago, and people elsewhere who are not read any more."""
    before = milliseconds(datetime.now(UTC) - BEHIND)
    with store.read() as db:
        behind, unread = mirrors.behind(db, before, SHOWN + 1), mirrored.unread(db, before, SHOWN + 1)
    if behind:
        yield Finding(
            "note",
            f"Mirrors that lack what was written more than a day ago: {_some([f'{base} of @{name}' for name, base in behind])}.",
            "Can they reach this server? Their owners see it with `martlet mirror list`; people here can end such a mirror and ask anew.",
        )
    if unread:
        yield Finding(
            "note",
            f"People whose mirror this server is and whose server has not been read for more than a day: {_some(unread)}.",
            "Their server may be away: then this mirror is what it is for. `martlet mirror list` says more.",
        )


def _some(found: list[str]) -> str:
    return ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "")


def _ago(age: timedelta) -> str:
    minutes = max(0, int(age.total_seconds() // 60))
    for unit, size in (("days", 1440), ("hours", 60)):
        if minutes >= 2 * size:
            return f"{minutes // size} {unit} ago"
    return f"{minutes} minutes ago"
