"""Blocking and muting: seeing no more of somebody."""

import msgspec

from martlet.model.events import Blocked, Unblocked
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import following
from martlet.storage import accounts, events, follows, relations
from martlet.storage.database import Store, Writer

END_MUTES = "end_mutes"
END_BLOCKS = "end_blocks"
AT_ONCE = 50
"""Mutes or blocks ended in one transaction."""


def block(
    db: Writer,
    account: AccountId,
    blocked: AccountId,
    here: Server,
    *,
    seconds: int = 0,
    ends_at: int | None = None,
) -> None:
    """
    Neither sees the other from now on: follows, requests and places in lists end both ways.

    For so many `seconds`, or until `ends_at` (milliseconds), else for good; said again, it changes how long. Nothing
    where it is oneself. Raises `NotFound` for accounts that are not there.
    """
    accounts.get_shown(db, blocked)
    if account == blocked:
        return
    follows.lock_pair(db, account, blocked)
    expires_at = here.now_ms() + seconds * 1000 if seconds else ends_at
    if expires_at is not None:
        events.add_job(db, END_BLOCKS, msgspec.json.encode(expires_at).decode(), expires_at)
    if relations.put_block(db, account, blocked, here.next_id(), expires_at):
        following.end(db, account, blocked, account)
        following.end(db, blocked, account, account)
        relations.delete_notifications(db, account, blocked)
        db.emit(Blocked(account, blocked))


def unblock(db: Writer, account: AccountId, blocked: AccountId) -> None:
    accounts.get_shown(db, blocked)
    follows.lock_pair(db, account, blocked)
    if relations.delete_block(db, account, blocked):
        db.emit(Unblocked(account, blocked))


def mute(
    db: Writer,
    account: AccountId,
    muted: AccountId,
    here: Server,
    *,
    hides_notifications: bool = True,
    seconds: int = 0,
    ends_at: int | None = None,
) -> None:
    """
    See no more of somebody, without their knowing; for so many `seconds`, or until `ends_at` (milliseconds), else for good.

    Said again, it changes the mute. Nothing where it is oneself. Raises
    `NotFound` for accounts that are not there.
    """
    accounts.get_shown(db, muted)
    if account == muted:
        return
    follows.lock_pair(db, account, muted)
    expires_at = here.now_ms() + seconds * 1000 if seconds else ends_at
    relations.put_mute(
        db, account, muted, here.next_id(), hides_notifications=hides_notifications, expires_at=expires_at
    )
    if expires_at is not None:
        events.add_job(db, END_MUTES, msgspec.json.encode(expires_at).decode(), expires_at)


def unmute(db: Writer, account: AccountId, muted: AccountId) -> None:
    accounts.get_shown(db, muted)
    follows.lock_pair(db, account, muted)
    relations.delete_mute(db, account, muted)


async def end_blocks(store: Store, body: str, here: Server) -> None:
    """The job that takes blocks back whose time is up, and has the others' servers told."""
    del body
    while await store.writing(_unblock_some, here):
        pass


def _unblock_some(db: Writer, here: Server) -> bool:
    """Returns whether there may be more."""
    found = relations.expired_blocks(db, here.now_ms(), AT_ONCE)
    for account, blocked in found:
        follows.lock_pair(db, account, blocked)
        if relations.delete_block(db, account, blocked):
            db.emit(Unblocked(account, blocked))
    return len(found) == AT_ONCE


async def end_mutes(store: Store, body: str, here: Server) -> None:
    """The job that tidies up mutes whose time is up; readers leave them out anyway."""
    del body
    while await store.writing(_end_some, here):
        pass


def _end_some(db: Writer, here: Server) -> bool:
    """Returns whether there may be more."""
    now = here.now_ms()
    found = relations.expired_mutes(db, now, AT_ONCE)
    for account, muted in found:
        follows.lock_pair(db, account, muted)
        relations.delete_expired_mute(db, account, muted, now)
    return len(found) == AT_ONCE
