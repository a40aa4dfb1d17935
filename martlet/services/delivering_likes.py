"""Telling other servers of likes, emoji reactions and votes. See `delivering`."""

import msgspec

from martlet.activitypub import build
from martlet.activitypub.things import Like, Undo, Writing
from martlet.model.accounts import Account
from martlet.model.events import (
    PollClosed,
    PollVoted,
    PostEdited,
    PostLiked,
    PostReacted,
    PostUnliked,
    PostUnreacted,
)
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.reactions import Choice
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import delivering, documenting
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, events, posts, reactions, remotes, telling
from martlet.storage.database import Reader, Writer
from martlet.text.emoji import as_picture

TELL_COUNTS = "tell_counts_of_votes"
COUNTED_AFTER = 60_000
"""Milliseconds after a vote until others are told of it, with those that came meanwhile."""


def of_like(db: Writer, event: PostLiked, here: Server, secret: ServerSecret) -> None:
    pair, like = _pair(db, event.post, event.by), telling.like_of(db, event.by, event.post)
    if pair is not None and like is not None:
        _tell_author(db, *pair, _like(*pair, like), here, secret)


def of_unlike(db: Writer, event: PostUnliked, here: Server, secret: ServerSecret) -> None:
    pair = _pair(db, event.post, event.by)
    if pair is not None:
        _tell_author(db, *pair, _undo(_like(*pair, event.like)), here, secret)


def of_reaction(db: Writer, event: PostReacted, here: Server, secret: ServerSecret) -> None:
    """As a `Like` that says which emoji was chosen: the one way that everybody understands (decision 10)."""
    choice = Choice(event.name, event.host)
    pair, reaction = _pair(db, event.post, event.by), reactions.find(db, event.post, event.by, choice)
    if pair is not None and reaction is not None:
        _tell_author(db, *pair, _reaction(db, *pair, choice, reaction, here), here, secret)


def of_reaction_taken_back(db: Writer, event: PostUnreacted, here: Server, secret: ServerSecret) -> None:
    pair, choice = _pair(db, event.post, event.by), Choice(event.name, event.host)
    if pair is not None:
        act = _reaction(db, *pair, choice, event.reaction, here)
        _tell_author(db, *pair, _undo(act), here, secret)


def _pair(db: Reader, id: PostId, by: AccountId) -> tuple[Post, Account] | None:
    """A post from elsewhere, and somebody here who does something with it."""
    post, account = posts.find_unfiltered(db, id), accounts.find(db, by)
    if post is None or post.is_local or account is None or not account.is_here:
        return None
    return post, account


def _like(post: Post, liker: Account, id: int) -> Like:
    return Like(Uri(f"{liker.uri}#likes/{id}"), liker.uri, post.uri)


def _reaction(db: Reader, post: Post, account: Account, choice: Choice, id: int, here: Server) -> Like:
    emoji = documenting.emoji_of(db, choice, here)
    chosen = f":{choice.name}:" if choice.is_custom else as_picture(choice.name)
    return Like(Uri(f"{account.uri}#reactions/{id}"), account.uri, post.uri, chosen, emoji)


def _undo(act: Like) -> Undo:
    return Undo(Uri(f"{act.uri}/undo"), act.actor, act)


def _tell_author(
    db: Writer, post: Post, account: Account, act: Like | Undo, here: Server, secret: ServerSecret
) -> None:
    """Likes and reactions go to the author of the post only."""
    inboxes = remotes.inboxes_of(db, [post.author_id])
    visibility = Visibility(post.visibility)
    delivering.send_document(db, account, build.act(act), inboxes, here, secret, visibility)


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
        delivering.send(
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
    """The final count of votes goes out as an edit of the post."""
    delivering.of_edit(db, PostEdited(event.post), here, secret)


async def tell_counts(ground: Ground, body: str, here: Server) -> None:
    """The job that tells other servers how many votes there are."""
    post = PostId(msgspec.json.decode(body, type=int))
    await ground.store.writing(delivering.of_edit, PostEdited(post), here, ground.secret)
