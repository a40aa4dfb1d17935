"""
How a server fares, for those who run it: by day, by part, and who of the newcomers is still there.

Daily counts are kept (`storage/day_counts.py`); what is asked of tables is bounded, and of the newest. A period has
at most `LONGEST` days.
"""

import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial

from martlet.model.server import Server
from martlet.services import taking_room
from martlet.storage import cards, day_counts
from martlet.storage.database import Reader
from martlet.storage.day_counts import DAY_MS, Days, Parts

LONGEST = 366
"""Days in a period."""
LONGEST_BY_DAY = 62
"""Days in a period whose newcomers are shown day by day."""
KEPT_DAYS = 400
"""For so long daily counts are kept."""
LISTED, MOST_LISTED = 10, 100


@dataclass(frozen=True, slots=True)
class Period:
    """Days since 1970, both of them in it."""

    first: int
    last: int

    @classmethod
    def of(cls, start_ms: int, end_ms: int) -> "Period":
        """The days of two moments, the later one first if need be; of a longer period its last days."""
        first, last = sorted((start_ms // DAY_MS, end_ms // DAY_MS))
        return cls(max(first, last - LONGEST + 1), last)

    @property
    def before(self) -> "Period":
        """As many days right before it."""
        length = self.last - self.first + 1
        return Period(self.first - length, self.first - 1)


@dataclass(frozen=True, slots=True)
class Measure:
    """`before`: the total of as many days before; None where that is not known."""

    days: Sequence[tuple[int, int]]
    total: int
    before: int | None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a dimension."""

    key: str
    name: str
    value: str
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """Those who joined in the days from `first` on; how many of them were still there in each later span."""

    first: int
    stayed: Sequence[tuple[int, int, float]] = field(default_factory=list)
    """First day of the span, people, and their part of all."""


Counter = Callable[[Reader, str, Period], Days]


def _level(name: str, db: Reader, about: str, at: Period) -> Days:
    """The most that there was each day."""
    del about
    return day_counts.kept(db, name, at.first, at.last)


COUNTERS: Mapping[str, Counter] = {
    "active_users": lambda db, _, at: day_counts.kept(db, "active_users", at.first, at.last),
    "new_users": lambda db, _, at: day_counts.kept(db, "new_users", at.first, at.last),
    "interactions": lambda db, _, at: day_counts.kept(db, "interactions", at.first, at.last),
    "opened_reports": lambda db, _, at: day_counts.opened_reports(db, at.first, at.last),
    "resolved_reports": lambda db, _, at: day_counts.resolved_reports(db, at.first, at.last),
    "tag_accounts": lambda db, tag, at: day_counts.tag_uses(db, int(tag), at.first, at.last)[1],
    "tag_uses": lambda db, tag, at: day_counts.tag_uses(db, int(tag), at.first, at.last)[0],
    "tag_servers": lambda db, tag, at: _servers_by_day(day_counts.tagged(db, int(tag), at.first, at.last)),
    "instance_accounts": lambda db, host, at: day_counts.known_accounts(db, host, at.first, at.last),
    "instance_media_attachments": lambda db, host, at: day_counts.media_bytes(db, host, at.first, at.last),
    "instance_reports": lambda db, host, at: day_counts.opened_reports(db, at.first, at.last, host),
    "instance_statuses": lambda db, host, at: day_counts.kept(db, "posts", at.first, at.last, host),
    "instance_follows": lambda db, host, at: day_counts.followed(db, host, at.first, at.last),
    "instance_followers": lambda db, host, at: day_counts.following(db, host, at.first, at.last),
}
"""By the name of the measure; the text is the hashtag's id or the server's host, where it is about one."""
LEVELS: Mapping[str, Counter] = {
    "posts_here": lambda db, _, at: day_counts.kept(db, "posts", at.first, at.last),
    **{
        name: partial(_level, name)
        for name in (
            "database_bytes",
            "waiting_jobs",
            "waiting_deliveries",
            "cache_bytes",
            *taking_room.LEVELS,
        )
    },
}
"""What only the web pages show: posts written here, and how high something stood each day."""
_UNITS = {"instance_media_attachments": "bytes"}


def measure(db: Reader, name: str, about: str, period: Period) -> Measure:
    """One of `COUNTERS` or `LEVELS`."""
    counter = COUNTERS.get(name) or LEVELS[name]
    found = counter(db, about, period)
    days = [(day, found.get(day, 0)) for day in range(period.first, period.last + 1)]
    if name == "active_users":  # somebody who comes every day is one person: not the sum of the days
        return Measure(days, day_counts.people_since(db, period.first * DAY_MS), None)
    if name == "tag_servers":
        total = len(
            {host for _, host, _ in day_counts.tagged(db, int(about), period.first, period.last) if host}
        )
        return Measure(days, total, None)
    before = sum(counter(db, about, period.before).values())
    return Measure(days, sum(found.values()), before, _UNITS.get(name))


def _servers_by_day(found: Sequence[tuple[int, str, str]]) -> Days:
    servers: dict[int, set[str]] = {}
    for day, host, _ in found:
        if host:
            servers.setdefault(day, set()).add(host)
    return {day: len(hosts) for day, hosts in servers.items()}


# -- dimensions --------------------------------------------------------------


def dimension(db: Reader, name: str, about: str, period: Period, limit: int, here: Server) -> list[Part]:
    """The largest parts of something. `name` is one of `DIMENSIONS`."""
    limit = min(max(limit, 1), MOST_LISTED)
    first, last = period.first, period.last
    match name:
        case "languages":
            return _named(day_counts.locales(db, first * DAY_MS, limit))
        case "sources":
            return _named(day_counts.apps(db, limit))
        case "servers":
            return _named(day_counts.kept_parts(db, "posts", first, last, limit))
        case "space_usage":
            return [
                Part("database", "Database", str(day_counts.database_bytes(db)), "bytes"),
                Part("previews", "Pictures of link previews", str(cards.picture_bytes(db)), "bytes"),
            ]
        case "software_versions":
            database = "PostgreSQL" if db.dialect == "postgres" else "SQLite"
            return [
                Part("martlet", "Martlet", here.version),
                Part("python", "Python", platform.python_version()),
                Part(database.lower(), database, day_counts.database_version(db)),
            ]
        case "tag_servers":
            return _named(_most(host for _, host, _ in day_counts.tagged(db, int(about), first, last)), limit)
        case "tag_languages":
            return _named(_most(code for *_, code in day_counts.tagged(db, int(about), first, last)), limit)
        case "instance_accounts":
            return _named(day_counts.popular(db, about, limit))
        case _:
            return _named(day_counts.kept_parts(db, f"languages of {about}", first, last, limit))


DIMENSIONS = frozenset(
    {
        "languages",
        "sources",
        "servers",
        "space_usage",
        "software_versions",
        "tag_servers",
        "tag_languages",
        "instance_accounts",
        "instance_languages",
    }
)


def _most(names: Iterable[str]) -> Parts:
    counts: dict[str, int] = {}
    for name in names:
        if name:
            counts[name] = counts.get(name, 0) + 1
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


def _named(found: Parts, limit: int = MOST_LISTED) -> list[Part]:
    return [Part(name, name, str(value)) for name, value in found[:limit]]


# -- who stays ---------------------------------------------------------------


def cohorts(db: Reader, period: Period, *, by_month: bool) -> list[Cohort]:
    """Those who joined in each day or month of a period, and how many were there in it and in each later one."""
    if not by_month:
        period = Period(max(period.first, period.last - LONGEST_BY_DAY + 1), period.last)
    start = _month(period.first) if by_month else period.first
    spans = [start]
    while spans[-1] < period.last:
        following = _next_month(spans[-1]) if by_month else spans[-1] + 1
        if following > period.last:
            break
        spans.append(following)
    people: dict[int, list[int]] = {span: [] for span in spans}
    for joined, seen in day_counts.registered(db, start, period.last):
        people[_month(joined) if by_month else joined].append(seen)
    result = []
    for position, span in enumerate(spans):
        joined_then = people[span]
        stayed = []
        for later in spans[position:]:
            number = sum(seen >= later for seen in joined_then)
            stayed.append((later, number, number / len(joined_then) if joined_then else 0.0))
        result.append(Cohort(span, stayed))
    return result


def _month(day: int) -> int:
    """The first day of its month."""
    return _number(_date(day).replace(day=1))


def _next_month(first: int) -> int:
    start = _date(first)
    return _number(date(start.year + start.month // 12, start.month % 12 + 1, 1))


def _date(day: int) -> date:
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date()


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days
