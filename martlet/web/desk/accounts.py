"""Accounts as those who look after the server find and see them."""

from typing import get_args

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.roles import EVERYBODY, Permission, Role
from martlet.model.sanctions import ABOUT_POSTS, Measure
from martlet.model.server import moment
from martlet.services import sanctioning
from martlet.storage import account_review, accounts, audit, reports, roles, sessions, strikes
from martlet.storage.account_review import Choice, Reviewed, Status
from martlet.storage.audit import Choice as Logged
from martlet.storage.database import Reader
from martlet.storage.reports import Choice as Reported
from martlet.web import addresses
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
    Press,
    Row,
    Rows,
    Tag,
    Value,
    Words,
)
from martlet.web.language import Language, figure
from martlet.web.visits import Pages, Visit
from martlet.web.wording import counted, sentence

pages = Pages()
ACCOUNTS = sentence("Accounts")
LONGEST = 320
SHOWN = 20
MAY = Permission.MANAGE_USERS
ANY = Option("", sentence("all"))
STATUSES = (
    ANY,
    Option("active", sentence("not suspended")),
    Option("pending", sentence("waiting to be let in")),
    Option("limited", sentence("limited")),
    Option("sensitized", sentence("pictures hidden")),
    Option("frozen", sentence("frozen")),
    Option("suspended", sentence("suspended")),
)
ORIGINS = (ANY, Option("local", sentence("here")), Option("remote", sentence("elsewhere")))


# -- the list ------------------------------------------------------------


@pages.get(places.ACCOUNTS, access="member", permission=MAY)
async def overview(visit: Visit) -> Answer:
    page = await visit.store.reading_aside(_overview, visit)
    return office.answer(visit, page)


def _overview(db: Reader, visit: Visit) -> DeskPage:
    asked = {name: visit.query.get(name, "").strip()[:LONGEST] for name in FILTERS}
    known = roles.every(db)
    ids = account_review.page(db, office.page_asked(visit), _choice(asked, known))
    found, details = accounts.many(db, ids), account_review.details(db, ids)
    rows = [_row(visit, found[id], details.get(id), known) for id in ids if id in found]
    newer, older = office.ends(visit, addresses.with_query(places.ACCOUNTS, asked), ids)
    return DeskPage(
        ACCOUNTS,
        (
            _search(asked, known),
            Rows(tuple(rows), sentence("Nobody is like this."), newer=newer, older=older),
        ),
    )


FILTERS = ("username", "host", "origin", "status", "role", "email", "address")


def _search(asked: dict[str, str], known: dict[str, Role]) -> Form:
    named = tuple(Option(key, role.name or key) for key, role in known.items() if key != EVERYBODY.key)
    return Form(
        places.ACCOUNTS,
        sentence("Find"),
        (
            Field("username", sentence("Name begins with"), value=asked["username"], limit=LONGEST),
            Field("host", sentence("Server"), value=asked["host"], limit=LONGEST),
            Field("origin", sentence("Where"), "choice", asked["origin"], options=ORIGINS),
            Field("status", sentence("State"), "choice", asked["status"], options=STATUSES),
            Field("role", sentence("Role"), "choice", asked["role"], options=(ANY, *named)),
            Field("email", sentence("E-mail begins with"), value=asked["email"], limit=LONGEST),
            Field("address", sentence("Network address"), value=asked["address"], limit=LONGEST),
        ),
        is_question=True,
    )


def _choice(asked: dict[str, str], known: dict[str, Role]) -> Choice:
    """What is none of the choices is not asked for."""
    status = asked["status"]
    statuses: frozenset[Status] = frozenset(one for one in get_args(Status) if one == status)
    origin = asked["origin"]
    return Choice(
        origin="local" if origin == "local" else ("remote" if origin == "remote" else None),
        statuses=statuses,
        roles=(asked["role"],) if asked["role"] in known else None,
        username=asked["username"].removeprefix("@"),
        host=asked["host"],
        email=asked["email"],
        address=asked["address"],
    )


