"""What was rendered, kept in memory under all that it was rendered from, so that nothing old can be found."""

import threading
from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

from martlet.model.server import milliseconds
from martlet.web.cards import PostCard

KEPT_MS = 10 * 60 * 1000

T = TypeVar("T", str, bytes)


class _Kept(NamedTuple, Generic[T]):
    content: T
    until: int


class Shelf(Generic[T]):
    """One for each process and kind; beyond `most` characters or bytes, what was put there first goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: dict[Hashable, _Kept[T]] = {}
        self._size = 0
        self._lock = threading.Lock()

    def find(self, key: Hashable, now: int) -> T | None:
        kept = self._kept.get(key)
        return kept.content if kept is not None and kept.until >= now else None

    def keep(self, key: Hashable, content: T, until: int) -> None:
        """`until`: the moment, in milliseconds since 1970, after which it is rendered anew whatever its key."""
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = _Kept(content, until)
            self._size += len(content) - (len(before.content) if before else 0)
            while self._size > self._most:
                self._size -= len(self._kept.pop(next(iter(self._kept))).content)


def lasts_until(card: PostCard, now: int) -> int:
    """Until when a post may be kept as it was rendered, under its revision: a poll ends by itself. 0: not at all."""
    quoted = card.quote.post if card.quote is not None else None
    if card.is_broken or (quoted is not None and quoted.is_broken):
        return 0
    until = now + KEPT_MS
    for poll in (card.poll, quoted.poll if quoted is not None else None):
        if poll is not None and poll.ends_at is not None and not poll.is_over:
            until = min(until, milliseconds(poll.ends_at) - 1)
    return until
