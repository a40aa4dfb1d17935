"""What people do with posts: like, bookmark, boost, pin, mute the thread. Doing it twice is doing it once."""

from martlet.model.accounts import Account
from martlet.model.errors import InvalidInput, NotAllowed
from martlet.model.events import (
    PostBookmarked,
    PostImported,
    PostLiked,
    PostPinned,
    PostPublished,
    PostUnliked,
    PostUnpinned,
)
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import deleting, redirecting
from martlet.storage import accounts, marks, posts, telling, timelines
from martlet.storage.database import AlreadyThere, Reader, Writer

SAME_MOMENT = 8
"""Ids tried for a boost of long ago, each a millisecond later."""


class CannotBoost(NotAllowed):
    code = "cannot_boost"

    def __init__(self) -> None:
        super().__init__("This action is not allowed")


class CannotPin(InvalidInput):
    code = "cannot_pin"


def meant(db: Reader, id: PostId, viewer: AccountId) -> Post:
    """The post that an id stands for: of a boost, the boosted one. Raises `NotFound`."""
    post = posts.get(db, id, viewer)
    return post if post.boost_of_id is None else posts.get(db, post.boost_of_id, viewer)


def marked(db: Writer, id: PostId, account: AccountId) -> Post:
    """The same for what is to be undone: what one has marked oneself may be unmarked, even if it is hidden by now."""
    post = posts.find_unfiltered(db, id)
    if post is not None and post.boost_of_id is not None:
        post = posts.find_unfiltered(db, post.boost_of_id)
    if post is not None and marks.has_marked(db, account, post.id):
        return post
    return meant(db, id, account)


def like(db: Writer, account: AccountId, id: PostId, here: Server) -> None:
    post = meant(db, id, account)
    if marks.like(db, account, post.id, here.next_id()):
        posts.count(db, post.id, likes=1)
        db.emit(PostLiked(post.id, account))


def like_silently(db: Writer, account: AccountId, id: PostId, here: Server) -> bool:
    """A like of long ago: it counts and is found, and nobody is told. False where it is there already."""
    post = meant(db, id, account)
    is_new = marks.like(db, account, post.id, here.next_id())
    if is_new:
        posts.count(db, post.id, likes=1)
        db.emit(PostBookmarked(post.id))  # that it is marked, and by nobody in particular
    return is_new


def unlike(db: Writer, account: AccountId, id: PostId) -> None:
    post = marked(db, id, account)
    like = telling.like_of(db, account, post.id)
    if like is not None and marks.unlike(db, account, post.id):
        posts.count(db, post.id, likes=-1)
        marks.untell(db, "like", account, post.id)
        db.emit(PostUnliked(post.id, account, like))


def bookmark(db: Writer, account: AccountId, id: PostId, here: Server) -> None:
    post = meant(db, id, account)
    marks.bookmark(db, account, post.id, here.next_id())
    db.emit(PostBookmarked(post.id))


def unbookmark(db: Writer, account: AccountId, id: PostId) -> None:
    marks.unbookmark(db, account, marked(db, id, account).id)


def boost(db: Writer, account: AccountId, id: PostId, visibility: Visibility | None, here: Server) -> PostId:
    """
    Share a post with one's followers; `visibility` None: as the person prefers.

    What was written for followers may be boosted by its author only, and for
    followers. Returns the boost. Raises `CannotBoost`.
    """
    post = meant(db, id, account)
    known = posts.find_boost(db, post.id, account)
    if known is not None:
        return known.id
    if not may_boost(post, account):
        raise CannotBoost
    booster = accounts.get(db, account)
    redirecting.check_stays(booster)
    boost = PostId(here.next_id())
    shown_to = _visibility(db, post, account, visibility)
    made = put_boost(db, _boost(booster, boost, post, shown_to, here.now_ms(), here))
    if made == boost:
        timelines.put(db, account, [boost])
    return made


def _boost(booster: Account, id: PostId, post: Post, visibility: Visibility, at: int, here: Server) -> Post:
    return Post(
        id=id,
        uri=here.post_uri(booster.username, id),
        url=here.post_url(booster.username, id),
        author_id=booster.id,
        visibility=visibility,
        thread_id=id,
        is_local=1,
        created_at=at,
        boost_of_id=post.id,
        language=post.language,
        quoting=post.quoting,
        is_local_only=post.is_local_only,
    )


