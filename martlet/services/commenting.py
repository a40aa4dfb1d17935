"""
Comments under an article of some website: the answers to a post, or the posts that link to the page.

Whoever wrote the post decides which answers are shown there. The answers stay what they are: nobody deletes what
others wrote.
"""

from martlet.model import threads as model
from martlet.model.errors import NotAllowed
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.paging import Page
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.services.threads import FOR_ANYONE
from martlet.storage import hidden_comments, listings, posts, threads
from martlet.storage.database import Reader, Writer
from martlet.storage.posts import Shown
from martlet.storage.threads import Place

LISTED = 40
DEPTH = FOR_ANYONE.depth


def answers(db: Reader, root: Post, here: Server) -> list[Shown]:
    """What everybody may read below a post, without what its author has hidden, and without the answers to that."""
    place = Place(root.id, root.thread_id)
    links, found = threads.around(db, place, FOR_ANYONE.below, NOBODY, here.now_ms())
    below = model.descendants(links, root.id, FOR_ANYONE.below, DEPTH)
    hidden = hidden_comments.those_of(db, root.author_id, below)
    if hidden:
        below = [id for id in below if not _is_below(links, id, hidden)]
    return [found[id] for id in below if id in found][:LISTED]


def _is_below(links: dict[PostId, model.Link], post: PostId, hidden: frozenset[PostId]) -> bool:
    return post in hidden or not hidden.isdisjoint(model.ancestors(links, post, DEPTH))


def about(db: Reader, card: int, page: Page, here: Server) -> list[Shown]:
    """Public posts that link to a page, the newest first."""
    return listings.linking(db, NOBODY, page, here.now_ms(), card)


# -- what is hidden ------------------------------------------------------


def may_hide(db: Reader, author: AccountId, post: Post, here: Server) -> bool:
    """Whether a post stands somewhere below one that somebody wrote, in public."""
    if post.reply_to_id is None or post.author_id == author:
        return False
    links, _ = threads.around(db, Place(post.id, post.thread_id), FOR_ANYONE.above, author, here.now_ms())
    above = model.ancestors(links, post.id, FOR_ANYONE.above)
    return any(links[id].author_id == author for id in above)


def is_hidden(db: Reader, author: AccountId, post: PostId) -> bool:
    return bool(hidden_comments.those_of(db, author, [post]))


def hide(db: Writer, author: AccountId, post: PostId, here: Server) -> None:
    """Raises `NotFound` for what the author may not see, `NotAllowed` for what answers nothing of theirs."""
    found = posts.get(db, post, author)
    if not may_hide(db, author, found, here):
        raise NotAllowed("Only answers to your own posts can be hidden.")
    hidden_comments.put(db, author, post, here.now_ms())


def show(db: Writer, author: AccountId, post: PostId) -> None:
    """Not an error where it was not hidden."""
    hidden_comments.delete(db, author, post)
