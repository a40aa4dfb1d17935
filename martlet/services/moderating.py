"""What those who run the server do about accounts: limit, suspend, freeze."""

from martlet.model.errors import NotFound
from martlet.model.events import AccountChanged
from martlet.model.moderation import Severity
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import restricting, revoking
from martlet.storage import accounts, peer_people, users
from martlet.storage.database import Writer


def suspend(db: Writer, account: AccountId, here: Server) -> None:
    """Nobody sees the account or its posts any more, and nobody is signed in to it. Raises `NotFound`."""
    if accounts.get(db, account).suspended_at is None:
        accounts.update(db, account, suspended_at=here.now_ms())
        db.emit(AccountChanged(account))
    peer_people.own_suspension(db, account)
    revoking.access_of(db, account)


def unsuspend(db: Writer, account: AccountId) -> None:
    """
    All is there again, but people have to sign in anew. Raises `NotFound`.

    Somebody whose server is suspended stays hidden with it.
    """
    if accounts.get(db, account).suspended_at is None:
        return
    if restricting.policy_of_account(db, account).severity is Severity.SUSPEND:
        peer_people.lend_suspension(db, account)
        return
    accounts.update(db, account, suspended_at=None)
    db.emit(AccountChanged(account))


def limit(db: Writer, account: AccountId, here: Server) -> None:
    """Only those who follow the account come across it; it has to ask whom it wants to follow. Raises `NotFound`."""
    if accounts.get(db, account).limited_at is None:
        accounts.update(db, account, limited_at=here.now_ms())
        db.emit(AccountChanged(account))
    peer_people.own_limit(db, account)


def unlimit(db: Writer, account: AccountId) -> None:
    """Somebody whose server is limited stays so with it. Raises `NotFound`."""
    if accounts.get(db, account).limited_at is None:
        return
    if restricting.policy_of_account(db, account).severity is Severity.LIMIT:
        peer_people.lend_limit(db, account)
        return
    accounts.update(db, account, limited_at=None)
    db.emit(AccountChanged(account))


def freeze(db: Writer, account: AccountId, here: Server) -> None:
    """Nobody can sign in to the account; all that it wrote stays. Raises `NotFound`."""
    _person(db, account)
    users.update(db, account, disabled_at=here.now_ms())
    revoking.access_of(db, account)


def unfreeze(db: Writer, account: AccountId) -> None:
    """Raises `NotFound`."""
    _person(db, account)
    users.update(db, account, disabled_at=None)


def _person(db: Writer, account: AccountId) -> None:
    if users.find(db, account) is None:
        raise NotFound("Nobody signs in to that account here.")
