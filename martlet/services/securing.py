"""What people do for the safety of their own accounts: new passwords, a second step and its codes."""

from dataclasses import dataclass

from martlet.model.errors import NotAllowed
from martlet.model.events import MailWanted
from martlet.model.server import Server
from martlet.services import attempting, entering, hashing, letters, registering, revoking
from martlet.services.ports import Ground
from martlet.services.registering import Details
from martlet.signing import sealed, totp
from martlet.signing.server_keys import ServerSecret
from martlet.storage import logins, passkeys
from martlet.storage.database import Writer
from martlet.storage.logins import Login


class WrongPassword(NotAllowed):
    """The password that was asked for again is not right."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("The password is not right.")


async def confirm_password(ground: Ground, login: Login, password: str) -> None:
    """Asked for again before what matters. Counted. Raises `WrongPassword` or `TooMany`."""
    who = str(login.user)
    await ground.store.writing(attempting.count, attempting.PASSWORD_CHECK, who, ground.here)
    if not await hashing.is_right(password, login.password_hash):
        raise WrongPassword
    await ground.store.writing(attempting.forget, attempting.PASSWORD_CHECK, who)


# -- passwords -----------------------------------------------------------


async def hash_new_password(ground: Ground, login: Login, password: str) -> str:
    """Raises `InvalidInput` with `details` unless it is fit for its owner."""
    details: Details = {}
    registering.check_password(password, (login.username, login.email, ground.here.name), details)
    registering.refuse(details)
    return await hashing.hash_password(password)


def change_password(db: Writer, login: Login, hashed: str) -> None:
    """Its owner is told by mail, if this server sends any."""
    logins.update(db, login.user, password_hash=hashed)
    db.emit(MailWanted(letters.PASSWORD_CHANGED, login.email, login.locale, login.user))


def change_password_and_end_others(db: Writer, login: Login, hashed: str, but_session: int = 0) -> None:
    """Whoever knew the old one is out, in browsers and apps."""
    change_password(db, login, hashed)
    revoking.access(db, login.user, but_session=but_session)


def reset_password(db: Writer, login: Login, hashed: str, here: Server) -> bool:
    """
    By a letter's link, which also shows that the address is theirs. Everybody is signed out, and passkeys end.

    False where the password was changed since the link was read.
    """
    current = logins.find_and_lock(db, login.user)
    if current is None or current.password_hash != login.password_hash:
        return False
    change_password_and_end_others(db, login, hashed)
    passkeys.delete_all(db, login.user)
    if current.confirmed_at is None:
        logins.update(db, login.user, confirmed_at=here.now_ms())
    return True


# -- the second step -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A secret that is not in force before its owner has shown a code."""

    secret: bytes
    otpauth: str

    @property
    def text(self) -> str:
        return totp.secret_text(self.secret)


def begin_second_step(db: Writer, login: Login, secret: ServerSecret, issuer: str, here: Server) -> Enrolment:
    """The secret to bring into a code app: the one begun with, as long as it is not in force. Raises `NotAllowed`."""
    current = logins.find(db, login.user)
    if current is None or current.has_second_step:
        raise NotAllowed("The second step is on already.")
    context = entering.totp_context(login.user)
    if current.totp_secret is None:
        key = totp.make_secret()
        logins.update(db, login.user, totp_secret=sealed.encrypt(secret, key, context), totp_last_step=0)
    else:
        key = sealed.decrypt(secret, current.totp_secret, context)
    return Enrolment(key, totp.uri(key, f"{login.username}@{here.host}", issuer))


def turn_on_second_step(
    db: Writer, login: Login, shown: str, secret: ServerSecret, here: Server
) -> list[str] | None:
    """The recovery codes, shown this once; None for a wrong code. Counted. Raises `TooMany` or `NotAllowed`."""
    attempting.count(db, attempting.SECOND_STEP, str(login.user), here)
    current = logins.find(db, login.user)
    if current is None or current.has_second_step or current.totp_secret is None:
        raise NotAllowed("The second step is on already.")
    key = sealed.decrypt(secret, current.totp_secret, entering.totp_context(login.user))
    step = totp.verify(key, shown, here.now(), current.totp_last_step)
    if step is None or not logins.take_totp_step(db, login.user, step):
        return None
    attempting.forget(db, attempting.SECOND_STEP, str(login.user))
    logins.update(db, login.user, totp_enabled_at=here.now_ms())
    return make_recovery_codes(db, login)


def make_recovery_codes(db: Writer, login: Login) -> list[str]:
    """New ones in place of the old, shown this once."""
    codes = totp.make_recovery_codes()
    logins.put_recovery_digests(db, login.user, totp.recovery_digests(codes))
    return codes


def turn_off_second_step(db: Writer, login: Login) -> None:
    logins.update(db, login.user, totp_secret=None, totp_enabled_at=None, totp_last_step=0)
    logins.put_recovery_digests(db, login.user, [])
