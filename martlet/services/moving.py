"""
Moving: an account goes on as another one, here or elsewhere, and its followers go with it.

Two proofs are needed. The old account says so itself; and the new one names it
among what it is also known as, which is looked up at the new one's own server
at that moment (attacks D16). Whoever here follows the old account then follows
the new one as if they had asked to, with what blocks and locks say to that;
blocks and mutes are carried over, so that nobody gets past them by moving.
"""

import json
from collections.abc import Collection

import msgspec

from martlet.activitypub.things import Move
from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, MartletError, NotAllowed, NotFound
from martlet.model.events import AccountChanged, AccountMoved
from martlet.model.names import NOBODY, AccountId, Uri
from martlet.model.server import Server
from martlet.services import blocking, continuing, following, listing
from martlet.services.following import Wanted
from martlet.services.ports import Ground, Resolver
from martlet.storage import accounts, events, follows, lists, moves, relations, remotes
from martlet.storage.database import Reader, Store, Writer
from martlet.text import names

TAKE_ALONG = "take_followers_along"
AT_ONCE = 50
"""Followers, blocks or mutes carried over in one transaction."""
DAY = 86_400_000
PAUSE = 30 * DAY
"""Milliseconds between two moves of an account here."""
PAUSE_ELSEWHERE = 7 * DAY
"""Milliseconds in which a second move of an account elsewhere is not heard (attacks D16)."""
FRESH = 600_000
"""Milliseconds for which what another server said of an account counts as looked up for this move."""
ALIASES = 25
_NAME_LIMIT = 2048


class NoSuchAccount(InvalidInput):
    code = "no_such_account"

    def __init__(self) -> None:
        super().__init__("No account goes by this name, or its server does not answer.", "account")


class OwnAccount(InvalidInput):
    code = "own_account"

    def __init__(self) -> None:
        super().__init__("This is the account itself.", "account")


class TooManyAliases(InvalidInput):
    code = "too_many_aliases"

    def __init__(self) -> None:
        super().__init__(f"An account has at most {ALIASES} aliases.", "account")


class NotNamedThere(InvalidInput):
    """The new account does not say that the old one is its own."""

    code = "not_named_there"

    def __init__(self) -> None:
        super().__init__("The other account does not name this one as its alias yet.", "account")


class MovedItself(InvalidInput):
    code = "moved_itself"

    def __init__(self) -> None:
        super().__init__("The other account has moved itself.", "account")


class MovedLately(NotAllowed):
    code = "moved_lately"

    def __init__(self) -> None:
        super().__init__(f"An account moves once in {PAUSE // DAY} days.")


# -- finding the other account -------------------------------------------


async def look_up(ground: Ground, resolver: Resolver, text: str) -> Account:
    """Whoever goes by a handle or an address, asked for at their own server. Raises `NoSuchAccount`."""
    text = text.strip()
    if len(text) > _NAME_LIMIT:
        raise NoSuchAccount
    uri = await (resolver.address(text) if "://" in text else _by_handle(ground, resolver, text))
    found = await ground.store.reading(accounts.find_by_uri, uri) if uri is not None else None
    if found is None or found.is_gone or found.id <= 0:
        raise NoSuchAccount
    return found


async def _by_handle(ground: Ground, resolver: Resolver, text: str) -> Uri | None:
    try:
        username, host = names.parse_handle(text, names.own_hosts(ground.here.host))
    except names.InvalidHandle:
        return None
    if host is not None:
        uri = await resolver.handle(f"{username}@{host}")
        return await resolver.address(uri) if uri is not None else None
    try:
        return (await ground.store.reading(accounts.get_shown_by_handle, username)).uri
    except NotFound:
        return None


# -- aliases -------------------------------------------------------------


def add_alias(db: Writer, account: AccountId, other: Account, here: Server) -> None:
    """Let another account move here. Raises `OwnAccount`, `TooManyAliases`."""
    if other.id == account:
        raise OwnAccount
    if len(moves.aliases(db, account)) >= ALIASES:
        raise TooManyAliases
    if moves.put_alias(db, account, other.uri, here.next_id()):
        _changed(db, account)


def remove_alias(db: Writer, account: AccountId, id: int) -> None:
    """Raises `NotFound`."""
    if not moves.delete_alias(db, account, id):
        raise NotFound
    _changed(db, account)


