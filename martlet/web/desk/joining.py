"""Who comes in: those who wait to be let in, and invitations."""

from datetime import timedelta

from martlet.http.answer import Answer
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.model.roles import Permission
from martlet.model.server import moment
from martlet.services import admitting, inviting, sanctioning
from martlet.storage import account_review, accounts, invitations
from martlet.storage.account_review import Choice
from martlet.storage.database import Reader
from martlet.storage.invitations import Invitation
from martlet.web import addresses
from martlet.web.desk import office, people, places
from martlet.web.desk_pages import (
    Block,
    DeskPage,
    Field,
    Form,
    Option,
    Press,
    Row,
    Rows,
    Say,
    Tag,
    Value,
    Words,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import counted, sentence

pages = Pages()
SIGN_UPS = sentence("Sign-ups")
INVITATIONS = sentence("Invitations")
SHOWN = 10
USES = {"1": 1, "5": 5, "25": 25, "100": 100, "": None}
DAYS = {"1": 1, "7": 7, "30": 30, "": None}
WAITING = Choice(statuses=frozenset({"pending"}))
MAY = Permission.MANAGE_USERS
MAY_INVITE = Permission.MANAGE_INVITES


# -- those who wait ------------------------------------------------------


@pages.get(places.SIGN_UPS, access="member", permission=MAY)
async def sign_ups(visit: Visit) -> Answer:
    return await office.show(visit, _sign_ups)


def _sign_ups(db: Reader, visit: Visit) -> DeskPage:
    ids = account_review.page(db, office.page_asked(visit, is_queue=True), WAITING)[::-1]
    found, details = accounts.many(db, ids), account_review.details(db, ids)
    rows = []
    for id in ids:
        person = details.get(id)
        if person is None or id not in found:
            continue
        said: list[Value] = [person.email, moment(person.created_at)]
        if person.confirmed_at is None:
            said.append(sentence("e-mail not confirmed"))
        rows.append(
            Row(
                f"@{found[id].username}",
                people.at_desk(id),
                said=tuple(said),
                face=people.face_of(visit, found[id]),
                quote=person.reason,
                presses=(_way(id, "approve"), _way(id, "reject")),
            )
        )
    newer, older = office.queue_ends(visit, places.SIGN_UPS, ids)
    empty = sentence("Nobody waits to be let in.")
    return DeskPage(SIGN_UPS, (Rows(tuple(rows), empty, newer=newer, older=older),))


WAYS = {
    "approve": Press(sentence("Let in"), "", "go"),
    "reject": Press(sentence("Do not let in"), ""),
}


def _way(id: AccountId, act: str) -> Press:
    return Press(WAYS[act].label, addresses.at(places.SIGN_UP_ACT, id=str(id), act=act), WAYS[act].kind)


@pages.get(places.SIGN_UP_ACT, access="member", permission=MAY)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    act = visit.params["act"]
    account = sanctioning.get_target(db, AccountId(office.id_of(visit)))
    person = account_review.details(db, [account.id]).get(account.id)
    if act not in WAYS or person is None or person.approved_at is not None:
        raise NotFound
    lets_in = act == "approve"
    says: list[Block] = [
        Say(
            sentence("They can sign in at once, and get a letter that says so.")
            if lets_in
            else sentence(
                "What they typed is deleted, and the name is free again. They are not told why. This cannot be taken back."
            ),
            "note",
        )
    ]
    if person.reason:
        says.append(Words(person.reason, sentence("Why they want to join")))
    form = Form(
        addresses.at(places.SIGN_UP_ACT, id=str(account.id), act=act),
        sentence("Yes, let them in") if lets_in else sentence("Yes, do not let them in"),
        kind="go" if lets_in else "stop",
        back=places.SIGN_UPS,
    )
    return DeskPage(
        sentence("Let {name} in?", name=f"@{account.username}")
        if lets_in
        else sentence("Not let {name} in?", name=f"@{account.username}"),
        (*says, form),
        back=(SIGN_UPS, places.SIGN_UPS),
        who=people.face_of(visit, account),
    )


@pages.post(places.SIGN_UP_ACT, access="member", permission=MAY)
async def decide(visit: Visit) -> Answer:
    ways = {"approve": admitting.approve, "reject": admitting.reject}
    act, id = visit.params["act"], AccountId(office.id_of(visit))
    if act not in ways:
        raise NotFound
    problems = await office.tried(visit, ways[act], visit.actor, id, visit.here)
    if problems:
        return await office.again(visit, problems, _ask)
    return visit.go(places.SIGN_UPS, done="desk_done")


# -- invitations ---------------------------------------------------------


@pages.get(places.INVITATIONS, access="member", permission=MAY_INVITE)
async def overview(visit: Visit) -> Answer:
    return await office.show(visit, _overview)


def _overview(db: Reader, visit: Visit, made: Invitation | None = None) -> DeskPage:
    found = invitations.page(db, office.page_asked(visit))
    known = people.many(db, [one.made_by for one in found])
    came = invitations.used_by(db, [one.id for one in found if one.uses], SHOWN)
    now = visit.here.now_ms()
    rows = []
    for one in found:
        is_live = one.is_live(now)
        said: list[Value] = [people.named(known, one.made_by), moment(one.created_at)]
        said.append(counted("used once", "used {n} times", n=one.uses))
        if one.max_uses is not None:
            said.append(sentence("of {n}", n=one.max_uses))
        if one.expires_at is not None and is_live:
            said += [sentence("until"), moment(one.expires_at)]
        end = Press(
            sentence("End it"), addresses.at(places.INVITATION_END, id=str(one.id)), hidden=(), about=one.code
        )
        rows.append(
            Row(
                f"/invite/{one.code}",
                said=tuple(said),
                tags=() if is_live else (Tag(sentence("over"), "off"),),
                drawing="ticket",
                quote=", ".join(f"@{name}" for name in came.get(one.id, ())),
                presses=(end,) if is_live else (),
            )
        )
    newer, older = office.ends(visit, places.INVITATIONS, [one.id for one in found])
    blocks: list[Block] = []
    if made is not None:
        link = visit.here.url + addresses.at(addresses.INVITATION, code=made.code)
        blocks.append(Words(link, sentence("Here is your link. Send it to those you want to have here:")))
    if inviting.may_invite(visit.here):
        blocks.append(_make())
    else:
        blocks.append(Say(sentence("Nobody can join at the moment: this server is closed."), "note"))
    empty = sentence("Nobody has invited anybody yet.")
    blocks.append(Rows(tuple(rows), empty, sentence("Who invited whom"), newer=newer, older=older))
    return DeskPage(INVITATIONS, tuple(blocks))


def _make() -> Form:
    uses = (
        Option("1", sentence("one")),
        *(Option(one, one) for one in ("5", "25", "100")),
        Option("", sentence("as many as come")),
    )
    days = (
        Option("1", sentence("a day")),
        Option("7", sentence("a week")),
        Option("30", sentence("a month")),
        Option("", sentence("until I take it back")),
    )
    return Form(
        places.INVITATIONS,
        sentence("Make a link"),
        (
            Field("uses", sentence("For how many people?"), "choice", "5", options=uses),
            Field("days", sentence("For how long?"), "choice", "7", options=days),
        ),
        sentence("Make an invitation"),
    )


@pages.post(places.INVITATIONS, access="member", permission=MAY_INVITE)
async def invite(visit: Visit) -> Answer:
    uses, days = USES.get(visit.form.get("uses", ""), 1), DAYS.get(visit.form.get("days", ""), 1)
    life = None if days is None else timedelta(days=days)
    made = await visit.store.writing(inviting.invite, visit.account, uses, life, visit.here)
    return await office.show(visit, _overview, made)


@pages.post(places.INVITATION_END, access="member", permission=MAY_INVITE)
async def end(visit: Visit) -> Answer:
    await visit.store.writing(inviting.end_of_anybody, visit.actor, office.id_of(visit), visit.here)
    return visit.go(places.INVITATIONS, done="desk_done")
