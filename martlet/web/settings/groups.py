"""Groups of people: lists, whom one reads together, and circles, whom one writes to. They are made alike."""

from typing import NamedTuple

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, CircleId, ListId
from martlet.model.paging import Page
from martlet.services import circling, finding_accounts, listing
from martlet.storage import accounts, circles, lists, relations
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, faces
from martlet.web.keeping_pages import GroupPage, GroupRow, GroupsPage, Kind, Member
from martlet.web.settings_pages import AskPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()

AT_ONCE = 40
FOUND, LOOKED_THROUGH = 20, 80
LIMIT = 1000
EMPTY = sentence("This is needed.")
TOO_LONG = sentence("This is too long.")
FULL = sentence("There are too many already.")


class _Row(NamedTuple):
    id: int
    account: AccountId


def _kind(visit: Visit) -> Kind:
    """Raises `NotFound`."""
    if visit.params["kind"] == "lists":
        return "lists"
    if visit.params["kind"] == "circles":
        return "circles"
    raise NotFound


def _address(kind: Kind) -> str:
    return addresses.at(addresses.GROUPS, kind=kind)


def _own(visit: Visit) -> str:
    return addresses.at(addresses.GROUP, kind=_kind(visit), id=visit.params["id"])


def _id(visit: Visit) -> int:
    return id_from(visit.params["id"]) or 0


def _problem(title: str) -> Problem:
    if not title.strip():
        return Problem("title", EMPTY)
    return Problem("title", TOO_LONG if len(title.strip()) > listing.TITLE_LENGTH else FULL)


# -- all of them ---------------------------------------------------------


@pages.get(addresses.GROUPS, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_all, visit))


def _all(db: Reader, visit: Visit, title: str = "", problems: tuple[Problem, ...] = ()) -> GroupsPage:
    kind = _kind(visit)
    found = lists.of_owner(db, visit.account) if kind == "lists" else circles.of_owner(db, visit.account)
    return GroupsPage(kind, tuple(GroupRow(str(one.id), one.title) for one in found), title, problems)


@pages.post(addresses.GROUPS, access="member")
async def make(visit: Visit) -> Answer:
    kind, title = _kind(visit), visit.field("title", LIMIT)
    try:
        id = await visit.store.writing(_make, visit, kind, title)
    except InvalidInput:
        return visit.page(await visit.store.reading(_all, visit, title, (_problem(title),)), 422)
    return visit.go(addresses.at(addresses.GROUP, kind=kind, id=str(id)), done="saved")


def _make(db: Writer, visit: Visit, kind: Kind, title: str) -> int:
    if kind == "circles":
        return circling.create(db, visit.account, title, visit.here).id
    return listing.create(db, visit.account, title, None, is_exclusive=None, here=visit.here).id


# -- one of them ---------------------------------------------------------


@pages.get(addresses.GROUP, access="member")
async def open_one(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_opened, visit))


def _opened(
    db: Reader, visit: Visit, title: str | None = None, problems: tuple[Problem, ...] = ()
) -> GroupPage:
    kind, replies, is_exclusive = _kind(visit), "", False
    page = visit.paging(AT_ONCE)
    if kind == "lists":
        one = lists.get(db, ListId(_id(visit)), visit.account)
        name, replies, is_exclusive = one.title, one.replies, bool(one.is_exclusive)
        found = [_Row(id, id) for id in lists.members(db, one.id, page)]
    else:
        circle = circles.get(db, CircleId(_id(visit)), visit.account)
        name = circle.title
        found = [_Row(*row) for row in circles.members(db, circle, page)]
    newer, older = visit.ends(_own(visit), found, AT_ONCE)
    asked = visit.query.get("q", "").strip()[:200]
    return GroupPage(
        kind=kind,
        id=str(_id(visit)),
        title=name if title is None else title,
        members=_members(db, visit, [row.account for row in found]),
        replies=replies,
        is_exclusive=is_exclusive,
        asked=asked,
        found=_found(db, visit, kind, asked) if asked else (),
        newer=newer,
        older=older,
        problems=problems,
    )


def _members(db: Reader, visit: Visit, ids: list[AccountId]) -> tuple[Member, ...]:
    known = accounts.many(db, ids)
    return tuple(
        Member(str(id), faces.face_with_emoji(db, known[id], visit.here, is_inside=True))
        for id in ids
        if id in known
    )


