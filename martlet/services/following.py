"""Following: asking, accepting, refusing, ending."""

import contextlib
from dataclasses import dataclass, replace

import msgspec

from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotAllowed, NotFound
from martlet.model.events import Followed, FollowRequested, Unfollowed
from martlet.model.names import AccountId, Uri
from martlet.model.notifications import NotificationKind
from martlet.model.server import Server
from martlet.services import redirecting, timelines
from martlet.storage import (
    accounts,
    domain_blocks,
    events,
    follows,
    notifications,
    peer_policies,
    refused_follows,
    relations,
)
from martlet.storage.database import Store, Writer
from martlet.storage.follows import Follow

ACCEPT_ALL = "accept_follow_requests"
AT_ONCE = 200
"""Requests accepted in one transaction."""


class FollowNotAllowed(NotAllowed):
    code = "follow_not_allowed"

    def __init__(self) -> None:
        super().__init__("This action is not allowed")


class Wanted(msgspec.Struct, frozen=True):
    """What a follower wants of the followed account; unset: as it is, or as usual."""

    boosts: bool | msgspec.UnsetType = msgspec.UNSET
    notifications: bool | msgspec.UnsetType = msgspec.UNSET
    languages: tuple[str, ...] | None | msgspec.UnsetType = msgspec.UNSET
    """None: all of them."""


@dataclass(frozen=True, slots=True)
class _Options:
    shows_boosts: bool
    notifies: bool
    languages: tuple[str, ...] | None


def follow(
    db: Writer, follower: AccountId, followed: AccountId, wanted: Wanted, here: Server, uri: Uri | None = None
) -> None:
    """
    Follow an account, ask to, or change what is wanted of it.

    Asked of locked accounts and of all elsewhere, and by limited ones. `uri`:
    what a follower elsewhere calls the request. Raises `NotFound` for
    oneself and for accounts that are gone, `FollowNotAllowed` where either
    blocks the other or the other's server, or this server does not speak
    with theirs, or the account has moved, `HasMoved` where the follower has.
    """
    follows.lock_pair(db, follower, followed)
    author = accounts.get_shown(db, followed)
    if followed == follower or author.is_gone:
        raise NotFound
    if author.moved_to_id is not None or relations.is_block_between(db, follower, followed):
        raise FollowNotAllowed
    reader = accounts.get(db, follower)
    redirecting.check_stays(reader)
    if (author.host and domain_blocks.is_blocked(db, follower, author.host)) or (
        reader.host and domain_blocks.is_blocked(db, followed, reader.host)
    ):
        raise FollowNotAllowed
    there = follows.find(db, follower, followed)
    if there is not None:
        _change(db, there, wanted)
        return
    if author.host and here.federation != "open" and peer_policies.is_refused_by_uri(db, author.uri, here):
        raise FollowNotAllowed  # it would be asked of nobody, and wait for ever
    options = _options(None, wanted)
    id = here.next_id()
    is_open = author.is_here and not author.is_locked and reader.limited_at is None
    if not author.is_here and uri is None:
        uri = Uri(f"{reader.uri}#follows/{id}")
    follows.insert(
        db,
        Follow(
            follower,
            followed,
            id,
            int(is_open),
            int(options.shows_boosts),
            int(options.notifies),
            follows.languages_text(options.languages),
            uri,
        ),
    )
    if is_open:
        _begin(db, follower, followed)
    else:
        db.emit(FollowRequested(follower, followed))


def ask_again(db: Writer, followed: AccountId, refusal: Uri, here: Server) -> bool:
    """
    Whoever refused or ended a follow of somebody's here takes that back: they are asked once more.

    `refusal`: what it was called. Returns whether there was such a refusal; nobody is asked who may not be by now.
    """
    refused = refused_follows.find(db, followed, refusal)
    if refused is None:
        return False
    refused_follows.delete(db, refused.follower_id, followed)
    languages = tuple(msgspec.json.decode(refused.languages)) if refused.languages else None
    wanted = Wanted(bool(refused.shows_boosts), bool(refused.notifies), languages)
    if follows.find(db, refused.follower_id, followed) is None:
        with contextlib.suppress(NotFound, NotAllowed, InvalidInput), db.part():
            follow(db, refused.follower_id, followed, wanted, here)
    return True