def _row(visit: Visit, account: Account, person: Reviewed | None, known: dict[str, Role]) -> Row:
    said: list[Value] = [counted("one post", "{n} posts", n=account.posts_count)]
    if person is not None:
        said.append(person.email)
    said.append(moment(person.created_at if person else account.created_at))
    marks = list(people.tags(account, person))
    if person is not None and person.role != EVERYBODY.key and person.role in known:
        marks.insert(0, Tag(known[person.role].name or person.role))
    return Row(
        f"@{account.handle}",
        people.at_desk(account.id),
        said=tuple(said),
        tags=tuple(marks),
        face=people.face_of(visit, account),
    )


# -- one account ---------------------------------------------------------


@pages.get(places.ACCOUNT, access="member", permission=MAY)
async def one(visit: Visit) -> Answer:
    return await office.show(visit, account_page)


def account_page(db: Reader, visit: Visit) -> DeskPage:
    account = sanctioning.get_target(db, AccountId(office.id_of(visit)))
    person = account_review.details(db, [account.id]).get(account.id)
    role = roles.of_account(db, account.id)
    is_below = visit.actor.account != account.id and visit.actor.role.outranks(role)
    blocks: list[Block] = [_facts(db, account, person, role, visit.language)]
    if person is not None and person.reason:
        blocks.append(Words(person.reason, sentence("Why they want to join")))
    if is_below:
        blocks += _measures(visit, account, person)
    blocks += _access(visit, account, person, is_below=is_below)
    blocks += _history(db, visit, account, person)
    return DeskPage(
        f"@{account.handle}",
        tuple(blocks),
        back=(ACCOUNTS, places.ACCOUNTS),
        who=people.face_of(visit, account),
    )


def _facts(db: Reader, account: Account, person: Reviewed | None, role: Role, tongue: Language) -> Facts:
    marks = people.tags(account, person)
    facts = [Fact(sentence("State"), one.text) for one in marks] or [
        Fact(sentence("State"), sentence("as it should be"))
    ]
    facts += [
        Fact(sentence("Posts"), figure(account.posts_count, tongue)),
        Fact(sentence("Followers"), figure(account.followers_count, tongue)),
        Fact(sentence("Follows"), figure(account.following_count, tongue)),
    ]
    if person is None:
        return Facts(
            (
                *facts,
                Fact(sentence("Known since"), moment(account.created_at)),
                Fact(sentence("Server"), account.host, addresses.at(places.PEER, host=account.host)),
            )
        )
    facts += [
        Fact(sentence("Joined"), moment(person.created_at)),
        Fact(sentence("E-mail"), person.email),
        Fact(
            sentence("E-mail confirmed"),
            moment(person.confirmed_at) if person.confirmed_at else sentence("no"),
        ),
        Fact(sentence("Role"), role.name or sentence("none")),
        Fact(sentence("Language"), person.locale),
    ]
    if person.invited_by is not None:
        inviter = accounts.find(db, person.invited_by)
        if inviter is not None:
            facts.append(Fact(sentence("Invited by"), f"@{inviter.handle}", people.at_desk(inviter.id)))
    return Facts(tuple(facts))


