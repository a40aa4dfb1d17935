"""
Telling other servers: reactions that write what happened here, signed, beside whom it is to reach.

One row for each server's inbox, in the reaction's own transaction; the job
`SEND` of each server does the rest (`federation/sending.py`).
"""

from collections.abc import Sequence

import msgspec

from martlet.activitypub import addressing, build
from martlet.activitypub.build import Document
from martlet.activitypub.things import (
    Accept,
    Block,
    Boost,
    Delete,
    Follow,
    Like,
    Move,
    Reject,
    Undo,
    Writing,
)
from martlet.model.accounts import Account
from martlet.model.events import (
    AccountChanged,
    AccountLeft,
    AccountMoved,
    Blocked,
    Followed,
    FollowRequested,
    PollClosed,
    PollVoted,
    PostDeleted,
    PostEdited,
    PostLiked,
    PostPublished,
    PostReacted,
    PostUnliked,
    PostUnreacted,
    Unblocked,
    Unfollowed,
)
from martlet.model.names import AccountId, PostId, Uri, host_of
from martlet.model.posts import Post
from martlet.model.reactions import Choice
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import documenting, identities
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import (
    accounts,
    attached,
    deliveries,
    events,
    follows,
    peer_policies,
    peers,
    posts,
    quotes,
    reactions,
    remotes,
    telling,
)
from martlet.storage.database import Reader, Writer
from martlet.text.emoji import as_picture

SEND = "send_to_peer"
SPREAD = "spread_activity"
WRITTEN_AT_ONCE = 100
"""Inboxes that one transaction writes down."""
TELL_COUNTS = "tell_counts_of_votes"
COUNTED_AFTER = 60_000
"""Milliseconds after a vote until others are told of it, with those that came meanwhile."""


# -- posts ---------------------------------------------------------------


def of_post(db: Writer, event: PostPublished, here: Server, secret: ServerSecret) -> None:
    found = own_post(db, event.post)
    if found is None:
        return
    post, author = found
    inboxes = readers(db, post)
    if not inboxes:
        return
    make = documenting.published if post.boost_of_id is None else documenting.boosted
    send(db, author.id, make(db, post, author, secret, here), inboxes, here)


def of_edit(db: Writer, event: PostEdited, here: Server, secret: ServerSecret) -> None:
    found = own_post(db, event.post)
    if found is None:
        return
    post, author = found
    shown_by = {*telling.boosters(db, post.id), *quotes.quoters(db, post.id)}
    inboxes = readers(db, post) | remotes.inboxes_of(db, shown_by)
    if inboxes:
        send(db, author.id, documenting.revised(db, post, author, secret, here), inboxes, here)


def of_deletion(db: Writer, event: PostDeleted, here: Server, secret: ServerSecret) -> None:
    author = accounts.find(db, event.author)
    if author is None or not author.is_here or author.is_gone or not event.uri:
        return  # of who is gone, all is
    inboxes = remotes.inboxes_of(db, event.told)
    if event.visibility >= Visibility.FOLLOWERS:
        inboxes |= remotes.inboxes_of_followers(db, author.id)
    if not inboxes:
        return
    to = (
        [addressing.PUBLIC] if event.visibility >= Visibility.UNLISTED else [documenting.followers_of(author)]
    )
    if event.boosted is not None:
        boost = Boost(event.uri, author.uri, event.boosted, tuple(to))
        document = build.act(Undo(Uri(f"{event.uri}/undo"), author.uri, boost))
    else:
        deleted = Delete(Uri(f"{event.uri}#delete"), author.uri, event.uri)
        document = build.deleted(deleted, to, build.tombstone(event.uri, author.uri, here.now_ms()))
    send_document(db, author, document, inboxes, here, secret, Visibility(event.visibility))


def own_post(db: Reader, id: int) -> tuple[Post, Account] | None:
    """A post that was written here, and its author, unless one of them is gone."""
    post = posts.find_unfiltered(db, PostId(id))
    if post is None or not post.is_local:
        return None
    author = accounts.find(db, post.author_id)
    return None if author is None or author.is_gone else (post, author)


def readers(db: Reader, post: Post) -> set[str]:
    """The inboxes of those elsewhere whom a post concerns."""
    concerned = set(attached.mentioned_ids(db, post.id))
    if post.visibility >= Visibility.UNLISTED and post.reply_to_account_id is not None:
        concerned.add(post.reply_to_account_id)
    shown = post.boost_of_id or (post.quote_of_id if post.visibility >= Visibility.UNLISTED else None)
    original = posts.find_unfiltered(db, shown) if shown is not None else None
    if original is not None:
        concerned.add(original.author_id)
    inboxes = remotes.inboxes_of(db, concerned)
    if post.visibility >= Visibility.FOLLOWERS:
        inboxes |= remotes.inboxes_of_followers(db, post.author_id)
    return inboxes