def _changed(db: Writer, account: AccountId) -> None:
    accounts.touch(db, account)
    db.emit(AccountChanged(account))


def aliases_of(db: Reader, account: Account, here: Server) -> Collection[Uri]:
    """What an account is also known as; of one elsewhere only if that was looked up for this move."""
    if account.is_here:
        return [one.uri for one in moves.aliases(db, account.id)]
    remote = remotes.find(db, account.id)
    if remote is None or remote.fetched_at < here.now_ms() - FRESH:
        return ()
    found: list[Uri] = json.loads(remote.aliases)
    return found


# -- away from here ------------------------------------------------------


def move_out(db: Writer, account: AccountId, target: Account, here: Server) -> None:
    """
    Have an account here go on as `target`, which was looked up just now.

    Raises `OwnAccount`, `NotNamedThere`, `MovedItself`, `MovedLately`.
    """
    if target.id == account:
        raise OwnAccount
    follows.lock_pair(db, account, target.id)
    mover = accounts.get(db, account)
    if target.moved_to_id is not None:
        raise MovedItself
    if mover.uri not in aliases_of(db, target, here):
        raise NotNamedThere
    last = moves.find(db, account)
    if last is not None and here.now_ms() - last.moved_at < PAUSE:
        raise MovedLately
    _record(db, mover, target, here)


def may_move_at(db: Reader, account: AccountId) -> int:
    """The moment from which an account here may move; 0: at any time."""
    last = moves.find(db, account)
    return 0 if last is None else last.moved_at + PAUSE


def take_back(db: Writer, account: AccountId) -> None:
    """Undo the move of an account here. Followers who went along do not come back by this."""
    if accounts.get(db, account).moved_to_id is not None:
        accounts.update(db, account, moved_to_id=None)
        db.emit(AccountChanged(account))


def _record(db: Writer, mover: Account, target: Account, here: Server) -> None:
    accounts.update(db, mover.id, moved_to_id=target.id)
    moves.put(db, moves.Move(mover.id, target.id, here.now_ms()))
    db.emit(AccountChanged(mover.id))
    db.emit(AccountMoved(mover.id, target.id))


# -- from elsewhere ------------------------------------------------------


def is_worth_a_look(db: Reader, uri: Uri, here: Server) -> bool:
    """Whether a move that another server tells of would do anything here: else nothing is fetched for it."""
    mover = accounts.find_by_uri(db, uri)
    if mover is None or mover.is_here or mover.is_gone or not moves.concerns_somebody(db, mover.id):
        return False
    return not _has_moved_lately(db, mover, here)


def receive(db: Writer, act: Move, mover: Account, here: Server) -> None:
    """An account elsewhere has moved. What is not confirmed, or comes too soon after another move, leaves no trace."""
    target = accounts.find_by_uri(db, act.target)
    if target is None or target.id == mover.id or target.is_gone:
        return
    if not continuing.may_move(db, mover.uri, target.uri):
        return
    follows.lock_pair(db, mover.id, target.id)
    if target.moved_to_id is not None or act.actor not in aliases_of(db, target, here):
        return
    if mover.moved_to_id not in (None, target.id) or _has_moved_lately(db, mover, here):
        return
    if moves.concerns_somebody(db, mover.id):
        _record(db, mover, target, here)


def by_root(db: Writer, mover: Account, target: Account, here: Server) -> None:
    """An account's root key has said that it goes on as `target`: whatever else was said of it, and however lately."""
    if mover.id == target.id or target.is_gone or mover.moved_to_id == target.id:
        return
    follows.lock_pair(db, mover.id, target.id)
    if mover.is_here or moves.concerns_somebody(db, mover.id):
        _record(db, mover, target, here)
    else:
        accounts.update(db, mover.id, moved_to_id=target.id)


def _has_moved_lately(db: Reader, mover: Account, here: Server) -> bool:
    last = moves.find(db, mover.id)
    return last is not None and here.now_ms() - last.moved_at < PAUSE_ELSEWHERE


# -- who goes along ------------------------------------------------------


