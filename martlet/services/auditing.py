"""
Writing down what those who look after the server do, in the transaction in which they do it.

An entry says who did what to whom, what was so before and what is so now. No
post's words stand in it, and no address of anybody's. `services/undoing.py`
takes acts back by what an entry says.
"""

import json

from martlet.model.audit import Entry, State, Target
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, ReportId
from martlet.model.roles import Actor
from martlet.model.server import Server
from martlet.storage import accounts, audit
from martlet.storage.database import Reader, Writer

NAME = 200


def record(
    db: Writer,
    actor: Actor,
    act: str,
    target: Target,
    before: State,
    after: State,
    here: Server,
    *,
    report: ReportId | None = None,
    undoes: int | None = None,
    reason: str = "",
) -> int:
    """Returns the entry's id. Raises `AlreadyThere` for a second undoing of the same."""
    entry = Entry(
        id=here.next_id(),
        actor_id=actor.account,
        act=act,
        target_kind=target.kind,
        target_id=target.id,
        target_name=target.name[:NAME],
        report_id=report,
        state_before=_text(before),
        state_after=_text(after),
        undoes_id=undoes,
        reason=reason,
    )
    audit.insert(db, entry)
    return entry.id


def account_target(db: Reader, account: AccountId) -> Target:
    found = accounts.find(db, account)
    return Target("account", account, f"@{found.handle}" if found is not None else "")


def get(db: Reader, id: int) -> Entry:
    """Raises `NotFound`."""
    found = audit.find(db, id)
    if found is None:
        raise NotFound
    return found


def before(entry: Entry) -> State:
    found: State = json.loads(entry.state_before)
    return found


def after(entry: Entry) -> State:
    found: State = json.loads(entry.state_after)
    return found


def _text(state: State) -> str:
    return json.dumps(state, ensure_ascii=False, sort_keys=True)
