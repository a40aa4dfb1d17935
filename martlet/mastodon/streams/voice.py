"""
What streams tell, in Mastodon's words.

A post is put together once for all who are shown the same; single ones are
those whose filters it matches, who muted its thread, and everybody where each
has a part in it (a poll boosted later, a quote).
"""

from collections.abc import Sequence
from dataclasses import replace

from martlet.mastodon.serialize import announcements, conversations, notifications
from martlet.mastodon.serialize.pieces import Piece
from martlet.mastodon.serialize.quotes import SAME_FOR_ALL
from martlet.mastodon.serialize.statuses import Parts, StatusPages
from martlet.mastodon.streams.filters import KeptFilters
from martlet.mastodon.streams.messages import Message
from martlet.model.broadcasts import Announcing, Signal
from martlet.model.events import (
    AnnouncementPublished,
    AnnouncementReacted,
    AnnouncementRemoved,
    FiltersChanged,
    NotificationsMerged,
)
from martlet.model.names import NOBODY, AccountId, PostId
from martlet.services.filter_matching import FilterMatcher
from martlet.services.signing_in import Viewer
from martlet.storage import audiences
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader
from martlet.storage.notifications import Told
from martlet.storage.posts import Shown
from martlet.streaming.listeners import Change, Heard

EVENTS: dict[Change, str] = {"new": "update", "edited": "status.update"}


class StreamVoice:
    """See `streaming.listeners.Voice`."""

    def __init__(self, pages: StatusPages, filters: FilterMatcher) -> None:
        self._pages, self._filters = pages, KeptFilters(filters)

    def posts(self, db: Reader, change: Change, heard: Sequence[Heard]) -> list[Message | None]:
        """Of one post."""
        shown = heard[0].shown
        pieces = self._pages.pieces.of(db, [shown])
        original = pieces.get(shown.boosted_id or shown.id)
        if shown.id not in pieces or original is None:
            return [None] * len(heard)
        matched = {one.viewer.account for one in heard if one.viewer.has_filters}
        muted = {one.viewer.account for one in heard if one.viewer.has_muted_threads}
        if (
            original.detail.quote_state is None
        ):  # else it is asked of the quoted post as well, for each by itself
            matched = self._filters.matching(db, pieces, matched)
            muted = audiences.who_muted(db, original.detail.thread_id, muted)
        is_same = change == "new" and shown.boosted_id is None and _is_same_for_others(original)
        made = _Made(self._pages, EVENTS[change], original.author_id, is_same=is_same)
        result = []
        for one in heard:
            account = one.viewer.account
            viewer = _with(one.viewer, has_filters=account in matched, has_muted_threads=account in muted)
            result.append(made.message(db, one.shown, viewer))
        return result

    def gone(self, post: PostId) -> Message:
        return Message("delete", b"%d" % post)

    def notification(self, db: Reader, told: Told, viewer: Viewer) -> Message | None:
        shown = notifications.each(db, [told], self._pages, viewer)
        return Message("notification", b"".join(shown[0])) if shown else None

    def conversation(self, db: Reader, conversation: Conversation, viewer: Viewer) -> Message | None:
        return Message("conversation", conversations.each(db, [conversation], self._pages, viewer)[0])

    def signal(self, db: Reader, signal: Signal | Announcing) -> Message | None:
        match signal:
            case FiltersChanged():
                return Message("filters_changed", None)
            case NotificationsMerged():
                return Message("notifications_merged", b"1")
            case AnnouncementRemoved(id):
                return Message("announcement.delete", b"%d" % id)
            case AnnouncementPublished(id):
                shown = announcements.streamed(db, id, self._pages.here)
                return None if shown is None else Message("announcement", shown)
            case AnnouncementReacted(id, name):
                chosen = announcements.streamed_reaction(db, id, name, self._pages.here)
                return Message("announcement.reaction", chosen)

    def forget(self, account: AccountId) -> None:
        self._filters.forget(account)


class _Made:
    """The messages of one post that were made so far."""

    def __init__(self, pages: StatusPages, event: str, author: AccountId, *, is_same: bool) -> None:
        self._pages, self._event, self._author, self._is_same = pages, event, author, is_same
        self._of_parts: dict[Parts, Message] = {}
        self._of_shown: dict[Shown, Message | None] = {}

    def message(self, db: Reader, shown: Shown, viewer: Viewer) -> Message | None:
        if not self._is_same or viewer.has_filters or viewer.has_muted_threads:
            return self._one(db, shown, viewer)
        if viewer.account in (self._author, NOBODY):
            return self._one(db, shown, viewer)
        if shown not in self._of_shown:
            self._of_shown[shown] = self._one(db, shown, viewer)
        return self._of_shown[shown]

    def _one(self, db: Reader, shown: Shown, viewer: Viewer) -> Message | None:
        parts = self._pages.each(db, [shown], viewer)[0]
        if not parts:
            return None
        message = self._of_parts.get(parts)
        if message is None:
            message = self._of_parts[parts] = Message(self._event, b"".join(parts))
        return message


def _is_same_for_others(piece: Piece) -> bool:
    """Whether a new post, in whose poll nobody has voted yet, looks the same to all but its author."""
    detail = piece.detail
    return not piece.heads and detail.quote_state is None and detail.quoting in SAME_FOR_ALL


def _with(viewer: Viewer, *, has_filters: bool, has_muted_threads: bool) -> Viewer:
    if viewer.has_filters == has_filters and viewer.has_muted_threads == has_muted_threads:
        return viewer
    return replace(viewer, has_filters=has_filters, has_muted_threads=has_muted_threads)
