"""
What a week had of posts, people and newcomers, and who wrote last: kept, so that nobody counts it anew.

People and newcomers are counted as they come. Posts are counted from time to
time by a job that goes on after the last post it has seen, so that writing one
costs nothing more; the same job keeps the profile directory.
"""

from collections.abc import Mapping
from pathlib import Path

from martlet.model.events import AccountChanged, AccountRegistered
from martlet.model.ids import first_id_in
from martlet.model.names import AccountId, UserId
from martlet.model.server import Server
from martlet.services import taking_room
from martlet.storage import (
    accounts,
    activity,
    backlog,
    day_counts,
    directory,
    events,
    remote_files,
    server_values,
)
from martlet.storage.activity import Week
from martlet.storage.database import Reader, Store, Writer

TALLY = "tally"
"""The job's name."""
EVERY_MS = 600_000
AT_ONCE = 100
"""Posts that are counted in one transaction."""
BEHIND_MS = 600_000
"""The last posts are left to the next time: those of other servers may still be on their way."""
SHOWN_WEEKS = 12
UNTIL = "tallied_until"

DAY = 86_400_000
WEEK = 7 * DAY
_FIRST_MONDAY = 4 * DAY
"""1970 began on a Thursday."""


def week_of(milliseconds: int) -> int:
    """The first millisecond of the week, which begins on Monday (UTC)."""
    return milliseconds - (milliseconds - _FIRST_MONDAY) % WEEK


def weeks(db: Reader, here: Server) -> list[Week]:
    """The last weeks, this one first."""
    this = week_of(here.now_ms())
    found = activity.since(db, this - (SHOWN_WEEKS - 1) * WEEK)
    return [found.get(week, Week(week, 0, 0, 0)) for week in range(this, this - SHOWN_WEEKS * WEEK, -WEEK)]


def note_visit(db: Writer, user: UserId, here: Server) -> None:
    """Before it is written down that somebody was here."""
    week = week_of(here.now_ms())
    if not activity.was_here_since(db, user, week):
        activity.add(db, week, "people")
    day = here.now_ms() // DAY
    if not activity.was_here_since(db, user, day * DAY):
        day_counts.add(db, "active_users", day)


def of_newcomer(db: Writer, event: AccountRegistered, here: Server) -> None:
    activity.add(db, week_of(here.now_ms()), "registrations")
    day_counts.add(db, "new_users", (event.account >> 16) // DAY)


def of_change(db: Writer, event: AccountChanged, here: Server) -> None:
    """Whoever does not want to be found any more is no longer found."""
    del here
    account = accounts.find(db, event.account)
    if account is None or not account.is_discoverable:
        directory.delete(db, event.account)


def want(db: Writer, here: Server) -> None:
    """There will be something to count before long. A job that is under way wants the next one in the same way."""
    turn = here.now_ms() // EVERY_MS + 1
    events.add_job(db, TALLY, "", turn * EVERY_MS, key=f"{TALLY} {turn}")


async def tally(store: Store, folder: Path, body: str, here: Server) -> None:
    """The job. `folder`: on the disk whose room is watched."""
    del body
    while await store.writing_aside(_tally, here):
        pass
    await store.writing(_note_levels, taking_room.levels(folder), here)
    await store.writing(want, here)


def _note_levels(db: Writer, room: Mapping[str, int], here: Server) -> None:
    """How high it stands today: room, the database's size, what waits, what is kept of other servers' files."""
    day = here.now_ms() // DAY
    waiting = backlog.count(db, {}, "jobs", here.now_ms())
    levels = {
        **room,
        "database_bytes": day_counts.database_bytes(db),
        "waiting_jobs": waiting.waiting["jobs"],
        "waiting_deliveries": waiting.deliveries,
        "cache_bytes": remote_files.total(db).bytes,
    }
    for name, value in levels.items():
        day_counts.note_highest(db, name, day, value)


def _tally(db: Writer, here: Server) -> bool:
    """Count some posts; whether there may be more."""
    now = here.now_ms()
    until = first_id_in(now - BEHIND_MS)
    after = int(server_values.find(db, UNTIL) or first_id_in(week_of(now) - (SHOWN_WEEKS - 1) * WEEK))
    found = activity.written(db, after, until, AT_ONCE)
    posts: dict[int, int] = {}
    days: dict[AccountId, tuple[bool, int]] = {}
    for one in found:
        at = one.id >> 16
        if one.is_here and not one.is_boost:
            posts[week_of(at)] = posts.get(week_of(at), 0) + 1
        if one.is_directory:
            days[AccountId(one.author_id)] = (bool(one.is_here), at // DAY)
    for week, number in posts.items():
        activity.add(db, week, "posts", number)
    directory.put(db, days)
    is_whole = len(found) < AT_ONCE
    day_counts.count_posts(db, after, until if is_whole else found[-1].id)
    server_values.put(db, UNTIL, str(until if is_whole else found[-1].id))
    return not is_whole
