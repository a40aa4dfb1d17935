"""
The way in of somebody else: confirming their address, changing it, sending a link for a new password, dropping a lost second step.

Nobody sees or sets anybody's password. Each act is an entry of the audit log, without the address.
"""

from martlet.model import emails
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import AccountChanged, MailWanted
from martlet.model.names import AccountId
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import auditing, letters, permitting
from martlet.storage import accounts, logins
from martlet.storage.database import AlreadyThere, Writer
from martlet.storage.logins import Login


def confirm(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """Take the e-mail address as it is. Raises `NotAllowed` and `NotFound`."""
    login = _login(db, actor, account, Permission.MANAGE_USERS)
    if login.confirmed_at is None:
        logins.update(db, login.user, confirmed_at=here.now_ms())
        accounts.count(db, account)  # whether it is there at all: it has a new version
        db.emit(AccountChanged(account))
        _note(db, actor, account, "account.confirm", here)


def change_email(db: Writer, actor: Actor, account: AccountId, email: str, here: Server) -> None:
    """A new address, which its owner has to confirm where mail is sent. Raises `InvalidInput`, `NotAllowed`, `NotFound`."""
    login = _login(db, actor, account, Permission.MANAGE_USER_ACCESS)
    found = emails.read(email)
    if found is None:
        raise InvalidInput("This is no e-mail address.", "email", {"email": [("invalid", "is invalid")]})
    if found == login.email:
        return
    confirmed_at = None if here.sends_mail else login.confirmed_at or here.now_ms()
    try:
        with db.part():
            logins.update(
                db,
                login.user,
                email=found,
                email_folded=found.lower(),
                unconfirmed_email=None,
                confirmed_at=confirmed_at,
            )
    except AlreadyThere:
        taken = {"email": [("email_taken", "has already been taken")]}
        raise InvalidInput("Somebody here has this address.", "email", taken) from None
    accounts.count(db, account)
    db.emit(AccountChanged(account))
    db.emit(MailWanted(letters.CONFIRM, found, login.locale, login.user))
    _note(db, actor, account, "account.email", here)


def send_reset(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """A letter with a link for a new password. Raises `InvalidInput` where no mail is sent, `NotAllowed`, `NotFound`."""
    login = _login(db, actor, account, Permission.MANAGE_USER_ACCESS)
    if not here.sends_mail:
        raise InvalidInput("This server sends no mail. On its machine: martlet account reset-password NAME")
    db.emit(MailWanted(letters.RESET, login.email, login.locale, login.user))
    _note(db, actor, account, "account.reset", here)


def drop_second_step(db: Writer, actor: Actor, account: AccountId, here: Server) -> None:
    """For a lost phone: the password alone is enough again. Raises `NotAllowed` and `NotFound`."""
    login = _login(db, actor, account, Permission.MANAGE_USER_ACCESS)
    if login.has_second_step:
        logins.update(db, login.user, totp_secret=None, totp_enabled_at=None, totp_last_step=0)
        logins.put_recovery_digests(db, login.user, [])
        _note(db, actor, account, "account.drop_second_step", here)


def _login(db: Writer, actor: Actor, account: AccountId, permission: Permission) -> Login:
    permitting.check_actor(actor, permission)
    login = logins.find_of_account(db, account)
    if login is None or login.deleted_at is not None:
        raise NotFound
    permitting.check_outranks(db, actor, account)
    return login


def _note(db: Writer, actor: Actor, account: AccountId, act: str, here: Server) -> None:
    auditing.record(db, actor, act, auditing.account_target(db, account), {}, {}, here)
