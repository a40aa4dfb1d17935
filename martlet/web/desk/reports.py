"""Reports: what waits, one with all that belongs to it, and what is done about it; and appeals."""

from collections.abc import Callable, Mapping

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.ids import moment_of
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.paging import Page
from martlet.model.roles import Permission
from martlet.model.sanctions import ABOUT_POSTS, Measure
from martlet.model.server import moment
from martlet.services import appealing, handling_reports, sanctioning
from martlet.services.handling_reports import NOTE, NOTES, Correction
from martlet.services.reporting import CATEGORIES
from martlet.storage import accounts, audit, carried, packs, posts, reports, rules, server_values, strikes
from martlet.storage.audit import Choice as Logged
from martlet.storage.database import Reader
from martlet.storage.reports import Choice, Report
from martlet.web import addresses, showing
from martlet.web.cards import PostCard
from martlet.web.desk import office, people, places, words
from martlet.web.desk_pages import (
    Block,
    Buttons,
    DeskPage,
    Fact,
    Facts,
    Field,
    Form,
    Option,
    Posts,
    Press,
    Row,
    Rows,
    Say,
    Tag,
    Words,
)
from martlet.web.desk_pages import Choice as View
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Sentence, sentence

pages = Pages()
REPORTS = sentence("Reports")
APPEALS = sentence("Appeals")
SHOWN = 20
MAY = Permission.MANAGE_REPORTS


# -- the list ------------------------------------------------------------


