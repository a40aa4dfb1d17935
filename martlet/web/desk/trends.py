"""What trends, and deciding about it."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.model.roles import Permission
from martlet.model.trends import TrendKind
from martlet.services import reviewing_trends
from martlet.storage import cards, posts, tags, trend_reviews, trends
from martlet.storage.database import Reader
from martlet.storage.trend_reviews import Review
from martlet.web import addresses, showing
from martlet.web.desk import office, places, reasons
from martlet.web.desk_pages import Block, DeskPage, Form, Press, Row, Rows, Say, Tag, Value
from martlet.web.desk_pages import Choice as View
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, counted, sentence

pages = Pages()
TRENDS = sentence("Trends")
MAY = Permission.MANAGE_TAXONOMIES
KINDS: dict[str, tuple[TrendKind, Sentence]] = {
    "tags": (TrendKind.TAG, sentence("Hashtags")),
    "links": (TrendKind.LINK, sentence("Links")),
    "posts": (TrendKind.POST, sentence("Posts")),
    "sites": (TrendKind.PUBLISHER, sentence("Sites")),
}
SAID = {
    "open": sentence("Everything trends that you do not refuse here."),
    "reviewed": sentence("Nothing trends before you let it."),
    "off": sentence("Trends are off in the settings: nobody sees any."),
}


@pages.get("/desk/trends/{kind}", access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    name = visit.params["kind"]
    if name not in KINDS:
        raise NotFound
    kind, title = KINDS[name]
    subjects, ends = _subjects(db, visit, kind)
    reviews = trend_reviews.of(db, kind, [id for id, _ in subjects])
    found = _titles(db, visit, kind, [id for id, _ in subjects])
    is_asked = visit.here.trends == "reviewed"
    rows = tuple(
        _row(name, id, found[id], said, reviews.get(id), is_asked=is_asked)
        for id, said in subjects
        if id in found
    )
    blocks: list[Block] = [
        Say(SAID[visit.here.trends], "note" if visit.here.trends == "off" else ""),
        Rows(
            rows, sentence("Nothing of this kind trends at the moment."), title, newer=ends[0], older=ends[1]
        ),
    ]
    views = tuple(View(said, f"/desk/trends/{one}", one == name) for one, (_, said) in KINDS.items())
    return DeskPage(TRENDS, tuple(blocks), choices=views)


def _subjects(
    db: Reader, visit: Visit, kind: TrendKind
) -> tuple[list[tuple[int, tuple[Value, ...]]], tuple[str | None, str | None]]:
    """What there is to decide about, with what is known of each."""
    if kind is TrendKind.PUBLISHER:
        page = office.page_asked(visit)
        found = trend_reviews.publishers(db, page.before, page.limit)
        ids = [one.id for one in found]
        newer, older = office.ends(visit, "/desk/trends/sites", ids)
        return [(id, ()) for id in ids], (newer and "/desk/trends/sites", older)
    heard = [
        (one.subject_id, (counted("one person speaks for it", "{n} people speak for it", n=one.people),))
        for one in trends.many(db, kind)
    ]
    return list(heard), (None, None)


def _titles(db: Reader, visit: Visit, kind: TrendKind, ids: list[int]) -> dict[int, tuple[str, str, str]]:
    """Title, address, and more of it, by subject."""
    match kind:
        case TrendKind.TAG:
            known = tags.many(db, ids)
            return {
                id: (f"#{one.shown}", addresses.at(addresses.TAG, name=one.shown), "")
                for id, one in known.items()
            }
        case TrendKind.LINK:
            return {id: (one.title or one.url, one.url, one.url) for id, one in cards.many(db, ids).items()}
        case TrendKind.POST:
            shown = posts.shown(db, [PostId(id) for id in ids], visit.account)
            return {
                int(one.id): (one.author.handle, one.address, one.preview)
                for one in showing.cards(db, shown, visit.here, reader=visit.account)
            }
        case TrendKind.PUBLISHER:
            sites = (trend_reviews.find_publisher(db, id) for id in ids)
            return {one.id: (one.host, f"https://{one.host}/", "") for one in sites if one is not None}


def _row(
    name: str,
    id: int,
    title: tuple[str, str, str],
    said: tuple[Value, ...],
    review: Review | None,
    *,
    is_asked: bool,
) -> Row:
    """`is_asked`: it does not trend before somebody lets it."""
    address = addresses.at(places.TREND, kind=name, id=str(id))
    decided = review.is_allowed if review is not None else None
    ways = []
    if decided is not True:
        ways.append(
            Press(sentence("Let it trend"), address, "go" if is_asked else "", (("allow", "1"),), title[0])
        )
    if decided is not False:
        ways.append(Press(sentence("Never"), address, about=title[0]))
    marks = {
        True: (Tag(sentence("may trend")),),
        False: (Tag(sentence("never trends"), "off"),),
        None: () if review is not None else (Tag(sentence("not looked at"), "note"),),
    }
    return Row(
        title[0],
        title[1],
        said=said,
        tags=marks[decided],
        drawing="poll",
        quote=title[2][:200],
        presses=tuple(ways),
    )


@pages.get(places.TREND, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    """Before something never trends again; the log and the other button take it back."""
    name, kind = _kind(visit)
    id = office.id_of(visit)
    title = _titles(db, visit, kind, [id]).get(id)
    if title is None:
        raise NotFound
    form = Form(
        addresses.at(places.TREND, kind=name, id=str(id)),
        sentence("Yes, do it"),
        reasons.fields(db, visit),
        kind="stop",
        hidden=(("allow", "0"),),
    )
    page = office.confirm(
        sentence("Keep it from trending?"),
        form,
        back=(TRENDS, addresses.at(places.TRENDS, kind=name)),
        says=(sentence("You can take it back by the log."),),
    )
    return office.with_words(page, title[0])


def _kind(visit: Visit) -> tuple[str, TrendKind]:
    """Raises `NotFound`."""
    name = visit.params["kind"]
    if name not in KINDS:
        raise NotFound
    return name, KINDS[name][0]


@pages.post(places.TREND, access="member", permission=MAY)
async def decide(visit: Visit) -> Answer:
    """What is let in is not asked about: the other button takes it back."""
    name, kind = _kind(visit)
    problems = await office.tried(
        visit,
        reviewing_trends.decide,
        visit.actor,
        kind,
        office.id_of(visit),
        visit.here,
        is_allowed=visit.form.get("allow") == "1",
        reason=reasons.typed(visit),
    )
    if problems:
        return await office.again(visit, problems, _ask)
    return visit.go(addresses.at("/desk/trends/{kind}", kind=name), done="saved")
