"""The desk itself: what waits, and how the server does, at a glance."""

from martlet.http.answer import Answer
from martlet.model.roles import Permission
from martlet.model.trends import TrendKind
from martlet.services import setting_up
from martlet.storage import trend_reviews, trends, waiting
from martlet.storage.database import Reader
from martlet.web.desk import health, office, places
from martlet.web.desk_pages import Block, Buttons, DeskPage, Press, Row, Rows, Tag
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, counted, sentence

pages = Pages()
REVIEWED = (TrendKind.TAG, TrendKind.LINK, TrendKind.POST)


@pages.get(places.DESK, access="member", permission=office.TEND)
async def desk(visit: Visit) -> Answer:
    return await office.show(visit, _desk)


def _desk(db: Reader, visit: Visit) -> DeskPage:
    rows = Rows(
        tuple(_waiting(db, visit)),
        sentence("Nothing waits for you. The sky is clear."),
        sentence("What waits"),
    )
    blocks: list[Block] = [rows]
    if office.may(visit, Permission.MANAGE_SETTINGS) and not setting_up.are_first_steps_done(db):
        way = Press(sentence("First steps"), places.GUIDE, "go")
        blocks.insert(
            0,
            Buttons((way,), lede=sentence("A new server: a few things are worth a look before others come.")),
        )
    if office.may(visit, Permission.VIEW_DEVOPS | Permission.VIEW_DASHBOARD):
        blocks.append(health.at_a_glance(db, visit))
    return DeskPage(office.HOME, tuple(blocks), is_home=True)


def _waiting(db: Reader, visit: Visit) -> list[Row]:
    found = waiting.count(db)
    lines = [
        (
            Permission.MANAGE_REPORTS,
            found.reports,
            counted("one report", "{n} reports", n=found.reports),
            places.REPORTS,
            "warn",
        ),
        (
            Permission.MANAGE_REPORTS,
            found.held,
            counted("one post", "{n} posts", n=found.held),
            places.HELD,
            "eye",
        ),
        (
            Permission.MANAGE_USERS,
            found.sign_ups,
            counted("one asks to join", "{n} ask to join", n=found.sign_ups),
            places.SIGN_UPS,
            "door",
        ),
        (
            Permission.MANAGE_APPEALS,
            found.appeals,
            counted("one appeal", "{n} appeals", n=found.appeals),
            places.APPEALS,
            "reply",
        ),
    ]
    rows = [
        _row(said, address, drawing)
        for needed, n, said, address, drawing in lines
        if n and office.may(visit, needed)
    ]
    if office.may(visit, Permission.MANAGE_TAXONOMIES) and visit.here.trends == "reviewed":
        unseen = _unreviewed(db)
        if unseen:
            said = counted("one thing would trend", "{n} things would trend", n=unseen)
            rows.append(_row(said, "/desk/trends/tags", "poll"))
    return rows


def _row(said: Sentence, address: str, drawing: str) -> Row:
    return Row(said, address, tags=(Tag(sentence("waits"), "note"),), drawing=drawing)


def _unreviewed(db: Reader) -> int:
    """Of what trends; it is little."""
    number = 0
    for kind in REVIEWED:
        subjects = [one.subject_id for one in trends.many(db, kind) if one.is_allowed is None]
        number += len(set(subjects) - trend_reviews.of(db, kind, subjects).keys())
    return number
