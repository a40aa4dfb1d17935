"""
What somebody's import of a block list decided, written down so that the audit log can take it back.

Only what is still as the import left it goes, or becomes what it was before.
What is beyond one transaction is done by a job.
"""

import msgspec

from martlet.model.audit import Target
from martlet.model.moderation import OWN, Decision
from martlet.model.roles import Actor
from martlet.model.server import Server
from martlet.services import auditing, restricting
from martlet.storage import audit, events, imported_policies, peer_policies
from martlet.storage.database import Store, Writer

TAKE_BACK = "take_import_back"
AT_ONCE = 500
"""Decisions taken back in one transaction."""


def begin(db: Writer, actor: Actor, domains: int, here: Server) -> int:
    """Before its first decision is made; the entry's id."""
    return auditing.record(
        db, actor, "list.import", Target("import", 0, ""), {"domains": 0}, {"domains": domains}, here
    )


def is_taken_back(db: Writer, entry: int) -> bool:
    return entry in audit.undone_by(db, [entry])


def note(db: Writer, entry: int, decision: Decision) -> None:
    """Before a decision is made: what holds until then."""
    imported_policies.insert(db, entry, peer_policies.find_own(db, decision.host), decision)


def set_back(db: Writer, entry: int, here: Server) -> None:
    """What an undoing does."""
    if _take_some_back(db, entry, here):
        events.add_job(db, TAKE_BACK, msgspec.json.encode(entry).decode(), here.now_ms())


async def go_on(store: Store, body: str, here: Server) -> None:
    """The job that takes back the rest."""
    entry = msgspec.json.decode(body, type=int)
    while await store.writing(_take_some_back, entry, here):
        pass


def _take_some_back(db: Writer, entry: int, here: Server) -> bool:
    """Whether there may be more."""
    found = imported_policies.some(db, entry, AT_ONCE)
    for was, is_now in found:
        if peer_policies.find_own(db, is_now.host) != is_now:
            continue
        if was is None:
            peer_policies.delete(db, OWN, [is_now.host])
        else:
            peer_policies.put(db, was, here.next_id())
    imported_policies.delete(db, entry, [is_now.host for _, is_now in found])
    restricting.review_soon(db, here)
    return len(found) == AT_ONCE
