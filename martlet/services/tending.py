"""
What whoever runs the server does with people's accounts, from the command line.

Nothing here asks who is calling: it is the operator, who has the database
anyway. Every function raises `NotFound` for a name that nobody here has.
"""

from martlet.model import emails
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AccountChanged, MailWanted
from martlet.model.names import AccountId
from martlet.model.roles import OPERATOR
from martlet.model.server import Server
from martlet.services import appointing, leaving, letters, moderating, registering, revoking
from martlet.services.registering import Newcomer
from martlet.storage import accounts, logins, roster
from martlet.storage.database import Reader, Writer
from martlet.storage.roster import Resident
from martlet.text import names


def resident(db: Reader, name: str) -> Resident:
    """Somebody by username, with an @ before it or without."""
    found = roster.find(db, name.strip().removeprefix("@"))
    if found is None:
        raise NotFound(f"Nobody here is called {name}. `martlet account list` shows everybody.")
    return found


def create(db: Writer, newcomer: Newcomer, here: Server) -> AccountId:
    """An account that may be used at once. Raises `InvalidInput`, or `NotFound` for a role that there is not."""
    check(newcomer.username, newcomer.email, newcomer.role)
    appointing.get(db, newcomer.role)
    return registering.register(db, newcomer, here)


def check(username: str, email: str, role: str) -> None:
    """Raises `InvalidInput` for what can be no username or no address. Staff may be called as staff."""
    if not names.is_username(username):
        raise InvalidInput("A username has 1 to 30 letters (a–z), digits and underscores.", "username")
    if role == "user" and names.is_reserved(username):
        raise InvalidInput(
            f"{username} would pass for the server itself: choose another username.", "username"
        )
    if emails.read(email) is None:
        raise InvalidInput(f"{email} is no e-mail address.", "email")


def set_password(db: Writer, name: str, password_hash: str, *, drops_second_step: bool) -> None:
    """Whoever was signed in with the old password, in a browser or an app, no longer is."""
    found = resident(db, name)
    changes: dict[str, object] = {"password_hash": password_hash}
    if drops_second_step:
        changes |= {"totp_secret": None, "totp_enabled_at": None, "totp_last_step": 0}
        logins.put_recovery_digests(db, found.user, [])
    logins.update(db, found.user, **changes)
    revoking.access(db, found.user)


def promote(db: Writer, name: str, role: str) -> None:
    appointing.assign(db, OPERATOR, resident(db, name).account, role)


def confirm(db: Writer, name: str, here: Server) -> None:
    """Take the e-mail address as it is."""
    found = resident(db, name)
    if found.confirmed_at is None:
        logins.update(db, found.user, confirmed_at=here.now_ms())
        _changed(db, found.account)


def approve(db: Writer, name: str, here: Server) -> None:
    found = resident(db, name)
    if found.approved_at is None:
        logins.update(db, found.user, approved_at=here.now_ms())
        _changed(db, found.account)
        login = logins.find(db, found.user)
        if login is not None:
            db.emit(MailWanted(letters.APPROVED, login.email, login.locale, login.user))


def suspend(db: Writer, name: str, here: Server) -> None:
    """Nobody is shown the account or what it wrote, and nobody comes in; all of it can be undone."""
    moderating.suspend(db, _not_the_owner(db, name), here)


def unsuspend(db: Writer, name: str) -> None:
    moderating.unsuspend(db, resident(db, name).account)


def limit(db: Writer, name: str, here: Server) -> None:
    """Only those who follow the account come across it."""
    moderating.limit(db, _not_the_owner(db, name), here)


def unlimit(db: Writer, name: str) -> None:
    moderating.unlimit(db, resident(db, name).account)


def freeze(db: Writer, name: str, here: Server) -> None:
    """Nobody can sign in; all that was written stays."""
    moderating.freeze(db, _not_the_owner(db, name), here)


def unfreeze(db: Writer, name: str) -> None:
    moderating.unfreeze(db, resident(db, name).account)


def delete(db: Writer, name: str, here: Server) -> int:
    """Hide the account at once; the moment in which it is removed for good."""
    return leaving.delete_account(db, _not_the_owner(db, name), here)


def bring_back(db: Writer, name: str) -> None:
    if not leaving.take_back(db, resident(db, name).account):
        raise InvalidInput(f"{name} is not waiting to be deleted.")


def _not_the_owner(db: Writer, name: str) -> AccountId:
    found = resident(db, name)
    if found.role == "owner":
        raise InvalidInput("That is the owner of this server. Give them another role first.")
    return found.account


def _changed(db: Writer, account: AccountId) -> None:
    """Clients are shown whether an account is there at all: it has a new version."""
    accounts.count(db, account)
    db.emit(AccountChanged(account))
