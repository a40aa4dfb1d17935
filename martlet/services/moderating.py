"""
What can be in force on an account: limited, suspended, frozen, shown as sensitive.

Who may decide so, and what is written down of it, is `services/sanctioning.py`.
"""

from martlet.model.audit import State
from martlet.model.errors import NotFound
from martlet.model.events import AccountChanged, AccountSuspended
from martlet.model.moderation import Severity
from martlet.model.names import AccountId
from martlet.model.sanctions import STATES, Measure
from martlet.model.server import Server
from martlet.services import leaving, restricting, revoking
from martlet.storage import accounts, peer_people, users
from martlet.storage.database import Reader, Writer


def suspend(db: Writer, account: AccountId, here: Server) -> None:
    """
    Nobody sees the account or its posts any more, and nobody is signed in to it.

    One that is here is removed for good after the days of grace. Raises `NotFound`.
    """
    found = accounts.get(db, account)
    if found.suspended_at is None or found.suspended_there:
        accounts.update(db, account, suspended_at=here.now_ms())
        db.emit(AccountChanged(account))
        db.emit(AccountSuspended(account))
        if accounts.host_of(db, account) == "":
            leaving.remove_if_still_suspended(db, account, here)
    peer_people.own_suspension(db, account)
    revoking.access_of(db, account)


def unsuspend(db: Writer, account: AccountId) -> None:
    """
    All is there again, but people have to sign in anew. Raises `NotFound`.

    Somebody whose server is suspended stays hidden with it, and somebody whom it has suspended does.
    """
    found = accounts.get(db, account)
    if found.suspended_at is None:
        return
    if found.suspended_there or restricting.policy_of_account(db, account).severity is Severity.SUSPEND:
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


def sensitize(db: Writer, account: AccountId, here: Server) -> None:
    """All that the account posts and has posted is shown as sensitive. Raises `NotFound`."""
    if accounts.get(db, account).sensitized_at is None:
        accounts.update(db, account, sensitized_at=here.now_ms())


def unsensitize(db: Writer, account: AccountId) -> None:
    """Posts are shown as their author marked them. Raises `NotFound`."""
    if accounts.get(db, account).sensitized_at is not None:
        accounts.update(db, account, sensitized_at=None)


def freeze(db: Writer, account: AccountId, here: Server) -> None:
    """Nobody can sign in to the account; all that it wrote stays. Raises `NotFound`."""
    _person(db, account)
    users.update(db, account, disabled_at=here.now_ms())
    revoking.access_of(db, account)


def unfreeze(db: Writer, account: AccountId) -> None:
    """Raises `NotFound`."""
    _person(db, account)
    users.update(db, account, disabled_at=None)


def state(db: Reader, account: AccountId) -> State:
    """What is in force on the account for itself, whatever is on its server. Raises `NotFound`."""
    found, user, elsewhere = accounts.get(db, account), users.find(db, account), peer_people.find(db, account)
    return {
        STATES[Measure.SENSITIZE]: found.sensitized_at is not None,
        STATES[Measure.LIMIT]: found.limited_at is not None
        and not (elsewhere is not None and elsewhere.limited_by_peer),
        STATES[Measure.FREEZE]: user is not None and user.disabled_at is not None,
        STATES[Measure.SUSPEND]: found.suspended_at is not None
        and not (elsewhere is not None and elsewhere.suspended_by_peer),
    }


def set_state(db: Writer, account: AccountId, measure: Measure, here: Server, *, is_on: bool) -> None:
    """Put a measure in force, or lift it. Raises `NotFound`, and `KeyError` for what is over at once."""
    match measure, is_on:
        case Measure.SENSITIZE, True:
            sensitize(db, account, here)
        case Measure.SENSITIZE, False:
            unsensitize(db, account)
        case Measure.LIMIT, True:
            limit(db, account, here)
        case Measure.LIMIT, False:
            unlimit(db, account)
        case Measure.FREEZE, True:
            freeze(db, account, here)
        case Measure.FREEZE, False:
            unfreeze(db, account)
        case Measure.SUSPEND, True:
            suspend(db, account, here)
        case Measure.SUSPEND, False:
            unsuspend(db, account)
        case _:
            raise KeyError(measure)


def _person(db: Writer, account: AccountId) -> None:
    if users.find(db, account) is None:
        raise NotFound("Nobody signs in to that account here.")