def boost_silently(
    db: Writer, account: AccountId, post: Post, audience: Visibility, at: int, here: Server
) -> PostId:
    """A boost of long ago, at its moment in the profile; nobody is told. Raises `CannotBoost`, `InvalidInput`."""
    if not may_boost(post, account):
        raise CannotBoost
    booster = accounts.get(db, account)
    at = min(at, here.now_ms())
    for attempt in range(SAME_MOMENT):
        boost = PostId(here.ids.next_at(at + attempt))
        row = _boost(booster, boost, post, _visibility(db, post, account, audience), at, here)
        if posts.insert_unless_there(db, row):
            _count_boost(db, row, post.id)
            db.emit(PostImported(boost))
            return boost
    raise InvalidInput("There are too many posts of this moment.")


def put_boost(db: Writer, row: Post, *, is_carried: bool = False) -> PostId:
    """Keep a boost, made here or elsewhere, and count it; returns the one that is there, if somebody was faster."""
    boosted = row.boost_of_id
    if boosted is None:
        raise ValueError(row)
    try:
        with db.part():
            posts.insert(db, row)
    except AlreadyThere:  # somebody's other device was faster
        faster = posts.find_boost(db, boosted, row.author_id)
        if faster is None:
            raise
        return faster.id
    _count_boost(db, row, boosted)
    db.emit(PostPublished(row.id, is_news=not is_carried, is_carried=is_carried))
    return row.id


def _count_boost(db: Writer, row: Post, boosted: PostId) -> None:
    marks.note_boost(db, row.author_id, boosted, row.id)
    posts.note_published(db, row)
    posts.count(db, boosted, boosts=1)


def may_boost(post: Post, account: AccountId) -> bool:
    """Whether somebody who sees the post may boost it."""
    if post.visibility >= Visibility.UNLISTED:
        return True
    return post.visibility == Visibility.FOLLOWERS and post.author_id == account


def _visibility(db: Writer, post: Post, account: AccountId, wanted: Visibility | None) -> Visibility:
    """Never written for fewer than followers, and never for more than the boosted post may be shown to."""
    if post.visibility < Visibility.UNLISTED:
        return Visibility(post.visibility)
    if wanted is None:
        preferred = accounts.posting_preferences(db, account)
        wanted = Visibility(preferred[0]) if preferred else Visibility.PUBLIC
    return max(wanted, Visibility.FOLLOWERS)


def unboost(db: Writer, account: AccountId, id: PostId, here: Server) -> PostId:
    """Take a boost back, named by itself or by the boosted post. Returns the boosted post."""
    post = marked(db, id, account)
    known = posts.find_boost(db, post.id, account)
    if known is not None:
        deleting.take_back(db, known, here)
    return post.id


def pin(db: Writer, account: AccountId, id: PostId, here: Server) -> None:
    """Show one's own post at the top of one's profile. Raises `CannotPin`."""
    post = posts.get(db, id, account)
    if post.boost_of_id is not None:
        raise CannotPin("Validation failed: A boost cannot be pinned")
    if post.author_id != account:
        raise CannotPin("Validation failed: Someone else's post cannot be pinned")
    if post.visibility == Visibility.MENTIONED:
        raise CannotPin("Validation failed: Posts that are only visible to mentioned users cannot be pinned")
    if post.id in posts.pinned_by(db, account):
        return
    if not marks.pin(db, account, post.id, here.next_id(), here.limits.pins):
        raise CannotPin("Validation failed: You have already pinned the maximum number of posts")
    db.emit(PostPinned(post.id))


def unpin(db: Writer, account: AccountId, id: PostId) -> None:
    post = posts.get(db, id, account)
    if marks.unpin(db, account, post.id):
        db.emit(PostUnpinned(post.id))


def mute_thread(db: Writer, account: AccountId, id: PostId) -> None:
    """Be told no more of what happens in a thread."""
    marks.mute_thread(db, account, meant(db, id, account).thread_id)


def unmute_thread(db: Writer, account: AccountId, id: PostId) -> None:
    marks.unmute_thread(db, account, meant(db, id, account).thread_id)
