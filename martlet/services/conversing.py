"""Conversations: posts for mentioned people only, sorted into each participant's inbox."""

from martlet.model.errors import NotFound
from martlet.model.events import PostDeleted, PostPublished
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.storage import attached, conversations, notifications, posts
from martlet.storage.conversations import Conversation
from martlet.storage.database import Writer


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """Put a post for mentioned people into the inboxes of those of them who are here, its author's too."""
    post = posts.find_unfiltered(db, event.post)
    if post is None or post.visibility != Visibility.MENTIONED or post.boost_of_id is not None:
        return
    people = {post.author_id, *attached.mentioned_ids(db, post.id)}
    for owner in sorted(people):
        if not notifications.is_here(db, owner):
            continue
        if owner != post.author_id and posts.find(db, post.id, viewer=owner) is None:
            continue
        others = people - {owner}
        is_own = owner == post.author_id
        conversations.note(db, here.next_id(), owner, post.thread_id, others, post.id, is_unread=not is_own)


def of_deletion(db: Writer, event: PostDeleted, here: Server) -> None:
    """A conversation goes on with what was said before."""
    del here
    conversations.step_back(db, event.post)


def mark_read(db: Writer, account: AccountId, id: int) -> Conversation:
    """Raises `NotFound`."""
    conversations.mark_read(db, id, account)
    return _get(db, account, id)


def leave(db: Writer, account: AccountId, id: int) -> None:
    """Take a conversation out of the inbox; its posts stay. Raises `NotFound`."""
    _get(db, account, id)
    conversations.delete(db, id, account)


def _get(db: Writer, account: AccountId, id: int) -> Conversation:
    found = conversations.find(db, id, account)
    if found is None:
        raise NotFound
    return found
