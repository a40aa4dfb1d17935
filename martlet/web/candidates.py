"""Whom members might follow, kept for some minutes: only who, and why; whether they may be shown is asked every time."""

import threading
from typing import NamedTuple

from martlet.model.names import AccountId
from martlet.services.suggesting import Suggested

MEMBERS = 2000
"""For so many at once; then those go that were found first."""


class _Kept(NamedTuple):
    candidates: tuple[Suggested, ...]
    until: int


class Candidates:
    """One for each process."""

    def __init__(self) -> None:
        self._kept: dict[AccountId, _Kept] = {}
        self._lock = threading.Lock()

    def find(self, member: AccountId, now: int) -> tuple[Suggested, ...] | None:
        kept = self._kept.get(member)
        return kept.candidates if kept is not None and kept.until >= now else None

    def keep(self, member: AccountId, candidates: tuple[Suggested, ...], until: int) -> None:
        with self._lock:
            self._kept.pop(member, None)
            self._kept[member] = _Kept(candidates, until)
            while len(self._kept) > MEMBERS:
                self._kept.pop(next(iter(self._kept)))
