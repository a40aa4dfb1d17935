"""Other servers: which are known, how they do, and what is decided about them."""

import dataclasses

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import moment_of
from martlet.model.moderation import OWN, Decision, Policy, Severity
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server, moment
from martlet.services import measuring, restricting
from martlet.services.measuring import Period
from martlet.storage import block_lists, peer_people, peer_policies, peers
from martlet.storage.database import Reader, Writer
from martlet.storage.day_counts import DAY_MS
from martlet.storage.peers import Peer
from martlet.text.cleaning import one_line
from martlet.web import addresses
from martlet.web.desk import health, office, places
from martlet.web.desk_pages import (
    Block,
    Buttons,
    DeskPage,
    Fact,
    Facts,
    Field,
    Form,
    Option,
    Press,
    Row,
    Rows,
    Says,
    Tag,
    Value,
)
from martlet.web.desk_pages import Choice as View
from martlet.web.language import figure
from martlet.web.visits import Pages, Visit
from martlet.web.wording import counted, problems_of, sentence

pages = Pages()
PEERS = sentence("Other servers")
MAY = Permission.MANAGE_FEDERATION
LONGEST = 253
MOST_WAITING = 1000
SEVERITIES = (
    Option(Severity.NONE, sentence("as any other")),
    Option(Severity.LIMIT, sentence("limited: only followers see its people")),
    Option(Severity.SUSPEND, sentence("suspended: nothing comes or goes")),
)
STATES: dict[Severity, Tag] = {
    Severity.LIMIT: Tag(sentence("limited"), "note"),
    Severity.SUSPEND: Tag(sentence("suspended"), "bad"),
}


def views(which: str) -> tuple[View, ...]:
    return (
        View(sentence("Known"), places.PEERS, which == "known"),
        View(sentence("Decided by you"), places.DECISIONS, which == "decided"),
        View(sentence("Block lists"), places.LISTS, which == "lists"),
    )


# -- the lists -----------------------------------------------------------


