"""
Another e-mail address, as its owner wants it: it counts once a link was opened that was sent there.

Until then the old one stays, for letters and for signing in. The old one is told when it no longer counts.
"""

from typing import NoReturn

from martlet.model import emails
from martlet.model.errors import InvalidInput
from martlet.model.events import AccountChanged, MailWanted
from martlet.model.server import Server
from martlet.services import attempting, letters, screening_sign_ups
from martlet.storage import accounts, logins
from martlet.storage.database import AlreadyThere, Writer
from martlet.storage.logins import Login


def want(db: Writer, login: Login, email: str, network: str, here: Server) -> None:
    """
    Send a link to the new address; without a mail server it counts at once. One's own takes an earlier wish back.

    Raises `InvalidInput` with `details`, or `TooMany`.
    """
    found = emails.read(email)
    if found is None:
        _refuse("invalid", "is invalid")
    if found.lower() == login.email.lower():
        logins.update(db, login.user, unconfirmed_email=None)
        return
    attempting.count(db, attempting.MAIL_TO_ADDRESS, found.lower(), here)
    attempting.count(db, attempting.MAIL_FROM_NETWORK, network, here)
    if screening_sign_ups.is_email_blocked(db, found):
        _refuse("blocked", "cannot be used here")
    if logins.find_by_email(db, found) is not None:
        _refuse("email_taken", "has already been taken")
    if here.sends_mail:
        logins.update(db, login.user, unconfirmed_email=found)
        db.emit(MailWanted(letters.NEW_EMAIL, found, login.locale, login.user))
    elif not take(db, login, found):
        _refuse("email_taken", "has already been taken")


def take(db: Writer, login: Login, email: str) -> bool:
    """The address counts from now on, unless somebody else has it meanwhile: returns whether."""
    try:
        with db.part():
            logins.update(db, login.user, email=email, email_folded=email.lower(), unconfirmed_email=None)
    except AlreadyThere:
        return False
    accounts.count(db, login.account)  # those who look after the server see the new one
    db.emit(AccountChanged(login.account))
    db.emit(MailWanted(letters.EMAIL_CHANGED, login.email, login.locale, login.user))
    return True


def _refuse(code: str, words: str) -> NoReturn:
    raise InvalidInput(f"Validation failed: Email {words}", "email", {"email": [(code, words)]})
