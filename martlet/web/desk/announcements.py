"""What is announced to everybody here: written, planned, published, taken off."""

from datetime import UTC, datetime

from martlet.http.answer import Answer
from martlet.model.announcements import Announcement, AnnouncementWish
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.roles import Permission
from martlet.model.server import milliseconds, moment
from martlet.services import announcing
from martlet.storage import announcements
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import DeskPage, Field, Form, Press, Row, Rows, Tag, Value
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, problems_of, sentence

pages = Pages()
TITLE = sentence("Announcements")
MAY = Permission.MANAGE_ANNOUNCEMENTS
LONGEST = 20_000


@pages.get(places.ANNOUNCEMENTS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    found = announcements.page_of_all(db, office.page_asked(visit))
    rows = tuple(_row(one, visit.here.now_ms()) for one in found)
    newer, older = office.ends(visit, places.ANNOUNCEMENTS, [one.id for one in found])
    new = _form(visit, places.ANNOUNCEMENTS, None, sentence("Write an announcement"))
    empty = sentence("Nothing was announced yet.")
    return DeskPage(TITLE, (new, Rows(rows, empty, newer=newer, older=older)))


def _row(one: Announcement, now: int) -> Row:
    is_over = one.over_at is not None and one.over_at <= now
    said: list[Value] = []
    if one.published_at is not None:
        tag = Tag(sentence("over"), "off") if is_over else Tag(sentence("published"))
    elif one.publish_at is not None:
        tag = Tag(sentence("planned"), "note")
        said = [sentence("will be published"), moment(one.publish_at)]
    else:
        tag = Tag(sentence("not published"), "off")
    if one.ends_at is not None:
        said += [sentence("until"), moment(one.ends_at)]
    id, about = str(one.id), one.text[:40]
    ways = [Press(sentence("Change"), addresses.at(places.ANNOUNCEMENT, id=id), about=about)]
    if one.published_at is None and not is_over:
        ways.append(
            Press(
                sentence("Publish"),
                addresses.at(places.ANNOUNCEMENT_ACT, id=id, act="publish"),
                "go",
                about=about,
            )
        )
    if one.published_at is not None:
        ways.append(
            Press(
                sentence("Take off"),
                addresses.at(places.ANNOUNCEMENT_ACT, id=id, act="unpublish"),
                about=about,
            )
        )
    ways.append(
        Press(
            sentence("Delete"),
            addresses.at(places.ANNOUNCEMENT_ACT, id=id, act="delete"),
            "stop",
            about=about,
        )
    )
    title, shown = moment(one.created_at), tuple(said)
    return Row(title, said=shown, tags=(tag,), drawing="bell", quote=one.text, presses=tuple(ways))


def _form(visit: Visit, address: str, one: Announcement | None, heading: Sentence | None = None) -> Form:
    typed = visit.form
    return Form(
        address,
        sentence("Keep it") if one is None else sentence("Save changes"),
        (
            Field(
                "text",
                sentence("What everybody is to know"),
                "area",
                typed.get("text", one.text if one else ""),
                sentence("Plain text; people, hashtags, links and emoji as in posts."),
                limit=visit.here.limits.post,
                is_required=True,
            ),
            Field(
                "starts",
                sentence("What it tells of begins (UTC)"),
                "moment",
                typed.get("starts", _shown(one.starts_at if one else None)),
            ),
            Field(
                "ends",
                sentence("It ends, and the announcement goes (UTC)"),
                "moment",
                typed.get("ends", _shown(one.ends_at if one else None)),
            ),
            Field(
                "all_day",
                sentence("These are whole days"),
                "tick",
                typed.get("all_day", "1" if one and one.is_all_day else ""),
            ),
            Field(
                "publish",
                sentence("Publish it by itself (UTC)"),
                "moment",
                typed.get("publish", _shown(one.publish_at if one else None)),
                sentence("Empty: you publish it yourself."),
            ),
        ),
        heading,
    )


def _shown(at: int | None) -> str:
    return "" if at is None else moment(at).strftime("%Y-%m-%dT%H:%M")


def _wish(visit: Visit) -> AnnouncementWish:
    """Raises `InvalidInput`."""
    return AnnouncementWish(
        text=visit.field("text", LONGEST),
        starts_at=_moment(visit, "starts"),
        ends_at=_moment(visit, "ends"),
        is_all_day="all_day" in visit.form,
        publish_at=_moment(visit, "publish"),
    )


def _moment(visit: Visit, name: str) -> int | None:
    typed = visit.field(name, 40).strip()
    if not typed:
        return None
    try:
        return milliseconds(datetime.fromisoformat(typed).replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        raise InvalidInput("This is no moment.", name, {name: [("invalid", "is invalid")]}) from None


@pages.post(places.ANNOUNCEMENTS, access="member", permission=MAY)
async def write(visit: Visit) -> Answer:
    try:
        wish = _wish(visit)
    except InvalidInput as error:
        return await office.again(visit, problems_of(error), _overview)
    problems = await office.tried(visit, announcing.write, visit.actor, wish, visit.here)
    if problems:
        return await office.again(visit, problems, _overview)
    visit.desk.announced.forget()
    return visit.go(places.ANNOUNCEMENTS, done="desk_done")


@pages.get(places.ANNOUNCEMENT, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _one)


def _one(db: Reader, visit: Visit) -> DeskPage:
    found = announcements.get_any(db, office.id_of(visit))
    address = addresses.at(places.ANNOUNCEMENT, id=str(found.id))
    return DeskPage(
        sentence("Change an announcement"),
        (_form(visit, address, found),),
        back=(TITLE, places.ANNOUNCEMENTS),
    )


@pages.post(places.ANNOUNCEMENT, access="member", permission=MAY)
async def change(visit: Visit) -> Answer:
    try:
        wish = _wish(visit)
    except InvalidInput as error:
        return await office.again(visit, problems_of(error), _one)
    problems = await office.tried(
        visit, announcing.change, visit.actor, office.id_of(visit), wish, visit.here
    )
    if problems:
        return await office.again(visit, problems, _one)
    visit.desk.announced.forget()
    return visit.go(places.ANNOUNCEMENTS, done="desk_done")


ACTS = {
    "publish": (
        sentence("Publish this?"),
        sentence("Everybody here is shown it at once. You can take it off again."),
        sentence("Yes, publish it"),
    ),
    "unpublish": (
        sentence("Take this off?"),
        sentence("Nobody is shown it any more. You can publish it again."),
        sentence("Yes, take it off"),
    ),
    "delete": (
        sentence("Delete this?"),
        sentence("This cannot be taken back."),
        sentence("Yes, delete it"),
    ),
}


@pages.get(places.ANNOUNCEMENT_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    found, act = announcements.get_any(db, office.id_of(visit)), visit.params["act"]
    if act not in ACTS:
        raise NotFound
    title, meaning, yes = ACTS[act]
    address = addresses.at(places.ANNOUNCEMENT_ACT, id=str(found.id), act=act)
    form = Form(address, yes, kind="stop" if act == "delete" else "go")
    asked = office.confirm(title, form, back=(TITLE, places.ANNOUNCEMENTS), says=(meaning,))
    return office.with_words(asked, found.text)


@pages.post(places.ANNOUNCEMENT_ACT, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    ways = {"publish": announcing.publish, "unpublish": announcing.unpublish, "delete": announcing.delete}
    name = visit.params["act"]
    if name not in ways:
        raise NotFound
    problems = await office.tried(visit, ways[name], visit.actor, office.id_of(visit), visit.here)
    if problems:
        return await office.again(visit, problems, _ask)
    visit.desk.announced.forget()
    return visit.go(places.ANNOUNCEMENTS, done="desk_done")
