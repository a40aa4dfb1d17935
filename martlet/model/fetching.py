"""Fetching threads and profiles elsewhere: when it is time to ask again."""

MINUTE = 60_000
DAY = 86_400_000
SHORTEST_PAUSE = 5 * MINUTE
LONGEST_PAUSE = DAY
GIVEN_UP_AFTER = 15 * MINUTE
"""A fetch that has not ended after so long was cut off."""


def pause(age: int) -> int:
    """
    Milliseconds until a thread, or a post, of this age is asked about again.

    A quarter of its age: what is minutes old is still being answered, what is weeks old hardly ever.
    """
    return min(max(age // 4, SHORTEST_PAUSE), LONGEST_PAUSE)


def is_due(asked_at: int | None, created_at: int, now: int) -> bool:
    """Whether something made at `created_at` may be asked about, if it was last asked about at `asked_at`."""
    return asked_at is None or now - asked_at >= pause(now - created_at)
