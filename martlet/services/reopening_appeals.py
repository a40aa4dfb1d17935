"""
Taking back what was decided about an appeal: it waits again, and what it is against holds again.

What the approval lifted is put in force anew, by an entry of its own, so that
it can be lifted once more. Whoever it is against is told of it.
"""

from martlet.model.audit import State, Target
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.model.roles import Actor
from martlet.model.sanctions import STATES, Strike
from martlet.model.server import Server
from martlet.services import auditing, moderating, permitting, sanctioning
from martlet.storage import accounts, audit, posts, strikes
from martlet.storage.database import Reader, Writer


def state(db: Reader, strike: int, decided: State) -> State:
    """What is so now, of what a decision about the appeal says."""
    found, appeal = strikes.find(db, strike), strikes.find_appeal(db, strike)
    if found is None or appeal is None:
        return {}
    is_now: State = {"state": appeal.state}
    if "lifted_by" in decided:
        lifted_by = str(decided["lifted_by"])
        is_now["lifted_by"] = lifted_by if _is_as_lifted(db, found, lifted_by) else None
    return is_now


def _is_as_lifted(db: Reader, strike: Strike, lifted_by: str) -> bool:
    """Whether nothing was decided since about what an approval lifted."""
    if not lifted_by:
        return True
    if audit.undone_by(db, [strike.entry_id]).get(strike.entry_id) != int(lifted_by):
        return False
    before, now = auditing.before(auditing.get(db, strike.entry_id)), moderating.state(db, strike.account_id)
    return all(now[name] == value for name, value in before.items() if name in now)


def set_back(db: Writer, actor: Actor, strike: int, decided: State, here: Server) -> None:
    """What an undoing does. Raises `NotAllowed` and `NotFound`."""
    found, appeal = strikes.find_and_lock(db, strike), strikes.find_appeal(db, strike)
    if found is None or appeal is None:
        raise NotFound
    permitting.check_outranks(db, actor, found.account_id)
    strikes.reopen_appeal(db, strike)
    was_overruled_before = (found.overruled_at or 0) < (appeal.decided_at or 0)
    if not appeal.is_approved or was_overruled_before:
        return
    entry = _put_in_force(db, actor, found, here) if decided.get("lifted_by") else found.entry_id
    strikes.uphold(db, strike, entry)
    if entry != found.entry_id:
        sanctioning.tell(db, found)


def _put_in_force(db: Writer, actor: Actor, strike: Strike, here: Server) -> int:
    """The id of the entry that says so."""
    account, given = strike.account_id, auditing.get(db, strike.entry_id)
    accounts.lock(db, account)
    before, after = auditing.before(given), auditing.after(given)
    marked = after.get("sensitive_posts")
    if isinstance(marked, list):
        there = posts.many_unfiltered(db, [PostId(int(id)) for id in marked])
        before, after = sanctioning.mark_posts(db, [one.id for one in there if not one.is_sensitive])
    for measure, name in STATES.items():
        if name in after:
            moderating.set_state(db, account, measure, here, is_on=bool(after[name]))
    target = Target(given.target_kind, given.target_id, given.target_name)
    return auditing.record(db, actor, given.act, target, before, after, here, report=given.report_id)