# -- likes and votes -----------------------------------------------------


def of_like(db: Writer, event: PostLiked, here: Server, secret: ServerSecret) -> None:
    like = telling.like_of(db, event.by, event.post)
    if like is not None:
        _tell_of_like(db, event.post, event.by, like, here, secret)


def of_unlike(db: Writer, event: PostUnliked, here: Server, secret: ServerSecret) -> None:
    _tell_of_like(db, event.post, event.by, event.like, here, secret, is_over=True)


def _tell_of_like(
    db: Writer,
    id: int,
    by: AccountId,
    like: int,
    here: Server,
    secret: ServerSecret,
    *,
    is_over: bool = False,
) -> None:
    """Only the author of what is liked is told."""
    post, liker = posts.find_unfiltered(db, PostId(id)), accounts.find(db, by)
    if post is None or post.is_local or liker is None or not liker.is_here:
        return
    act = Like(Uri(f"{liker.uri}#likes/{like}"), liker.uri, post.uri)
    undo = Undo(Uri(f"{act.uri}/undo"), liker.uri, act)
    inboxes = remotes.inboxes_of(db, [post.author_id])
    send_document(
        db, liker, build.act(undo if is_over else act), inboxes, here, secret, Visibility(post.visibility)
    )


def of_reaction(db: Writer, event: PostReacted, here: Server, secret: ServerSecret) -> None:
    """As a `Like` that says which emoji was chosen: the one way that everybody understands (decision 10)."""
    choice = Choice(event.name, event.host)
    reaction = reactions.find(db, event.post, event.by, choice)
    if reaction is not None:
        _tell_of_reaction(db, event.post, event.by, choice, reaction, here, secret)


def of_reaction_taken_back(db: Writer, event: PostUnreacted, here: Server, secret: ServerSecret) -> None:
    choice = Choice(event.name, event.host)
    _tell_of_reaction(db, event.post, event.by, choice, event.reaction, here, secret, is_over=True)


def _tell_of_reaction(
    db: Writer,
    id: PostId,
    by: AccountId,
    choice: Choice,
    reaction: int,
    here: Server,
    secret: ServerSecret,
    *,
    is_over: bool = False,
) -> None:
    """Only the author of the post is told."""
    post, account = posts.find_unfiltered(db, id), accounts.find(db, by)
    if post is None or post.is_local or account is None or not account.is_here:
        return
    emoji = documenting.emoji_of(db, choice, here)
    chosen = f":{choice.name}:" if choice.is_custom else as_picture(choice.name)
    act = Like(Uri(f"{account.uri}#reactions/{reaction}"), account.uri, post.uri, chosen, emoji)
    undo = Undo(Uri(f"{act.uri}/undo"), account.uri, act)
    inboxes, visibility = remotes.inboxes_of(db, [post.author_id]), Visibility(post.visibility)
    send_document(db, account, build.act(undo if is_over else act), inboxes, here, secret, visibility)


def of_vote(db: Writer, event: PollVoted, here: Server, secret: ServerSecret) -> None:
    """
    A vote is a nameless post for nobody but the asker.

    How many there are by now, others are told after a while, of many votes at once.
    """
    del secret
    post, voter = posts.find_unfiltered(db, event.post), accounts.find(db, event.by)
    if post is not None and post.is_local:
        tell_counts_later(db, post.id, here)
        return
    if post is None or voter is None or not voter.is_here:
        return
    asker = accounts.get(db, post.author_id)
    for choice in event.choices:
        uri = Uri(f"{voter.uri}#votes/{here.next_id()}")
        vote = Writing(
            uri=uri,
            author=voter.uri,
            reply_to=post.uri,
            to=(asker.uri,),
            choice=choice,
            created_at=here.now_ms(),
        )
        document = build.published(Uri(f"{uri}/activity"), build.writing(vote))
        send(
            db,
            voter.id,
            canonical_json.encode(document),
            remotes.inboxes_of(db, [asker.id], shared=False),
            here,
        )


def tell_counts_later(db: Writer, post: PostId, here: Server) -> None:
    events.add_job(
        db,
        TELL_COUNTS,
        msgspec.json.encode(post).decode(),
        here.now_ms() + COUNTED_AFTER,
        key=f"{TELL_COUNTS}:{post}",
    )


