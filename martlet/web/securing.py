"""Settings of one's own safety: apps and browsers, password, second step."""

import re
from urllib.parse import urlsplit

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotAllowed, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.names import AppId
from martlet.model.server import moment
from martlet.services import entering, revoking, securing
from martlet.services.securing import WrongPassword
from martlet.storage import logins, oauth, sessions
from martlet.storage.database import Reader, Writer
from martlet.web import addresses
from martlet.web.cards import SessionCard
from martlet.web.pages import (
    AppsPage,
    ChangePasswordPage,
    RecoveryCodesPage,
    TwoFactorPage,
    TwoFactorSetupPage,
)
from martlet.web.visits import Pages, Visit
from martlet.web.wording import BY_CODE, Problem, problems_of

pages = Pages()

PASSWORD_LIMIT = 1000


# -- apps and browsers ---------------------------------------------------


@pages.get(addresses.APPS, access="member")
async def list_apps(visit: Visit) -> Answer:
    cards = await visit.store.reading(session_cards, visit)
    return visit.page(AppsPage(cards))


def session_cards(db: Reader, visit: Visit) -> tuple[SessionCard, ...]:
    """This browser first, then browsers, then apps."""
    user, current = visit.signed_in.login.user, visit.signed_in.session.id
    browsers = [
        SessionCard(
            id=f"b{one.id}",
            kind="browser",
            name=browser_name(one.user_agent),
            detail="",
            created_at=moment(one.created_at),
            used_at=moment(one.seen_at),
            from_address=one.address,
            is_current=one.id == current,
        )
        for one in sessions.of_user(db, user)
    ]
    apps = [
        SessionCard(
            id=f"a{one.app}",
            kind="app",
            name=one.name,
            detail=urlsplit(one.website).hostname or "" if one.website else "",
            created_at=moment(one.created_at),
            used_at=None if one.seen_at is None else moment(one.seen_at),
            from_address=None,
            is_personal=one.is_personal,
            expires_at=None if one.expires_at is None else moment(one.expires_at),
        )
        for one in oauth.grants_of(db, user)
    ]
    browsers.sort(key=lambda card: not card.is_current)
    return (*browsers, *apps)


