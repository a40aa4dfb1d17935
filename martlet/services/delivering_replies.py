"""Telling other servers of answers that need approval, as GoToSocial does: requests, approvals, and refusals. See `delivering`."""

from martlet.activitypub import addressing, build
from martlet.activitypub.things import Accept, Reject, RequestReply
from martlet.model.accounts import Account
from martlet.model.events import (
    PostDeleted,
    PostEdited,
    ReplyApproved,
    ReplyDenied,
    ReplyPolicyChanged,
    ReplyRefused,
    ReplyRequested,
    ReplyTakenOut,
)
from martlet.model.names import PostId, Uri
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import delivering, documenting
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, posts, remotes, replies
from martlet.storage.database import Reader, Writer
from martlet.storage.replies import ReplyRequest


def of_policy(db: Writer, event: ReplyPolicyChanged, here: Server, secret: ServerSecret) -> None:
    delivering.of_edit(db, PostEdited(event.post), here, secret)


def of_request(db: Writer, event: ReplyRequested, here: Server, secret: ServerSecret) -> None:
    """The author of a post elsewhere is asked whether it may be answered, and shown how. Nobody else is told yet."""
    found, request = delivering.own_post(db, event.post), replies.find(db, event.post)
    if found is None or request is None or request.state != "pending":
        return
    post, author = found
    parent = posts.find_unfiltered(db, post.reply_to_id) if post.reply_to_id is not None else None
    if parent is None or parent.is_local:
        return
    name = Uri(f"{author.uri}#reply_requests/{post.id}")
    replies.update(db, post.id, request=name)
    note = canonical_json.parse_object(documenting.post_document(db, post, author, secret, here))
    asked = accounts.get(db, parent.author_id)
    act = RequestReply(name, author.uri, parent.uri, post.uri)
    body = canonical_json.encode(build.reply_requested(act, note) | {"to": [asked.uri]})
    delivering.send(db, author.id, body, remotes.inboxes_of(db, [asked.id], shared=False), here)


def of_approval(db: Writer, event: ReplyApproved, here: Server, secret: ServerSecret) -> None:
    """Whoever answered from elsewhere is given the authorization that they show to others."""
    del secret
    around, request = _around(db, event.post), replies.find(db, event.post)
    if around is None or request is None or request.is_withheld:
        return
    post, author, replier = around
    consent = documenting.reply_consent_uri(author, post.id)
    uri = Uri(f"{author.uri}#accepts/{here.next_id()}")
    accept = Accept(uri, author.uri, _meant(db, post, replier, request), consent)
    delivering.tell(db, author, accept, replier, here)


def of_refusal(db: Writer, event: ReplyRefused, here: Server, secret: ServerSecret) -> None:
    """Of one that was approved, whoever may have seen it is told that its authorization is no more."""
    around, request = _around(db, event.post), replies.find(db, event.post)
    if around is None or request is None:
        _withdraw(db, event, here, secret)
        return
    post, author, replier = around
    uri = Uri(f"{author.uri}#rejects/{here.next_id()}")
    delivering.tell(db, author, Reject(uri, author.uri, _meant(db, post, replier, request)), replier, here)
    _withdraw(db, event, here, secret)


def of_taking_out(db: Writer, event: ReplyTakenOut, here: Server, secret: ServerSecret) -> None:
    """Whoever was sent an answer from here deletes it, whether they know of approvals or not."""
    gone = PostDeleted(
        event.post,
        event.author,
        event.uri,
        event.visibility,
        is_local_only=event.is_local_only,
        told=event.told,
    )
    delivering.of_deletion(db, gone, here, secret)


def of_denial(db: Writer, event: ReplyDenied, here: Server, secret: ServerSecret) -> None:
    del secret
    found, replier = delivering.own_post(db, event.parent), accounts.find(db, event.author)
    if found is None or replier is None or replier.is_here:
        return
    parent, author = found
    meant = (
        event.uri
        if event.request is None
        else RequestReply(event.request, replier.uri, parent.uri, event.uri)
    )
    uri = Uri(f"{author.uri}#rejects/{here.next_id()}")
    delivering.tell(db, author, Reject(uri, author.uri, meant), replier, here)


def _withdraw(db: Writer, event: ReplyRefused, here: Server, secret: ServerSecret) -> None:
    post = posts.find_unfiltered(db, event.post)
    if not event.was_approved or post is None or post.reply_to_id is None or post.is_local_only:
        return
    found = delivering.own_post(db, post.reply_to_id)
    if found is None:
        return
    parent, author = found
    inboxes = delivering.readers(db, parent) | remotes.inboxes_of(db, [post.author_id])
    if post.is_local:
        inboxes |= remotes.inboxes_of_followers(db, post.author_id)
    consent = build.reply_authorization(documenting.reply_authorization(post, parent, author))
    document = build.authorization_deleted(Uri(f"{consent['id']}#delete"), consent, [addressing.PUBLIC])
    delivering.send_document(db, author, document, inboxes, here, secret, Visibility(parent.visibility))


def _around(db: Reader, id: PostId) -> tuple[Post, Account, Account] | None:
    """An answer from elsewhere to a post here, the author of that, and who answers; None for all others."""
    post = posts.find_unfiltered(db, id)
    if post is None or post.is_local or post.reply_to_id is None:
        return None
    found, replier = delivering.own_post(db, post.reply_to_id), accounts.find(db, post.author_id)
    return None if found is None or replier is None else (post, found[1], replier)


def _meant(db: Reader, post: Post, replier: Account, request: ReplyRequest) -> RequestReply | Uri:
    """What is answered: the request, or where there was none the answer itself."""
    parent = posts.find_unfiltered(db, post.reply_to_id) if post.reply_to_id is not None else None
    if request.request is None or parent is None:
        return post.uri
    return RequestReply(request.request, replier.uri, parent.uri, post.uri)
