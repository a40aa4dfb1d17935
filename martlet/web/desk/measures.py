"""What is done about an account: each act asks once more, on a page that says what it means."""

from collections.abc import Callable

from martlet.http.answer import Answer
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, ReportId
from martlet.model.roles import EVERYBODY, Permission
from martlet.model.sanctions import ABOUT_POSTS, STATES, Measure, Sanction
from martlet.services import admitting, appointing, granting_access, handling_reports, permitting, sanctioning
from martlet.storage import logins, presets, roles
from martlet.storage.database import Reader
from martlet.storage.reports import Report
from martlet.web import addresses
from martlet.web.desk import office, people, places, reports, words
from martlet.web.desk_pages import Block, DeskPage, Field, Form, Option, Posts, Says
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, Sentence, sentence

pages = Pages()
LIFT = Permission.MANAGE_USERS
ACCESS = Permission.MANAGE_USERS | Permission.MANAGE_USER_ACCESS


def _account(db: Reader, visit: Visit) -> Account:
    """Of the address, for those who are above it. Raises `NotFound` and `NotAllowed`."""
    account = sanctioning.get_target(db, AccountId(office.id_of(visit)))
    permitting.check_outranks(db, visit.actor, account.id)
    return account


def _back(visit: Visit, account: Account, report: Report | None = None) -> tuple[Sentence, str]:
    if report is not None:
        return sentence("Report about {name}", name=f"@{account.handle}"), addresses.at(
            places.REPORT, id=str(report.id)
        )
    if not office.may(visit, Permission.MANAGE_USERS):
        return reports.REPORTS, places.REPORTS
    return sentence("Account {name}", name=f"@{account.handle}"), people.at_desk(account.id)


# -- measures ------------------------------------------------------------


def _measure(visit: Visit) -> Measure:
    try:
        return Measure(visit.params["measure"])
    except ValueError:
        raise NotFound from None


def _report(db: Reader, visit: Visit, account: Account) -> Report | None:
    id = id_from(visit.query.get("report", "") or visit.form.get("report", ""))
    if id is None:
        return None
    permitting.check_actor(visit.actor, Permission.MANAGE_REPORTS)
    found = handling_reports.get(db, ReportId(id))
    if found.about_id != account.id:
        raise NotFound
    return found


@pages.get(places.MEASURE, access="member", permission=sanctioning.MAY_ACT)
async def ask(visit: Visit) -> Answer:
    return await office.show(visit, _ask)


def _ask(db: Reader, visit: Visit) -> DeskPage:
    account, measure = _account(db, visit), _measure(visit)
    report = _report(db, visit, account)
    meaning = words.MEASURES[measure]
    back = _back(visit, account, report)
    told = (words.TOLD,) if account.is_here else ()
    gone = (words.GONE_FOLLOWS,) if measure is Measure.SUSPEND else ()
    says: list[Block] = [Says((meaning.does, meaning.seen, *told, meaning.undo, *gone))]
    fields = _fields(db, visit, account)
    if measure in ABOUT_POSTS:
        if report is None:
            raise NotFound
        shown = reports.reported_posts(db, visit, report)
        says.append(Posts(shown, sentence("Reported posts"), sentence("They are gone.")))
        fields = (
            *(
                Field(f"post_{one.id}", one.warning or one.summary[:80] or one.id, "tick", "1")
                for one in shown
            ),
            *fields,
        )
    form = Form(
        addresses.at(places.MEASURE, id=str(account.id), measure=str(measure)),
        sentence("Yes, do it"),
        fields,
        kind=meaning.kind or "go",
        hidden=(("report", str(report.id)),) if report is not None else (),
        back=back[1],
    )
    return DeskPage(
        meaning.button,
        (*says, form),
        back=back,
        who=people.face_of(visit, account),
    )


