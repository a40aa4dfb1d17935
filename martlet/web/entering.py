"""Signing in, with a password or a passkey; the second step; signing out."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

from martlet.http.answer import Answer
from martlet.model import redirects
from martlet.model.errors import TooMany
from martlet.model.names import UserId
from martlet.model.sanctions import Strike
from martlet.services import entering, mailing, signing_in
from martlet.services import passkeys as keys
from martlet.services.signing_in import WrongLogin
from martlet.signing import sealed, tokens
from martlet.signing.passkeys import PasskeyRefused
from martlet.signing.sealed import Purpose
from martlet.storage import logins, oauth, passkeys, strikes
from martlet.storage.database import Reader, Writer
from martlet.storage.logins import Login
from martlet.storage.oauth import App
from martlet.storage.passkeys import Passkey
from martlet.web import addresses
from martlet.web.cards import AppCard
from martlet.web.guarding import SESSION_SECONDS
from martlet.web.pages import (
    LetterSentPage,
    PasskeyWish,
    SecondFactorPage,
    SignInPage,
    SignOutPage,
    WaitingPage,
)
from martlet.web.visits import ACCOUNT_LANGUAGE, FORM, SESSION, STEP, Pages, Visit
from martlet.web.wording import BY_CODE, Problem, problems_of, sentence

pages = Pages()

STEP_MINUTES = 10
NAME_LIMIT, PASSWORD_LIMIT, CREDENTIAL_LIMIT = 320, 1000, 20_000


# -- name and password ---------------------------------------------------


@pages.get(addresses.SIGN_IN)
async def ask_name(visit: Visit) -> Answer:
    return await _ask(visit, visit.own(visit.query.get("next", "")))


@pages.post(addresses.SIGN_IN)
async def sign_in(visit: Visit) -> Answer:
    next_address = visit.own(visit.field("next", 8000))
    name = visit.field("identifier", NAME_LIMIT)
    try:
        login = await signing_in.identify(
            visit.ground, name, visit.field("password", PASSWORD_LIMIT), visit.network
        )
    except (WrongLogin, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 401
        return await _ask(visit, next_address, name, problems_of(error), status)
    refused = await _kept_out(visit, login, next_address, name, is_whole=not login.has_second_step)
    if refused is not None:
        return refused
    if login.has_second_step:
        visit.set_cookie(STEP, _step_token(visit, login), STEP_MINUTES * 60)
        return visit.go(addresses.SECOND_FACTOR, **({"next": next_address} if next_address else {}))
    return await let_in(visit, login, next_address)


async def _kept_out(
    visit: Visit, login: Login, next_address: str, name: str, *, is_whole: bool
) -> Answer | None:
    """The answer to somebody who may not come in; why, they are told only once they have shown all that is asked for."""
    if login.is_barred and is_whole:
        strike = await visit.store.reading(_newest_strike, login)
        if strike is not None:
            return visit.go(mailing.strike_path(strike.id, visit.ground.secret, visit.here))
    if login.is_barred:
        closed = Problem("", sentence("This account is closed. If you think that is wrong, write to us."))
        return await _ask(visit, next_address, name, (closed,), 403)
    if login.confirmed_at is None:
        return visit.page(LetterSentPage(login.email), 403)
    if login.approved_at is None:
        return visit.page(WaitingPage(login.username, visit.here.sends_mail), 403)
    return None


def _newest_strike(db: Reader, login: Login) -> Strike | None:
    """What somebody is shown who has the right password and may not come in."""
    found = strikes.of_account(db, login.account, 1)
    return found[0] if found and login.deleted_at is None else None


async def _ask(
    visit: Visit, next_address: str, name: str = "", problems: tuple[Problem, ...] = (), status: int = 200
) -> Answer:
    app, form_to = await _on_the_way(visit, next_address)
    page = SignInPage(
        identifier=name[:NAME_LIMIT],
        next=next_address,
        app=AppCard(app.name, app.website) if app else None,
        may_join=visit.here.registration in ("open", "approval"),
        may_reset=visit.here.sends_mail,
        passkey=_wish(visit, visit.seed, []),
        problems=problems,
    )
    return visit.page(page, status, form_to=form_to)


async def _on_the_way(visit: Visit, next_address: str) -> tuple[App | None, str]:
    """The app that asked to sign in, and where it wants its answer, if it registered that."""
    parts = urlsplit(next_address)
    if parts.path != addresses.AUTHORIZE:
        return None, ""
    asked = dict(parse_qsl(parts.query))
    app = await visit.store.reading(oauth.find_app, asked.get("client_id", ""))
    back = asked.get("redirect_uri", "")
    return app, redirects.source(back) if app and back in app.redirects else ""


async def let_in(visit: Visit, login: Login, next_address: str) -> Answer:
    """A new session, whatever session there was before (attacks A17)."""
    token = await visit.store.writing(_enter, visit, login)
    visit.set_cookie(SESSION, token, SESSION_SECONDS)
    visit.drop_cookie(FORM)
    visit.drop_cookie(STEP)
    return visit.go(next_address or addresses.TIMELINE)


def _enter(db: Writer, visit: Visit, login: Login) -> str:
    if visit.member is not None:
        entering.end_session(db, visit.token)
    request = visit.request
    return entering.open_session(db, login.user, request.address, request.header(b"user-agent"), visit.here)


# -- the second step -----------------------------------------------------


def _step_token(visit: Visit, login: Login) -> str:
    """Says who has shown the right password, until that password changes."""
    mark = tokens.digest(login.password_hash).hex()[:16]
    end = visit.here.now() + timedelta(minutes=STEP_MINUTES)
    value = f"{login.user} {mark}"
    return sealed.sign(visit.ground.secret, Purpose.PENDING_SIGN_IN, value, end)


async def _waiting(visit: Visit) -> Login | None:
    shown = sealed.verify(visit.ground.secret, Purpose.PENDING_SIGN_IN, visit.cookie(STEP), visit.here.now())
    if shown is None:
        return None
    user, _, mark = shown.partition(" ")
    login = await visit.store.reading(_login, UserId(int(user)))
    if login is None or login.is_barred or tokens.digest(login.password_hash).hex()[:16] != mark:
        return None
    return login


def _login(db: Reader, user: UserId) -> Login | None:
    return logins.find(db, user)


@pages.get(addresses.SECOND_FACTOR)
async def ask_code(visit: Visit) -> Answer:
    login = await _waiting(visit)
    next_address = visit.own(visit.query.get("next", ""))
    if login is None:
        return visit.go(addresses.SIGN_IN, **({"next": next_address} if next_address else {}))
    return await _ask_again(visit, login, next_address)


@pages.post(addresses.SECOND_FACTOR)
async def take_code(visit: Visit) -> Answer:
    login = await _waiting(visit)
    next_address = visit.own(visit.field("next", 8000))
    if login is None:
        return visit.go(addresses.SIGN_IN, **({"next": next_address} if next_address else {}))
    recovery = visit.field("recovery_code", 100)
    try:
        if recovery:
            is_right = await visit.store.writing(entering.take_recovery_code, login, recovery, visit.here)
        else:
            is_right = await visit.store.writing(
                entering.take_code, login, visit.field("code", 100), visit.ground.secret, visit.here
            )
    except TooMany as error:
        return await _ask_again(visit, login, next_address, problems_of(error), 429)
    if is_right:
        return await let_in(visit, login, next_address)
    if recovery:
        wrong = Problem("recovery_code", sentence("This code is not right, or it was used before."))
    else:
        wrong = Problem("code", BY_CODE["wrong_code"])
    return await _ask_again(visit, login, next_address, (wrong,), 401)


async def _ask_again(
    visit: Visit, login: Login, next_address: str, problems: tuple[Problem, ...] = (), status: int = 200
) -> Answer:
    _, form_to = await _on_the_way(visit, next_address)
    known = await visit.store.reading(passkeys.of_user, login.user)
    wish = _wish(visit, str(login.user), known) if known else None
    return visit.page(SecondFactorPage(login.username, next_address, problems, wish), status, form_to=form_to)


# -- passkeys ------------------------------------------------------------


def _wish(visit: Visit, whose: str, known: list[Passkey]) -> PasskeyWish:
    asked = keys.challenge(visit.ground.secret, Purpose.PASSKEY, whose, visit.here)
    return PasskeyWish(asked.token, json.dumps(keys.options_to_show(asked, known, visit.here)))


@pages.post(addresses.SIGN_IN_PASSKEY)
async def sign_in_with_passkey(visit: Visit) -> Answer:
    """The device has asked who it is, so no second step follows."""
    next_address = visit.own(visit.field("next", 8000))
    sent, token = visit.field("credential", CREDENTIAL_LIMIT), visit.field("token")
    try:
        login = await keys.recognise(visit.ground, sent, token, visit.seed, visit.network)
    except (PasskeyRefused, TooMany) as error:
        problems = tuple(Problem("", one.sentence) for one in problems_of(error))
        status = 429 if isinstance(error, TooMany) else 401
        return await _ask(visit, next_address, problems=problems, status=status)
    refused = await _kept_out(visit, login, next_address, "", is_whole=True)
    return refused or await let_in(visit, login, next_address)


@pages.post(addresses.SECOND_PASSKEY)
async def take_passkey(visit: Visit) -> Answer:
    login = await _waiting(visit)
    next_address = visit.own(visit.field("next", 8000))
    if login is None:
        return visit.go(addresses.SIGN_IN, **({"next": next_address} if next_address else {}))
    sent, token = visit.field("credential", CREDENTIAL_LIMIT), visit.field("token")
    try:
        await keys.confirm(visit.ground, login, sent, token)
    except (PasskeyRefused, TooMany) as error:
        problems = tuple(Problem("", one.sentence) for one in problems_of(error))
        return await _ask_again(
            visit, login, next_address, problems, 429 if isinstance(error, TooMany) else 401
        )
    return await let_in(visit, login, next_address)


# -- signing out ---------------------------------------------------------


@pages.get(addresses.SIGN_OUT)
async def ask_sign_out(visit: Visit) -> Answer:
    return visit.page(SignOutPage(visit.own(visit.query.get("next", ""))))


@pages.post(addresses.SIGN_OUT)
async def sign_out(visit: Visit) -> Answer:
    if visit.member is not None:
        await visit.store.writing(entering.end_session, visit.token)
    visit.drop_cookie(SESSION)
    visit.drop_cookie(STEP)
    visit.drop_cookie(FORM)
    visit.drop_cookie(ACCOUNT_LANGUAGE)
    visit.headers.append((b"clear-site-data", b'"cache", "storage"'))
    next_address = visit.own(visit.field("next", 8000))
    return visit.go(next_address) if next_address else visit.go(addresses.HOME, done="signed_out")
