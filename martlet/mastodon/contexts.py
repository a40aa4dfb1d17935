"""Threads: https://docs.joinmastodon.org/methods/statuses/#context"""

from typing import Any

from martlet.mastodon import async_refreshes, entities
from martlet.mastodon.routing import Api, Call, Later, NoForm
from martlet.mastodon.serialize.statuses import json_list
from martlet.model.names import PostId
from martlet.services import gathering
from martlet.services.threads import FOR_ANYONE, FOR_PEOPLE_HERE, Around, around, around_at_once
from martlet.storage import threads
from martlet.storage.database import Reader, Writer
from martlet.storage.threads import Place

api = Api()


@api.get("/api/v1/statuses/{id}/context", scope="read:statuses", access="public", returns=entities.Context)
def show(db: Reader, call: Call[NoForm]) -> bytes | Later:
    """
    https://docs.joinmastodon.org/methods/statuses/#context

    Where there may be more of the thread on other servers it is asked for, for people who are signed in.
    """
    now, reach = call.here.now_ms(), FOR_PEOPLE_HERE if call.account else FOR_ANYONE
    found = around_at_once(db, PostId(call.id), reach, call.account, now)
    if found is not None:
        return _told(db, call, found)
    place = threads.get_place(db, PostId(call.id), call.account)
    if place.is_elsewhere:
        if call.account and gathering.is_thread_due(place, now):
            return Later(_with_more)
        if place.fetch is not None and gathering.is_running(place.fetch, now):
            call.headers.append(async_refreshes.header(place.fetch))
    return _context(db, call, place)


async def _with_more(call: Call[Any]) -> bytes:
    return await call.store.writing(_show_and_want, call)


def _show_and_want(db: Writer, call: Call[Any]) -> bytes:
    place = threads.get_place(db, PostId(call.id), call.account)
    fetch = gathering.want_thread(db, place, call.here)
    if fetch is not None:
        call.headers.append(async_refreshes.header(fetch))
    return _context(db, call, place)


def _context(db: Reader, call: Call[Any], place: Place) -> bytes:
    reach = FOR_PEOPLE_HERE if call.account else FOR_ANYONE
    return _told(db, call, around(db, place, reach, call.account, call.here.now_ms()))


def _told(db: Reader, call: Call[Any], found: Around) -> bytes:
    bodies = call.pages.each(db, [*found.above, *found.below], call.viewer)
    first = len(found.above)
    return b'{"ancestors":%b,"descendants":%b}' % (json_list(bodies[:first]), json_list(bodies[first:]))
