"""
Signing in with a passkey: alone, where the device has asked who it is, or in place of a code as the second step.

A challenge is sealed and handed to the page; it names whom and what it is for, lasts ten minutes and is taken once.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import UserId
from martlet.model.server import Server
from martlet.services import attempting
from martlet.services.ports import Ground
from martlet.signing import base64url, sealed
from martlet.signing import passkeys as checks
from martlet.signing.passkeys import ALGORITHMS, NewKey, PasskeyRefused
from martlet.signing.sealed import Purpose
from martlet.signing.server_keys import ServerSecret
from martlet.storage import logins, passkeys
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.storage.logins import Login
from martlet.storage.passkeys import Passkey
from martlet.text.cleaning import one_line

LIFE = timedelta(minutes=10)
NAME_LENGTH = 60
MOST = 20
"""Passkeys of one person."""


class PasskeyName(InvalidInput):
    code = "token_name"

    def __init__(self) -> None:
        super().__init__(f"A name has 1 to {NAME_LENGTH} characters.", "name")


class TooManyPasskeys(InvalidInput):
    code = "too_many_passkeys"

    def __init__(self) -> None:
        super().__init__(f"You have {MOST} passkeys already.", "name")


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a device is to sign (`bytes`), and the token with which the page hands it back."""

    token: str

    @property
    def bytes(self) -> bytes:
        return sha256(self.token.encode()).digest()


def challenge(secret: ServerSecret, purpose: Purpose, whose: str, here: Server) -> Challenge:
    """`whose`: the session, the visitor or the person for whom it is; nobody else can use it."""
    value = f"{whose} {secrets.token_hex(16)}"
    return Challenge(sealed.sign(secret, purpose, value, here.now() + LIFE))


def options_for_new(asked: Challenge, login: Login, known: list[Passkey], here: Server) -> dict[str, object]:
    """What `navigator.credentials.create` is told, binary parts as base64url."""
    return {
        "challenge": base64url.encode(asked.bytes),
        "rp": {"id": host_of(here), "name": here.name},
        "user": {
            "id": base64url.encode(_handle(login.user)),
            "name": f"{login.username}@{here.host}",
            "displayName": login.username,
        },
        "pubKeyCredParams": [{"type": "public-key", "alg": one} for one in ALGORITHMS],
        "excludeCredentials": _named(known),
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
        "timeout": 300_000,
    }


def options_to_show(asked: Challenge, known: list[Passkey], here: Server) -> dict[str, object]:
    """What `navigator.credentials.get` is told; without `known`, any passkey for this server will do."""
    return {
        "challenge": base64url.encode(asked.bytes),
        "rpId": host_of(here),
        "allowCredentials": _named(known),
        "userVerification": "preferred" if known else "required",
        "timeout": 300_000,
    }


def _named(known: list[Passkey]) -> list[dict[str, str]]:
    return [{"type": "public-key", "id": base64url.encode(one.credential)} for one in known]


def host_of(here: Server) -> str:
    """The name that passkeys are bound to: the host, without a port."""
    return here.host.partition(":")[0]


def _handle(user: UserId) -> bytes:
    return user.to_bytes(8, "big")


# -- adding one ----------------------------------------------------------


def checked_name(db: Reader, user: UserId, text: str) -> str:
    """Raises `InvalidInput`; also where there are too many already."""
    name = one_line(text)
    if not 0 < len(name) <= NAME_LENGTH:
        raise PasskeyName
    if len(passkeys.of_user(db, user)) >= MOST:
        raise TooManyPasskeys
    return name


async def add(ground: Ground, login: Login, name: str, sent: str, token: str, whose: str) -> None:
    """Keep a passkey that was made just now. Raises `InvalidInput`."""
    asked = _taken(ground, Purpose.NEW_PASSKEY, token, whose)
    made = await asyncio.to_thread(checks.check_new, sent, asked.bytes, host_of(ground.here), ground.here.url)
    await ground.store.writing(_keep, login, name, made, asked, ground.here)


def _keep(db: Writer, login: Login, name: str, made: NewKey, asked: Challenge, here: Server) -> None:
    spend(db, asked, here)
    one = Passkey(
        here.next_id(),
        login.user,
        made.credential,
        made.public_key,
        made.sign_count,
        checked_name(db, login.user, name),
        here.now_ms(),
        None,
    )
    try:
        with db.part():
            passkeys.insert(db, one)
    except AlreadyThere:
        raise PasskeyRefused from None


def remove(db: Writer, user: UserId, id: int) -> None:
    """Raises `NotFound`."""
    if not passkeys.delete(db, user, id):
        raise NotFound


# -- showing one ---------------------------------------------------------


async def recognise(ground: Ground, sent: str, token: str, whose: str, network: str) -> Login:
    """
    Whose passkey it is that signs somebody in by itself; whether they may come in is another question.

    Counted before it is tried, for the `network` it comes from. Raises `PasskeyRefused` or `TooMany`.
    """
    await ground.store.writing(attempting.count, attempting.SIGN_IN_FROM_NETWORK, network, ground.here)
    asked = _taken(ground, Purpose.PASSKEY, token, whose)
    return await _recognised(ground, sent, asked, None)


async def confirm(ground: Ground, login: Login, sent: str, token: str) -> None:
    """The second step of somebody whose password was right. Counted. Raises `PasskeyRefused` or `TooMany`."""
    who = str(login.user)
    await ground.store.writing(attempting.count, attempting.SECOND_STEP, who, ground.here)
    asked = _taken(ground, Purpose.PASSKEY, token, who)
    await _recognised(ground, sent, asked, login.user)
    await ground.store.writing(attempting.forget, attempting.SECOND_STEP, who)


async def _recognised(ground: Ground, sent: str, asked: Challenge, user: UserId | None) -> Login:
    """`user`: who is to show one as the second step; None: it is shown alone."""
    known = await ground.store.reading(passkeys.find, checks.credential_in(sent))
    if known is None or (user is not None and known.user_id != user):
        raise PasskeyRefused
    owner = checks.owner_in(sent)
    if owner is not None and owner != _handle(known.user_id):
        raise PasskeyRefused
    count = await asyncio.to_thread(
        checks.check_shown,
        sent,
        asked.bytes,
        host_of(ground.here),
        ground.here.url,
        NewKey(known.credential, known.public_key, known.sign_count),
        is_alone=user is None,
    )
    return await ground.store.writing(_used, known, count, asked, ground.here)


def _used(db: Writer, known: Passkey, count: int, asked: Challenge, here: Server) -> Login:
    spend(db, asked, here)
    login = logins.find(db, known.user_id)
    if login is None or not passkeys.take_count(db, known.id, known.sign_count, count, here.now_ms()):
        raise PasskeyRefused
    return login


# -- challenges ----------------------------------------------------------


def _taken(ground: Ground, purpose: Purpose, token: str, whose: str) -> Challenge:
    """The challenge of a token that is ours and for `whose`. Raises `PasskeyRefused`."""
    value = sealed.verify(ground.secret, purpose, token, ground.here.now())
    if value is None or not whose or value.rpartition(" ")[0] != whose:
        raise PasskeyRefused
    return Challenge(token)


def spend(db: Writer, asked: Challenge, here: Server) -> None:
    """A challenge is answered once. Raises `PasskeyRefused`."""
    if not attempting.is_first(db, "passkey", asked.token, here):
        raise PasskeyRefused
