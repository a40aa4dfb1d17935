"""
Answers that need approval: withheld until they have it, shown once they do, withheld again when it is taken back.

Withheld means that the answer is written for its author, and while it waits for the one who is asked: by the one rule
of who may see what, as a post to a circle of one. For whom it was meant, and whom it names, is kept beside it.
"""

import json
from collections.abc import Collection, Sequence

from msgspec import structs

from martlet.activitypub.things import (
    Accept,
    Authorization,
    Follow,
    Reject,
    RequestQuote,
    RequestReply,
    Writing,
)
from martlet.model.accounts import Account
from martlet.model.errors import Conflict, NotFound
from martlet.model.events import (
    PostPublished,
    ReplyApproved,
    ReplyDenied,
    ReplyRefused,
    ReplyRequested,
    ReplyTakenOut,
)
from martlet.model.names import AccountId, PostId, Uri, host_of, origin_of
from martlet.model.posts import Post
from martlet.model.replying import State
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import deleting, replying
from martlet.services.replying import Verdict
from martlet.storage import accounts, attached, featured_tags, holds, posts, replies, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.replies import ReplyRequest


def withheld(post: Post) -> Post:
    """An answer as it is kept while it waits."""
    return structs.replace(post, visibility=Visibility.CIRCLE)


def begin(
    db: Writer,
    meant: Post,
    verdict: Verdict,
    named: Collection[AccountId],
    here: Server,
    request: Uri | None = None,
) -> None:
    """
    Write down what an answer needs, which has just been kept.

    `meant`: as its author wrote it; kept is what `withheld` makes of it where the verdict is `asked`.
    """
    if verdict not in ("asked", "stamped") or meant.reply_to_account_id is None:
        return
    is_asked = verdict == "asked"
    replies.insert(
        db,
        ReplyRequest(
            post_id=meant.id,
            id=here.next_id(),
            asked_id=meant.reply_to_account_id,
            visibility=int(meant.visibility),
            named=json.dumps(sorted(named) if is_asked else []),
            state="pending" if is_asked else "approved",
            request=request,
            decided_at=None if is_asked else here.now_ms(),
        ),
    )
    if is_asked:
        attached.insert_mentions(db, meant.id, [meant.reply_to_account_id], is_silent=True)
        db.emit(ReplyRequested(meant.id))
    else:
        db.emit(ReplyApproved(meant.id))


def name_anew(db: Writer, post: Post, named: Sequence[AccountId]) -> bool:
    """
    Whom an edit names, where the post is withheld from them. False where it is not: then nothing is done.

    Also of what waits for a moderator (`holding.py`).
    """
    hold = holds.find(db, post.id) if post.visibility == Visibility.CIRCLE else None
    if hold is not None:
        silent = hold.silent_in
        holds.update(db, post.id, named=json.dumps(sorted(one for one in named if one not in silent)))
        return True
    request = replies.find(db, post.id) if replying.is_withheld(db, post) else None
    if request is None:
        return False
    replies.update(db, post.id, named=json.dumps(sorted({*request.named_in, *named})))
    return True


# -- decided here --------------------------------------------------------


def get(db: Reader, asked: AccountId, id: int) -> ReplyRequest:
    """One that somebody was asked for. Raises `NotFound`."""
    found = replies.find_by_id(db, id, asked)
    if found is None or posts.find_unfiltered(db, found.post_id) is None:
        raise NotFound
    return found


def approve(db: Writer, asked: AccountId, id: int, here: Server) -> ReplyRequest:
    """Let an answer to one's post be there for all for whom it is. Raises `NotFound`."""
    request = get(db, asked, id)
    posts.lock(db, request.post_id)
    request = get(db, asked, id)
    if request.is_withheld:
        _show(db, request, here)
        db.emit(ReplyApproved(request.post_id))
    return get(db, asked, id)