def _measures(visit: Visit, account: Account, person: Reviewed | None) -> list[Block]:
    """In rising weight; and what can be taken back."""
    in_force = {
        Measure.SENSITIZE: account.sensitized_at is not None,
        Measure.LIMIT: account.limited_at is not None,
        Measure.FREEZE: person is not None and person.disabled_at is not None,
        Measure.SUSPEND: account.suspended_at is not None,
    }
    offered = [
        (measure, meaning)
        for measure, meaning in words.MEASURES.items()
        if measure not in ABOUT_POSTS
        and not in_force.get(measure)
        and (measure is not Measure.FREEZE or person is not None)
    ]
    id = str(account.id)
    ways = [
        Press(meaning.button, addresses.at(places.MEASURE, id=id, measure=str(measure)), meaning.kind)
        for measure, meaning in offered
    ]
    lifts = [
        Press(words.LIFTS[measure], addresses.at(places.LIFT, id=id, measure=str(measure)))
        for measure, is_so in in_force.items()
        if is_so and account.deleted_at is None
    ]
    blocks: list[Block] = []
    if person is not None and person.approved_at is None:
        blocks.append(
            Buttons(
                (
                    Press(sentence("Let in"), addresses.at(places.SIGN_UP_ACT, id=id, act="approve"), "go"),
                    Press(
                        sentence("Do not let in"),
                        addresses.at(places.SIGN_UP_ACT, id=id, act="reject"),
                        "stop",
                    ),
                ),
                sentence("Waits to be let in"),
            )
        )
    if lifts:
        blocks.append(Buttons(tuple(lifts), sentence("Take back")))
    if ways and account.deleted_at is None:
        blocks.append(
            Buttons(
                tuple(ways),
                sentence("Do something"),
                sentence("Each asks once more, and says who will see it."),
            )
        )
    if (
        account.suspended_at is not None
        and account.deleted_at is None
        and office.may(visit, Permission.DELETE_USER_DATA)
    ):
        blocks.append(
            Buttons(
                (Press(sentence("Remove all data now"), addresses.at(places.ACCOUNT_DATA, id=id), "stop"),),
            )
        )
    return blocks


def _access(visit: Visit, account: Account, person: Reviewed | None, *, is_below: bool) -> list[Block]:
    """Their way in, and their role."""
    if person is None or not is_below:
        return []
    id = str(account.id)
    ways = []
    if person.confirmed_at is None:
        ways.append(("confirm", sentence("Take the e-mail address as confirmed")))
    if office.may(visit, Permission.MANAGE_USER_ACCESS):
        ways += [
            ("reset", sentence("Send a link for a new password")),
            ("second-step", sentence("Turn the second step off")),
            ("email", sentence("Change the e-mail address")),
        ]
    presses = [Press(label, addresses.at(places.ACCOUNT_ACCESS, id=id, act=act)) for act, label in ways]
    if office.may(visit, Permission.MANAGE_ROLES):
        presses.append(Press(sentence("Give another role"), addresses.at(places.ACCOUNT_ROLE, id=id)))
    return [Buttons(tuple(presses), sentence("Way in and role"))] if presses else []


def _history(db: Reader, visit: Visit, account: Account, person: Reviewed | None) -> list[Block]:
    about = [
        *reports.page(db, Page(limit=SHOWN), Reported(is_resolved=False, about=account.id)),
        *reports.page(db, Page(limit=SHOWN), Reported(is_resolved=True, about=account.id)),
    ]
    blocks: list[Block] = [
        Rows(
            people.strike_rows(db, strikes.of_account(db, account.id, SHOWN)),
            sentence("Nothing was ever decided against this account."),
            sentence("Decided against them"),
        )
    ]
    if office.may(visit, Permission.MANAGE_REPORTS):
        blocks.append(
            Rows(
                people.report_rows(db, visit, about),
                sentence("Nobody has reported this account."),
                sentence("Reports about them"),
            )
        )
    if person is not None:
        blocks.append(_signed_in(db, person))
    if office.may(visit, Permission.VIEW_AUDIT_LOG):
        done = [
            *audit.page(db, Page(limit=SHOWN), Logged(target_kind="account", target=account.id)),
            *audit.page(db, Page(limit=SHOWN), Logged(target_kind="holder", target=account.id)),
        ]
        done.sort(key=lambda one: one.id, reverse=True)
        blocks.append(
            Rows(
                people.entry_rows(db, visit, done), sentence("Nothing yet."), sentence("Done to this account")
            )
        )
    return blocks


def _signed_in(db: Reader, person: Reviewed) -> Rows:
    """From where they are signed in, as the client API shows it; browsers by name beside it."""
    found = account_review.addresses(db, [person.user]).get(person.user, [])
    agents = {one.address: one.user_agent for one in sessions.of_user(db, person.user)}
    rows = tuple(
        Row(
            address,
            addresses.with_query(places.ACCOUNTS, {"address": address}),
            said=(moment(seen_at), *((agents[address][:100],) if agents.get(address) else ())),
            drawing="window",
        )
        for address, seen_at in found
    )
    return Rows(rows, sentence("Not signed in with a browser."), sentence("Signed in from"))
