"""A post in its thread, as somebody reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from martlet.model import threads as model
from martlet.model.names import AccountId, PostId
from martlet.model.threads import Link
from martlet.storage import thread_fetches, threads
from martlet.storage.database import Reader, Row
from martlet.storage.posts import Shown
from martlet.storage.threads import Neighbours, Place


class Reach(NamedTuple):
    """How much of a thread is shown: posts above, posts below, and how many answers deep."""

    above: int
    below: int
    depth: int


FOR_ANYONE = Reach(40, 60, 20)
FOR_VISITORS = Reach(40, 300, 300)
"""Of pages, which show a part of it at once."""
FOR_PEOPLE_HERE = Reach(4096, 4096, 4096)


@dataclass(frozen=True, slots=True)
class Wholeness:
    """How many of a thread's answers are here, how many there are as far as their servers tell, and who does not answer."""

    here: int
    total: int
    silent: int
    asked_at: int = 0
    """In milliseconds."""
    is_asking: bool = False


class Around(NamedTuple):
    """What stands above a post, the oldest first, and below it; the post itself, unless the viewer does not want to see it."""

    above: list[Shown]
    itself: Shown | None
    below: list[Shown]
    links: Mapping[PostId, Link] = {}
    """What each post of the thread answers, whoever may see it."""


def around(db: Reader, place: Place, reach: Reach, viewer: AccountId, now: int) -> Around:
    """As far as the viewer may see it and wants to."""
    return _within(threads.around(db, place, max(reach.above, reach.below), viewer, now), place.post, reach)


def around_at_once(db: Reader, post: PostId, reach: Reach, viewer: AccountId, now: int) -> Around | None:
    """The same by one look, where that is enough; None where it is not (`threads.at_once`)."""
    found = threads.at_once(db, post, viewer, now)
    if found is None:
        return None
    above, below, links = _order(found.links, post, reach)
    shown = found.shown
    return Around(_in_order(above, shown), shown.get(post), _in_order(below, shown), links)


@lru_cache(maxsize=256)
def _order(
    rows: tuple[Row, ...], post: PostId, reach: Reach
) -> tuple[Sequence[PostId], Sequence[PostId], Mapping[PostId, Link]]:
    """What stands above and below; kept, because a conversation that somebody reads is read by others too."""
    links = {row[0]: Link._make(row) for row in rows}
    above = model.ancestors(links, post, reach.above)
    return above, model.descendants(links, post, reach.below, reach.depth), links


def _within(neighbours: Neighbours, post: PostId, reach: Reach) -> Around:
    links, found = neighbours
    above = model.ancestors(links, post, reach.above)
    below = model.descendants(links, post, reach.below, reach.depth)
    return Around(_in_order(above, found), found.get(post), _in_order(below, found), links)


def _in_order(ids: Sequence[PostId], found: Mapping[PostId, Shown]) -> list[Shown]:
    return [found[id] for id in ids if id in found]


def wholeness(db: Reader, thread: PostId) -> Wholeness | None:
    """Of a thread with posts from other servers that was fetched; None for others, and where answers are not counted."""
    fetch = thread_fetches.last(db, thread)
    if fetch is None or fetch.started_at == 0:
        return None
    answers = thread_fetches.answers(db, thread)
    if answers is None:
        return None
    here, told = answers
    total = max(told, (fetch.total or 1) - 1)
    if not total:
        return None
    return Wholeness(here, total, fetch.silent, fetch.started_at, fetch.finished_at is None)
