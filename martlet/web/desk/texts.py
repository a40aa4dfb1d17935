"""What the server says at length: about itself, its privacy policy, its terms of service."""

from datetime import date

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.services import stating
from martlet.services.stating import NAMES, Name
from martlet.storage import server_texts
from martlet.storage.database import Reader
from martlet.text import markdown
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk_pages import Block, Buttons, DeskPage, Field, Form, Press, Row, Rows, Tag
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, sentence

pages = Pages()
TITLE = sentence("Texts")
MAY = Permission.MANAGE_SETTINGS
TITLES: dict[Name, Sentence] = {
    "about": sentence("About this server"),
    "privacy": sentence("Privacy policy"),
}
SHOWN_AT: dict[Name, str] = {"about": addresses.ABOUT, "privacy": addresses.PRIVACY}


def _most_bytes(here: Server) -> int:
    """Long texts come as a form with files does: other forms are small."""
    del here
    return 4 * markdown.LIMIT + 20_000


@pages.get(places.TEXTS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    texts = tuple(
        Row(
            TITLES[name],
            addresses.at(places.TEXT, name=name),
            tags=()
            if server_texts.find(db, name) is not None
            else (
                Tag(sentence("not written yet") if name == "about" else sentence("as Martlet comes"), "off"),
            ),
            drawing="write",
        )
        for name in NAMES
    )
    terms = tuple(
        Row(
            sentence("From {day} on", day=one.effective_on),
            addresses.at(addresses.TERMS_OF_DAY, date=one.effective_on),
            tags=(
                Tag(sentence("holds"))
                if stating.is_effective(one.effective_on, visit.here)
                else Tag(sentence("to come"), "note"),
            ),
            drawing="box",
            presses=()
            if stating.is_effective(one.effective_on, visit.here)
            else (
                Press(
                    sentence("Take back"),
                    addresses.at(places.TERMS_END, day=one.effective_on),
                    "stop",
                    (),
                    one.effective_on,
                ),
            ),
        )
        for one in server_texts.every_terms(db)
    )
    write = Buttons((Press(sentence("Publish terms of service"), places.TERMS),))
    blocks: tuple[Block, ...] = (
        Rows(texts, sentence("Nothing.")),
        Rows(
            terms,
            sentence("There are no terms of service. A small server needs none."),
            sentence("Terms of service"),
        ),
        write,
    )
    return DeskPage(TITLE, blocks)


# -- about, privacy ------------------------------------------------------


def _name(visit: Visit) -> Name:
    asked = visit.params["name"]
    found = next((one for one in NAMES if one == asked), None)
    if found is None:
        raise NotFound
    return found


@pages.get(places.TEXT, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _one)


def _one(db: Reader, visit: Visit) -> DeskPage:
    name = _name(visit)
    there = server_texts.find(db, name)
    source = visit.form.get("text") if "text" in visit.form else (there.source if there is not None else "")
    empty = (
        sentence("Empty: the page shows only the rules and who runs the server.")
        if name == "about"
        else sentence("Empty: what Martlet says of itself, which is true of every server.")
    )
    form = Form(
        addresses.at(places.TEXT, name=name),
        sentence("Publish"),
        (Field("text", sentence("Text, in Markdown"), "area", source or "", empty, limit=markdown.LIMIT),),
        lede=(sentence("Everybody reads it. The text before is gone then."),),
        takes_files=True,
    )
    look = Buttons((Press(sentence("Look at the page"), SHOWN_AT[name]),))
    return DeskPage(TITLES[name], (form, look), back=(TITLE, places.TEXTS))


@pages.upload(places.TEXT, limit=_most_bytes, permission=MAY)
async def state(visit: Visit) -> Answer:
    text = visit.field("text", markdown.LIMIT)
    problems = await office.tried(visit, stating.state, _name(visit), text, visit.here, visit.actor)
    if problems:
        return await office.again(visit, problems, _one)
    return visit.go(places.TEXTS, done="desk_done")


# -- terms ---------------------------------------------------------------


@pages.get(places.TERMS, access="member", permission=MAY)
async def terms(visit: Visit) -> Answer:
    return await office.show(visit, _terms)


def _terms(db: Reader, visit: Visit) -> DeskPage:
    there = stating.terms(db, visit.here)
    form = Form(
        places.TERMS,
        sentence("Publish"),
        (
            Field(
                "day",
                sentence("They hold from"),
                "date",
                visit.field("day", 10) or stating.today(visit.here),
                is_required=True,
            ),
            Field(
                "text",
                sentence("Text, in Markdown"),
                "area",
                visit.form.get("text", there.source if there is not None else ""),
                limit=markdown.LIMIT,
                is_required=True,
            ),
        ),
        lede=(
            sentence(
                "A version that holds already stays as it is, because somebody has agreed to it. Give people some weeks to read a new one."
            ),
        ),
        takes_files=True,
    )
    return DeskPage(sentence("Terms of service"), (form,), back=(TITLE, places.TEXTS))


@pages.upload(places.TERMS, limit=_most_bytes, permission=MAY)
async def publish(visit: Visit) -> Answer:
    try:
        day = date.fromisoformat(visit.field("day", 10))
    except ValueError:
        return await office.again(visit, (office.invalid("day"),), _terms)
    text = visit.field("text", markdown.LIMIT)
    problems = await office.tried(visit, stating.publish_terms, text, day, visit.here, visit.actor)
    if problems:
        return await office.again(visit, problems, _terms)
    return visit.go(places.TEXTS, done="desk_done")


@pages.post(places.TERMS_END, access="member", permission=MAY)
async def withdraw(visit: Visit) -> Answer:
    try:
        day = date.fromisoformat(visit.params["day"])
    except ValueError:
        raise NotFound from None
    problems = await office.tried(visit, stating.withdraw_terms, day, visit.here, visit.actor)
    if problems:
        return await office.again(visit, problems, _overview)
    return visit.go(places.TEXTS, done="desk_done")
