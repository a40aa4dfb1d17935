"""Block lists: bringing one in, taking one's own along, and keeping to those of others."""

import asyncio

from martlet.http.answer import NOSNIFF, PRIVATE, Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.moderation import OWN
from martlet.model.roles import Permission
from martlet.model.server import Server, moment
from martlet.services import block_lists as use
from martlet.storage import block_lists, peer_policies
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, places
from martlet.web.desk.peers import PEERS, views
from martlet.web.desk_pages import Buttons, DeskPage, Field, Form, Option, Press, Row, Rows, Say, Tag
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, counted, sentence

pages = Pages()
MAY = Permission.MANAGE_FEDERATION
CSV = (b"content-type", b"text/csv; charset=utf-8")
LONGEST = 2000
SHOWN = 50
"""Of the lines of a file that were left out."""


def _most_bytes(here: Server) -> int:
    del here
    return use.LARGEST + 20_000


@pages.get(places.LISTS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    rows = tuple(
        Row(
            one.url,
            said=(
                counted("one domain", "{n} domains", n=one.domains),
                *((sentence("fetched"), moment(one.fetched_at)) if one.fetched_at is not None else ()),
            ),
            tags=(Tag(sentence("could not be fetched"), "bad"),) if one.failure else (),
            drawing="box",
            quote=one.failure,
            presses=(
                Press(
                    sentence("Keep to it no longer"),
                    addresses.at(places.LIST_END, id=str(one.id)),
                    about=one.url,
                ),
            ),
        )
        for one in block_lists.every(db)
    )
    subscribe = Form(
        places.LISTS,
        sentence("Subscribe"),
        (
            Field(
                "url", sentence("Address"), value=visit.field("url", LONGEST), limit=LONGEST, is_required=True
            ),
        ),
        sentence("Keep to a list"),
        (
            sentence(
                "It is fetched now and once a day. What it suspends is suspended here, and its follows end: choose lists whose makers you trust. What you decide yourself wins."
            ),
        ),
    )
    bring = Form(
        places.LIST_IMPORT,
        sentence("Bring it"),
        (
            Field("file", sentence("File"), "file", is_required=True),
            Field(
                "existing",
                sentence("What you decided before"),
                "choice",
                "stay",
                options=(
                    Option("stay", sentence("stays")),
                    Option("give way", sentence("gives way to the file")),
                ),
            ),
            Field("try", sentence("Only say what would change"), "tick", "1"),
        ),
        sentence("Bring in a file"),
        (sentence("Mastodon's CSV, or a domain in each line. Nothing is taken back by it."),),
        takes_files=True,
    )
    export = Buttons(
        (Press(sentence("Take along what you decided (CSV)"), places.LIST_EXPORT),),
        sentence("Take it along"),
        sentence("Notes for yourselves stay here."),
    )
    empty = sentence("You keep to no list.")
    return DeskPage(
        PEERS,
        (Rows(rows, empty, sentence("Lists you keep to")), subscribe, bring, export),
        choices=views("lists"),
    )


@pages.post(places.LISTS, access="member", permission=MAY)
async def subscribe(visit: Visit) -> Answer:
    url = visit.field("url", LONGEST)
    problems = await office.tried(visit, use.subscribe_from_afar, visit.actor, url, visit.here)
    if problems:
        return await office.again(visit, problems, _overview)
    return visit.go(places.LISTS, done="desk_done")


@pages.get(places.LIST_END, access="member", permission=MAY)
async def ask_end(visit: Visit) -> Answer:
    return await office.show(visit, _ask_end)


def _ask_end(db: Reader, visit: Visit) -> DeskPage:
    found = block_lists.find(db, office.id_of(visit))
    if found is None:
        raise NotFound
    form = Form(addresses.at(places.LIST_END, id=str(found.id)), sentence("Yes, end it"), kind="stop")
    return office.confirm(
        sentence("Keep to this list no longer?"),
        form,
        back=(sentence("Block lists"), places.LISTS),
        says=(sentence("All that it says is undone. Follows that ended do not come back by themselves."),),
    )


@pages.post(places.LIST_END, access="member", permission=MAY)
async def end(visit: Visit) -> Answer:
    await visit.store.writing(use.unsubscribe_from_afar, visit.actor, office.id_of(visit), visit.here)
    return visit.go(places.LISTS, done="desk_done")


@pages.get(places.LIST_EXPORT, access="member", permission=MAY)
async def export(visit: Visit) -> Answer:
    body = await visit.store.reading_aside(_export)
    kept = (b"content-disposition", b'attachment; filename="decisions.csv"')
    return Answer(body, 200, [CSV, kept, NOSNIFF, PRIVATE])


def _export(db: Reader) -> bytes:
    return use.write(peer_policies.of(db, OWN).values()).encode()


@pages.upload(places.LIST_IMPORT, limit=_most_bytes, permission=MAY)
async def bring(visit: Visit) -> Answer:
    """Said first, where somebody wants only to know what would change."""
    file = visit.files.get("file")
    if file is None or not file.size:
        return await office.again(visit, (Problem("file", sentence("Please choose a file.")),), _overview)
    raw = await asyncio.to_thread(file.path.read_bytes)
    existing = visit.form.get("existing")
    try:
        found = use.read(raw[: use.LARGEST].decode(), visit.here)
    except (UnicodeDecodeError, InvalidInput):
        wrong = Problem("file", sentence("This is no block list: it has to be CSV, written in UTF-8."))
        return await office.again(visit, (wrong,), _overview)
    changes = await visit.store.reading_aside(
        use.additions, found.decisions, "give way" if existing == "give way" else "stay"
    )
    is_trial = "try" in visit.form
    if not is_trial:
        await use.bring_in(visit.store, visit.actor, changes, visit.here)
        if not found.left_out:
            return visit.go(places.DECISIONS, done="desk_done")
    counts = {"new": changes.new, "changed": len(changes) - changes.new, "left": len(found.left_out)}
    said = (
        sentence("It would decide about {new} new domains, and change {changed}. Left out: {left}.", **counts)
        if is_trial
        else sentence("Decided about {new} new domains, and changed {changed}. Left out: {left}.", **counts)
    )
    left_out = Rows(
        tuple(Row(one) for one in found.left_out[:SHOWN]),
        sentence("Nothing was left out."),
        sentence("No servers to decide about"),
    )
    back = (sentence("Block lists"), places.LISTS)
    page = DeskPage(PEERS, (Say(said), left_out), back=back, choices=views("lists"))
    return office.answer(visit, page)
