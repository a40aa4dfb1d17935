"""
Mail: wanted in the transaction of a change, sent by a job through a mail server.

The links that open something are made when the letter is sent and kept
nowhere. They carry our signature and are bound to what they are good for: a
password's link to the password it replaces, so it is good once.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import NamedTuple

import msgspec

from martlet.model import emails
from martlet.model.errors import InvalidInput, Unavailable
from martlet.model.events import AccountConfirmed, MailWanted
from martlet.model.names import UserId
from martlet.model.sanctions import Measure, Strike
from martlet.model.server import Server
from martlet.services import attempting, changing_email, letters, naming, screening_sign_ups
from martlet.services.ports import Ground
from martlet.signing import sealed, tokens
from martlet.signing.sealed import Purpose
from martlet.signing.server_keys import ServerSecret
from martlet.storage import events, logins, strikes
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.storage.logins import Login

MAIL = "mail"
CONFIRM_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(hours=2)
STRIKE_LIFE = timedelta(days=60)
TIMEOUT = 60


@dataclass(frozen=True, slots=True)
class MailServer:
    """Who takes our mail. `security`: starttls, tls, none."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: str = ""


class LetterRefused(Unavailable):
    """Says nothing of whose letter it was: this is written into the log."""

    code = "letter_refused"

    def __init__(self, codes: Iterable[int]) -> None:
        super().__init__(f"The mail server takes no letters for this address ({', '.join(map(str, codes))}).")


# -- wanting -------------------------------------------------------------


def send_later(db: Writer, event: MailWanted, here: Server) -> None:
    """The reaction. Without a mail server nothing is sent."""
    if here.sends_mail:
        events.add_job(db, MAIL, msgspec.json.encode(event).decode(), here.now_ms())


def want_confirmation(db: Writer, email: str, network: str, here: Server) -> None:
    """Send the letter again, if somebody waits for it. Tells nobody whether. Raises `TooMany`."""
    _count(db, email, network, here)
    login = logins.find_by_email(db, email.strip())
    if login is not None and login.confirmed_at is None and not login.is_barred:
        db.emit(MailWanted(letters.CONFIRM, login.email, login.locale, login.user))


def want_confirmation_at(db: Writer, login: Login, email: str, network: str, here: Server) -> None:
    """
    Send somebody who waits for it the letter again, to another address if they say so.

    Raises `InvalidInput` or `TooMany`.
    """
    found = emails.read(email)
    if found is None:
        raise InvalidInput("Validation failed: Email is invalid", "email")
    _count(db, found, network, here)
    if found.lower() != login.email.lower():
        if screening_sign_ups.is_email_blocked(db, found):
            raise InvalidInput("Validation failed: Email cannot be used here", "email")
        try:
            with db.part():
                logins.update(db, login.user, email=found, email_folded=found.lower())
        except AlreadyThere:
            raise InvalidInput("Validation failed: Email has already been taken", "email") from None
    db.emit(MailWanted(letters.CONFIRM, found, login.locale, login.user))


def want_reset(db: Writer, email: str, network: str, here: Server) -> None:
    """Send a link for a new password, if somebody has this address. Tells nobody whether. Raises `TooMany`."""
    _count(db, email, network, here)
    login = logins.find_by_email(db, email.strip())
    if login is not None and not login.is_barred:
        db.emit(MailWanted(letters.RESET, login.email, login.locale, login.user))


def _count(db: Writer, email: str, network: str, here: Server) -> None:
    attempting.count(db, attempting.MAIL_TO_ADDRESS, email.strip().lower(), here)
    attempting.count(db, attempting.MAIL_FROM_NETWORK, network, here)


# -- links ---------------------------------------------------------------


def confirmation_token(secret: ServerSecret, user: UserId, email: str, here: Server) -> str:
    return sealed.sign(secret, Purpose.CONFIRM_EMAIL, f"{user} {email}", here.now() + CONFIRM_LIFE)


class Confirmed(NamedTuple):
    login: Login
    is_new: bool
    """Whether it is the first address of a new account, not another one."""


def confirm(db: Writer, token: str, secret: ServerSecret, here: Server) -> Confirmed | None:
    """Whose address a link confirms; None for one that is not good."""
    shown = sealed.verify(secret, Purpose.CONFIRM_EMAIL, token, here.now())
    user, _, email = (shown or "").partition(" ")
    login = logins.find(db, UserId(int(user))) if user else None
    if login is None or login.is_barred:
        return None
    if login.unconfirmed_email == email:
        is_taken_over = changing_email.take(db, login, email)
        return Confirmed(replace(login, email=email), is_new=False) if is_taken_over else None
    if login.email != email or login.confirmed_at is not None:
        return None
    logins.update(db, login.user, confirmed_at=here.now_ms())
    db.emit(AccountConfirmed(login.account))
    return Confirmed(replace(login, confirmed_at=here.now_ms()), is_new=True)


