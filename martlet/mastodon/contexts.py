"""Threads: https://docs.joinmastodon.org/methods/statuses/#context"""

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.statuses import json_list
from martlet.model.names import PostId
from martlet.services.threads import FOR_ANYONE, FOR_PEOPLE_HERE, around
from martlet.storage import threads
from martlet.storage.database import Reader

api = Api()


@api.get("/api/v1/statuses/{id}/context", scope="read:statuses", access="public", returns=entities.Context)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/statuses/#context"""
    place = threads.get_place(db, PostId(call.id), call.account)
    reach = FOR_PEOPLE_HERE if call.account else FOR_ANYONE
    found = around(db, place, reach, call.account, call.here.now_ms())
    bodies = call.pages.each(db, [*found.above, *found.below], call.viewer, "thread")
    first = len(found.above)
    return b'{"ancestors":%b,"descendants":%b}' % (json_list(bodies[:first]), json_list(bodies[first:]))
