"""Threads: https://docs.joinmastodon.org/methods/statuses/#context"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.model import threads as model
from martlet.model.names import PostId
from martlet.services import reacting
from martlet.storage import threads
from martlet.storage.database import Reader
from martlet.storage.posts import Shown

api = Api()


class Reach(NamedTuple):
    """How much of a thread is shown."""

    above: int
    below: int
    depth: int


FOR_ANYONE = Reach(40, 60, 20)
FOR_PEOPLE_HERE = Reach(4096, 4096, 4096)


@api.get("/api/v1/statuses/{id}/context", scope="read:statuses", access="public", returns=entities.Context)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#context"""
    post = reacting.meant(db, PostId(call.id), call.account)
    reach = FOR_PEOPLE_HERE if call.account else FOR_ANYONE
    links = threads.around(db, post, FOR_PEOPLE_HERE.below)
    above = model.ancestors(links, post.id, reach.above)
    below = model.descendants(links, post.id, reach.below, reach.depth)
    found = threads.shown(db, post.thread_id, len(links), [*above, *below], call.account, call.here.now_ms())
    shown_above = _in_order(above, found)
    ordered = [*shown_above, *_in_order(below, found)]
    first = len(shown_above)
    bodies = call.pages.each(db, ordered, call.viewer, "thread")
    return b'{"ancestors":[%b],"descendants":[%b]}' % (
        b",".join(filter(None, bodies[:first])),
        b",".join(filter(None, bodies[first:])),
    )


def _in_order(ids: Sequence[PostId], found: Mapping[PostId, Shown]) -> list[Shown]:
    return [found[id] for id in ids if id in found]