def _found(db: Reader, visit: Visit, kind: Kind, asked: str) -> tuple[Member, ...]:
    """People who could be put in and are not: whom one follows into a list, who follows one into a circle."""
    found = finding_accounts.by_words(
        db, visit.account, asked, visit.here, LOOKED_THROUGH, only_followed=kind == "lists"
    )
    ids = [one.account_id for one in found if one.account_id != visit.account]
    there = relations.between(db, visit.account, ids, visit.here.now_ms())
    is_in = _is_in(db, visit, kind)
    wanted = [
        id
        for id in ids
        if id in there
        and (there[id].follows if kind == "lists" else there[id].followed_by)
        and id not in is_in
    ]
    return _members(db, visit, wanted[:FOUND])


def _is_in(db: Reader, visit: Visit, kind: Kind) -> set[AccountId]:
    if kind == "lists":
        return set(lists.member_ids(db, ListId(_id(visit))))
    circle = circles.get(db, CircleId(_id(visit)), visit.account)
    return {id for _, id in circles.members(db, circle, Page(limit=circling.MEMBERS))}


@pages.post(addresses.GROUP, access="member")
async def change(visit: Visit) -> Answer:
    title = visit.field("title", LIMIT)
    try:
        await visit.store.writing(_change, visit, title)
    except InvalidInput:
        page = await visit.store.reading(_opened, visit, title, (_problem(title),))
        return visit.page(page, 422)
    return visit.go(_own(visit), done="saved")


def _change(db: Writer, visit: Visit, title: str) -> None:
    if _kind(visit) == "circles":
        circling.rename(db, CircleId(_id(visit)), visit.account, title)
        return
    listing.change(
        db,
        ListId(_id(visit)),
        visit.account,
        title=title,
        replies=visit.form.get("replies", ""),
        is_exclusive="exclusive" in visit.form,
    )


@pages.post(addresses.GROUP_MEMBERS, access="member")
async def change_members(visit: Visit) -> Answer:
    """One in or one out. Whoever asked for people comes back to what was found."""
    act = next((one for one in ("add", "remove") if one in visit.form), None)
    person = id_from(visit.form.get(act, "")) if act else None
    if act is None or person is None:
        raise InvalidInput("The form does not say what is to be done.")
    try:
        await visit.store.writing(_put if act == "add" else _take_out, visit, AccountId(person))
    except InvalidInput:
        page = await visit.store.reading(_opened, visit, None, (Problem("", FULL),))
        return visit.page(page, 422)
    asked = visit.form.get("q", "")
    return visit.go(_own(visit), done=f"member_{act}", **({"q": asked} if asked else {}))


def _put(db: Writer, visit: Visit, person: AccountId) -> None:
    if _kind(visit) == "lists":
        if person not in lists.member_ids(db, ListId(_id(visit))):
            listing.add(db, ListId(_id(visit)), visit.account, [person], visit.here)
    else:
        circling.add(db, CircleId(_id(visit)), visit.account, [person], visit.here)


def _take_out(db: Writer, visit: Visit, person: AccountId) -> None:
    if _kind(visit) == "lists":
        listing.remove(db, ListId(_id(visit)), visit.account, [person])
    else:
        circling.remove(db, CircleId(_id(visit)), visit.account, [person])


@pages.get(addresses.GROUP_DELETE, access="member")
async def ask_delete(visit: Visit) -> Answer:
    there = await visit.store.reading(_opened, visit)
    if there.kind == "lists":
        text = sentence("You go on following everybody in it. Nobody is told.")
    else:
        text = sentence("What you wrote to it stays with those who could read it. Nobody is told.")
    page = AskPage(
        sentence("Delete “{name}”?", name=there.title), text, sentence("Delete"), _own(visit), there.kind
    )
    return visit.page(page)


@pages.post(addresses.GROUP_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    await visit.store.writing(_delete, visit)
    return visit.go(_address(_kind(visit)), done="group_deleted")


def _delete(db: Writer, visit: Visit) -> None:
    if _kind(visit) == "lists":
        listing.delete(db, ListId(_id(visit)), visit.account)
    else:
        circling.delete(db, CircleId(_id(visit)), visit.account)
