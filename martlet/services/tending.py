"""
What whoever runs the server does with people's accounts, from the command line.

Nothing here asks who is calling: it is the operator, who has the database
anyway. Every function raises `NotFound` for a name that nobody here has.
"""

from martlet.model import emails
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AccountChanged
from martlet.model.names import AccountId
from martlet.model.roles import OPERATOR, OWNER
from martlet.model.sanctions import Measure, Sanction
from martlet.model.server import Server
from martlet.services import admitting, appointing, auditing, leaving, registering, revoking, sanctioning
from martlet.services.registering import Newcomer
from martlet.storage import accounts, logins, roles, roster
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


def promote(db: Writer, name: str, role: str, here: Server) -> None:
    appointing.assign(db, OPERATOR, resident(db, name).account, role, here)


def confirm(db: Writer, name: str, here: Server) -> None:
    """Take the e-mail address as it is."""
    found = resident(db, name)
    if found.confirmed_at is None:
        logins.update(db, found.user, confirmed_at=here.now_ms())
        accounts.count(db, found.account)  # whether it is there at all: it has a new version
        db.emit(AccountChanged(found.account))


def approve(db: Writer, name: str, here: Server) -> None:
    found = resident(db, name)
    if found.approved_at is None:
        admitting.approve(db, OPERATOR, found.account, here)


def sanction(db: Writer, name: str, measure: Measure, here: Server, reason: str = "", *, tells: bool) -> None:
    """Do something against an account, here or elsewhere: `ada`, `ada@peer.example`."""
    wanted = Sanction(measure, text=reason, tells=tells)
    sanctioning.act(db, OPERATOR, _not_the_owner(db, name), wanted, here)


def lift(db: Writer, name: str, measure: Measure, here: Server) -> None:
    """Take it back."""
    sanctioning.lift(db, OPERATOR, somebody(db, name), measure, here)


def somebody(db: Reader, name: str) -> AccountId:
    """An account by its handle, here or elsewhere, with an @ before it or without."""
    bare = name.strip().removeprefix("@")
    username, _, host = bare.partition("@")
    if not host:
        return resident(db, bare).account
    found = accounts.find_by_handle(db, username, host.lower())
    if found is None:
        raise NotFound(f"Nobody called {name} is known here.")
    return found.id


def delete(db: Writer, name: str, here: Server) -> int:
    """Hide the account at once; the moment in which it is removed for good."""
    account = _not_the_owner(db, name)
    deletes_at = leaving.delete_account(db, account, here)
    target = auditing.account_target(db, account)
    auditing.record(db, OPERATOR, "account.leave", target, {"is_there": True}, {"is_there": False}, here)
    return deletes_at


def check_deletable(db: Reader, name: str) -> None:
    """Raises what `delete` would: `NotFound`, or `InvalidInput` for the owner."""
    _not_the_owner(db, name)


def bring_back(db: Writer, name: str) -> None:
    if not leaving.take_back(db, resident(db, name).account):
        raise InvalidInput(f"{name} is not waiting to be deleted.")


def _not_the_owner(db: Reader, name: str) -> AccountId:
    account = somebody(db, name)
    if roles.of_account(db, account).key == OWNER.key:
        raise InvalidInput("That is the owner of this server. Give them another role first.")
    return account
