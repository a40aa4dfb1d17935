"""
Where a post from elsewhere stands: below what it answers, above what has waited for it.

Posts come in any order. One whose parent is not known yet begins a thread of its
own, and the parent's name is kept; when the parent comes, the threads become one.
Until then the post stands in no home timeline, as in Mastodon: nobody knows whom it
answers.
"""

from martlet.model.events import PostPublished
from martlet.model.names import PostId, Uri
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.services import replying, timelines
from martlet.storage import posts, remote_posts, thread_fetches, threads, uris
from martlet.storage.database import Reader, Writer

NEWS = 6 * 3_600_000
"""Milliseconds for which a post that was not brought is news, and one that was enters home timelines late."""
MOST_WAITING = 100
"""Posts that are put below one that was missing."""


def place(db: Writer, post: Post, reply_to: Uri | None, here: Server) -> None:
    """A new post from elsewhere: note what it misses, and give it what missed it."""
    if post.reply_to_id is not None:
        thread_fetches.note_remote(db, here.next_id(), post.thread_id)
    elif reply_to is not None and reply_to != post.uri:  # not known, or not for its author to see
        remote_posts.miss_parent(db, post.id, reply_to)
    for waiting in remote_posts.waiting_for(db, post.uri, MOST_WAITING):
        _join(db, waiting, post, here)


def place_again(db: Writer, post: Post, reply_to: Uri | None, here: Server) -> None:
    """A known post whose document was read anew: it may have come before its parent, and before this was noted."""
    if post.reply_to_id is not None or reply_to is None or reply_to == post.uri:
        return
    remote_posts.miss_parent(db, post.id, reply_to)
    parent = uris.find_post(db, reply_to)
    if parent is not None:
        _join(db, post.id, parent, here)


def _may_stand_below(db: Reader, first: Post, above: Post) -> bool:
    """Whether the author of a post lets it be answered: here without having been asked, elsewhere as that server says."""
    if not above.is_local:
        return replying.is_allowed_elsewhere(db, above, first.uri, first.author_id)
    return replying.verdict(db, above, first.author_id) == "free"


def _join(db: Writer, id: PostId, parent: Post, here: Server) -> None:
    """Put an answer below its parent, unless its author may not see that (attacks D23) or it stands below the answer."""
    first, above = posts.find_unfiltered(db, id), posts.find_unfiltered(db, parent.id)
    if first is None or above is None:
        return
    is_first = first.thread_id == first.id and first.reply_to_id is None
    if not is_first or above.thread_id == first.id or above.boost_of_id is not None:
        remote_posts.end_missing(db, first.id)
    elif posts.find(db, above.id, viewer=first.author_id) is not None and _may_stand_below(db, first, above):
        remote_posts.end_missing(db, first.id)
        threads.join(db, first, above)
        timelines.deliver(db, PostPublished(first.id, here.now_ms() - first.created_at < NEWS), here)
