"""What was rendered, kept in memory under all that it was rendered from, so that nothing old can be found."""

import threading
from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

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
