"""Which checkpoints are kept."""

from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.checkpoints import BEFORE_EACH, MOST, NEWEST, REVOCATIONS, superfluous

moments = st.lists(st.integers(0, 10**12), max_size=150).map(sorted)


@given(moments, st.lists(st.integers(0, 10**12), max_size=10))
def test_some_of_all_times_stay(came_at: list[int], revoked_at: list[int]) -> None:
    """No more than so many; the first, the newest ones, and those before each revocation that is known."""
    gone = set(superfluous(came_at, revoked_at))
    left = [at for at in range(len(came_at)) if at not in gone]
    assert len(left) == min(len(came_at), MOST)
    assert left[:1] == list(range(len(came_at)))[:1]
    assert left[-NEWEST:] == list(range(len(came_at)))[-NEWEST:]
    for moment in sorted(set(revoked_at))[-REVOCATIONS:]:
        end = bisect_right(came_at, moment)
        assert not gone.intersection(range(max(end - BEFORE_EACH, 0), end))


@given(st.lists(st.integers(1, 10**9), min_size=60, max_size=300), st.integers(0, 200))
def test_many_at_once_drive_out_none_of_before(gaps: list[int], flood: int) -> None:
    """One by one as they come: whoever brings many at a time takes no room from those that came over the years."""
    came_at: list[int] = []
    moment = 0
    for gap in [*gaps, *[0] * flood]:
        moment += gap
        came_at.append(moment)
        for at in reversed(superfluous(came_at, ())):
            del came_at[at]
    before = [one for one in came_at if one < moment]
    assert len(came_at) == MOST
    assert len(before) >= MOST - NEWEST - 2


def test_of_one_every_day_for_ten_years_each_age_has_some() -> None:
    day, came_at = 86_400_000, list[int]()
    for number in range(3650):
        came_at.append(number * day)
        for at in reversed(superfluous(came_at, ())):
            del came_at[at]
    ages = [(came_at[-1] - one) // day for one in came_at]
    for age in (1, 3, 10, 30, 100, 365, 1000, 2000):
        older = min(one for one in ages if one >= age)
        assert older <= age * 1.4 + 1, (age, ages)
