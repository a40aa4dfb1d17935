"""Custom emoji: ours, and those of other servers that can be made ours."""

from msgspec.structs import replace

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.remote_media import FileForm, FileUse
from martlet.model.roles import Permission
from martlet.model.server import Server
from martlet.services import keeping_emoji
from martlet.storage import emojis
from martlet.storage.database import Reader
from martlet.storage.emojis import Emoji
from martlet.web import addresses, faces
from martlet.web.desk import office, places, reasons
from martlet.web.desk_pages import Buttons, DeskPage, Field, Form, Press, Row, Rows, Tag
from martlet.web.desk_pages import Choice as View
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()
TITLE = sentence("Emoji")
MAY = Permission.MANAGE_CUSTOM_EMOJIS
LONGEST = 253


def _most_bytes(here: Server) -> int:
    del here
    return keeping_emoji.BYTES + 20_000


def _views(which: str) -> tuple[View, ...]:
    return (
        View(sentence("Ours"), places.EMOJIS, which == "ours"),
        View(sentence("Of other servers"), places.EMOJIS_ELSEWHERE, which == "elsewhere"),
    )


def _picture(one: Emoji, here: Server) -> str:
    return faces.media(FileUse.EMOJI, one.id, one.file, here, FileForm.ORIGINAL)


def _pages(
    db: Reader, visit: Visit, host: str, address: str, asked: dict[str, str]
) -> tuple[list[Emoji], str | None]:
    beginning, after = asked["name"].strip(":"), visit.query.get("after", "")[:LONGEST]
    found = emojis.page(db, host, after, beginning, office.AT_ONCE)
    if len(found) < office.AT_ONCE:
        return found, None
    return found, addresses.with_query(address, {**asked, "after": found[-1].shortcode})


