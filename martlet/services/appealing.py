"""Appeals: whoever a decision was made against asks once to have it looked at again, and somebody decides."""

from datetime import timedelta

from martlet.model.audit import State, Target
from martlet.model.errors import Conflict, InvalidInput, NotFound
from martlet.model.events import AppealMade, MailWanted
from martlet.model.names import AccountId
from martlet.model.roles import Actor, Permission
from martlet.model.sanctions import APPEAL_DAYS, Appeal, Strike
from martlet.model.server import Server
from martlet.services import auditing, letters, permitting, undoing
from martlet.storage import logins, roles, strikes
from martlet.storage.database import Reader, Writer
from martlet.text.cleaning import many_lines

TEXT = 2000
DAY = timedelta(days=1) // timedelta(milliseconds=1)


class AppealTooLate(Conflict):
    code = "appeal_too_late"

    def __init__(self) -> None:
        super().__init__("The time for an appeal is over, or there was one already.")


def may_appeal(db: Reader, strike: Strike, here: Server) -> bool:
    return (
        strike.overruled_at is None
        and here.now_ms() < strike.created_at + APPEAL_DAYS * DAY
        and strikes.find_appeal(db, strike.id) is None
    )


def appeal(db: Writer, account: AccountId, strike: int, text: str, here: Server) -> None:
    """Raises `NotFound` for what was decided against somebody else, `AppealTooLate`, `InvalidInput`."""
    found = strikes.find_and_lock(db, strike)
    if found is None or found.account_id != account:
        raise NotFound
    if not may_appeal(db, found, here):
        raise AppealTooLate
    text = many_lines(text).strip()
    if not text:
        raise InvalidInput("This is needed.", "text", {"text": [("blank", "can't be blank")]})
    if len(text) > TEXT:
        raise InvalidInput("This is too long.", "text", {"text": [("too_long", "is too long")]})
    strikes.insert_appeal(db, Appeal(strike, account, text, here.now_ms(), None, None, None))
    db.emit(AppealMade(strike))


def tell_deciders(db: Writer, event: AppealMade, here: Server) -> None:
    """The reaction: a letter to everybody who may decide."""
    del here
    for account in roles.holders(db, Permission.MANAGE_APPEALS):
        login = logins.find_of_account(db, account)
        if login is not None and login.confirmed_at is not None:
            db.emit(MailWanted(letters.APPEAL_MADE, login.email, login.locale, login.user, event.strike))


def approve(db: Writer, actor: Actor, strike: int, here: Server) -> None:
    """What was decided is taken back. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    found = _decide(db, actor, strike, here, is_approved=True)
    lifted_by = ""
    try:
        with db.part():
            lifted_by = str(undoing.take_back(db, actor, auditing.get(db, found.entry_id), here))
    except undoing.CannotUndo:  # it was lifted before, or something else decided
        strikes.overrule(db, strike, here.now_ms())
    before: State = {"state": "pending", "lifted_by": ""}
    _write_down(db, actor, "approve", found, before, {"state": "approved", "lifted_by": lifted_by}, here)
    _answer(db, found, letters.APPEAL_APPROVED)


def reject(db: Writer, actor: Actor, strike: int, here: Server) -> None:
    """It stays as it was decided. Raises `NotAllowed`, `NotFound`, `Conflict`."""
    found = _decide(db, actor, strike, here, is_approved=False)
    _write_down(db, actor, "reject", found, {"state": "pending"}, {"state": "rejected"}, here)
    _answer(db, found, letters.APPEAL_REJECTED)


def _decide(db: Writer, actor: Actor, strike: int, here: Server, *, is_approved: bool) -> Strike:
    permitting.check_actor(actor, Permission.MANAGE_APPEALS)
    found = strikes.find_and_lock(db, strike)
    if found is None or strikes.find_appeal(db, strike) is None:
        raise NotFound
    permitting.check_outranks(db, actor, found.account_id)
    if not strikes.decide_appeal(db, strike, actor.account, here.now_ms(), is_approved=is_approved):
        raise Conflict("Somebody has decided about this appeal already.")
    return found


def _write_down(
    db: Writer, actor: Actor, act: str, strike: Strike, before: State, after: State, here: Server
) -> None:
    target = Target("appeal", strike.id, auditing.account_target(db, strike.account_id).name)
    auditing.record(db, actor, f"appeal.{act}", target, before, after, here, report=strike.report_id)


def _answer(db: Writer, strike: Strike, letter: str) -> None:
    login = logins.find_of_account(db, strike.account_id)
    if login is not None:
        db.emit(MailWanted(letter, login.email, login.locale, login.user, strike.id))
