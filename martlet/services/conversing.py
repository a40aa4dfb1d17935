"""Conversations: posts for mentioned people only, sorted into each participant's inbox."""

from martlet.model.errors import NotFound
from martlet.model.events import PostDeleted, PostPublished
from martlet.model.names import AccountId, PostId
from martlet.model.notification_policy import Treatment
from martlet.model.notifications import NotificationKind
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import screening
from martlet.storage import attached, conversations, notifications, posts
from martlet.storage.conversations import Conversation
from martlet.storage.database import Writer


def of_post(db: Writer, event: PostPublished, here: Server) -> None:
    """
    Put a post for mentioned people into the inboxes of those of them who are here, its author's too.

    Not of those whose notification of it is kept aside: they find it there once they let its author through.
    """
    post = posts.find_unfiltered(db, event.post)
    if post is None or post.visibility != Visibility.MENTIONED or post.boost_of_id is not None:
        return
    people = {post.author_id, *attached.mentioned_ids(db, post.id)}
    for owner in sorted(people):
        if owner == post.author_id or _is_heard(db, owner, post, here):
            _take_in(db, post, owner, people, here)


def _is_heard(db: Writer, owner: AccountId, post: Post, here: Server) -> bool:
    treatment = screening.treatment(db, owner, NotificationKind.MENTION, post.author_id, post.id, here)
    return treatment == Treatment.ACCEPT


def take_in(db: Writer, id: PostId, owner: AccountId, here: Server) -> None:
    """A private mention that was kept aside: its author has been let through."""
    post = posts.find_unfiltered(db, id)
    if post is not None and post.visibility == Visibility.MENTIONED:
        _take_in(db, post, owner, {post.author_id, *attached.mentioned_ids(db, post.id)}, here)


def _take_in(db: Writer, post: Post, owner: AccountId, people: set[AccountId], here: Server) -> None:
    if not notifications.is_here(db, owner):
        return
    if owner != post.author_id and posts.find(db, post.id, viewer=owner) is None:
        return
    is_unread = owner != post.author_id
    conversations.note(
        db, here.next_id(), owner, post.thread_id, people - {owner}, post.id, is_unread=is_unread
    )


def of_deletion(db: Writer, event: PostDeleted, here: Server) -> None:
    """A conversation goes on with what was said before."""
    del here
    conversations.step_back(db, event.post)


def mark_read(db: Writer, account: AccountId, id: int) -> Conversation:
    """Raises `NotFound`."""
    conversations.mark_read(db, id, account)
    return _get(db, account, id)


def mark_unread(db: Writer, account: AccountId, id: int) -> Conversation:
    """Raises `NotFound`."""
    conversations.mark_unread(db, id, account)
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
