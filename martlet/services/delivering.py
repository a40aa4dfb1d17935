"""
Telling other servers: reactions that write what happened here, signed, beside whom it is to reach.

One row for each server's inbox, in the reaction's own transaction; the job
`SEND` of each server does the rest (`federation/sending.py`).
"""

from collections.abc import Callable, Sequence

import msgspec

from martlet.activitypub import addressing, build
from martlet.activitypub.build import Document
from martlet.activitypub.things import Accept, Block, Boost, Delete, Follow, Move, Reject, Undo
from martlet.model.accounts import Account
from martlet.model.events import (
    AccountChanged,
    AccountLeft,
    AccountMoved,
    AccountSuspended,
    AlbumPostRenewed,
    PostDeleted,
    PostEdited,
    PostMarked,
    PostPublished,
)
from martlet.model.names import AccountId, PostId, Uri, host_of
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import documenting, identities, replying
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import (
    accounts,
    attached,
    deliveries,
    events,
    mirrors,
    peer_policies,
    peers,
    posts,
    quotes,
    remotes,
    telling,
    uris,
)
from martlet.storage.database import Reader, Writer

SEND = "send_to_peer"
SPREAD = "spread_activity"
WRITTEN_AT_ONCE = 100
"""Inboxes that one transaction writes down."""


# -- posts ---------------------------------------------------------------


def of_post(db: Writer, event: PostPublished, here: Server, secret: ServerSecret) -> None:
    found = own_post(db, event.post)
    if found is None:
        return
    post, author = found
    if post.visibility == Visibility.CIRCLE:
        _to_each(db, post, author, build.published, f"{documenting.act_uri(post)}#", here)
        return
    inboxes = readers(db, post)
    if not inboxes:
        return
    make = documenting.published if post.boost_of_id is None else documenting.boosted
    send(db, author.id, make(db, post, author, secret, here), inboxes, here)


def of_edit(
    db: Writer, event: PostEdited | PostMarked | AlbumPostRenewed, here: Server, secret: ServerSecret
) -> None:
    found = own_post(db, event.post)
    if found is None:
        return
    post, author = found
    if post.visibility == Visibility.CIRCLE:
        if not replying.is_withheld(db, post):
            name = f"{post.uri}#updates/{post.version}-"
            _to_each(db, post, author, build.revised, name, here)
        return
    shown_by = {*telling.boosters(db, post.id), *quotes.quoters(db, post.id)}
    inboxes = readers(db, post) | remotes.inboxes_of(db, shown_by)
    if inboxes:
        send(db, author.id, documenting.revised(db, post, author, secret, here), inboxes, here)


def of_deletion(db: Writer, event: PostDeleted, here: Server, secret: ServerSecret) -> None:
    author = accounts.find(db, event.author)
    if author is None or not author.is_here or author.is_gone or not event.uri or event.is_local_only:
        return  # of who is gone, all is; and nobody elsewhere ever had what is for here only
    inboxes = remotes.inboxes_of(db, event.told)
    if event.visibility >= Visibility.FOLLOWERS:
        inboxes |= remotes.inboxes_of_followers(db, author.id)
    if event.visibility >= Visibility.UNLISTED:
        inboxes |= mirrors.inboxes(db, author.id)
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


def _to_each(
    db: Writer,
    post: Post,
    author: Account,
    make: Callable[[Uri, Document], Document],
    name: str,
    here: Server,
) -> None:
    """
    Send a post to a circle: to each reader a document of their own, addressed to nobody else.

    So nobody learns who else reads it, whatever their server shows or hands on. Mastodon takes what comes for a
    second person of its own as the same post with one more reader. The acts have names of their own, so that none of
    them passes for a repetition of another.
    """
    readers = attached.mentioned_ids(db, post.id)
    addresses = uris.of_accounts(db, readers)
    note = canonical_json.parse_object(documenting.unsigned_post(db, post, author, here))
    for reader in readers:
        inboxes = remotes.inboxes_of(db, [reader], shared=False)
        if inboxes:
            said = {**note, "to": [addresses[reader]], "cc": []}
            body = canonical_json.encode(make(Uri(f"{name}{here.next_id()}"), said))
            send(db, author.id, body, inboxes, here)


def own_post(db: Reader, id: int) -> tuple[Post, Account] | None:
    """A post that was written here for more than here, and its author, unless one of them is gone."""
    post = posts.find_unfiltered(db, PostId(id))
    if post is None or not post.is_local or post.is_local_only:
        return None
    author = accounts.find(db, post.author_id)
    return None if author is None or author.is_gone else (post, author)


def readers(db: Reader, post: Post) -> set[str]:
    """The inboxes of those elsewhere whom a post concerns."""
    if post.is_local_only:
        return set()
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
    return inboxes | mirrors.inboxes(db, post.author_id) if post.is_open else inboxes


# -- accounts ------------------------------------------------------------


def of_account(db: Writer, event: AccountChanged, here: Server, secret: ServerSecret) -> None:
    """A profile has changed, or is no more."""
    account = accounts.find(db, event.account)
    if account is None or not account.is_here or account.is_gone:
        return
    inboxes = remotes.inboxes_of_followers(db, account.id) | mirrors.inboxes(db, account.id)
    if inboxes:
        _tell_profile(db, account, inboxes, here, secret)


def _tell_profile(
    db: Writer, account: Account, inboxes: set[str], here: Server, secret: ServerSecret
) -> None:
    keys = identities.find_public_keys(db, account.id)
    if keys is None:
        return
    document = canonical_json.parse_object(documenting.profile_document(db, account, keys, secret, here))
    uri = Uri(f"{account.uri}#updates/{here.next_id()}")
    changed = build.profile_changed(uri, document, [addressing.PUBLIC])
    send(db, account.id, documenting.signed(db, changed, account, secret, here), inboxes, here)


def of_suspension(db: Writer, event: AccountSuspended, here: Server, secret: ServerSecret) -> None:
    """An account here is shown to nobody from now on; its followers' servers hide it, too."""
    account = accounts.find(db, event.account)
    if (
        account is None
        or not account.is_here
        or account.suspended_at is None
        or account.deleted_at is not None
    ):
        return
    inboxes = remotes.inboxes_of_followers(db, account.id)
    if inboxes:
        _tell_profile(db, account, inboxes, here, secret)


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


def tell(
    db: Writer,
    sender: Account,
    act: Follow | Accept | Reject | Undo | Block,
    recipient: Account,
    here: Server,
) -> None:
    """Send an act between two people: without a proof, to the recipient's own inbox. A sender who is gone sends nothing."""
    if sender.is_gone:
        return
    body = canonical_json.encode(build.act(act) | {"to": [recipient.uri]})
    send(db, sender.id, body, remotes.inboxes_of(db, [recipient.id], shared=False), here)


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
    """Write down some inboxes; False where none were left."""
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


def hurry(db: Writer, host: str, now: int) -> None:
    """It can be reached again: what waits for the server is sent now, and not when the pause is over."""
    peers.succeeded(db, host)
    body = msgspec.json.encode(host).decode()
    if not events.run_sooner(db, SEND, body, now) and deliveries.are_waiting(db, host):
        wake(db, host, now)