def refuse(db: Writer, asked: AccountId, id: int, here: Server) -> ReplyRequest:
    """Do not let it be there, or no longer. Raises `NotFound`."""
    request = get(db, asked, id)
    posts.lock(db, request.post_id)
    request = get(db, asked, id)
    if request.state in ("pending", "approved"):
        was_approved = request.state == "approved"
        _hide(db, request, "revoked" if was_approved else "rejected", here)
        db.emit(ReplyRefused(request.post_id, was_approved))
    return get(db, asked, id)


def refuse_post(db: Writer, asked: AccountId, post: PostId, here: Server) -> None:
    """The same, by the answer: also one that needed nobody's approval. Raises `NotFound`."""
    answer = posts.get(db, post, asked)
    if answer.reply_to_account_id != asked or answer.author_id == asked:
        raise NotFound
    request = replies.find(db, answer.id)
    if request is None:
        begin(db, answer, "stamped", (), here)
        request = replies.find(db, answer.id)
    if request is None:
        raise Conflict("This answer cannot be taken out.")
    refuse(db, asked, request.id, here)


def _show(db: Writer, request: ReplyRequest, here: Server, consent: Uri | None = None) -> None:
    posts.update(db, request.post_id, visibility=request.visibility)
    replies.update(
        db, request.post_id, state="approved", decided_at=here.now_ms(), consent=consent, named="[]"
    )
    is_silent = request.visibility == Visibility.CIRCLE
    attached.insert_mentions(db, request.post_id, request.named_in, is_silent=is_silent)
    post = posts.find_unfiltered(db, request.post_id)
    if post is None:
        return
    count(db, post, 1)
    db.emit(PostPublished(post.id))


def _hide(db: Writer, request: ReplyRequest, state: State, here: Server) -> None:
    post = posts.find_unfiltered(db, request.post_id)
    if post is None:
        return
    changes: dict[str, object] = {"state": state, "decided_at": here.now_ms()}
    if request.state == "approved":
        if post.is_local:
            told = deleting.told(db, post)
            is_here_only = bool(post.is_local_only)
            db.emit(
                ReplyTakenOut(post.id, post.author_id, post.uri, int(post.visibility), is_here_only, told)
            )
        named = attached.mentions(db, [post.id])[post.id]
        changes |= {
            "visibility": int(post.visibility),
            "named": json.dumps([one.account_id for one in named]),
        }
        count(db, post, -1)
    replies.update(db, post.id, **changes)
    replies.keep_readers(db, post.id, ())
    posts.update(db, post.id, visibility=int(Visibility.CIRCLE))


def count(db: Writer, post: Post, by: int) -> None:
    """What counts an answer that everybody sees."""
    if post.reply_to_id is not None and post.visibility >= Visibility.UNLISTED:
        posts.count(db, post.reply_to_id, replies=by)
    if post.is_open and by > 0:
        featured_tags.count_post(db, post)
    elif post.is_open:
        featured_tags.uncount_post(db, post)


# -- asked by people elsewhere -------------------------------------------


def may_request(db: Reader, act: RequestReply, actor: Account) -> tuple[Post, Verdict] | None:
    """The post here that is to be answered, and what becomes of the answer; None for what nobody may know of."""
    parent = uris.find_post(db, act.target)
    if parent is None or not parent.is_local or parent.boost_of_id is not None:
        return None
    if origin_of(act.reply_uri) != origin_of(actor.uri) or accounts.get(db, parent.author_id).is_gone:
        return None
    if posts.find(db, parent.id, viewer=actor.id) is None:
        return None
    return parent, replying.verdict(db, parent, actor.id)


def deny(db: Writer, parent: Post, actor: Account, reply: Uri, request: Uri | None = None) -> None:
    """Somebody elsewhere may not answer this post; they are told."""
    db.emit(ReplyDenied(parent.id, actor.id, reply, request))


