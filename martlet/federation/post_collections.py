"""
What other servers may read around a post here: its answers, its thread (FEP-7888), how many like and boost it.

Each is a document of its own, so that the post's own, which is signed, does not grow old with every like.
"""

from martlet.activitypub import build
from martlet.activitypub.build import Document
from martlet.activitypub.things import Collection
from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.names import PostId, Uri
from martlet.model.posts import Post
from martlet.storage import collections
from martlet.storage.database import Reader

PAGE = 20
PAGE_OF_THREAD = 60


def replies(db: Reader, post: Post, after: int) -> Document:
    """Its answers that everybody may read. Raises `NotFound`."""
    _check_open(post)
    found = collections.answers(db, post.id, after, PAGE)
    return _paged(Collection(f"{post.uri}/replies", post.replies_count), found, after, PAGE)


def context(db: Reader, post: Post, author: Account, after: int) -> Document:
    """All of the thread that began with a post here, as far as everybody may read it. Raises `NotFound`."""
    _check_open(post)
    if post.thread_id != post.id:
        raise NotFound
    found = collections.thread(db, post.id, after, PAGE_OF_THREAD)
    total = None if after else collections.thread_size(db, post.id)
    document = _paged(Collection(f"{post.uri}/context", total), found, after, PAGE_OF_THREAD)
    return document if after else {**document, "attributedTo": author.uri}


def likes(post: Post) -> Document:
    """How many there are, not whose. Raises `NotFound`."""
    _check_open(post)
    return build.collection(Collection(f"{post.uri}/likes", post.likes_count))


def shares(post: Post) -> Document:
    """The same of boosts. Raises `NotFound`."""
    _check_open(post)
    return build.collection(Collection(f"{post.uri}/shares", post.boosts_count))


def _check_open(post: Post) -> None:
    if not post.is_open:
        raise NotFound


def _paged(whole: Collection, found: list[tuple[PostId, Uri]], after: int, size: int) -> Document:
    """The collection with its first page, or a later page of it."""
    onward = f"{whole.uri}?after={found[-1][0]}" if len(found) == size else ""
    page = Collection(f"{whole.uri}?after={after}", next=onward, items=tuple(name for _, name in found))
    if after:
        return build.page(page, whole.uri)
    return {**build.collection(whole), "first": build.page(page, whole.uri)}