def _fields(db: Reader, visit: Visit, account: Account) -> tuple[Field, ...]:
    """What the person is told; of other servers' people nobody is."""
    if not account.is_here:
        return ()
    kept = presets.every(db)
    options = (Option("", sentence("none")), *(Option(str(one.id), one.title) for one in kept))
    preset = Field(
        "preset", sentence("A reason that is kept"), "choice", visit.field("preset"), options=options
    )
    return (
        *((preset,) if kept else ()),
        Field(
            "text",
            sentence("The reason, for the person to read"),
            "area",
            visit.field("text", sanctioning.TEXT),
            sentence("Say what was wrong and what you wish for, in a few plain words."),
            limit=sanctioning.TEXT,
        ),
        Field("tells", sentence("Tell the person, here and by mail"), "tick", "1"),
    )


@pages.post(places.MEASURE, access="member", permission=sanctioning.MAY_ACT)
async def act(visit: Visit) -> Answer:
    account, report = await visit.store.reading(_about, visit)
    measure = _measure(visit)
    chosen = reports.posts_chosen(visit) if report is not None and measure in ABOUT_POSTS else ()
    if measure in ABOUT_POSTS and not chosen:
        nothing = Problem("", sentence("Choose at least one post."))
        return await office.again(visit, (nothing,), _ask)
    sanction = Sanction(
        measure,
        text=visit.field("text", sanctioning.TEXT),
        report=report.id if report is not None else None,
        posts=chosen,
        preset=id_from(visit.form.get("preset", "")),
        tells="tells" in visit.form,
    )
    problems = await office.tried(visit, sanctioning.act, visit.actor, account.id, sanction, visit.here)
    if problems:
        return await office.again(visit, problems, _ask)
    return visit.go(_back(visit, account, report)[1], done="desk_done")


def _about(db: Reader, visit: Visit) -> tuple[Account, Report | None]:
    account = _account(db, visit)
    return account, _report(db, visit, account)


# -- taking back ---------------------------------------------------------


@pages.get(places.LIFT, access="member", permission=LIFT)
async def ask_lift(visit: Visit) -> Answer:
    return await office.show(visit, _ask_lift)


def _ask_lift(db: Reader, visit: Visit) -> DeskPage:
    account, measure = _account(db, visit), _measure(visit)
    if measure not in STATES:
        raise NotFound
    form = Form(addresses.at(places.LIFT, id=str(account.id), measure=str(measure)), sentence("Yes, do it"))
    says = (words.GONE_FOLLOWS,) if measure is Measure.SUSPEND else (sentence("All is as it was before."),)
    return office.confirm(
        words.LIFTS[measure],
        form,
        who=people.face_of(visit, account),
        back=_back(visit, account),
        says=says,
    )


@pages.post(places.LIFT, access="member", permission=LIFT)
async def lift(visit: Visit) -> Answer:
    measure, id = _measure(visit), AccountId(office.id_of(visit))
    if measure not in STATES:
        raise NotFound
    problems = await office.tried(visit, sanctioning.lift, visit.actor, id, measure, visit.here)
    if problems:
        return await office.again(visit, problems, _ask_lift)
    return visit.go(people.at_desk(id), done="desk_done")


@pages.get(places.ACCOUNT_DATA, access="member", permission=Permission.DELETE_USER_DATA)
async def ask_remove(visit: Visit) -> Answer:
    return await office.show(visit, _ask_remove)


def _ask_remove(db: Reader, visit: Visit) -> DeskPage:
    account = _account(db, visit)
    form = Form(
        addresses.at(places.ACCOUNT_DATA, id=str(account.id)), sentence("Yes, remove everything"), kind="stop"
    )
    return office.confirm(
        sentence("Remove all that {name} has?", name=f"@{account.handle}"),
        form,
        back=_back(visit, account),
        says=(
            sentence(
                "Posts, pictures, follows and the profile go for good. Only the name stays, so that nobody takes it."
            ),
            sentence("This cannot be taken back."),
        ),
    )


@pages.post(places.ACCOUNT_DATA, access="member", permission=Permission.DELETE_USER_DATA)
async def remove(visit: Visit) -> Answer:
    id = AccountId(office.id_of(visit))
    problems = await office.tried(visit, admitting.remove_data, visit.actor, id, visit.here)
    if problems:
        return await office.again(visit, problems, _ask_remove)
    return visit.go(people.at_desk(id), done="desk_done")