def reset_token(secret: ServerSecret, login: Login, here: Server) -> str:
    value = f"{login.user} {_mark(login)}"
    return sealed.sign(secret, Purpose.RESET_PASSWORD, value, here.now() + RESET_LIFE)


def find_reset(db: Reader, token: str, secret: ServerSecret, here: Server) -> Login | None:
    """Whose password a link replaces; None for one that is over, or was used."""
    shown = sealed.verify(secret, Purpose.RESET_PASSWORD, token, here.now())
    user, _, mark = (shown or "").partition(" ")
    login = logins.find(db, UserId(int(user))) if user else None
    return login if login is not None and _mark(login) == mark and not login.is_barred else None


def _mark(login: Login) -> str:
    """Changes with the password and the address."""
    return tokens.digest(f"{login.password_hash} {login.email}").hex()[:32]


def strike_path(strike: int, secret: ServerSecret, here: Server) -> str:
    """Where somebody reads of a decision against them, also if they cannot sign in any more."""
    return f"/strikes/{sealed.sign(secret, Purpose.STRIKE, str(strike), here.now() + STRIKE_LIFE)}"


def find_strike(db: Reader, token: str, secret: ServerSecret, here: Server) -> Strike | None:
    """The decision that a link leads to; None for one that is over."""
    shown = sealed.verify(secret, Purpose.STRIKE, token, here.now())
    return strikes.find(db, int(shown)) if shown else None


# -- sending -------------------------------------------------------------


async def send(ground: Ground, server: MailServer | None, body: str, here: Server) -> None:
    """The job. An error of the mail server's has it tried again later."""
    wanted = msgspec.json.decode(body, type=MailWanted)
    message = await ground.store.reading(_compose, wanted, server, ground.secret, here)
    if server is not None and message is not None:
        await asyncio.to_thread(deliver, server, message)


def _compose(
    db: Reader, wanted: MailWanted, server: MailServer | None, secret: ServerSecret, here: Server
) -> EmailMessage | None:
    """None where it has no more point, or the address is no longer theirs."""
    login = logins.find(db, wanted.user)
    if server is None or login is None or not _is_theirs(wanted, login):
        return None
    strike = strikes.find(db, wanted.about) if wanted.about else None
    if strike is None and (wanted.about or login.is_barred):  # of a decision the barred are told, too
        return None
    if wanted.letter == letters.CONFIRM and login.confirmed_at is not None:
        return None
    name = " ".join(naming.server_name(db, here).split())
    letter = letters.write(wanted.letter, wanted.locale)
    values = {
        "name": login.username,
        "server": name,
        "link": _link(wanted, login, secret, here),
        "what": letters.what(Measure(strike.measure), wanted.locale) if strike else "",
        "words": f"{strike.text}\n\n" if strike and strike.text else "",
    }
    return compose(
        wanted.to,
        Address(name, addr_spec=server.sender),
        letter.subject.format(**values),
        f"{letter.text.format(**values)}\n-- \n{name}\n{here.url}\n",
        here,
    )


def _is_theirs(wanted: MailWanted, login: Login) -> bool:
    """Whether the letter still goes where it was meant to; the address that was given up is told just that."""
    if wanted.letter == letters.NEW_EMAIL:
        return login.unconfirmed_email == wanted.to
    return wanted.letter == letters.EMAIL_CHANGED or login.email == wanted.to


def _link(wanted: MailWanted, login: Login, secret: ServerSecret, here: Server) -> str:
    match wanted.letter:
        case letters.CONFIRM | letters.NEW_EMAIL:
            path = f"/auth/confirmation/{confirmation_token(secret, login.user, wanted.to, here)}"
        case letters.EMAIL_CHANGED:
            path = "/about"
        case letters.RESET:
            path = f"/auth/password/{reset_token(secret, login, here)}"
        case letters.PASSWORD_CHANGED:
            path = "/auth/password/new"
        case letters.ARCHIVE_READY:
            path = "/settings/data"
        case letters.STRIKE | letters.APPEAL_APPROVED | letters.APPEAL_REJECTED:
            path = strike_path(wanted.about, secret, here)
        case letters.APPEAL_MADE:
            path = "/desk/appeals"
        case letters.HOOK_STOPPED:
            path = "/desk/hooks"
        case letters.APPROVED:
            path = "/auth/sign_in?next=/welcome"
        case _:
            path = "/auth/sign_in"
    return here.url + path


def compose(to: str, sender: Address, subject: str, text: str, here: Server) -> EmailMessage:
    """Nothing that stands in a name or subject can become a header (attacks B13)."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = Address(addr_spec=to)
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(here.now())
    message["Message-ID"] = make_msgid(domain=sender.domain)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def deliver(server: MailServer, message: EmailMessage) -> None:
    """Raises `LetterRefused`, and what `smtplib` raises."""
    with connected(server) as connection:
        try:
            connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise LetterRefused(code for code, _ in error.recipients.values()) from None


@contextmanager
def connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection through which letters can be sent. Raises what `smtplib` raises."""
    context = ssl.create_default_context()
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        yield connection
