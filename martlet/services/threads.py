"""A post in its thread, as somebody reads it."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from martlet.model import threads as model
from martlet.model.names import AccountId, PostId
from martlet.storage import threads
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.storage.threads import Place


class Reach(NamedTuple):
    """How much of a thread is shown: posts above, posts below, and how many answers deep."""

    above: int
    below: int
    depth: int


FOR_ANYONE = Reach(40, 60, 20)
FOR_PEOPLE_HERE = Reach(4096, 4096, 4096)


class Around(NamedTuple):
    """What stands above a post, the oldest first, and below it; the post itself, unless the viewer does not want to see it."""

    above: list[Shown]
    itself: Shown | None
    below: list[Shown]


def around(db: Reader, place: Place, reach: Reach, viewer: AccountId, now: int) -> Around:
    """As far as the viewer may see it and wants to."""
    links, found = threads.around(db, place, max(reach.above, reach.below), viewer, now)
    above = model.ancestors(links, place.post, reach.above)
    below = model.descendants(links, place.post, reach.below, reach.depth)
    return Around(_in_order(above, found), found.get(place.post), _in_order(below, found))


def _in_order(ids: Sequence[PostId], found: Mapping[PostId, Shown]) -> list[Shown]:
    return [found[id] for id in ids if id in found]
