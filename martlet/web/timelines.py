"""Timelines for members: home, everybody here, their lists, what they saved."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, ListId
from martlet.services import timelines as service
from martlet.storage import listings, lists, timelines
from martlet.storage.database import Reader
from martlet.storage.listings import Narrowing
from martlet.storage.posts import Shown
from martlet.web import addresses
from martlet.web.member_pages import HomePage, SavedPage, Tab
from martlet.web.visits import Pages, Visit

pages = Pages()

AT_ONCE = 20


@pages.get(addresses.TIMELINE, access="member")
async def home(visit: Visit) -> Answer:
    page = await visit.store.reading(_home, visit)
    if page is None:
        await service.rebuild(visit.store, visit.account, visit.here)
        page = await visit.store.reading(_own, visit, visit.account)
    return visit.page(page)


def _home(db: Reader, visit: Visit) -> HomePage | None:
    """None where the timeline has to be made first, because its owner was away."""
    page, now = visit.paging(AT_ONCE), visit.here.now_ms()
    found = timelines.home(db, visit.account, page, now)
    if len(found) < page.limit and not timelines.is_filled_before(db, visit.account, now):
        return None
    return _page(db, visit, found)


@pages.get(addresses.LIST, access="member")
async def of_list(visit: Visit) -> Answer:
    id = ListId(id_from(visit.params["id"]) or 0)
    if not await visit.store.reading(_is_kept, visit, id):
        await service.rebuild(visit.store, visit.account, visit.here)
    return visit.page(await visit.store.reading(_own, visit, id))


def _is_kept(db: Reader, visit: Visit, id: ListId) -> bool:
    """Raises `NotFound` for a list that is not one's own."""
    lists.get(db, id, visit.account)
    return timelines.has_home(db, visit.account)


def _own(db: Reader, visit: Visit, timeline: AccountId | ListId) -> HomePage:
    found = timelines.written_ahead(db, timeline, visit.account, visit.paging(AT_ONCE), visit.here.now_ms())
    return _page(db, visit, found, None if timeline == visit.account else ListId(timeline))


def _page(db: Reader, visit: Visit, found: list[Shown], chosen: ListId | None = None) -> HomePage:
    own = addresses.TIMELINE if chosen is None else addresses.at(addresses.LIST, id=str(chosen))
    newer, older = visit.ends(own, found, AT_ONCE)
    return HomePage(
        which="home" if chosen is None else "list",
        posts=visit.desk.feeds.render(db, found, visit.account, visit.language, "home"),
        newer=newer,
        older=older,
        lists=_tabs(db, visit, chosen),
        is_first=visit.is_first_page,
    )


def _tabs(db: Reader, visit: Visit, chosen: ListId | None) -> tuple[Tab, ...]:
    return tuple(
        Tab(one.title, addresses.at(addresses.LIST, id=str(one.id)), is_current=one.id == chosen)
        for one in lists.of_owner(db, visit.account)
    )


@pages.get(addresses.LOCAL, access="member")
async def local(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_local, visit))


def _local(db: Reader, visit: Visit) -> HomePage:
    page, now = visit.paging(AT_ONCE), visit.here.now_ms()
    found = listings.public(db, visit.account, page, now, Narrowing(where="here"))
    newer, older = visit.ends(addresses.LOCAL, found, AT_ONCE)
    return HomePage(
        which="local",
        posts=visit.desk.feeds.render(db, found, visit.account, visit.language, "public"),
        newer=newer,
        older=older,
        lists=_tabs(db, visit, None),
        is_first=visit.is_first_page,
    )


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