def of_poll(db: Writer, event: PollClosed, here: Server, secret: ServerSecret) -> None:
    """The last count."""
    of_edit(db, PostEdited(event.post), here, secret)


async def tell_counts(ground: Ground, body: str, here: Server) -> None:
    """The job that tells other servers how many votes there are."""
    post = PostId(msgspec.json.decode(body, type=int))
    await ground.store.writing(of_edit, PostEdited(post), here, ground.secret)


# -- follows and blocks --------------------------------------------------


def of_follow_request(db: Writer, event: FollowRequested, here: Server, secret: ServerSecret) -> None:
    del secret
    pair, there = _pair(db, event.follower, event.followed), follows.find(db, event.follower, event.followed)
    if pair is None or there is None or there.uri is None or not pair[0].is_here:
        return
    tell(db, pair[0], Follow(there.uri, pair[0].uri, pair[1].uri), pair[1], here)


def of_follow(db: Writer, event: Followed, here: Server, secret: ServerSecret) -> None:
    """Somebody elsewhere follows somebody here: now they know that they may."""
    del secret
    pair, there = _pair(db, event.follower, event.followed), follows.find(db, event.follower, event.followed)
    if pair is not None and there is not None and there.uri is not None and pair[1].is_here:
        accept_again(db, pair[0], pair[1], there.uri, here)


def accept_again(db: Writer, follower: Account, followed: Account, request: Uri, here: Server) -> None:
    """Say yes to a request, for the second time perhaps."""
    act = Follow(request, follower.uri, followed.uri)
    accept = Accept(Uri(f"{followed.uri}#accepts/{here.next_id()}"), followed.uri, act)
    tell(db, followed, accept, follower, here)


def of_end(db: Writer, event: Unfollowed, here: Server, secret: ServerSecret) -> None:
    """The side that is here tells the one that is not, if it was its will."""
    del secret
    pair = _pair(db, event.follower, event.followed)
    if pair is None or event.uri is None:
        return
    follower, followed = pair
    act = Follow(event.uri, follower.uri, followed.uri)
    if event.by == follower.id and follower.is_here:
        tell(db, follower, Undo(Uri(f"{event.uri}/undo"), follower.uri, act), followed, here)
    elif event.by == followed.id and followed.is_here:
        reject = Reject(Uri(f"{followed.uri}#rejects/{here.next_id()}"), followed.uri, act)
        tell(db, followed, reject, follower, here)


