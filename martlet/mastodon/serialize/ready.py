"""
Posts as they were last shown, ready to be shown again.

Most posts look the same to everybody who has made the same marks on them:
kept under the row that a page's query has just read, revision and versions in
it, they cost one look each. A post with a poll is kept for one viewer, until the
poll is over, and then for good. What differs in more than that (a quote, filters,
muted threads) is never kept here.
"""

import threading
from collections.abc import Hashable, Iterable
from typing import Generic, Literal, NamedTuple, TypeVar

from martlet.model.names import AccountId
from martlet.storage.notifications import Told

KEPT_BYTES = 16 * 1024 * 1024
KEPT_NOTIFICATIONS = 4 * 1024 * 1024
"""Bytes."""

ForAuthor = Literal["same", "pinnable", "other"]
"""What the author of the (boosted) post is shown: the same, the same and whether it is pinned, or something else."""


class Ready(NamedTuple):
    """A post's JSON for whoever did not write it, but for its last brace."""

    author_id: AccountId
    for_author: ForAuthor
    body: bytes


class ReadyForOne(NamedTuple):
    """A post's JSON for one viewer. `until`: a moment in milliseconds since 1970."""

    until: float
    is_pinned: bool | None
    """By the viewer; None where that is not shown."""
    body: bytes


Key = TypeVar("Key", bound=Hashable)
Kept = TypeVar("Kept", Ready, ReadyForOne)


class ReadyPosts(Generic[Key, Kept]):
    """The posts of one process: for people who are signed in, for those who are not, or each for one viewer."""

    def __init__(self) -> None:
        self.kept: dict[Key, Kept] = {}
        self._size = 0
        self._lock = threading.Lock()

    def keep(self, one: Key, ready: Kept) -> None:
        with self._lock:
            before = self.kept.pop(one, None)
            self.kept[one] = ready
            self._size += len(ready.body) - (len(before.body) if before else 0)
            while self._size > KEPT_BYTES:
                oldest = next(iter(self.kept))
                self._size -= len(self.kept.pop(oldest).body)


class ReadyNotifications:
    """
    Notifications of one process as they were last listed.

    `Told` is what a page's query has just read, and the same object as long as that stays as it was: so the object
    itself is what a notification is kept under, which is cheaper than to compare what stands in it.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[Told, float, tuple[bytes]]] = {}
        """By the identity of `Told`: that, until when it is good (milliseconds since 1970), its JSON."""
        self._size = 0
        self._lock = threading.Lock()

    def each(self, found: Iterable[Told], now: int) -> list[tuple[bytes, ...] | None]:
        """The JSON of each, in one part; None of what is not here."""
        get = self._kept.get
        return [
            kept[2] if kept is not None and kept[0] is told and kept[1] > now else None
            for told in found
            for kept in (get(id(told)),)
        ]

    def keep(self, told: Told, body: bytes, until: float) -> None:
        with self._lock:
            self._drop(id(told))
            self._kept[id(told)] = told, until, (body,)
            self._size += len(body)
            while self._size > KEPT_NOTIFICATIONS:
                self._drop(next(iter(self._kept)))

    def _drop(self, one: int) -> None:
        kept = self._kept.pop(one, None)
        if kept is not None:
            self._size -= len(kept[2][0])
