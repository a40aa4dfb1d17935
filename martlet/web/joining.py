"""Joining: sign up, invitations; and the first owner's own way in."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotAllowed, TooMany
from martlet.services import registering, setting_up
from martlet.services.registering import InvitationSpent, Wish
from martlet.services.setting_up import Foundation, SetupSpent
from martlet.storage import accounts, invitations, server_values
from martlet.storage.database import Reader
from martlet.storage.logins import Login
from martlet.storage.server_values import Rule as KeptRule
from martlet.web import addresses, entering, faces
from martlet.web.cards import Face, Rule
from martlet.web.language import Language
from martlet.web.pages import (
    LetterSentPage,
    LinkSpentPage,
    NotJoiningPage,
    SetupPage,
    SignUpPage,
    WaitingPage,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of

pages = Pages()


def rule_cards(found: list[KeptRule], language: Language) -> tuple[Rule, ...]:
    """In the reader's language, as far as they were translated."""
    return tuple(Rule(*one.said_in(language.value)) for one in found)


def find_owner(db: Reader, visit: Visit) -> Face | None:
    id = server_values.find_owner(db)
    account = accounts.find(db, id) if id is not None else None
    return None if account is None or account.is_gone else faces.face_with_emoji(db, account, visit.here)


# -- everybody -----------------------------------------------------------


@pages.get(addresses.SIGN_UP)
async def ask(visit: Visit) -> Answer:
    if visit.here.registration in ("invite", "closed"):
        owner = await visit.store.reading(find_owner, visit)
        return visit.page(NotJoiningPage(visit.here.registration, owner))
    return visit.page(await visit.store.reading(_form, visit))


@pages.get(addresses.INVITATION)
async def ask_invited(visit: Visit) -> Answer:
    page = await visit.store.reading(_invited, visit, visit.params["code"])
    return visit.page(page, 404 if isinstance(page, LinkSpentPage) else 200)


@pages.post(addresses.SIGN_UP)
async def join(visit: Visit) -> Answer:
    wish = Wish(
        username=visit.field("username"),
        email=visit.field("email"),
        password=visit.field("password"),
        agreement=bool(visit.form.get("agreement")) or not await visit.store.reading(server_values.rules),
        locale=visit.language.value,
        reason=visit.field("reason", registering.REASON_LIMIT),
        invitation=visit.field("invitation"),
        date_of_birth=visit.field("date_of_birth"),
    )
    try:
        login = await registering.join(visit.ground, wish, visit.request.address, visit.network)
    except InvitationSpent:
        return visit.page(LinkSpentPage("invitation"), 404)
    except (InvalidInput, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 422
        page = await visit.store.reading(_form, visit, wish, problems_of(error))
        return visit.page(page, status)
    except NotAllowed:
        owner = await visit.store.reading(find_owner, visit)
        return visit.page(NotJoiningPage(visit.here.registration, owner), 403)
    return await _joined(visit, login)


async def _joined(visit: Visit, login: Login) -> Answer:
    if login.confirmed_at is None:
        return visit.page(LetterSentPage(login.email))
    if login.approved_at is None:
        return visit.page(WaitingPage(login.username, visit.here.sends_mail))
    return await entering.let_in(visit, login, addresses.WELCOME)


def _invited(db: Reader, visit: Visit, code: str) -> SignUpPage | LinkSpentPage:
    invitation = invitations.find_live(db, code, visit.here.now_ms())
    if invitation is None or visit.here.registration == "closed":
        return LinkSpentPage("invitation")
    return _form(db, visit, Wish("", "", "", agreement=False, invitation=code))


def _form(
    db: Reader, visit: Visit, wish: Wish | None = None, problems: tuple[Problem, ...] = ()
) -> SignUpPage:
    wish = wish or Wish("", "", "", agreement=False)
    invitation = invitations.find_live(db, wish.invitation, visit.here.now_ms()) if wish.invitation else None
    maker = accounts.find(db, invitation.made_by) if invitation and invitation.made_by else None
    return SignUpPage(
        joining=visit.here.registration,
        rules=rule_cards(server_values.rules(db), visit.language),
        invitation=wish.invitation or None,
        invited_by=faces.face_with_emoji(db, maker, visit.here) if maker else None,
        username=wish.username,
        email=wish.email,
        reason=wish.reason,
        date_of_birth=wish.date_of_birth,
        minimum_age=visit.here.minimum_age,
        reason_length=registering.REASON_LIMIT,
        problems=problems,
    )


# -- the first owner -----------------------------------------------------


@pages.get(addresses.SETUP)
async def ask_owner(visit: Visit) -> Answer:
    if not await visit.store.reading(setting_up.is_good, visit.params["token"]):
        return visit.page(LinkSpentPage("setup"), 404)
    name = "" if visit.desk.name == "Martlet" else visit.desk.name
    return visit.page(SetupPage(visit.params["token"], server_name=name))


@pages.post(addresses.SETUP)
async def set_up(visit: Visit) -> Answer:
    wish = Foundation(
        server_name=visit.field("server_name"),
        username=visit.field("username"),
        email=visit.field("email"),
        password=visit.field("password"),
        locale=visit.language.value,
    )
    token = visit.params["token"]
    try:
        login = await setting_up.set_up(visit.ground, token, wish)
    except SetupSpent:
        return visit.page(LinkSpentPage("setup"), 404)
    except InvalidInput as error:
        page = SetupPage(token, wish.server_name, wish.username, wish.email, problems=problems_of(error))
        return visit.page(page, 422)
    return await entering.let_in(visit, login, addresses.FIRST_STEPS)
