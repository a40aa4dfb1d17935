"""Settings: the overview, invitations, deleting one's account."""

from datetime import timedelta

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotAllowed, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.server import moment
from martlet.services import inviting, leaving, securing
from martlet.services.securing import WrongPassword
from martlet.storage import invitations, oauth, roles, sessions
from martlet.storage.database import Reader
from martlet.storage.invitations import Invitation
from martlet.web import addresses
from martlet.web.cards import InvitationCard
from martlet.web.desk.office import TEND
from martlet.web.pages import DeleteAccountPage, DeletionPendingPage, InvitationsPage, SettingsPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()

USES = {"1": 1, "5": 5, "25": 25, "100": 100, "": None}
DAYS = {"1": 1, "7": 7, "30": 30, "": None}


@pages.get(addresses.SETTINGS, access="member")
async def overview(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_overview, visit))


def _overview(db: Reader, visit: Visit) -> SettingsPage:
    login = visit.signed_in.login
    places = len(sessions.of_user(db, login.user)) + len(oauth.grants_of(db, login.user))
    may_tend = bool(roles.of_account(db, visit.account).granted & TEND)
    return SettingsPage(login.email, places, login.has_second_step, may_tend=may_tend)


# -- invitations ---------------------------------------------------------


@pages.get(addresses.INVITATIONS, access="member")
async def list_invitations(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_invitations, visit))


def _invitations(
    db: Reader, visit: Visit, made: Invitation | None = None, problems: tuple[Problem, ...] = ()
) -> InvitationsPage:
    found = invitations.made_by(db, visit.account)
    return InvitationsPage(
        invitations=tuple(_card(one, visit) for one in found),
        made=None if made is None else _address(made, visit),
        problems=problems,
    )


def _address(invitation: Invitation, visit: Visit) -> str:
    return visit.here.url + addresses.at(addresses.INVITATION, code=invitation.code)


def _card(one: Invitation, visit: Visit) -> InvitationCard:
    return InvitationCard(
        id=str(one.id),
        address=_address(one, visit),
        created_at=moment(one.created_at),
        uses=one.uses,
        uses_left=None if one.max_uses is None else max(0, one.max_uses - one.uses),
        expires_at=None if one.expires_at is None else moment(one.expires_at),
        is_live=one.is_live(visit.here.now_ms()),
    )


@pages.post(addresses.INVITATIONS, access="member")
async def invite(visit: Visit) -> Answer:
    uses, days = USES.get(visit.form.get("uses", ""), 1), DAYS.get(visit.form.get("days", ""), 1)
    life = None if days is None else timedelta(days=days)
    try:
        made = await visit.store.writing(inviting.invite, visit.account, uses, life, visit.here)
    except (NotAllowed, InvalidInput) as error:
        page = await visit.store.reading(_invitations, visit, None, problems_of(error))
        return visit.page(page, 403)
    return visit.page(await visit.store.reading(_invitations, visit, made))


@pages.post(addresses.INVITATION_END, access="member")
async def end_invitation(visit: Visit) -> Answer:
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    await visit.store.writing(inviting.end, visit.account, id, visit.here)
    return visit.go(addresses.INVITATIONS, done="invitation_ended")


# -- leaving -------------------------------------------------------------


@pages.get(addresses.DELETE_ACCOUNT, access="leaving")
async def ask_delete(visit: Visit) -> Answer:
    deletes_at = visit.signed_in.login.deletes_at
    if deletes_at is not None:
        return visit.page(DeletionPendingPage(moment(deletes_at)))
    return visit.page(DeleteAccountPage(visit.here.deletion_grace_days))


@pages.post(addresses.DELETE_ACCOUNT, access="member")
async def delete(visit: Visit) -> Answer:
    """All access ends with it, this browser's too."""
    try:
        await securing.confirm_password(visit.ground, visit.signed_in.login, visit.field("password"))
    except (WrongPassword, TooMany) as error:
        problems = tuple(Problem("password", one.sentence) for one in problems_of(error))
        page = DeleteAccountPage(visit.here.deletion_grace_days, problems)
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    await visit.store.writing(leaving.delete_account, visit.account, visit.here)
    visit.headers.append((b"clear-site-data", b'"cache", "storage"'))
    return visit.go(addresses.HOME, done="account_leaving")


@pages.post(addresses.KEEP_ACCOUNT, access="leaving")
async def keep(visit: Visit) -> Answer:
    await visit.store.writing(leaving.take_back, visit.account)
    return visit.go(addresses.SETTINGS, done="account_kept")
