"""
Which checkpoints of an author's log are kept, of all that have come here.

A checkpoint protects what was signed before a key was revoked, if it came here before that moment (`services/covering.py`).
When a key will have been stolen nobody knows, so they are kept over all the time in which they came: closer together the
newer they are, and those just before a revocation that is known.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence

MOST = 48
"""Kept of one author."""
NEWEST = 8
BEFORE_EACH = 4
"""The last ones before a revocation."""
REVOCATIONS = 6
"""The latest ones, before which they are kept."""


def superfluous(came_at: Sequence[int], revoked_at: Collection[int]) -> list[int]:
    """
    The places of those in `came_at` that can go, so that `MOST` are left.

    `came_at`: when each came here, in milliseconds, the oldest first; `revoked_at`: after which moments keys were revoked.
    """
    left = list(range(len(came_at)))
    kept = _needed(came_at, revoked_at)
    gone = []
    while len(left) > MOST:
        newest = came_at[left[-1]]
        spare = [at for at in range(1, len(left) - 1) if left[at] not in kept]
        at = min(spare, key=lambda at: _worth(came_at, left, at, newest))
        gone.append(left.pop(at))
    return sorted(gone)


def _needed(came_at: Sequence[int], revoked_at: Collection[int]) -> set[int]:
    kept = set(range(max(len(came_at) - NEWEST, 0), len(came_at)))
    for moment in sorted(set(revoked_at))[-REVOCATIONS:]:
        end = bisect_right(came_at, moment)
        kept.update(range(max(end - BEFORE_EACH, 0), end))
    return kept


def _worth(came_at: Sequence[int], left: Sequence[int], at: int, newest: int) -> float:
    """How large the gap would be without it, against its age: small where others stand close by."""
    gap = came_at[left[at + 1]] - came_at[left[at - 1]]
    return gap / (newest - came_at[left[at]] + 1)
