"""
Whom somebody might want to follow, and why.

What is the same for everybody (most followed, most liked) is found by a job, at most once an hour; what is for one
person alone is asked when they look. Nothing but follows that are shown, counts of public posts and featured
hashtags is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from martlet.model.events import Followed
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage import accounts, events, suggestions
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.suggestions import Candidate
from martlet.storage.tags import DAY_MS
from martlet.text.names import InvalidHandle, parse_handle

FIND = "find_suggestions"
"""The job's name."""
HOUR_MS = 3_600_000
WITHIN_DAYS = 30
Source = Literal[
    "featured", "friends_of_friends", "similar_to_recently_followed", "most_followed", "most_interactions"
]
"""In the order of their weight."""
SOURCES: tuple[Source, ...] = (
    "featured",
    "friends_of_friends",
    "similar_to_recently_followed",
    "most_followed",
    "most_interactions",
)
FRIENDS, FRIENDS_OF_EACH = 50, 60
RECENT, ALIKE = 10, 50
PEOPLE, FOLLOWS_OF_EACH = 500, 100
POSTS = 3000
KEPT = 100
CANDIDATES = 200
"""Of each source so many are looked at for one person."""
DISMISSED = 1000


@dataclass(frozen=True, slots=True)
class Suggested:
    """An account, where it comes from, and the numbers that speak for it, by source."""

    account: AccountId
    sources: tuple[Source, ...]
    reasons: dict[Source, int] = field(default_factory=dict)


def of_follow(db: Writer, event: Followed, here: Server) -> None:
    """Whom most people follow may have changed."""
    del event
    find_later(db, here)


def find_later(db: Writer, here: Server) -> None:
    """At the next full hour. The moment is part of the key: a job that is under way now does not know this."""
    due_at = (here.now_ms() // HOUR_MS + 1) * HOUR_MS
    events.add_job(db, FIND, "", due_at, key=f"{FIND}:{due_at}")


async def find(store: Store, body: str, here: Server) -> None:
    """The job: find those whom most people follow, and whose posts are liked most."""
    del body
    since = here.now_ms() - WITHIN_DAYS * DAY_MS
    followed = await store.reading_aside(suggestions.most_followed, since, PEOPLE, FOLLOWS_OF_EACH, KEPT)
    liked = await store.reading_aside(suggestions.most_interactions, since, POSTS, KEPT)
    await store.writing(_keep, followed, liked)


def _keep(db: Writer, followed: Sequence[Candidate], liked: Sequence[Candidate]) -> None:
    suggestions.keep(db, "most_followed", followed)
    suggestions.keep(db, "most_interactions", liked)


def to(db: Reader, viewer: AccountId, limit: int, here: Server) -> list[Suggested]:
    """Those that several sources name first, then by the weight of their source and their place in it."""
    reasons: dict[AccountId, dict[Source, int]] = {}
    places: dict[AccountId, tuple[int, int]] = {}
    for weight, source in enumerate(SOURCES):
        for place, one in enumerate(_candidates(db, source, viewer, here)[:CANDIDATES]):
            reasons.setdefault(one.account, {})[source] = one.reason
            places.setdefault(one.account, (weight, place))
    fit = suggestions.fitting(db, reasons.keys(), viewer, here.now_ms())
    ordered = sorted(fit, key=lambda account: (-len(reasons[account]), places[account]))
    return [Suggested(account, tuple(reasons[account]), reasons[account]) for account in ordered[:limit]]


def still_fitting(db: Reader, viewer: AccountId, found: Sequence[Suggested], here: Server) -> list[Suggested]:
    """Those of a while ago who may be suggested now, too."""
    fit = suggestions.fitting(db, [one.account for one in found], viewer, here.now_ms())
    return [one for one in found if one.account in fit]


def why(db: Reader, viewer: AccountId, account: AccountId, here: Server) -> Suggested | None:
    """Why somebody is suggested to the viewer; None where they are not."""
    return next(
        (one for one in to(db, viewer, len(SOURCES) * CANDIDATES, here) if one.account == account), None
    )


def _candidates(db: Reader, source: Source, viewer: AccountId, here: Server) -> list[Candidate]:
    match source:
        case "featured":
            return [Candidate(id, 0) for id in _featured(db, here)]
        case "friends_of_friends":
            return suggestions.followed_by_friends(db, viewer, FRIENDS, FRIENDS_OF_EACH)
        case "similar_to_recently_followed":
            return suggestions.alike(db, viewer, RECENT, ALIKE)
        case _:
            return suggestions.kept(db, source)


def _featured(db: Reader, here: Server) -> list[AccountId]:
    found = []
    for handle in here.featured_accounts:
        try:
            username, host = parse_handle(handle)
        except InvalidHandle:
            continue
        account = accounts.find_by_handle(db, username, "" if here.is_here(host) else host or "")
        if account is not None:
            found.append(account.id)
    return found


def dismiss(db: Writer, viewer: AccountId, account: AccountId, here: Server) -> None:
    """Suggest somebody no more."""
    suggestions.dismiss(db, viewer, account, here.now_ms(), DISMISSED)