@pages.get(places.REPORTS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    """Open ones as a queue with the oldest first, closed ones the newest first."""
    is_closed = visit.query.get("state") == "closed"
    about = (visit.query.get("about") or "").strip()[:320]
    choice = Choice(is_closed, about=_about(db, about) if about else None)
    page = office.page_asked(visit, is_queue=not is_closed)
    found = reports.page(db, page, choice)
    asked = {"state": "closed" if is_closed else "", "about": about}
    address = addresses.with_query(places.REPORTS, asked)
    if not is_closed:
        found = found[::-1]
    way = office.ends if is_closed else office.queue_ends
    newer, older = way(visit, address, [one.id for one in found])
    empty = (
        sentence("No report is closed yet.") if is_closed else sentence("Nothing waits. The sky is clear.")
    )
    search = Form(
        places.REPORTS,
        sentence("Show"),
        (Field("about", sentence("About whom (@name)"), value=about, limit=320),),
        hidden=(("state", "closed"),) if is_closed else (),
        kind="",
        is_question=True,
    )
    return DeskPage(
        REPORTS,
        (search, Rows(people.report_rows(db, visit, found), empty, newer=newer, older=older)),
        choices=(
            View(sentence("Open"), places.REPORTS, not is_closed),
            View(sentence("Closed"), f"{places.REPORTS}?state=closed", is_closed),
        ),
    )


def _about(db: Reader, handle: str) -> AccountId:
    """Nobody, for a name that nobody has."""
    username, _, host = handle.removeprefix("@").partition("@")
    found = accounts.find_by_handle(db, username, host.lower())
    return found.id if found is not None else AccountId(0)


# -- one report ----------------------------------------------------------


@pages.get(places.REPORT, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, _page)


def _page(db: Reader, visit: Visit) -> DeskPage:
    report = handling_reports.get(db, ReportId(office.id_of(visit)))
    known = people.many(db, [report.account_id, report.about_id, report.assigned_id, report.resolved_by])
    about = known.get(report.about_id)
    blocks: list[Block] = [_facts(db, report, known)]
    if report.comment:
        blocks.append(Words(report.comment, sentence("What was said")))
    blocks += [
        Posts(
            reported_posts(db, visit, report),
            sentence("Reported posts"),
            sentence("No post was named, or they are gone."),
        ),
        *_copies(db, report),
        *_packs(db, report),
        *_context(db, visit, report),
        *_deeds(visit, report),
        _notes(db, visit, report),
        *_histories(db, visit, report),
        _correction(db, report),
    ]
    return DeskPage(
        sentence("Report about {name}", name=f"@{about.handle}" if about else f"#{report.about_id}"),
        tuple(blocks),
        back=(REPORTS, places.REPORTS),
        who=people.face_of(visit, about) if about is not None else None,
    )


def _facts(db: Reader, report: Report, known: Mapping[AccountId, Account]) -> Facts:
    said = rules.many(db, report.rules)
    is_open = report.resolved_at is None
    broken = [said[id].text for id in report.rules if id in said]
    facts = [
        Fact(sentence("State"), sentence("open") if is_open else sentence("closed")),
        Fact(sentence("What it is about"), words.CATEGORIES.get(report.category, report.category)),
        *(Fact(sentence("Rule"), text) for text in broken),
        Fact(sentence("Came"), moment(report.created_at)),
        Fact(sentence("From"), report.host)
        if report.host
        else Fact(
            sentence("Reported by"), people.named(known, report.account_id), people.at_desk(report.account_id)
        ),
    ]
    if report.is_forwarded:
        facts.append(Fact(sentence("Sent on"), sentence("to the moderators of the other server")))
    if report.assigned_id is not None:
        facts.append(Fact(sentence("Who works on it"), people.named(known, report.assigned_id)))
    if report.resolved_at is not None:
        facts += [
            Fact(sentence("Closed by"), people.named(known, report.resolved_by)),
            Fact(sentence("Closed"), moment(report.resolved_at)),
        ]
    return Facts(tuple(facts))


def reported_posts(db: Reader, visit: Visit, report: Report) -> tuple[PostCard, ...]:
    """Those only that were reported and are by whom the report is about, whoever may see them else."""
    written = {one.id for one in posts.many_unfiltered(db, report.posts) if one.author_id == report.about_id}
    shown = posts.shown_unfiltered(db, [id for id in report.posts if id in written])
    return showing.as_seen(showing.cards(db, shown, visit.here, reader=visit.account))


def _copies(db: Reader, report: Report) -> tuple[Rows, ...]:
    """Of the posts those that a file or a mirror brought: whoever mirrors the author can take them down by these digests."""
    rows = tuple(
        Row(
            one.digest.hex(),
            said=(one.uri, one.carrier or sentence("brought by its own server")),
            drawing="globe",
        )
        for one in carried.copies(db, report.posts)
    )
    if not rows:
        return ()
    lede = sentence(
        "The SHA-256 of each post that a mirror or a file brought, and which one did. Deleted as a measure, its copy is handed out here no more; its other mirrors can take it down by this digest."
    )
    return (Rows(rows, sentence("There are none."), sentence("Copies of the posts"), lede),)


def _packs(db: Reader, report: Report) -> tuple[Rows, ...]:
    """Those that were reported and are still there."""
    rows = tuple(
        Row(one.name, one.url or one.uri, drawing="people", quote=one.description)
        for one in packs.many_unfiltered(db, report.packs)
        if one.account_id == report.about_id
    )
    return (Rows(rows, sentence("They are gone."), sentence("Reported collections")),) if report.packs else ()


def _context(db: Reader, visit: Visit, report: Report) -> tuple[Posts, ...]:
    """What the reported posts answer, as far as whoever looks may see it anyway."""
    parents = {
        one.reply_to_id
        for one in posts.many_unfiltered(db, report.posts)
        if one.reply_to_id is not None and one.author_id == report.about_id
    } - set(report.posts)
    shown = posts.shown(db, parents, visit.account) if parents else []
    if not shown:
        return ()
    found = showing.as_seen(showing.cards(db, shown, visit.here, reader=visit.account))
    return (Posts(found, sentence("What they answer"), sentence("Nothing.")),)


def _deeds(visit: Visit, report: Report) -> tuple[Block, ...]:
    """Buttons in rising weight."""
    if report.resolved_at is not None:
        return (Buttons((_way(report, "reopen", sentence("Open again")),)),)
    query = f"?report={report.id}"
    ways = tuple(
        Press(
            meaning.button,
            addresses.at(places.MEASURE, id=str(report.about_id), measure=str(measure)) + query,
            meaning.kind,
        )
        for measure, meaning in words.MEASURES.items()
        if report.posts or measure not in ABOUT_POSTS
    )
    mine = report.assigned_id == visit.account
    return (
        Buttons(
            (
                _way(report, "unassign", sentence("Hand it back"))
                if mine
                else _way(report, "assign", sentence("I work on it")),
                _way(report, "resolve", sentence("Close, nothing to be done")),
            )
        ),
        Buttons(
            ways,
            sentence("Do something"),
            sentence(
                "Each asks once more, and says who will see it. All but a warning close all open reports about this account."
            ),
        ),
    )


def _way(report: Report, act: str, label: Sentence) -> Press:
    return Press(label, addresses.at(places.REPORT_ACT, id=str(report.id), act=act), hidden=())


def _notes(db: Reader, visit: Visit, report: Report) -> Rows | Form:
    found = reports.notes(db, report.id, NOTES)
    known = people.many(db, [one.author_id for one in found])
    rows = tuple(
        Row(
            people.named(known, one.author_id),
            said=(moment_of(one.id),),
            drawing="reply",
            quote=one.text,
            presses=(
                Press(
                    sentence("Remove"),
                    addresses.at(places.REPORT_NOTE, id=str(report.id), note=str(one.id)),
                    hidden=(),
                    about=one.text[:40],
                ),
            )
            if one.author_id == visit.account
            else (),
        )
        for one in found
    )
    return Rows(
        rows,
        sentence("No notes yet."),
        sentence("Notes"),
        sentence("Only those who work on reports read them."),
    )


def _histories(db: Reader, visit: Visit, report: Report) -> tuple[Block, ...]:
    """The note form, and what happened before with both."""
    note = Form(
        addresses.at(places.REPORT_NOTES, id=str(report.id)),
        sentence("Keep the note"),
        (Field("note", sentence("A note for the others"), "area", limit=NOTE, is_required=True),),
        kind="",
    )
    before = strikes.of_account(db, report.about_id, SHOWN)
    others = [
        *reports.page(db, Page(limit=SHOWN), Choice(is_resolved=False, about=report.about_id)),
        *reports.page(db, Page(limit=SHOWN), Choice(is_resolved=True, about=report.about_id)),
    ]
    filed = reports.page(db, Page(limit=SHOWN), Choice(is_resolved=True, by=report.account_id))
    done = audit.page(db, Page(limit=SHOWN), Logged(report=report.id))
    return (
        note,
        Rows(
            people.strike_rows(db, before),
            sentence("Nothing was ever decided against this account."),
            sentence("Decided against them before"),
        ),
        Rows(
            people.report_rows(db, visit, [one for one in others if one.id != report.id]),
            sentence("There are no other reports about them."),
            sentence("Other reports about them"),
        ),
        Rows(
            people.report_rows(db, visit, [one for one in filed if one.id != report.id and not report.host]),
            sentence("Whoever reported this has no closed reports."),
            sentence("Closed reports by the same person"),
        ),
        Rows(
            people.entry_rows(db, visit, done, are_undoable=office.may(visit, Permission.VIEW_AUDIT_LOG)),
            sentence("Nothing yet."),
            sentence("Done about this report"),
        ),
    )


def _correction(db: Reader, report: Report) -> Form:
    there = server_values.rules(db)
    return Form(
        addresses.at(places.REPORT_ACT, id=str(report.id), act="correct"),
        sentence("Correct it"),
        (
            Field(
                "category",
                sentence("What it is about"),
                "choice",
                report.category,
                options=tuple(Option(name, words.CATEGORIES[name]) for name in CATEGORIES),
            ),
            *(
                Field(f"rule_{one.id}", one.text, "tick", "1" if one.id in report.rules else "")
                for one in there
            ),
        ),
        sentence("Is it about something else?"),
        kind="",
    )


# -- what is done --------------------------------------------------------


@pages.post(places.REPORT_ACT, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    id, name = ReportId(office.id_of(visit)), visit.params["act"]
    changes: dict[str, tuple[Callable[..., None], tuple[object, ...]]] = {
        "assign": (handling_reports.assign, (visit.account,)),
        "unassign": (handling_reports.assign, (None,)),
        "resolve": (handling_reports.resolve, ()),
        "reopen": (handling_reports.reopen, ()),
        "correct": (handling_reports.correct, (_typed(visit),)),
    }
    if name not in changes:
        raise NotFound
    change, further = changes[name]
    problems = await office.tried(visit, change, visit.actor, id, *further, visit.here)
    if problems:
        return await office.again(visit, problems, _page)
    return visit.go(addresses.at(places.REPORT, id=str(id)), done="desk_done")


def _typed(visit: Visit) -> Correction:
    named = tuple(
        int(name.removeprefix("rule_"))
        for name in visit.form
        if name.startswith("rule_") and name.removeprefix("rule_").isdecimal()
    )
    category = visit.field("category")
    return Correction("violation" if named and not category else category, named[:100])


@pages.post(places.REPORT_NOTES, access="member", permission=MAY)
async def note(visit: Visit) -> Answer:
    id = ReportId(office.id_of(visit))
    problems = await office.tried(
        visit, handling_reports.add_note, visit.actor, id, visit.field("note", NOTE), visit.here
    )
    if problems:
        return await office.again(visit, problems, _page)
    return visit.go(addresses.at(places.REPORT, id=str(id)), done="desk_done")


@pages.post(places.REPORT_NOTE, access="member", permission=MAY)
async def remove_note(visit: Visit) -> Answer:
    id = ReportId(office.id_of(visit))
    await visit.store.writing(handling_reports.remove_note, visit.actor, id, office.id_of(visit, "note"))
    return visit.go(addresses.at(places.REPORT, id=str(id)), done="desk_done")


# -- appeals -------------------------------------------------------------


@pages.get(places.APPEALS, access="member", permission=Permission.MANAGE_APPEALS)
async def appeals(visit: Visit) -> Answer:
    return await office.show(visit, _appeals)


def _appeals(db: Reader, visit: Visit) -> DeskPage:
    is_decided = visit.query.get("state") == "decided"
    page = office.page_asked(visit, is_queue=not is_decided)
    found = strikes.appeals(db, page, are_waiting=not is_decided)
    if not is_decided:
        found = found[::-1]
    against = strikes.many(db, [one.strike_id for one in found])
    known = people.many(db, [one.account_id for one in found])
    rows = []
    for one in found:
        strike, account = against[one.strike_id], known.get(one.account_id)
        where = str(one.strike_id)
        ways = (
            Press(sentence("Grant it"), addresses.at(places.APPEAL, id=where, act="approve"), "go"),
            Press(sentence("Turn it down"), addresses.at(places.APPEAL, id=where, act="reject")),
        )
        rows.append(
            Row(
                f"@{account.handle}" if account else f"#{one.account_id}",
                people.at_desk(one.account_id),
                said=(
                    words.DONE[Measure(strike.measure)],
                    moment(one.created_at),
                ),
                tags=() if one.is_approved is None else (APPEALED[bool(one.is_approved)],),
                face=people.face_of(visit, account) if account else None,
                quote=one.text,
                presses=ways if one.is_approved is None else (),
            )
        )
    address = addresses.with_query(places.APPEALS, {"state": "decided" if is_decided else ""})
    way = office.ends if is_decided else office.queue_ends
    newer, older = way(visit, address, [one.strike_id for one in found])
    empty = sentence("No appeal waits.") if not is_decided else sentence("No appeal was decided yet.")
    return DeskPage(
        APPEALS,
        (Rows(tuple(rows), empty, newer=newer, older=older),),
        choices=(
            View(sentence("Waiting"), places.APPEALS, not is_decided),
            View(sentence("Decided"), f"{places.APPEALS}?state=decided", is_decided),
        ),
    )


APPEALED = {True: Tag(sentence("granted")), False: Tag(sentence("turned down"), "off")}


@pages.get(places.APPEAL, access="member", permission=Permission.MANAGE_APPEALS)
async def ask_appeal(visit: Visit) -> Answer:
    return await office.show(visit, _ask_appeal)


def _ask_appeal(db: Reader, visit: Visit) -> DeskPage:
    act, id = visit.params["act"], office.id_of(visit)
    strike, appeal = strikes.find(db, id), strikes.find_appeal(db, id)
    if strike is None or appeal is None or act not in ("approve", "reject"):
        raise NotFound
    grants = act == "approve"
    return DeskPage(
        sentence("Grant this appeal?") if grants else sentence("Turn this appeal down?"),
        (
            Facts(
                (
                    Fact(sentence("Decided"), words.DONE[Measure(strike.measure)]),
                    Fact(sentence("Day and time"), moment(strike.created_at)),
                )
            ),
            *((Words(strike.text, sentence("Said then")),) if strike.text else ()),
            Words(appeal.text, sentence("The appeal")),
            Say(
                sentence("What was decided is taken back, as far as it can be. The person is told by mail.")
                if grants
                else sentence(
                    "It stays as it was decided. The person is told by mail, and cannot appeal again."
                ),
                "note",
            ),
            Form(
                addresses.at(places.APPEAL, id=str(id), act=act),
                sentence("Yes, grant it") if grants else sentence("Yes, turn it down"),
                back=places.APPEALS,
            ),
        ),
        back=(APPEALS, places.APPEALS),
    )


@pages.post(places.APPEAL, access="member", permission=Permission.MANAGE_APPEALS)
async def decide_appeal(visit: Visit) -> Answer:
    act, id = visit.params["act"], office.id_of(visit)
    ways = {"approve": appealing.approve, "reject": appealing.reject}
    if act not in ways:
        raise NotFound
    problems = await office.tried(visit, ways[act], visit.actor, id, visit.here)
    if problems:
        return await office.again(visit, problems, _ask_appeal)
    return visit.go(places.APPEALS, done="desk_done")


def posts_chosen(visit: Visit) -> tuple[PostId, ...]:
    """Which posts of a report an act is about, by the ticks of its form."""
    named = (name.removeprefix("post_") for name in visit.form if name.startswith("post_"))
    return tuple(PostId(int(one)) for one in named if one.isdecimal())[: sanctioning.POSTS]
