"""
What happened: plain records, written in the transaction of the change itself.

Each becomes one row. The reactions to it (`app.REACTIONS`) run afterwards,
each until it is done. An event names things by id and says no more than a
reaction cannot find out later: by then the thing itself may be gone.
"""

from typing import ClassVar

import msgspec

from martlet.model.names import AccountId, NotificationId, PostId, UserId


class Event(msgspec.Struct, frozen=True):
    """Something that happened. `kind` is its permanent name in the database."""

    kind: ClassVar[str]


class PostPublished(Event, frozen=True):
    """A post, reply or boost was made here or received."""

    kind = "post_published"
    post: PostId


class PostEdited(Event, frozen=True):
    kind = "post_edited"
    post: PostId


class PostDeleted(Event, frozen=True):
    """The post's row is gone when this is read."""

    kind = "post_deleted"
    post: PostId
    author: AccountId


class PostLiked(Event, frozen=True):
    kind = "post_liked"
    post: PostId
    by: AccountId


class PollClosed(Event, frozen=True):
    kind = "poll_closed"
    post: PostId


class FollowRequested(Event, frozen=True):
    """Somebody asked to follow an account that approves its followers."""

    kind = "follow_requested"
    follower: AccountId
    followed: AccountId


class Followed(Event, frozen=True):
    """A follow is in force: asked of an open account, or accepted."""

    kind = "followed"
    follower: AccountId
    followed: AccountId


class Unfollowed(Event, frozen=True):
    """A follow ended, by whichever side."""

    kind = "unfollowed"
    follower: AccountId
    followed: AccountId


class AccountRegistered(Event, frozen=True):
    """Somebody joined, or asks to join."""

    kind = "account_registered"
    account: AccountId


class AccountChanged(Event, frozen=True):
    """The profile changed."""

    kind = "account_changed"
    account: AccountId


class AccountReported(Event, frozen=True):
    kind = "account_reported"
    report: int


class Notified(Event, frozen=True):
    """Somebody has a new notification."""

    kind = "notified"
    notification: NotificationId


class MailWanted(Event, frozen=True):
    """
    A letter is to be sent (`services/letters.py` knows which there are).

    `user` is whom it is about. A link that opens something is made when the
    letter is sent, so no secret lies in this row.
    """

    kind = "mail_wanted"
    letter: str
    to: str
    locale: str
    user: UserId


KINDS: dict[str, type[Event]] = {event.kind: event for event in Event.__subclasses__()}
