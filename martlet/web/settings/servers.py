"""Servers of which somebody sees nothing."""

from typing import NamedTuple

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.services import blocking_servers
from martlet.storage import domain_blocks
from martlet.storage.database import Reader
from martlet.web import addresses, undoing
from martlet.web.settings_pages import BlockedServersPage, BlockServerPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import BY_CODE, Problem, sentence

pages = Pages()

AT_ONCE = 100


class _Row(NamedTuple):
    id: int
    host: str


@pages.get(addresses.BLOCKED_SERVERS, access="member")
async def blocked(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_listed, visit))


def _listed(
    db: Reader, visit: Visit, typed: str = "", problems: tuple[Problem, ...] = ()
) -> BlockedServersPage:
    found = [_Row(*one) for one in domain_blocks.page(db, visit.account, visit.paging(AT_ONCE))]
    newer, older = visit.ends(addresses.BLOCKED_SERVERS, found, AT_ONCE)
    return BlockedServersPage(tuple(one.host for one in found), newer, older, typed, problems)


@pages.post(addresses.BLOCKED_SERVERS, access="member")
async def name_one(visit: Visit) -> Answer:
    """On to what it costs. Nothing is done yet."""
    typed = visit.field("host", 300)
    try:
        host = _other_host(visit, typed)
    except InvalidInput:
        here = visit.here.is_here(typed.strip().lower())
        said = sentence("This is the server that you are on.") if here else BY_CODE["invalid"]
        problems = (Problem("host", said),)
        return visit.page(await visit.store.reading(_listed, visit, typed, problems), 422)
    return visit.go(addresses.at(addresses.BLOCKED_SERVER, host=host))


@pages.get(addresses.BLOCKED_SERVER, access="member")
async def ask(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_cost, visit))


def _cost(db: Reader, visit: Visit) -> BlockServerPage:
    host = _host(visit)
    followers, followed = blocking_servers.severed(db, visit.account, host)
    return BlockServerPage(host, followers, followed)


def _other_host(visit: Visit, text: str) -> str:
    """Raises `InvalidInput`."""
    host = blocking_servers.host_in(text)
    if visit.here.is_here(host):
        raise InvalidInput("This is the server that you are on.", "host")
    return host


def _host(visit: Visit) -> str:
    """Raises `NotFound`."""
    try:
        return _other_host(visit, visit.params["host"])
    except InvalidInput:
        raise NotFound from None


@pages.post(addresses.BLOCKED_SERVER, access="member")
async def block(visit: Visit) -> Answer:
    host = _host(visit)
    await visit.store.writing(blocking_servers.block, visit.account, host, visit.here)
    undo = undoing.token(visit, "unblock_server", host)
    return visit.go(addresses.BLOCKED_SERVERS, done="server_blocked", undo=undo)


@pages.post(addresses.SERVER_UNBLOCK, access="member")
async def unblock(visit: Visit) -> Answer:
    host = _host(visit)
    await visit.store.writing(blocking_servers.unblock, visit.account, host)
    undo = undoing.token(visit, "block_server", host)
    return visit.go(addresses.BLOCKED_SERVERS, done="server_unblocked", undo=undo)
