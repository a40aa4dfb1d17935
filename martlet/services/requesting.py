"""
Deciding about those whose notifications are kept aside.

Whoever is let through is heard from now on, and a job brings what was kept
aside of them into the list, a hundred at a time. Whoever is sent away may ask
again.
"""

from collections.abc import Sequence

import msgspec

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import Blocked, NotificationsMerged
from martlet.model.names import AccountId
from martlet.model.notifications import NotificationKind
from martlet.model.paging import LAST_ID, Page
from martlet.model.server import Server
from martlet.services import conversing
from martlet.storage import events, notification_policies, notification_requests
from martlet.storage.database import Reader, Store, Writer

MERGE = "merge_notifications"
DISCARD = "discard_notifications"
AT_ONCE = 100
"""Notifications released or discarded in one transaction."""
MOST_REQUESTS = 1000
"""Decided about with one call."""


class Sifted(msgspec.Struct, frozen=True):
    """The body of both jobs: what was kept aside of a sender, as far as it is older than an id."""

    account: AccountId
    sender: AccountId
    before: int = LAST_ID


def accept(db: Writer, account: AccountId, ids: Sequence[int], here: Server) -> None:
    """Hear of whoever asks, whatever the policy says, and see what was kept aside. Others' requests are left alone."""
    for sender in _decided(db, account, ids):
        notification_policies.permit(db, account, sender)
        _add_job(db, MERGE, Sifted(account, sender), here)


def accept_one(db: Writer, account: AccountId, id: int, here: Server) -> None:
    """The same for one. Raises `NotFound`."""
    _check(db, account, id, here)
    accept(db, account, [id], here)


def dismiss(db: Writer, account: AccountId, ids: Sequence[int], here: Server) -> None:
    """Forget what was kept aside so far; a new mention asks anew."""
    until = here.next_id()
    for sender in _decided(db, account, ids):
        _add_job(db, DISCARD, Sifted(account, sender, until), here)


def dismiss_one(db: Writer, account: AccountId, id: int, here: Server) -> None:
    """The same for one. Raises `NotFound`."""
    _check(db, account, id, here)
    dismiss(db, account, [id], here)


def _check(db: Reader, account: AccountId, id: int, here: Server) -> None:
    if notification_requests.find(db, id, account, here.now_ms()) is None:
        raise NotFound


def _decided(db: Writer, account: AccountId, ids: Sequence[int]) -> list[AccountId]:
    if len(ids) > MOST_REQUESTS:
        raise InvalidInput(f"Validation failed: no more than {MOST_REQUESTS} at once", "id")
    return notification_requests.take(db, ids, account)


def _add_job(db: Writer, name: str, body: Sifted, here: Server) -> None:
    key = f"{name}:{body.account}:{body.sender}" if name == MERGE else None
    events.add_job(db, name, msgspec.json.encode(body).decode(), here.now_ms(), key=key)


async def merge(store: Store, body: str, here: Server) -> None:
    """The job that brings what was kept aside of a sender into the list, and private mentions into the inbox."""
    sifted = msgspec.json.decode(body, type=Sifted)
    after: int | None = 0
    while after is not None:
        after = await store.writing(_merge_some, sifted, after, here)


def _merge_some(db: Writer, sifted: Sifted, after: int, here: Server) -> int | None:
    """Returns after which id there may be more."""
    found = notification_requests.held(db, sifted.account, sifted.sender, Page(after=after, limit=AT_ONCE))
    notification_requests.release(db, [one.id for one in found])
    for one in found:
        if one.kind == NotificationKind.MENTION and one.post_id is not None:
            conversing.take_in(db, one.post_id, sifted.account, here)
    if len(found) == AT_ONCE:
        return found[-1].id
    notification_policies.note_merged(db, sifted.account, sifted.sender)
    if not notification_policies.is_merging(db, sifted.account):
        db.emit(NotificationsMerged(sifted.account))
    return None


async def discard(store: Store, body: str, here: Server) -> None:
    """The job that forgets what was kept aside of a sender."""
    del here
    sifted = msgspec.json.decode(body, type=Sifted)
    while await store.writing(_discard_some, sifted):
        pass


def _discard_some(db: Writer, sifted: Sifted) -> bool:
    """Returns whether there may be more."""
    page = Page(before=sifted.before, limit=AT_ONCE)
    found = notification_requests.held(db, sifted.account, sifted.sender, page)
    notification_requests.discard(db, [one.id for one in found])
    return len(found) == AT_ONCE


def of_block(db: Writer, event: Blocked, here: Server) -> None:
    """Whoever is blocked asks for nothing, and is let through no more."""
    del here
    notification_requests.delete_of(db, event.account, event.blocked)
    notification_policies.forbid(db, event.account, event.blocked)