def answer_request(
    db: Writer, act: RequestReply, parent: Post, actor: Account, here: Server, *, is_new: bool
) -> None:
    """
    A request for an answer that has been kept, or was not: what is decided is told, now or once it is.

    `is_new`: the answer came with it, and what follows from that is under way.
    """
    post = uris.find_post(db, act.reply_uri)
    if post is None or post.author_id != actor.id or post.reply_to_id != parent.id:
        return
    if holds.find(db, post.id) is not None:
        holds.update(db, post.id, request=act.uri)
        return
    request = replies.find(db, post.id)
    if request is None:
        begin(db, post, "stamped", (), here, act.uri)
        return
    replies.update(db, post.id, request=act.uri)
    if request.state in ("rejected", "revoked"):
        db.emit(ReplyRefused(post.id, was_approved=False))
    elif request.state == "approved" and not is_new:
        db.emit(ReplyApproved(post.id))


# -- answered to people here ---------------------------------------------


def accept(db: Writer, act: Accept, actor: Account, here: Server) -> None:
    """Somebody elsewhere lets an answer from here be there (attacks D12: only what was asked, of whom it was asked)."""
    request, consent = _requested(db, act.request, actor), act.result
    if request is None or request.state != "pending" or consent is None:
        return
    if origin_of(consent) != origin_of(actor.uri) or host_of(consent) == here.host:
        return
    if uris.find_tombstone(db, consent) is None:
        _show(db, request, here, consent)


def reject(db: Writer, act: Reject, actor: Account, here: Server) -> None:
    """Somebody elsewhere does not want an answer from here."""
    request = _requested(db, act.request, actor)
    if request is not None and request.state in ("pending", "approved"):
        _hide(db, request, "rejected" if request.state == "pending" else "revoked", here)


def withdraw(db: Writer, consent: Uri, actor: Account, here: Server) -> None:
    """Somebody elsewhere takes their approval back."""
    request = replies.with_consent(db, consent)
    if request is not None and request.asked_id == actor.id and request.state == "approved":
        _hide(db, request, "revoked", here)
    reply = replies.take_approval(db, consent, actor.uri)
    post = uris.find_post(db, reply) if reply is not None else None
    if post is not None and not post.is_local:
        deleting.delete(db, post.author_id, post.id, here, keeps_media=False)


# -- between others ------------------------------------------------------


def is_in_question(db: Reader, said: Writing) -> bool:
    """Whether it matters if an answer from elsewhere to a post from elsewhere is approved, and is not known."""
    parent = uris.find_post(db, said.reply_to) if said.reply_to is not None else None
    if parent is None or parent.is_local or replies.policy(db, parent.id) is None:
        return False
    author = accounts.get(db, parent.author_id)
    return not replies.is_approved(db, said.uri, parent.uri, author.uri)


def learn(db: Writer, found: Authorization, said: Writing) -> None:
    """Keep what an author's own server says that they approved, of this very answer (attacks D12)."""
    is_for_this = found.quote == said.uri and found.quoted == said.reply_to
    if (
        is_for_this
        and found.uri == said.reply_authorization
        and origin_of(found.uri) == origin_of(found.author)
    ):
        replies.put_approval(db, found.uri, found.quote, found.quoted, found.author)


def _requested(
    db: Reader, answered: Follow | RequestQuote | RequestReply | Uri, actor: Account
) -> ReplyRequest | None:
    """What an `Accept` or `Reject` by `actor` answers: a request of ours, by its name, that of the answer, or both."""
    if isinstance(answered, Follow | RequestQuote):
        return None
    name = answered.reply_uri if isinstance(answered, RequestReply) else answered
    post = uris.find_post(db, name)
    request = replies.find(db, post.id) if post is not None else replies.find_by_uri(db, name)
    post = posts.find_unfiltered(db, request.post_id) if request is not None else None
    if request is None or post is None or not post.is_local or request.asked_id != actor.id:
        return None
    if isinstance(answered, RequestReply):
        parent = posts.find_unfiltered(db, post.reply_to_id) if post.reply_to_id is not None else None
        if parent is None or parent.uri != answered.target:
            return None
    return request


def is_for(said: Writing, act: RequestReply, actor: Account) -> bool:
    """Whether a request has the very answer in it that it is about."""
    return said.author == actor.uri and said.reply_to == act.target and said.choice is None
