"""
Leaving: an account that its owner deletes is hidden at once, and removed for good after some days.

Until then whoever signs in can take it back. What is left at the end is the
name, so that nobody else can pass for somebody who was here.
"""

import msgspec

from martlet.model.accounts import Account
from martlet.model.events import AccountChanged, AccountLeft
from martlet.model.names import AccountId
from martlet.model.sanctions import GRACE_DAYS
from martlet.model.server import Server
from martlet.services import caching, deleting, following, revoking, severing, uploading
from martlet.storage import (
    accounts,
    departures,
    events,
    follows,
    marks,
    media,
    posts,
    reactions,
    remotes,
    timelines,
)
from martlet.storage.database import Store, Writer

REMOVE = "remove_account"
REMOVE_SUSPENDED = "remove_suspended_account"
AT_ONCE = 50
"""Posts, likes or follows removed in one transaction."""
DAY = 86_400_000
EMPTY: dict[str, object] = {
    **dict.fromkeys(("display_name", "note_text", "note_html", "avatar", "avatar_static", "avatar_text"), ""),
    **dict.fromkeys(("header", "header_static", "header_text"), ""),
    **dict.fromkeys(("fields", "attribution"), "[]"),
    "last_post_at": None,
    "moved_to_id": None,
}
"""What a profile says once its owner has gone."""


class Suspended(msgspec.Struct, frozen=True):
    """Only removed if it is still the same suspension."""

    account: AccountId
    suspended_at: int


class Removal(msgspec.Struct, frozen=True):
    """Only done if the account is still to be removed at this moment, not taken back or put off since."""

    account: AccountId
    deletes_at: int


def delete_account(db: Writer, account: AccountId, here: Server) -> int:
    """
    Hide an account at once, end all access to it, and have it removed after the grace period.

    Returns the moment in which it will be removed. Raises `NotFound`.
    """
    before = accounts.get(db, account)
    if before.deletes_at is not None:
        return before.deletes_at
    deletes_at = here.now_ms() + here.deletion_grace_days * DAY
    accounts.update(db, account, deletes_at=deletes_at)
    revoking.access_of(db, account)
    body = msgspec.json.encode(Removal(account, deletes_at)).decode()
    events.add_job(db, REMOVE, body, deletes_at, key=f"{REMOVE}:{account}:{deletes_at}")
    db.emit(AccountChanged(account))
    return deletes_at


def leave_elsewhere(db: Writer, account: Account, here: Server) -> None:
    """An account of another server is no more: hidden at once, removed as soon as there is time."""
    if account.deletes_at is None:
        remove_now(db, account, here)


def remove_now(db: Writer, account: Account, here: Server) -> None:
    """Have an account removed for good as soon as there is time, whatever its owner had in mind."""
    now = here.now_ms()
    accounts.update(db, account.id, deletes_at=now)
    body = msgspec.json.encode(Removal(account.id, now)).decode()
    events.add_job(db, REMOVE, body, now, key=f"{REMOVE}:{account.id}:{now}")
    db.emit(AccountChanged(account.id))


def remove_if_still_suspended(db: Writer, account: AccountId, here: Server) -> None:
    """A suspended account is removed after the days of grace, unless the suspension ends."""
    suspended_at = accounts.get(db, account).suspended_at
    if suspended_at is not None:
        body = msgspec.json.encode(Suspended(account, suspended_at)).decode()
        events.add_job(db, REMOVE_SUSPENDED, body, here.now_ms() + GRACE_DAYS * DAY)


async def remove_suspended(store: Store, body: str, here: Server) -> None:
    """The job at the end of the days of grace."""
    await store.writing(_remove_suspended, msgspec.json.decode(body, type=Suspended), here)


def _remove_suspended(db: Writer, suspended: Suspended, here: Server) -> None:
    account = accounts.find(db, suspended.account)
    if account is not None and account.suspended_at == suspended.suspended_at and account.deleted_at is None:
        remove_now(db, account, here)


def take_back(db: Writer, account: AccountId) -> bool:
    """Have an account stay that was to be deleted. Whether it was, and still could be saved."""
    before = accounts.get(db, account)
    if before.deletes_at is None or before.deleted_at is not None:
        return False
    accounts.update(db, account, deletes_at=None)
    db.emit(AccountChanged(account))
    return True


async def remove(store: Store, body: str, here: Server) -> None:
    """The job that removes an account for good, a little in each transaction."""
    removal = msgspec.json.decode(body, type=Removal)
    await store.writing(_say_goodbye, removal)
    while await store.writing(_remove_some, removal, here):
        pass
    while await store.writing(_tell_of_end, removal, here):
        pass


def _say_goodbye(db: Writer, removal: Removal) -> None:
    """Before anything is removed: afterwards nobody would know any more who has to be told."""
    account = accounts.find(db, removal.account)
    if account is None or account.deletes_at != removal.deletes_at or account.deleted_at is not None:
        return
    inboxes = remotes.inboxes_around(db, account.id) if account.is_here else set()
    if inboxes:
        db.emit(AccountLeft(account.id, tuple(sorted(inboxes))))


def _remove_some(db: Writer, removal: Removal, here: Server) -> bool:
    """Returns whether there is more to do."""
    account = accounts.find(db, removal.account)
    if account is None or account.deletes_at != removal.deletes_at or account.deleted_at is not None:
        return False
    id = account.id
    if (
        _remove_posts(db, id, here)
        or _remove_likes(db, id)
        or _remove_reactions(db, id)
        or _remove_follows(db, account, here)
        or _remove_files(db, id, here)
    ):
        return True
    pictures = (account.avatar, account.avatar_static, account.header, account.header_static)
    uploading.forget_files(db, pictures, here.now_ms())
    caching.forget_account(db, id, here.now_ms())
    timelines.drop_home(db, id)
    departures.delete_owned(db, id)
    accounts.update(db, id, **EMPTY, deleted_at=here.now_ms())
    db.emit(AccountChanged(id))
    return False


def _remove_posts(db: Writer, account: AccountId, here: Server) -> bool:
    ids = departures.post_ids(db, account, AT_ONCE)
    for id in ids:
        deleting.delete(db, account, id, here, keeps_media=False)
    return bool(ids)


def _remove_likes(db: Writer, account: AccountId) -> bool:
    ids = departures.liked_ids(db, account, AT_ONCE)
    for id in ids:
        if marks.unlike(db, account, id):
            posts.count(db, id, likes=-1)
    return bool(ids)


def _remove_reactions(db: Writer, account: AccountId) -> bool:
    found = reactions.of_account(db, account, AT_ONCE)
    for post, choice in found:
        reactions.delete(db, post, account, choice)
    return bool(found)


def _remove_follows(db: Writer, account: Account, here: Server) -> bool:
    found = follows.of(db, account.id, AT_ONCE)
    for one in found:
        pair = (one.follower_id, one.followed_id)
        if account.suspended_at is not None:
            severing.end(db, pair, account.id, "account_suspension", account.handle, here)
        else:
            follows.lock_pair(db, *pair)
            following.end(db, *pair, account.id)
    return bool(found)


def _tell_of_end(db: Writer, removal: Removal, here: Server) -> bool:
    """Those who lost a follow because the account was suspended."""
    account = accounts.find(db, removal.account)
    return account is not None and severing.tell(db, "account_suspension", account.handle, here)


def _remove_files(db: Writer, account: AccountId, here: Server) -> bool:
    found = media.of_owner(db, account, AT_ONCE)
    uploading.let_go(db, found, here.now_ms())
    return bool(found)
