"""Telling open streams, in all processes, what happened: reactions that cost one look while nobody listens."""

from collections.abc import Sequence

from martlet.model.broadcasts import (
    MOST_TOLD,
    Announcing,
    NotificationTold,
    PostChanged,
    PostGone,
    PostLinked,
    Signal,
)
from martlet.model.events import AlbumPostRenewed, Notified, PostDeleted, PostEdited
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.storage import broadcasts, notifications
from martlet.storage.database import Writer

LINKED_TOLD = 20


def of_edit(db: Writer, event: PostEdited | AlbumPostRenewed, here: Server) -> None:
    del here
    broadcasts.put(db, PostChanged(event.post))


def of_card(db: Writer, posts: Sequence[PostId], card: int) -> None:
    """Of many posts at once the newest are told."""
    for post in sorted(posts)[-LINKED_TOLD:]:
        broadcasts.put(db, PostLinked(post, card))


def of_deletion(db: Writer, event: PostDeleted, here: Server) -> None:
    del here
    is_boost = event.boosted is not None
    told, is_local_only = event.told[:MOST_TOLD], event.is_local_only
    broadcasts.put(db, PostGone(event.post, event.author, event.visibility, is_boost, is_local_only, told))


def of_notification(db: Writer, event: Notified, here: Server) -> None:
    del here
    if not broadcasts.is_wanted(db):
        return
    told = notifications.find_unfiltered(db, event.notification)
    if told is not None:
        broadcasts.put(db, NotificationTold(told.id, told.account_id))


def as_it_is(db: Writer, event: Signal | Announcing, here: Server) -> None:
    """What streams are told in the event's own words."""
    del here
    broadcasts.put(db, event)
