"""Telling other servers of follows and blocks, which are between two people. See `delivering`."""

from martlet.activitypub.things import Accept, Block, Follow, Reject, Undo
from martlet.model.accounts import Account
from martlet.model.events import Blocked, Followed, FollowRequested, Unblocked, Unfollowed
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import delivering
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, follows
from martlet.storage.database import Reader, Writer


def of_follow_request(db: Writer, event: FollowRequested, here: Server, secret: ServerSecret) -> None:
    del secret
    pair, there = _pair(db, event.follower, event.followed), follows.find(db, event.follower, event.followed)
    if pair is None or there is None or there.uri is None or not pair[0].is_here:
        return
    delivering.tell(db, pair[0], Follow(there.uri, pair[0].uri, pair[1].uri), pair[1], here)


def of_follow(db: Writer, event: Followed, here: Server, secret: ServerSecret) -> None:
    """Tell the server of a follower elsewhere that the follow is accepted."""
    del secret
    pair, there = _pair(db, event.follower, event.followed), follows.find(db, event.follower, event.followed)
    if pair is not None and there is not None and there.uri is not None and pair[1].is_here:
        accept_again(db, pair[0], pair[1], there.uri, here)


def accept_again(db: Writer, follower: Account, followed: Account, request: Uri, here: Server) -> None:
    """Send an `Accept`; a request that comes again is answered again."""
    act = Follow(request, follower.uri, followed.uri)
    accept = Accept(Uri(f"{followed.uri}#accepts/{here.next_id()}"), followed.uri, act)
    delivering.tell(db, followed, accept, follower, here)


def of_end(db: Writer, event: Unfollowed, here: Server, secret: ServerSecret) -> None:
    """Send an `Undo` or a `Reject`, if it was the account here that ended the follow."""
    del secret
    pair = _pair(db, event.follower, event.followed)
    if pair is None or event.uri is None:
        return
    follower, followed = pair
    act = Follow(event.uri, follower.uri, followed.uri)
    if event.by == follower.id and follower.is_here:
        delivering.tell(db, follower, Undo(Uri(f"{event.uri}/undo"), follower.uri, act), followed, here)
    elif event.by == followed.id and followed.is_here:
        reject = Reject(Uri(f"{followed.uri}#rejects/{here.next_id()}"), followed.uri, act)
        delivering.tell(db, followed, reject, follower, here)


def reject(db: Writer, follower: Account, followed: Account, request: Uri, here: Server) -> None:
    """Send a `Reject` for a request of which no row was kept."""
    act = Follow(request, follower.uri, followed.uri)
    delivering.tell(
        db,
        followed,
        Reject(Uri(f"{followed.uri}#rejects/{here.next_id()}"), followed.uri, act),
        follower,
        here,
    )


def of_block(db: Writer, event: Blocked, here: Server, secret: ServerSecret) -> None:
    del secret
    pair = _pair(db, event.account, event.blocked)
    if pair is not None and pair[0].is_here:
        delivering.tell(db, pair[0], _block(*pair), pair[1], here)


def of_unblock(db: Writer, event: Unblocked, here: Server, secret: ServerSecret) -> None:
    del secret
    pair = _pair(db, event.account, event.blocked)
    if pair is not None and pair[0].is_here:
        block = _block(*pair)
        undo = Undo(Uri(f"{block.uri}/undo/{here.next_id()}"), pair[0].uri, block)
        delivering.tell(db, pair[0], undo, pair[1], here)


def _block(account: Account, blocked: Account) -> Block:
    return Block(Uri(f"{account.uri}#blocks/{blocked.id}"), account.uri, blocked.uri)


def _pair(db: Reader, one: AccountId, other: AccountId) -> tuple[Account, Account] | None:
    """Both accounts, where exactly one of them is here."""
    first, second = accounts.find(db, one), accounts.find(db, other)
    if first is None or second is None or first.is_here == second.is_here:
        return None
    return first, second
