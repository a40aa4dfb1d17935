"""Passkeys: which there are, a new one, one less."""

import json

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound, TooMany
from martlet.model.ids import id_from
from martlet.model.server import moment
from martlet.services import passkeys as service
from martlet.services import securing
from martlet.services.securing import WrongPassword
from martlet.signing.sealed import Purpose
from martlet.storage import passkeys
from martlet.storage.database import Reader
from martlet.storage.passkeys import Passkey
from martlet.web import addresses
from martlet.web.settings_pages import AskPage, NewPasskeyPage, PasskeyCard, PasskeysPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, problems_of, sentence

pages = Pages()

PASSWORD_LIMIT = 1000
CREDENTIAL_LIMIT = 20_000


@pages.get(addresses.PASSKEYS, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_all, visit))


def _all(db: Reader, visit: Visit, name: str = "", problems: tuple[Problem, ...] = ()) -> PasskeysPage:
    found = passkeys.of_user(db, visit.signed_in.login.user)
    cards = (
        PasskeyCard(
            str(one.id),
            one.name,
            moment(one.created_at),
            None if one.used_at is None else moment(one.used_at),
        )
        for one in found
    )
    return PasskeysPage(tuple(cards), name, problems)


@pages.post(addresses.PASSKEY_NEW, access="member")
async def begin(visit: Visit) -> Answer:
    """Only who knows the password adds another way in."""
    login, typed = visit.signed_in.login, visit.field("name")
    try:
        name = await visit.store.reading(service.checked_name, login.user, typed)
        await securing.confirm_password(visit.ground, login, visit.field("password", PASSWORD_LIMIT))
    except (WrongPassword, InvalidInput, TooMany) as error:
        found = problems_of(error)
        at = "password" if isinstance(error, WrongPassword) else None
        problems = tuple(Problem(at or one.field, one.sentence) for one in found)
        page = await visit.store.reading(_all, visit, typed, problems)
        return visit.page(page, 429 if isinstance(error, TooMany) else 422)
    known = await visit.store.reading(passkeys.of_user, login.user)
    return visit.page(_new(visit, name, known))


def _new(visit: Visit, name: str, known: list[Passkey]) -> NewPasskeyPage:
    asked = service.challenge(visit.ground.secret, Purpose.NEW_PASSKEY, visit.seed, visit.here)
    options = service.options_for_new(asked, visit.signed_in.login, known, visit.here)
    return NewPasskeyPage(name, asked.token, json.dumps(options))


@pages.post(addresses.PASSKEYS, access="member")
async def add(visit: Visit) -> Answer:
    login, name = visit.signed_in.login, visit.field("name")
    sent, token = visit.field("credential", CREDENTIAL_LIMIT), visit.field("token")
    try:
        await service.add(visit.ground, login, name, sent, token, visit.seed)
    except InvalidInput as error:
        problems = tuple(Problem("", one.sentence) for one in problems_of(error))
        return visit.page(await visit.store.reading(_all, visit, name, problems), 422)
    return visit.go(addresses.PASSKEYS, done="passkey_added")


@pages.get(addresses.PASSKEY_DELETE, access="member")
async def ask_delete(visit: Visit) -> Answer:
    id = _id(visit)
    found = await visit.store.reading(passkeys.of_user, visit.signed_in.login.user)
    one = next((one for one in found if one.id == id), None)
    if one is None:
        raise NotFound
    page = AskPage(
        sentence("Remove “{name}”?", name=one.name),
        sentence(
            "Nobody can sign in with it any more. Your device may go on offering it until you delete it there."
        ),
        sentence("Remove the passkey"),
        addresses.PASSKEYS,
        "passkeys",
    )
    return visit.page(page)


@pages.post(addresses.PASSKEY_DELETE, access="member")
async def delete(visit: Visit) -> Answer:
    await visit.store.writing(service.remove, visit.signed_in.login.user, _id(visit))
    return visit.go(addresses.PASSKEYS, done="passkey_removed")


def _id(visit: Visit) -> int:
    """Raises `NotFound`."""
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    return id
