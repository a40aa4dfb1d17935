"""Sessions: somebody signed in to a browser, and the second step on the way there."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.names import UserId
from martlet.model.server import Server
from martlet.services import attempting
from martlet.services.sweeping import DAY, SESSION_DAYS
from martlet.signing import sealed, tokens, totp
from martlet.signing.server_keys import ServerSecret
from martlet.signing.tokens import Kind
from martlet.storage import accounts, logins, sessions
from martlet.storage.database import Reader, Writer
from martlet.storage.logins import Login
from martlet.storage.sessions import Session

AGENT_LIMIT = 300


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who is signed in here with a browser."""

    session: Session
    login: Login
    account: Account


def open_session(db: Writer, user: UserId, address: str, user_agent: str, here: Server) -> str:
    """A new session's token, to be kept by the browser alone."""
    token = tokens.make(Kind.SESSION)
    now = here.now_ms()
    sessions.insert(
        db,
        Session(here.next_id(), tokens.digest(token), user, address, user_agent[:AGENT_LIMIT], now, now),
    )
    return token


def end_session(db: Writer, token: str) -> None:
    sessions.delete_by_digest(db, tokens.digest(token))


def touch(db: Writer, member: Member, address: str, here: Server) -> None:
    """Write down that the session was used, and from where."""
    sessions.touch(db, member.session.id, address, here.now_ms())


def end_other_session(db: Writer, user: UserId, id: int) -> None:
    """Sign another browser of one's own out. Raises `NotFound`."""
    if not sessions.delete(db, user, id):
        raise NotFound


def find_member(db: Reader, token: str, here: Server) -> Member | None:
    """Who holds this session; nobody once it is over, or they may no longer come in."""
    session = sessions.find(db, tokens.digest(token)) if token else None
    if session is None or session.seen_at < here.now_ms() - SESSION_DAYS * DAY:
        return None
    login = logins.find(db, session.user_id)
    if login is None or login.is_barred or login.confirmed_at is None or login.approved_at is None:
        return None
    return Member(session, login, accounts.get(db, login.account))


def still_open(db: Reader, ids: Collection[int], here: Server) -> set[int]:
    """Those of the sessions whose owners may still come in with them."""
    return sessions.still_open(db, ids, here.now_ms() - SESSION_DAYS * DAY)


def is_stale(member: Member, here: Server) -> bool:
    """Whether the session's last use should be written down anew: once a day is enough."""
    return member.session.seen_at < here.now_ms() - DAY


# -- the second step -----------------------------------------------------


def totp_context(user: UserId) -> str:
    """What an encrypted TOTP secret is bound to."""
    return f"totp {user}"


def take_code(db: Writer, login: Login, shown: str, secret: ServerSecret, here: Server) -> bool:
    """Whether the code is right and was not used before. Counted. Raises `TooMany`."""
    attempting.count(db, attempting.SECOND_STEP, str(login.user), here)
    current = logins.find(db, login.user)
    if current is None or current.totp_secret is None or not current.has_second_step:
        return False
    key = sealed.decrypt(secret, current.totp_secret, totp_context(login.user))
    step = totp.verify(key, shown, here.now(), current.totp_last_step)
    if step is None or not logins.take_totp_step(db, login.user, step):
        return False
    attempting.forget(db, attempting.SECOND_STEP, str(login.user))
    return True


def take_recovery_code(db: Writer, login: Login, shown: str, here: Server) -> bool:
    """The same for a recovery code, which is good once."""
    attempting.count(db, attempting.SECOND_STEP, str(login.user), here)
    digest = totp.find_recovery_digest(shown, logins.recovery_digests(db, login.user))
    if digest is None or not logins.take_recovery_code(db, login.user, digest, here.now_ms()):
        return False
    attempting.forget(db, attempting.SECOND_STEP, str(login.user))
    return True
