"""Pages that letters lead to, and those that ask for letters: confirming an address, a forgotten password."""

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound, TooMany
from martlet.services import mailing, securing
from martlet.storage.database import Reader
from martlet.storage.logins import Login
from martlet.web import addresses
from martlet.web.pages import (
    ConfirmedPage,
    ForgottenPage,
    ForgottenSentPage,
    LetterSentPage,
    LinkSpentPage,
    NewPasswordPage,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import problems_of

pages = Pages()

EMAIL_LIMIT = 320


def _needs_mail(visit: Visit) -> None:
    """Raises `NotFound` on a server that sends none."""
    if not visit.here.sends_mail:
        raise NotFound


# -- confirming ----------------------------------------------------------


@pages.get(addresses.CONFIRM)
async def ask_confirmation(visit: Visit) -> Answer:
    _needs_mail(visit)
    return visit.page(LetterSentPage(""))


@pages.post(addresses.CONFIRM)
async def send_confirmation(visit: Visit) -> Answer:
    _needs_mail(visit)
    email = visit.field("email", EMAIL_LIMIT)[:EMAIL_LIMIT]
    try:
        await visit.store.writing(mailing.want_confirmation, email, visit.network, visit.here)
    except TooMany as error:
        return visit.page(LetterSentPage(email, problems_of(error)), 429)
    return visit.page(LetterSentPage(email))


@pages.get(addresses.CONFIRM_LINK)
async def confirm(visit: Visit) -> Answer:
    confirmed = await visit.store.writing(
        mailing.confirm, visit.params["token"], visit.ground.secret, visit.here
    )
    if confirmed is None:
        return visit.page(LinkSpentPage("confirmation"), 404)
    login, is_new = confirmed
    if not is_new:
        return visit.page(ConfirmedPage(login.email, "changed"))
    return visit.page(ConfirmedPage(login.email, "sign_in" if login.approved_at is not None else "wait"))


# -- forgotten passwords -------------------------------------------------


@pages.get(addresses.PASSWORD)
async def ask_email(visit: Visit) -> Answer:
    _needs_mail(visit)
    return visit.page(ForgottenPage())


@pages.post(addresses.PASSWORD)
async def send_link(visit: Visit) -> Answer:
    """The same whether or not somebody here has this address (attacks A10)."""
    _needs_mail(visit)
    email = visit.field("email", EMAIL_LIMIT)[:EMAIL_LIMIT]
    try:
        await visit.store.writing(mailing.want_reset, email, visit.network, visit.here)
    except TooMany as error:
        return visit.page(ForgottenPage(email, problems_of(error)), 429)
    return visit.page(ForgottenSentPage(email))


@pages.get(addresses.PASSWORD_LINK)
async def ask_new_password(visit: Visit) -> Answer:
    login = await visit.store.reading(_of_link, visit)
    if login is None:
        return visit.page(LinkSpentPage("password"), 404)
    return visit.page(NewPasswordPage(visit.params["token"], login.username))


@pages.post(addresses.PASSWORD_LINK)
async def set_new_password(visit: Visit) -> Answer:
    login = await visit.store.reading(_of_link, visit)
    if login is None:
        return visit.page(LinkSpentPage("password"), 404)
    try:
        hashed = await securing.hash_new_password(visit.ground, login, visit.field("password"))
    except InvalidInput as error:
        page = NewPasswordPage(visit.params["token"], login.username, problems=problems_of(error))
        return visit.page(page, 422)
    is_done = await visit.store.writing(securing.reset_password, login, hashed, visit.here)
    if not is_done:
        return visit.page(LinkSpentPage("password"), 404)
    return visit.go(addresses.SIGN_IN, done="password_changed")


def _of_link(db: Reader, visit: Visit) -> Login | None:
    return mailing.find_reset(db, visit.params["token"], visit.ground.secret, visit.here)
