"""Timelines for members: home, everybody here, their lists, what they saved."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from martlet.http.answer import PRIVATE, Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.filters import FilterContext
from martlet.model.ids import id_from
from martlet.model.names import AccountId, ListId
from martlet.services import marking
from martlet.services import timelines as service
from martlet.storage import listings, lists, markers, timelines
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing
from martlet.storage.posts import Shown
from martlet.web import addresses, announced
from martlet.web.member_pages import HomePage, SavedPage, Tab
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 20


class _List(Struct, frozen=True):
    """One of the lists that look alike. `live`: what its stream is called."""

    which: Literal["home", "local", "list"]
    address: str
    live: str
    context: FilterContext = "home"


HOME = _List("home", addresses.TIMELINE, "list=home")
LOCAL = _List("local", addresses.LOCAL, "list=local", "public")


@pages.get(addresses.TIMELINE, access="member")
async def home(visit: Visit) -> Answer:
    page = await visit.store.reading(_home, visit)
    if page is None:
        await service.rebuild(visit.store, visit.account, visit.here)
        page = await visit.store.reading(_own, visit, visit.account, HOME)
    return _answer(visit, page, HOME)


def _home(db: Reader, visit: Visit) -> HomePage | None:
    """None where the timeline has to be made first, because its owner was away."""
    page, now = visit.paging(AT_ONCE), visit.here.now_ms()
    found = timelines.home(db, visit.account, page, now)
    if len(found) < page.limit and not timelines.is_filled_before(db, visit.account, now):
        return None
    return _page(db, visit, found, HOME)


@pages.post(addresses.READ, access="member")
async def read(visit: Visit) -> Answer:
    """How far the home timeline was read, as script tells when the page is left."""
    newest = id_from(visit.form.get("home", ""))
    if newest is None:
        raise InvalidInput("The form does not say how far was read.")
    await visit.store.writing(marking.mark_on, visit.account, "home", newest, visit.here)
    return Answer(status=204, headers=[PRIVATE])


@pages.get(addresses.LIST, access="member")
async def of_list(visit: Visit) -> Answer:
    id = ListId(id_from(visit.params["id"]) or 0)
    if not await visit.store.reading(_is_kept, visit, id):
        await service.rebuild(visit.store, visit.account, visit.here)
    one = _List("list", addresses.at(addresses.LIST, id=str(id)), f"list={id}")
    return _answer(visit, await visit.store.reading(_own, visit, id, one), one)


def _is_kept(db: Reader, visit: Visit, id: ListId) -> bool:
    """Raises `NotFound` for a list that is not one's own."""
    lists.get(db, id, visit.account)
    return timelines.has_home(db, visit.account)


def _own(db: Reader, visit: Visit, timeline: AccountId | ListId, one: _List) -> HomePage:
    found = timelines.written_ahead(db, timeline, visit.account, visit.paging(AT_ONCE), visit.here.now_ms())
    return _page(db, visit, found, one)


@pages.get(addresses.LOCAL, access="member")
async def local(visit: Visit) -> Answer:
    return _answer(visit, await visit.store.reading(_local, visit), LOCAL)


def _local(db: Reader, visit: Visit) -> HomePage:
    page, now = visit.paging(AT_ONCE), visit.here.now_ms()
    return _page(db, visit, listings.public(db, visit.account, page, now, Narrowing(where="here")), LOCAL)


def _page(db: Reader, visit: Visit, found: list[Shown], one: _List) -> HomePage:
    newer, older = visit.ends(one.address, found, AT_ONCE)
    unread = _unread(db, visit, found) if one is HOME else len(found)
    newest = str(found[0].id) if found else "0"
    return HomePage(
        which=one.which,
        posts=_rendered(db, visit, found[:unread], one),
        read=_rendered(db, visit, found[unread:], one),
        newer=newer,
        older=older,
        lists=_tabs(db, visit, one),
        is_first=visit.is_first_page,
        address=one.address,
        newest=newest,
        live=f"{addresses.LIVE}?{one.live}&since={newest}" if visit.is_first_page else addresses.LIVE,
        announced=announced.of(db, visit) if one is HOME and visit.is_first_page else (),
        settled_at=addresses.at(addresses.GROUP, kind="lists", id=visit.params["id"])
        if one.which == "list"
        else None,
    )


def _rendered(db: Reader, visit: Visit, found: list[Shown], one: _List) -> Sequence[str]:
    if not found:
        return ()
    return visit.desk.feeds.render(db, found, visit.account, visit.language, one.context)


def _unread(db: Reader, visit: Visit, found: list[Shown]) -> int:
    """How many stand above the place up to which was read; all of them, where that is not on the page."""
    marker = next(iter(markers.of_account(db, visit.account, ["home"])), None)
    if marker is None:
        return len(found)
    count = sum(one.id > marker.last_read_id for one in found)
    return count or len(found)


def _tabs(db: Reader, visit: Visit, chosen: _List) -> tuple[Tab, ...]:
    found = [
        (one.title, addresses.at(addresses.LIST, id=str(one.id))) for one in lists.of_owner(db, visit.account)
    ]
    return tuple(Tab(title, address, is_current=address == chosen.address) for title, address in found)


def _answer(visit: Visit, page: HomePage, one: _List) -> Answer:
    """Where nothing is newer than what was asked for, the top of the list."""
    if not page.posts and "min_id" in visit.query:
        return visit.go(one.address)
    return visit.page(page)


@pages.get(addresses.SAVED, access="member")
async def saved(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_saved, visit))


def _saved(db: Reader, visit: Visit) -> SavedPage:
    found = listings.marked(db, visit.account, visit.paging(AT_ONCE), "bookmarked_id")
    if found is None:
        if not visit.is_first_page:
            raise NotFound
        return SavedPage(())
    return SavedPage(
        posts=visit.desk.feeds.render(db, found.shown, visit.account, visit.language, "home"),
        newer=None if visit.is_first_page else f"{addresses.SAVED}?min_id={found.newest}",
        older=f"{addresses.SAVED}?max_id={found.oldest}" if found.may_go_on else None,
    )
