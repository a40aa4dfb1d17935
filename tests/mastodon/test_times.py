from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from martlet.mastodon.serialize.times import day, iso, iso_or_none

FIRST = datetime(1970, 1, 1, tzinfo=UTC)


@given(milliseconds=st.integers(min_value=-(10**12), max_value=10**14))
def test_moments_are_those_that_were_meant(milliseconds: int) -> None:
    shown = iso(milliseconds)
    assert datetime.fromisoformat(shown) == FIRST + timedelta(milliseconds=milliseconds)
    assert shown == iso_or_none(milliseconds)
    assert len(shown) == len("2026-11-22T10:00:00.000Z")
    assert shown.startswith(day(milliseconds) + "T")


def test_no_moment_is_null() -> None:
    assert iso_or_none(None) is None