def reject(db: Writer, follower: Account, followed: Account, request: Uri, here: Server) -> None:
    """Say no to a request that we did not even keep."""
    act = Follow(request, follower.uri, followed.uri)
    tell(
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
        tell(db, pair[0], _block(*pair), pair[1], here)


def of_unblock(db: Writer, event: Unblocked, here: Server, secret: ServerSecret) -> None:
    del secret
    pair = _pair(db, event.account, event.blocked)
    if pair is not None and pair[0].is_here:
        block = _block(*pair)
        undo = Undo(Uri(f"{block.uri}/undo/{here.next_id()}"), pair[0].uri, block)
        tell(db, pair[0], undo, pair[1], here)


def _block(account: Account, blocked: Account) -> Block:
    return Block(Uri(f"{account.uri}#blocks/{blocked.id}"), account.uri, blocked.uri)


def _pair(db: Reader, one: AccountId, other: AccountId) -> tuple[Account, Account] | None:
    """Both, where exactly one of them is here."""
    first, second = accounts.find(db, one), accounts.find(db, other)
    if first is None or second is None or first.is_here == second.is_here:
        return None
    return first, second


def tell(
    db: Writer,
    sender: Account,
    act: Follow | Accept | Reject | Undo | Block,
    recipient: Account,
    here: Server,
) -> None:
    """What is between two people carries no proof and goes to the other's own inbox. Of who is gone, all is."""
    if sender.is_gone:
        return
    body = canonical_json.encode(build.act(act) | {"to": [recipient.uri]})
    send(db, sender.id, body, remotes.inboxes_of(db, [recipient.id], shared=False), here)


# -- accounts ------------------------------------------------------------


def of_account(db: Writer, event: AccountChanged, here: Server, secret: ServerSecret) -> None:
    """A profile has changed, or is no more."""
    account = accounts.find(db, event.account)
    if account is None or not account.is_here or account.is_gone:
        return
    inboxes = remotes.inboxes_of_followers(db, account.id)
    keys = identities.find_public_keys(db, account.id)
    if not inboxes or keys is None:
        return
    document = canonical_json.parse_object(documenting.profile_document(db, account, keys, secret, here))
    uri = Uri(f"{account.uri}#updates/{here.next_id()}")
    changed = build.profile_changed(uri, document, [addressing.PUBLIC])
    send(db, account.id, documenting.signed(db, changed, account, secret, here), inboxes, here)


def of_move(db: Writer, event: AccountMoved, here: Server, secret: ServerSecret) -> None:
    """An account here goes on as another one; its followers' servers are told."""
    account, target = accounts.find(db, event.account), accounts.find(db, event.target)
    if account is None or target is None or not account.is_here or account.is_gone:
        return
    inboxes = remotes.inboxes_of_followers(db, account.id)
    if inboxes:
        act = Move(Uri(f"{account.uri}#moves/{here.next_id()}"), account.uri, target.uri)
        document = build.moved(act, [documenting.followers_of(account)])
        send(db, account.id, documenting.signed(db, document, account, secret, here), inboxes, here)


def of_departure(db: Writer, event: AccountLeft, here: Server, secret: ServerSecret) -> None:
    """An account here is no more, and nothing of it."""
    account = accounts.find(db, event.account)
    if account is None:
        return
    act = Delete(Uri(f"{account.uri}#delete"), account.uri, account.uri)
    document = build.deleted(act, [addressing.PUBLIC], None)
    send(db, account.id, documenting.signed(db, document, account, secret, here), set(event.inboxes), here)


# -- on its way ----------------------------------------------------------


def send_document(
    db: Writer,
    sender: Account,
    document: Document,
    inboxes: set[str],
    here: Server,
    secret: ServerSecret,
    visibility: Visibility,
) -> None:
    is_open = visibility.is_open
    body = (
        documenting.signed(db, document, sender, secret, here) if is_open else canonical_json.encode(document)
    )
    send(db, sender.id, body, inboxes, here)


def send(db: Writer, sender: AccountId, body: bytes, inboxes: set[str], here: Server) -> None:
    """
    Write it down for each inbox, and wake up whoever brings it there.

    Of many inboxes a few at a time, so that nobody else's writing waits; what the
    sender does meanwhile comes after it everywhere.
    """
    id, now, wanted = here.next_id(), here.now_ms(), sorted(inboxes)
    if len(wanted) > WRITTEN_AT_ONCE or deliveries.is_spreading(db, sender):
        deliveries.insert_for_later(db, id, sender, body, wanted, now)
        events.add_job(db, SPREAD, msgspec.json.encode(sender).decode(), now)
        return
    targets = _targets(db, wanted, here)
    if targets:
        deliveries.insert(db, id, sender, body, targets, now)
        _wake_all(db, targets, now)


def _targets(db: Writer, inboxes: Sequence[str], here: Server) -> list[tuple[str, str]]:
    """Those at servers that we speak with: (host, inbox)."""
    now = here.now_ms()
    targets = []
    for inbox in inboxes:
        host = host_of(Uri(inbox))
        if host != here.host and not peer_policies.is_refused(db, host, here):
            peers.note(db, host, now)
            targets.append((host, inbox))
    return targets


async def spread(ground: Ground, body: str, here: Server) -> None:
    """The job that writes down the inboxes of what somebody did, some at a time."""
    sender = AccountId(msgspec.json.decode(body, type=int))
    while await ground.store.writing(_spread_some, sender, here):
        pass


def _spread_some(db: Writer, sender: AccountId, here: Server) -> bool:
    """Whether there were any."""
    taken = deliveries.take_rest(db, sender, WRITTEN_AT_ONCE)
    if taken is None:
        return False
    id, inboxes = taken
    targets = _targets(db, inboxes, here)
    deliveries.insert_more(db, id, targets)
    _wake_all(db, targets, here.now_ms())
    if not targets:
        deliveries.end_if_done(db, id)
    return True


def _wake_all(db: Writer, targets: Sequence[tuple[str, str]], now: int) -> None:
    for host in dict.fromkeys(host for host, _ in targets):
        wake(db, host, now)


def wake(db: Writer, host: str, now: int) -> None:
    """Have a job that delivers to the server, unless there is one; not before its pause is over."""
    if peers.claim_sending(db, host):
        peer = peers.find(db, host)
        at = max(now, peer.next_try_at) if peer is not None else now
        events.add_job(db, SEND, msgspec.json.encode(host).decode(), at)