@pages.get(places.PEERS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    beginning = visit.query.get("host", "").strip().lower()[:LONGEST]
    after = visit.query.get("after", "")[:LONGEST]
    asked = {"host": beginning, "state": "restricted" if visit.query.get("state") == "restricted" else ""}
    found = peers.page(db, after, beginning, office.AT_ONCE, are_decided=bool(asked["state"]))
    older = None
    if len(found) == office.AT_ONCE:
        older = addresses.with_query(places.PEERS, {**asked, "after": found[-1].host})
    form = Form(
        places.PEERS,
        sentence("Find"),
        (
            Field("host", sentence("Name begins with"), value=beginning, limit=LONGEST),
            Field(
                "state",
                sentence("State"),
                "choice",
                asked["state"],
                options=(
                    Option("", sentence("all")),
                    Option("restricted", sentence("limited or suspended")),
                ),
            ),
        ),
        kind="",
        is_question=True,
    )
    rows = tuple(_row(db, one) for one in found)
    new = Form(
        places.DECISIONS,
        sentence("Go on"),
        (Field("domain", sentence("Domain"), value="", limit=LONGEST, is_required=True),),
        sentence("Decide about a server"),
        (sentence("It need not be known yet. What is decided about a domain holds for all below it."),),
        kind="",
    )
    empty = sentence("No other server is like this.")
    return DeskPage(PEERS, (form, Rows(rows, empty, older=older), new), choices=views("known"))


def _row(db: Reader, peer: Peer) -> Row:
    said: list[Value] = [sentence("known since"), moment(peer.created_at)]
    marks = []
    if peer.suspended_at is not None:
        marks.append(STATES[Severity.SUSPEND])
    elif peer.limited_at is not None:
        marks.append(STATES[Severity.LIMIT])
    if peer.failing_since is not None:
        marks.append(Tag(sentence("does not answer"), "note"))
    waits = peers.waiting_for(db, peer.host, MOST_WAITING)
    if waits:
        said.append(counted("one delivery waits", "{n} deliveries wait", n=waits))
    return Row(
        peer.host,
        addresses.at(places.PEER, host=peer.host),
        said=tuple(said),
        tags=tuple(marks),
        drawing="globe",
    )


@pages.get(places.DECISIONS, access="member", permission=MAY)
async def decisions(visit: Visit) -> Answer:
    return await office.show(visit, _decisions)


def _decisions(db: Reader, visit: Visit) -> DeskPage:
    is_allowed = visit.query.get("which") == "allowed"
    found = peer_policies.page_of_own(
        db, "allowances" if is_allowed else "restrictions", office.page_asked(visit)
    )
    rows = tuple(
        Row(
            one.decision.host,
            addresses.at(places.PEER, host=one.decision.host),
            said=(*((one.decision.comment,) if one.decision.comment else ()), moment_of(one.id)),
            tags=tags_of(one.decision.policy),
            drawing="globe",
            quote=one.decision.note,
        )
        for one in found
    )
    address = addresses.with_query(places.DECISIONS, {"which": "allowed" if is_allowed else ""})
    newer, older = office.ends(visit, address, [one.id for one in found])
    other = (
        Press(sentence("Those restricted"), places.DECISIONS)
        if is_allowed
        else Press(sentence("Those allowed"), f"{places.DECISIONS}?which=allowed")
    )
    return DeskPage(
        PEERS,
        (Rows(rows, sentence("Nothing is decided yet."), newer=newer, older=older), Buttons((other,))),
        choices=views("decided"),
    )


def tags_of(policy: Policy) -> tuple[Tag, ...]:
    marks = [STATES[policy.severity]] if policy.severity in STATES else []
    if policy.is_allowed:
        marks.append(Tag(sentence("allowed")))
    if policy.refuses_media:
        marks.append(Tag(sentence("no pictures"), "note"))
    if policy.refuses_reports:
        marks.append(Tag(sentence("no reports"), "note"))
    return tuple(marks)


@pages.post(places.DECISIONS, access="member", permission=MAY)
async def begin(visit: Visit) -> Answer:
    """To the page of a domain that was typed."""
    try:
        host = restricting.host_in(visit.field("domain", LONGEST))
    except InvalidInput as error:
        return await office.again(visit, problems_of(error), _overview)
    return visit.go(addresses.at(places.PEER_ACT, host=host, act="decide"))


# -- one server ----------------------------------------------------------


def _host(visit: Visit) -> str:
    """Of the address, in its one spelling. Raises `NotFound`."""
    try:
        return restricting.host_in(visit.params["host"])
    except InvalidInput:
        raise NotFound from None


@pages.get(places.PEER, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    page = await visit.store.reading_aside(_one, visit)
    return office.answer(visit, page)


def _one(db: Reader, visit: Visit) -> DeskPage:
    host = _host(visit)
    peer, policy = peers.find(db, host), peer_policies.policy(db, host)
    known, followed, following = peer_people.counts(db, host)
    marks = tags_of(policy) or (Tag(sentence("as any other")),)
    facts = [Fact(sentence("State"), one.text) for one in marks]
    if peer is not None:
        facts.append(Fact(sentence("Known since"), moment(peer.created_at)))
        waits = peers.waiting_for(db, host, MOST_WAITING)
        facts.append(Fact(sentence("Deliveries waiting"), figure(waits, visit.language)))
        if peer.failing_since is not None:
            facts.append(Fact(sentence("Silent since"), moment(peer.failing_since)))
    facts += [
        Fact(
            sentence("People known here"),
            figure(known, visit.language),
            addresses.with_query(places.ACCOUNTS, {"host": host}),
        ),
        Fact(sentence("Followed by people here"), figure(followed, visit.language)),
        Fact(sentence("Follow people here"), figure(following, visit.language)),
    ]
    own = peer_policies.find_own(db, host)
    ways = [Press(sentence("Decide"), addresses.at(places.PEER_ACT, host=host, act="decide"), "go")]
    if own is not None:
        ways.append(
            Press(sentence("Forget what you decided"), addresses.at(places.PEER_ACT, host=host, act="undo"))
        )
    blocks: list[Block] = [Facts(tuple(facts)), Buttons(tuple(ways)), _said(db, host)]
    if peer is not None:
        blocks += _charts(db, visit, host)
    return DeskPage(host, tuple(blocks), back=(PEERS, places.PEERS))


def _said(db: Reader, host: str) -> Rows:
    """What you and the block lists say about it, and about the domains above."""
    lists = {one.id: one.url for one in block_lists.every(db)}
    rows = tuple(
        Row(
            one.host,
            said=(
                sentence("decided here") if one.list_id == OWN else lists.get(one.list_id, ""),
                *((one.comment,) if one.comment else ()),
            ),
            tags=tags_of(one.policy),
            drawing="box",
            quote=one.note,
        )
        for one in peer_policies.about(db, host)
    )
    return Rows(rows, sentence("Nothing is decided about it."), sentence("What is decided"))


def _charts(db: Reader, visit: Visit, host: str) -> list[Block]:
    today = visit.here.now_ms() // DAY_MS
    period = Period(today - health.DAYS + 1, today)
    return [
        health.chart(title, measuring.measure(db, name, host, period), visit.language)
        for name, title in (
            ("instance_statuses", sentence("Posts from there")),
            ("instance_accounts", sentence("People who came to be known")),
        )
    ]


@pages.get(places.PEER_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    host, act = _host(visit), visit.params["act"]
    back = (sentence("The server {host}", host=host), addresses.at(places.PEER, host=host))
    if act == "undo":
        if peer_policies.find_own(db, host) is None:
            raise NotFound
        form = Form(addresses.at(places.PEER_ACT, host=host, act="undo"), sentence("Yes, forget it"))
        return office.confirm(
            sentence("Forget what is decided about {host}?", host=host),
            form,
            back=back,
            says=(
                sentence("What block lists say holds again, if they say anything. The log takes it back."),
                *FOLLOWS,
            ),
        )
    if act != "decide":
        raise NotFound
    own = restricting.own(db, host)
    _, followed, following = peer_people.counts(db, host)
    return DeskPage(
        sentence("Decide about {host}", host=host),
        (
            Says(
                (
                    sentence("Limited: its people are found by nobody who does not follow them."),
                    sentence("Suspended: nothing comes or goes, nobody there is shown, and all follows end."),
                    counted(
                        "One follow across would end.",
                        "{n} follows across would end.",
                        n=followed + following,
                    ),
                    *FOLLOWS,
                )
            ),
            _form(own, host, back[1]),
        ),
        back=back,
    )


FOLLOWS = (sentence("Follows that ended do not come back by themselves."),)


def _form(own: Decision, host: str, back: str) -> Form:
    policy = own.policy
    return Form(
        addresses.at(places.PEER_ACT, host=host, act="decide"),
        sentence("Yes, decide so"),
        (
            Field("severity", sentence("How it is treated"), "choice", policy.severity, options=SEVERITIES),
            Field(
                "media",
                sentence("Show none of its pictures and films"),
                "tick",
                "1" if policy.refuses_media else "",
            ),
            Field(
                "reports", sentence("Take no reports from it"), "tick", "1" if policy.refuses_reports else ""
            ),
            Field(
                "allowed",
                sentence("Allow it"),
                "tick",
                "1" if policy.is_allowed else "",
                sentence("Counts where this server speaks only with those that are allowed."),
            ),
            Field(
                "comment",
                sentence("Why, for everybody"),
                "area",
                own.comment,
                sentence("Shown on the page about this server, where the settings say so."),
                limit=restricting.COMMENT,
            ),
            Field(
                "note",
                sentence("Why, for those who look after this server"),
                "area",
                own.note,
                limit=restricting.COMMENT,
            ),
            Field(
                "obfuscated", sentence("Show its name in part only"), "tick", "1" if own.is_obfuscated else ""
            ),
        ),
        back=back,
    )


@pages.post(places.PEER_ACT, access="member", permission=MAY)
async def act(visit: Visit) -> Answer:
    host, name = _host(visit), visit.params["act"]
    if name not in ("decide", "undo"):
        raise NotFound
    change = (_decide, host, _typed(visit, host)) if name == "decide" else (_undo, host, None)
    problems = await office.tried(visit, *change, visit.here, visit.actor)
    if problems:
        return await office.again(visit, problems, _ask)
    return visit.go(addresses.at(places.PEER, host=host), done="desk_done")


def _typed(visit: Visit, host: str) -> Decision:
    asked = visit.form.get("severity", "")
    severity = next((one for one in Severity if one == asked), Severity.NONE)
    policy = Policy(
        severity,
        "allowed" in visit.form and severity is not Severity.SUSPEND,
        "media" in visit.form,
        "reports" in visit.form,
    )
    return Decision(
        host,
        policy,
        comment=one_line(visit.field("comment", restricting.COMMENT))[: restricting.COMMENT],
        note=one_line(visit.field("note", restricting.COMMENT))[: restricting.COMMENT],
        is_obfuscated="obfuscated" in visit.form,
    )


def _decide(db: Writer, host: str, decision: Decision, here: Server, by: Actor) -> None:
    """What says nothing is forgotten."""
    if decision == dataclasses.replace(
        Decision(host, Policy()), comment=decision.comment, note=decision.note
    ):
        if peer_policies.find_own(db, host) is not None:
            restricting.undo(db, host, here, by)
        return
    restricting.decide(db, decision, here, by)


def _undo(db: Writer, host: str, nothing: None, here: Server, by: Actor) -> None:
    del nothing
    restricting.undo(db, host, here, by)
