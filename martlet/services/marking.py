"""Remembering how far somebody has read."""

from collections.abc import Mapping

from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.storage import markers
from martlet.storage.database import Writer
from martlet.storage.markers import Marker

TIMELINES = ("home", "notifications")


def mark_on(db: Writer, account: AccountId, timeline: str, last_read: int, here: Server) -> None:
    """The same of one timeline, but never back."""
    before = next(iter(markers.of_account(db, account, [timeline])), None)
    if before is None or before.last_read_id < last_read:
        mark(db, account, {timeline: last_read}, here)


def mark(db: Writer, account: AccountId, last_read: Mapping[str, int], here: Server) -> list[Marker]:
    """Set the markers of timelines; the last word counts, even if it goes back."""
    return [
        markers.put(db, account, timeline, last_read[timeline], here.now_ms())
        for timeline in TIMELINES
        if timeline in last_read
    ]