@pages.get(places.EMOJIS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    asked = {"name": visit.query.get("name", "").strip()[:LONGEST]}
    found, older = _pages(db, visit, "", places.EMOJIS, asked)
    rows = tuple(
        Row(
            f":{one.shortcode}:",
            addresses.at(places.EMOJI, id=str(one.id)),
            said=(one.category,) if one.category else (),
            tags=() if one.is_listed else (Tag(sentence("hidden in pickers"), "off"),),
            picture=_picture(one, visit.here),
        )
        for one in found
    )
    new = Form(
        places.EMOJIS,
        sentence("Add it"),
        (
            Field(
                "shortcode",
                sentence("Name"),
                value=visit.field("shortcode", 60),
                help=sentence("What is typed between colons: letters (a–z), digits and _."),
                limit=60,
                is_required=True,
            ),
            Field("category", sentence("Category"), value=visit.field("category", 60), limit=60),
            Field(
                "file",
                sentence("Picture"),
                "file",
                help=sentence("PNG, GIF or WebP, up to 1 MB."),
                is_required=True,
            ),
        ),
        sentence("Add an emoji"),
        takes_files=True,
    )
    return DeskPage(
        TITLE,
        (
            new,
            _search(places.EMOJIS, asked),
            Rows(rows, sentence("There are no emoji like this."), older=older),
        ),
        choices=_views("ours"),
    )


def _search(address: str, asked: dict[str, str]) -> Form:
    fields = [Field("name", sentence("Name begins with"), value=asked["name"], limit=LONGEST, id="sought")]
    if "host" in asked:
        fields.insert(0, Field("host", sentence("Server"), value=asked["host"], limit=LONGEST))
    return Form(address, sentence("Find"), tuple(fields), kind="", is_question=True)


@pages.upload(places.EMOJIS, limit=_most_bytes, permission=MAY)
async def add(visit: Visit) -> Answer:
    file = visit.files.get("file")
    if file is None or not file.size:
        return await office.again(visit, (Problem("file", sentence("Please choose a file.")),), _overview)
    try:
        await keeping_emoji.add(
            visit.ground, visit.actor, visit.field("shortcode", 60), visit.field("category", 60), file.path
        )
    except InvalidInput as error:
        return await office.again(visit, _told(error), _overview)
    return visit.go(places.EMOJIS, done="desk_done")


def _told(error: InvalidInput) -> tuple[Problem, ...]:
    return tuple(one if one.field else replace(one, field="file") for one in problems_of(error))


@pages.get(places.EMOJI, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _one)


def _one(db: Reader, visit: Visit) -> DeskPage:
    found = _own(db, visit)
    address = addresses.at(places.EMOJI, id=str(found.id))
    form = Form(
        address,
        sentence("Save changes"),
        (
            Field("category", sentence("Category"), value=found.category or "", limit=60),
            Field("listed", sentence("Show it in pickers"), "tick", "1" if found.is_listed else ""),
        ),
    )
    shown = Rows((Row(f":{found.shortcode}:", picture=_picture(found, visit.here)),), sentence("Nothing."))
    delete = Buttons(
        (
            Press(
                sentence("Delete it"), addresses.at(places.EMOJI_ACT, id=str(found.id), act="delete"), "stop"
            ),
        ),
        sentence("Delete"),
    )
    return DeskPage(f":{found.shortcode}:", (shown, form, delete), back=(TITLE, places.EMOJIS))


def _own(db: Reader, visit: Visit) -> Emoji:
    found = emojis.find(db, office.id_of(visit))
    if found is None or found.host:
        raise NotFound
    return found


@pages.post(places.EMOJI, access="member", permission=MAY)
async def change(visit: Visit) -> Answer:
    problems = await office.tried(
        visit,
        keeping_emoji.change,
        visit.actor,
        office.id_of(visit),
        visit.field("category", 60),
        visit.here,
        is_listed="listed" in visit.form,
    )
    if problems:
        return await office.again(visit, problems, _one)
    return visit.go(places.EMOJIS, done="desk_done")


@pages.get(places.EMOJIS_ELSEWHERE, access="member", permission=MAY)
async def elsewhere(visit: Visit) -> Answer:
    return await office.show(visit, _elsewhere)


def _elsewhere(db: Reader, visit: Visit) -> DeskPage:
    asked = {
        "host": visit.query.get("host", "").strip().lower()[:LONGEST],
        "name": visit.query.get("name", "").strip()[:LONGEST],
    }
    found, older = (
        _pages(db, visit, asked["host"], places.EMOJIS_ELSEWHERE, asked) if asked["host"] else ([], None)
    )
    rows = tuple(
        Row(
            f":{one.shortcode}:",
            said=(one.host,),
            picture=_picture(one, visit.here),
            presses=(
                Press(
                    sentence("Make it ours"),
                    addresses.at(places.EMOJI_ACT, id=str(one.id), act="copy"),
                    "",
                    (),
                    one.shortcode,
                ),
            ),
        )
        for one in found
    )
    empty = (
        sentence("Say of which server.") if not asked["host"] else sentence("No emoji of it are known here.")
    )
    return DeskPage(
        TITLE,
        (_search(places.EMOJIS_ELSEWHERE, asked), Rows(rows, empty, older=older)),
        choices=_views("elsewhere"),
    )


@pages.get(places.EMOJI_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    """Before an emoji is deleted."""
    if visit.params["act"] != "delete":
        raise NotFound
    found = _own(db, visit)
    form = Form(
        addresses.at(places.EMOJI_ACT, id=str(found.id), act="delete"),
        sentence("Yes, do it"),
        reasons.fields(db, visit),
        kind="stop",
    )
    return office.confirm(
        sentence("Delete {name}?", name=f":{found.shortcode}:"),
        form,
        back=(TITLE, addresses.at(places.EMOJI, id=str(found.id))),
        says=(sentence("Posts that use it show its name instead. This cannot be taken back."),),
    )


@pages.post(places.EMOJI_ACT, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    id, name = office.id_of(visit), visit.params["act"]
    if name == "delete":
        problems = await office.tried(
            visit, keeping_emoji.remove, visit.actor, id, visit.here, reasons.typed(visit)
        )
        if problems:
            return await office.again(visit, problems, _ask)
        return visit.go(places.EMOJIS, done="desk_done")
    if name != "copy":
        raise NotFound
    try:
        await keeping_emoji.copy(visit.ground, visit.actor, id)
    except InvalidInput as error:
        problems = tuple(Problem("", one.sentence) for one in _told(error))
        return await office.again(visit, problems, _elsewhere)
    return visit.go(places.EMOJIS, done="desk_done")