class Journey(msgspec.Struct, frozen=True):
    """How far the people here have come who have to do with somebody that moved: `after` whom the next begins."""

    account: AccountId
    target: AccountId
    stage: str = "follows"
    after: AccountId = NOBODY


_NEXT = {"follows": "blocks", "blocks": "mutes", "mutes": ""}


def take_along(db: Writer, event: AccountMoved, here: Server) -> None:
    """The reaction: add the job that takes followers, blocks and mutes along."""
    body = msgspec.json.encode(Journey(event.account, event.target)).decode()
    events.add_job(
        db,
        TAKE_ALONG,
        body,
        here.now_ms(),
        key=f"{TAKE_ALONG}:{event.account}:{event.target}:{here.next_id()}",
    )


async def go_on(store: Store, body: str, here: Server) -> None:
    """The job. Run again from the start it finds done what was done."""
    journey: Journey | None = msgspec.json.decode(body, type=Journey)
    while journey is not None:
        journey = await store.writing(_go_some_way, journey, here)


def _go_some_way(db: Writer, journey: Journey, here: Server) -> Journey | None:
    """Returns how it goes on; None at the end, and where the move was taken back meanwhile."""
    mover, target = accounts.find(db, journey.account), accounts.find(db, journey.target)
    if mover is None or target is None or mover.moved_to_id != target.id or target.is_gone:
        return None
    match journey.stage:
        case "follows":
            seen = _carry_follows(db, mover, target, journey.after, here)
        case "blocks":
            seen = _carry_blocks(db, mover, target, journey.after, here)
        case _:
            seen = _carry_mutes(db, mover, target, journey.after, here)
    if len(seen) == AT_ONCE:
        return msgspec.structs.replace(journey, after=seen[-1])
    stage = _NEXT[journey.stage]
    return Journey(journey.account, journey.target, stage) if stage else None


def _carry_follows(
    db: Writer, mover: Account, target: Account, after: AccountId, here: Server
) -> list[AccountId]:
    found = moves.followers_here(db, mover.id, after, AT_ONCE)
    for one in found:
        try:
            with db.part():
                _follow_instead(db, one, target, here)
        except (NotFound, NotAllowed, InvalidInput):
            continue  # who may not follow the new account goes on following the old one
    return [one.follower_id for one in found]


def _follow_instead(db: Writer, old: follows.Follow, target: Account, here: Server) -> None:
    """The new account in place of the old one, with what was wanted of it, and in the same lists."""
    follower = old.follower_id
    if follows.find(db, follower, target.id) is None:
        wanted = Wanted(
            boosts=bool(old.shows_boosts),
            notifications=bool(old.notifies),
            languages=tuple(json.loads(old.languages)) if old.languages else None,
        )
        following.follow(db, follower, target.id, wanted, here)
    for one in lists.containing(db, follower, old.followed_id):
        try:
            with db.part():
                listing.add(db, one.id, follower, [target.id], here)
        except MartletError:
            continue  # it is there already, or the list is full
    follows.lock_pair(db, follower, old.followed_id)
    following.end(db, follower, old.followed_id, follower)


def _carry_blocks(
    db: Writer, mover: Account, target: Account, after: AccountId, here: Server
) -> list[AccountId]:
    """Of those who do not follow the new account by their own will."""
    found = moves.blocks_by_people_here(db, mover.id, after, AT_ONCE)
    for one in found:
        if _is_over(one.expires_at, here) or follows.find(db, one.account_id, target.id) is not None:
            continue
        if not relations.is_blocking(db, one.account_id, target.id):
            blocking.block(db, one.account_id, target.id, here, ends_at=one.expires_at)
    return [one.account_id for one in found]


def _is_over(ends_at: int | None, here: Server) -> bool:
    return ends_at is not None and ends_at <= here.now_ms()


def _carry_mutes(
    db: Writer, mover: Account, target: Account, after: AccountId, here: Server
) -> list[AccountId]:
    found = moves.mutes_of(db, mover.id, after, AT_ONCE)
    for one in found:
        if _is_over(one.expires_at, here) or moves.is_muting(db, one.account_id, target.id):
            continue
        blocking.mute(
            db,
            one.account_id,
            target.id,
            here,
            hides_notifications=bool(one.hides_notifications),
            ends_at=one.expires_at,
        )
    return [one.account_id for one in found]