def _change(db: Writer, there: Follow, wanted: Wanted) -> None:
    options = _options(there, wanted)
    follows.set_options(
        db,
        there,
        shows_boosts=options.shows_boosts,
        notifies=options.notifies,
        languages=options.languages,
    )


def _options(there: Follow | None, wanted: Wanted) -> _Options:
    found = _Options(shows_boosts=True, notifies=False, languages=None)
    if there is not None:
        languages = tuple(msgspec.json.decode(there.languages)) if there.languages else None
        found = _Options(bool(there.shows_boosts), bool(there.notifies), languages)
    if wanted.boosts is not msgspec.UNSET:
        found = replace(found, shows_boosts=wanted.boosts)
    if wanted.notifications is not msgspec.UNSET:
        found = replace(found, notifies=wanted.notifications)
    if wanted.languages is not msgspec.UNSET:
        found = replace(found, languages=wanted.languages)
    return found


def _begin(db: Writer, follower: AccountId, followed: AccountId) -> None:
    accounts.count(db, followed, followers=1)
    accounts.count(db, follower, following=1)
    db.emit(Followed(follower, followed))


def end(db: Writer, follower: AccountId, followed: AccountId, by: AccountId) -> None:
    """
    End a follow, or a request for one; nothing where there is neither. The pair is locked by the caller.

    `by`: which of the two wants so.
    """
    there = follows.find(db, follower, followed)
    if there is None:
        return
    follows.delete(db, follower, followed)
    db.emit(Unfollowed(follower, followed, by, there.uri))
    if not there.is_accepted:
        _untell(db, follower, followed)
        return
    relations.delete_endorsement(db, follower, followed)
    timelines.forget(db, follower, followed)
    accounts.count(db, followed, followers=-1)
    accounts.count(db, follower, following=-1)


def _untell(db: Writer, follower: AccountId, followed: AccountId) -> None:
    """Once a request is answered or taken back, nobody is told of it any more."""
    notifications.take_back(db, followed, NotificationKind.FOLLOW_REQUEST, follower)


def unfollow(db: Writer, follower: AccountId, followed: AccountId) -> None:
    """Raises `NotFound` for accounts that are not there."""
    accounts.get_shown(db, followed)
    follows.lock_pair(db, follower, followed)
    end(db, follower, followed, follower)


def remove_follower(db: Writer, followed: AccountId, follower: AccountId) -> None:
    """Have somebody follow no more. Raises `NotFound` for accounts that are not there."""
    accounts.get_shown(db, follower)
    follows.lock_pair(db, follower, followed)
    there = follows.find(db, follower, followed)
    if there is not None and there.is_accepted:
        end(db, follower, followed, followed)


def accept(db: Writer, followed: AccountId, follower: AccountId, here: Server) -> None:
    """Let somebody follow who asked to. Raises `NotFound` where nobody did."""
    follows.lock_pair(db, follower, followed)
    if not follows.accept(db, follower, followed, here.next_id()):
        raise NotFound
    _untell(db, follower, followed)
    _begin(db, follower, followed)


def reject(db: Writer, followed: AccountId, follower: AccountId) -> None:
    """Refuse a request. Raises `NotFound` where there is none."""
    follows.lock_pair(db, follower, followed)
    there = follows.find(db, follower, followed)
    if there is None or there.is_accepted:
        raise NotFound
    end(db, follower, followed, followed)


def unlocked(db: Writer, account: Account, here: Server) -> None:
    """An account no longer approves its followers: those who wait may come in, soon."""
    body = msgspec.json.encode(account.id).decode()
    events.add_job(db, ACCEPT_ALL, body, here.now_ms(), key=f"{ACCEPT_ALL}:{account.id}")


async def accept_all(store: Store, body: str, here: Server) -> None:
    """The job that accepts all who wait, unless the account was locked again."""
    account = msgspec.json.decode(body, type=int)
    while await store.writing(_accept_some, AccountId(account), here):
        pass


def _accept_some(db: Writer, followed: AccountId, here: Server) -> bool:
    """Returns whether there may be more."""
    account = accounts.find(db, followed)
    if account is None or account.is_locked or account.is_gone:
        return False
    waiting = follows.waiting(db, followed, AT_ONCE)
    for follower in waiting:
        accept(db, followed, follower, here)
    return len(waiting) == AT_ONCE