# -- their way in --------------------------------------------------------


WAYS: dict[str, tuple[Sentence, Sentence, Callable[..., None]]] = {
    "confirm": (
        sentence("Take the e-mail address as confirmed?"),
        sentence("Do this when you know that the address is theirs."),
        granting_access.confirm,
    ),
    "reset": (
        sentence("Send a link for a new password?"),
        sentence(
            "It goes to their e-mail address, and is good once, for two hours. The old password works until then."
        ),
        granting_access.send_reset,
    ),
    "second-step": (
        sentence("Turn the second step off?"),
        sentence(
            "For a lost phone. Be sure that it is they who ask: from then on the password alone is enough."
        ),
        granting_access.drop_second_step,
    ),
    "email": (
        sentence("Change the e-mail address?"),
        sentence(
            "Be sure that it is they who ask. Where this server sends mail, the new address has to be confirmed before they can sign in again."
        ),
        granting_access.change_email,
    ),
}


@pages.get(places.ACCOUNT_ACCESS, access="member", permission=ACCESS)
async def ask_access(visit: Visit) -> Answer:
    return await office.show(visit, _ask_access)


def _ask_access(db: Reader, visit: Visit) -> DeskPage:
    account, name = _account(db, visit), visit.params["act"]
    login = logins.find_of_account(db, account.id)
    if name not in WAYS or login is None:
        raise NotFound
    permitting.check_actor(
        visit.actor, Permission.MANAGE_USERS if name == "confirm" else Permission.MANAGE_USER_ACCESS
    )
    title, meaning, _ = WAYS[name]
    email = Field(
        "email",
        sentence("New e-mail address"),
        "email",
        visit.field("email") or login.email,
        is_required=True,
    )
    form = Form(
        addresses.at(places.ACCOUNT_ACCESS, id=str(account.id), act=name),
        sentence("Yes, do it"),
        (email,) if name == "email" else (),
    )
    return office.confirm(
        title, form, back=_back(visit, account), says=(meaning,), who=people.face_of(visit, account)
    )


@pages.post(places.ACCOUNT_ACCESS, access="member", permission=ACCESS)
async def change_access(visit: Visit) -> Answer:
    name, id = visit.params["act"], AccountId(office.id_of(visit))
    if name not in WAYS:
        raise NotFound
    further = (visit.field("email"),) if name == "email" else ()
    problems = await office.tried(visit, WAYS[name][2], visit.actor, id, *further, visit.here)
    if problems:
        return await office.again(visit, problems, _ask_access)
    return visit.go(people.at_desk(id), done="desk_done")


@pages.get(places.ACCOUNT_ROLE, access="member", permission=Permission.MANAGE_ROLES)
async def ask_role(visit: Visit) -> Answer:
    return await office.show(visit, _ask_role)


def _ask_role(db: Reader, visit: Visit) -> DeskPage:
    account = _account(db, visit)
    now = roles.of_account(db, account.id)
    offered = [role for role in roles.every(db).values() if visit.actor.role.may_give(role)]
    field = Field(
        "role",
        sentence("Role"),
        "choice",
        now.key,
        options=tuple(
            Option(role.key, sentence("none") if role.key == EVERYBODY.key else role.name or role.key)
            for role in offered
        ),
    )
    form = Form(addresses.at(places.ACCOUNT_ROLE, id=str(account.id)), sentence("Give this role"), (field,))
    return office.confirm(
        sentence("Another role for {name}", name=f"@{account.handle}"),
        form,
        back=_back(visit, account),
        says=(sentence("What a role may do stands under Roles. You can take it back at any time."),),
    )


@pages.post(places.ACCOUNT_ROLE, access="member", permission=Permission.MANAGE_ROLES)
async def give_role(visit: Visit) -> Answer:
    id = AccountId(office.id_of(visit))
    problems = await office.tried(visit, appointing.assign, visit.actor, id, visit.field("role"), visit.here)
    if problems:
        return await office.again(visit, problems, _ask_role)
    return visit.go(people.at_desk(id), done="desk_done")
