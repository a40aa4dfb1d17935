"""Letting people in who asked to join, or not; and removing what a suspended account has."""

from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput
from martlet.model.events import AccountApproved, AccountChanged, MailWanted
from martlet.model.names import AccountId
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, leaving, letters, permitting, sanctioning
from martlet.storage import accounts, logins
from martlet.storage.database import Writer
from martlet.storage.logins import Login


def approve(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """Raises `NotFound`, and `NotAllowed` for somebody who does not wait."""
    login = _waiting(db, actor, account)
    logins.update(db, login.user, approved_at=here.now_ms())
    accounts.count(db, account)  # clients are shown whether an account is there at all: it has a new version
    db.emit(AccountChanged(account))
    db.emit(AccountApproved(account))
    db.emit(MailWanted(letters.APPROVED, login.email, login.locale, login.user))
    target = auditing.account_target(db, account)
    auditing.record(db, actor, "account.approve", target, {"is_approved": False}, {"is_approved": True}, here)


def reject(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """
    Somebody who asked to join does not come in; the name is free again.

    Raises `NotFound`, and `NotAllowed` for somebody who does not wait.
    """
    _waiting(db, actor, account)
    target = auditing.account_target(db, account)
    auditing.record(db, actor, "account.reject", target, {"is_there": True}, {"is_there": False}, here)
    accounts.delete(db, account)


def _waiting(db: Writer, actor: Actor, account: AccountId) -> Login:
    permitting.check_actor(actor, Permission.MANAGE_USERS)
    sanctioning.get_target(db, account)
    permitting.check_outranks(db, actor, account)
    login = logins.find_of_account(db, account)
    locked = logins.find_and_lock(db, login.user) if login is not None else None
    if locked is None or locked.approved_at is not None or locked.deleted_at is not None:
        raise permitting.refusal()
    return locked


def remove_data(db: Writer, actor: Actor, account: AccountId, here: Server) -> Account:
    """
    Have what a suspended account has removed for good, soon; the account as it is now.

    Raises `NotFound`, `NotAllowed`, and `InvalidInput` for one that is not suspended.
    """
    permitting.check_actor(actor, Permission.DELETE_USER_DATA)
    about = sanctioning.get_target(db, account)
    permitting.check_outranks(db, actor, account)
    if about.suspended_at is None:
        raise InvalidInput("The account has to be suspended first.")
    if about.deleted_at is None:
        leaving.remove_now(db, about, here)
        target = auditing.account_target(db, account)
        auditing.record(db, actor, "account.delete", target, {"is_there": True}, {"is_there": False}, here)
    return accounts.get(db, account)
