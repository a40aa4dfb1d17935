"""The log of what those who look after the server did, and taking it back."""

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.ids import moment_of
from martlet.model.names import NOBODY, AccountId
from martlet.model.roles import Permission
from martlet.services import auditing, choosing, undoing
from martlet.storage import accounts, audit
from martlet.storage.audit import Choice
from martlet.storage.database import Reader
from martlet.web import addresses
from martlet.web.desk import office, people, places, words
from martlet.web.desk_pages import DeskPage, Fact, Facts, Field, Form, Option, Rows, Say
from martlet.web.visits import Pages, Visit
from martlet.web.wording import sentence

pages = Pages()
LOG = sentence("Log")
MAY = Permission.VIEW_AUDIT_LOG
KINDS = (
    Option("", sentence("all")),
    Option("account", sentence("accounts")),
    Option("holder", sentence("who has which role")),
    Option("role", sentence("roles")),
    Option("report", sentence("reports")),
    Option("held_post", sentence("posts that wait")),
    Option("spam_mark", sentence("known spam")),
    Option("appeal", sentence("appeals")),
    Option("peer", sentence("other servers")),
    Option("list", sentence("block lists")),
    Option("import", sentence("imported block lists")),
    Option("mirror", sentence("mirrors")),
    Option("taken_down", sentence("copies taken down")),
    Option("rule", sentence("rules")),
    Option("announcement", sentence("announcements")),
    Option("email_domain_block", sentence("e-mail domains")),
    Option("ip_block", sentence("networks")),
    Option("emoji", sentence("emoji")),
    Option("web_hook", sentence("web hooks")),
    Option("server", sentence("this server")),
    Option("terms", sentence("terms of service")),
    Option("job", sentence("jobs")),
)


@pages.get(places.LOG, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    by, kind = visit.query.get("by", "").strip()[:320], visit.query.get("kind", "")
    asked = {"by": by, "kind": kind if kind in {one.value for one in KINDS} else ""}
    found = audit.page(db, office.page_asked(visit), Choice(_actor(db, by), asked["kind"] or None))
    newer, older = office.ends(visit, addresses.with_query(places.LOG, asked), [one.id for one in found])
    form = Form(
        places.LOG,
        sentence("Show"),
        (
            Field("by", sentence("Who (name, or “operator”)"), value=by, limit=320),
            Field("kind", sentence("What about"), "choice", asked["kind"], options=KINDS),
        ),
        kind="",
        is_question=True,
    )
    rows = people.entry_rows(db, visit, found)
    return DeskPage(LOG, (form, Rows(rows, sentence("Nothing was done yet."), newer=newer, older=older)))


def _actor(db: Reader, name: str) -> AccountId | None:
    if not name:
        return None
    if name == "operator":
        return NOBODY
    found = accounts.find_by_handle(db, name.removeprefix("@"))
    return found.id if found is not None else AccountId(-1)


@pages.get(places.UNDO, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    entry = auditing.get(db, office.id_of(visit))
    if not undoing.may_be_undone(entry, visit.here) or entry.id in audit.undone_by(db, [entry.id]):
        raise NotFound
    known = people.many(db, [entry.actor_id])
    return DeskPage(
        sentence("Take this back?"),
        (
            Facts(
                (
                    Fact(sentence("Done"), words.act(entry.act)),
                    Fact(sentence("What about"), entry.target_name),
                    Fact(sentence("By"), people.named(known, entry.actor_id)),
                    Fact(sentence("Day and time"), moment_of(entry.id)),
                )
            ),
            Say(
                sentence(
                    "All is as it was before, if nothing else was decided since. It stands in the log, and cannot be taken back again."
                ),
                "note",
            ),
            *((Say(said, "note"),) if (said := words.WHEN_TAKEN_BACK.get(entry.act)) is not None else ()),
            Form(addresses.at(places.UNDO, id=str(entry.id)), sentence("Yes, take it back"), back=places.LOG),
        ),
        back=(LOG, places.LOG),
    )


@pages.post(places.UNDO, access="member", permission=MAY)
async def undo(visit: Visit) -> Answer:
    problems = await office.tried(visit, undoing.undo, visit.actor, office.id_of(visit), visit.here)
    if problems:
        return await office.again(visit, problems, _ask)
    await visit.store.reading(choosing.load, visit.here)
    return visit.go(places.LOG, done="undone")
