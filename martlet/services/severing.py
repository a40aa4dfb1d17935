"""
Follows that end because of a decision that was not about those who follow: told to them, with a list to take along.

Whoever ends follows calls `end` for each, in as many transactions as there are,
and `tell` when all are done: each person is told once, of all of theirs.
"""

from typing import Literal

import msgspec

from martlet.archives import tables
from martlet.archives.tables import Row
from martlet.model.errors import NotFound
from martlet.model.events import AccountSuspended, FollowsSevered
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import following
from martlet.storage import accounts, events, follows, peer_people, severances
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.severances import Severance

SEVER = "sever_suspended_account"
AT_ONCE = 100
"""Follows ended, or people told, in one transaction."""

Kind = Literal["domain_block", "user_domain_block", "account_suspension"]


def end(
    db: Writer, pair: tuple[AccountId, AccountId], by: AccountId, kind: Kind, target: str, here: Server
) -> None:
    """End a follow (follower, followed), and write it down for the one who is here and did not want it."""
    follower, followed = pair
    follows.lock_pair(db, follower, followed)
    there = follows.find(db, follower, followed)
    following.end(db, follower, followed, by)
    if there is None or not there.is_accepted:
        return
    for own, other in ((follower, followed), (followed, follower)):
        if not accounts.host_of(db, own):
            severance = severances.note(db, here.next_id(), own, kind, target)
            severances.add(db, severance, there, other)


def tell(db: Writer, kind: Kind, target: str, here: Server) -> bool:
    """Tell some of those who lost follows. Returns whether there may be more."""
    told = severances.tell_some(db, kind, target, here.now_ms(), AT_ONCE)
    for id in told:
        db.emit(FollowsSevered(id))
    return len(told) == AT_ONCE


# -- a suspended account elsewhere ---------------------------------------


def of_suspension(db: Writer, event: AccountSuspended, here: Server) -> None:
    """
    Somebody elsewhere who was suspended follows nobody here any more, and nobody here them.

    Their server goes on showing them what it has, so it may get no more. People
    here keep their follows until they are removed: a suspension can end.
    """
    if accounts.host_of(db, event.account):
        body = msgspec.json.encode(event.account).decode()
        events.add_job(db, SEVER, body, here.now_ms(), key=f"{SEVER}:{event.account}:{here.now_ms()}")


async def sever(store: Store, body: str, here: Server) -> None:
    """The job that ends the follows, some at a time."""
    account = AccountId(msgspec.json.decode(body, type=int))
    while await store.writing(_sever_some, account, here):
        pass
    while await store.writing(_tell_of, account, here):
        pass


def _sever_some(db: Writer, account: AccountId, here: Server) -> bool:
    """Returns whether there may be more."""
    suspended = accounts.find(db, account)
    if suspended is None or suspended.suspended_at is None:
        return False
    found = peer_people.follows(db, [account], AT_ONCE)
    for follower, followed in found:
        own = followed if follower == account else follower
        end(db, (follower, followed), own, "account_suspension", suspended.handle, here)
    return len(found) == AT_ONCE


def _tell_of(db: Writer, account: AccountId, here: Server) -> bool:
    suspended = accounts.find(db, account)
    return suspended is not None and tell(db, "account_suspension", suspended.handle, here)


# -- the lists -----------------------------------------------------------


def get_own(db: Reader, id: int, account: AccountId) -> Severance:
    """Raises `NotFound` for somebody else's."""
    found = severances.find_own(db, id, account)
    if found is None:
        raise NotFound
    return found


def table(db: Reader, severance: Severance, here: Server, *, are_followers: bool) -> bytes:
    """Those who were lost, as a CSV list that this and other servers can read."""
    found = severances.people(db, severance.id, are_followers=are_followers)
    rows = [
        Row(
            one.handle if "@" in one.handle else f"{one.handle}@{here.host}",
            boosts=bool(one.shows_boosts),
            notify=bool(one.notifies),
            languages=tuple(one.language_list),
        )
        for one in found
    ]
    return tables.write("follows", rows)
