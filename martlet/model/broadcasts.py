"""
What open streams are told: some events as they are, and what is worked out of others.

These are no rows of their own; `services/streaming.py` tells them in the
transaction that reacts to an event. Like events they name things by id.
"""

from typing import ClassVar

import msgspec

from martlet.model.events import (
    AnnouncementPublished,
    AnnouncementReacted,
    AnnouncementRemoved,
    FiltersChanged,
    NotificationsMerged,
)
from martlet.model.names import AccountId, NotificationId, PostId

MOST_TOLD = 200


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Ids above `after`, up to `last`; None: all that are above."""

    after: int
    last: int | None

    def __contains__(self, id: int) -> bool:
        return self.after < id and (self.last is None or id <= self.last)


class PostDelivered(msgspec.Struct, frozen=True):
    """
    A new post was written into some timelines, or into all it belongs in.

    Into the home timelines of followers and of those who follow a hashtag, and
    into lists, of which the ids are in the span. None: into none, this time.
    """

    kind: ClassVar[str] = "post_delivered"
    post: PostId
    author: AccountId
    is_first: bool
    is_last: bool
    followers: Span | None = None
    lists: Span | None = None
    tagged: Span | None = None


class PostChanged(msgspec.Struct, frozen=True):
    """A post has other words than before."""

    kind: ClassVar[str] = "post_changed"
    post: PostId


class PostLinked(msgspec.Struct, frozen=True):
    """A post shows a card now, as all do that link to that page."""

    kind: ClassVar[str] = "post_linked"
    post: PostId
    card: int


class PostGone(msgspec.Struct, frozen=True):
    """A post was deleted, or a boost taken back; `told`: who had it besides followers, not all of very many."""

    kind: ClassVar[str] = "post_gone"
    post: PostId
    author: AccountId
    visibility: int
    is_boost: bool
    is_local_only: bool
    told: tuple[AccountId, ...]


class NotificationTold(msgspec.Struct, frozen=True):
    """Somebody has a new notification."""

    kind: ClassVar[str] = "notification_told"
    notification: NotificationId
    account: AccountId


Broadcast = (
    PostDelivered
    | PostChanged
    | PostLinked
    | PostGone
    | NotificationTold
    | NotificationsMerged
    | FiltersChanged
    | AnnouncementPublished
    | AnnouncementReacted
    | AnnouncementRemoved
)
KINDS: dict[str, type[Broadcast]] = {one.kind: one for one in Broadcast.__args__}
"""By the names under which they are told."""

Announcing = AnnouncementPublished | AnnouncementReacted | AnnouncementRemoved
Signal = NotificationsMerged | FiltersChanged