_BROWSERS = (
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS = (
    ("Android", r"Android"),
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Windows", r"Windows"),
    ("Mac", r"Mac OS X|Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def browser_name(agent: str) -> str:
    """`Firefox · Linux`, as far as it tells; else what it calls itself, cut."""
    browser = next((name for name, pattern in _BROWSERS if re.search(pattern, agent)), "")
    system = next((name for name, pattern in _SYSTEMS if re.search(pattern, agent)), "")
    return " · ".join(part for part in (browser, system) if part) or agent[:60] or "?"


@pages.post(addresses.APPS_END_OTHERS, access="member")
async def end_others(visit: Visit) -> Answer:
    member = visit.signed_in
    await visit.store.writing(revoking.access, member.login.user, but_session=member.session.id)
    return visit.go(addresses.APPS, done="others_ended")


@pages.post(addresses.APP_END, access="member")
async def end_one(visit: Visit) -> Answer:
    await visit.store.writing(_end_one, visit, visit.params["id"])
    return visit.go(addresses.APPS, done="session_ended")


def _end_one(db: Writer, visit: Visit, id: str) -> None:
    """Raises `NotFound` for what is not theirs."""
    user = visit.signed_in.login.user
    kind, number = id[:1], id_from(id[1:])
    if number is None:
        raise NotFound
    if kind == "b":
        entering.end_other_session(db, user, number)
    elif kind != "a" or not revoking.app(db, user, AppId(number)):
        raise NotFound


# -- the password --------------------------------------------------------


@pages.get(addresses.CHANGE_PASSWORD, access="member")
async def ask_password(visit: Visit) -> Answer:
    return visit.page(ChangePasswordPage())


@pages.post(addresses.CHANGE_PASSWORD, access="member")
async def change_password(visit: Visit) -> Answer:
    member = visit.signed_in
    try:
        await securing.confirm_password(
            visit.ground, member.login, visit.field("current_password", PASSWORD_LIMIT)
        )
        hashed = await securing.hash_new_password(
            visit.ground, member.login, visit.field("password", PASSWORD_LIMIT)
        )
    except (WrongPassword, InvalidInput, TooMany) as error:
        problems = _at_field(error, "current_password")
        return visit.page(ChangePasswordPage(problems=problems), _status(error))
    if visit.form.get("end_others"):
        await visit.store.writing(
            securing.change_password_and_end_others, member.login, hashed, member.session.id
        )
    else:
        await visit.store.writing(securing.change_password, member.login, hashed)
    return visit.go(addresses.SETTINGS, done="password_changed")


def _at_field(error: WrongPassword | InvalidInput | TooMany, field: str) -> tuple[Problem, ...]:
    """A wrong password is wrong where it was typed."""
    found = problems_of(error)
    if isinstance(error, WrongPassword):
        return tuple(Problem(field, one.sentence) for one in found)
    return found


def _status(error: WrongPassword | InvalidInput | TooMany) -> int:
    return 429 if isinstance(error, TooMany) else 422


# -- the second step -----------------------------------------------------


@pages.get(addresses.TWO_FACTOR, access="member")
async def show_second_step(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_second_step, visit))


def _second_step(db: Reader, visit: Visit, problems: tuple[Problem, ...] = ()) -> TwoFactorPage:
    login = visit.signed_in.login
    since = None if login.totp_enabled_at is None else moment(login.totp_enabled_at)
    left = len(logins.recovery_digests(db, login.user))
    return TwoFactorPage(login.has_second_step, since, left, problems)


@pages.get(addresses.TWO_FACTOR_SETUP, access="member")
async def begin_second_step(visit: Visit) -> Answer:
    if visit.signed_in.login.has_second_step:
        return visit.go(addresses.TWO_FACTOR)
    return await _enrol(visit)


async def _enrol(visit: Visit, problems: tuple[Problem, ...] = (), status: int = 200) -> Answer:
    begun = await visit.store.writing(
        securing.begin_second_step,
        visit.signed_in.login,
        visit.ground.secret,
        visit.desk.name,
        visit.here,
    )
    return visit.page(TwoFactorSetupPage(begun.otpauth, begun.text, problems), status)


@pages.post(addresses.TWO_FACTOR_SETUP, access="member")
async def turn_on(visit: Visit) -> Answer:
    login = visit.signed_in.login
    try:
        await securing.confirm_password(visit.ground, login, visit.field("password", PASSWORD_LIMIT))
        codes = await visit.store.writing(
            securing.turn_on_second_step, login, visit.field("code", 100), visit.ground.secret, visit.here
        )
    except (WrongPassword, TooMany) as error:
        return await _enrol(visit, _at_field(error, "password"), _status(error))
    except NotAllowed:
        return visit.go(addresses.TWO_FACTOR)
    if codes is None:
        return await _enrol(visit, (Problem("code", BY_CODE["wrong_code"]),), 422)
    return visit.page(RecoveryCodesPage(tuple(codes), is_new=True))


@pages.post(addresses.TWO_FACTOR_CODES, access="member")
async def new_codes(visit: Visit) -> Answer:
    refused = await _refused(visit, "codes_password")
    if refused is not None:
        return refused
    codes = await visit.store.writing(securing.make_recovery_codes, visit.signed_in.login)
    return visit.page(RecoveryCodesPage(tuple(codes), is_new=False))


@pages.post(addresses.TWO_FACTOR_OFF, access="member")
async def turn_off(visit: Visit) -> Answer:
    refused = await _refused(visit, "off_password")
    if refused is not None:
        return refused
    await visit.store.writing(securing.turn_off_second_step, visit.signed_in.login)
    return visit.go(addresses.TWO_FACTOR, done="two_factor_off")


async def _refused(visit: Visit, field: str) -> Answer | None:
    """The answer, unless the second step is on and the password is right."""
    login = visit.signed_in.login
    if not login.has_second_step:
        return visit.go(addresses.TWO_FACTOR)
    try:
        await securing.confirm_password(visit.ground, login, visit.field("password", PASSWORD_LIMIT))
    except (WrongPassword, TooMany) as error:
        page = await visit.store.reading(_second_step, visit, _at_field(error, field))
        return visit.page(page, _status(error))
    return None
