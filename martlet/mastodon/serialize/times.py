"""Moments as Mastodon writes them."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_FIRST_DAY = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def iso(milliseconds: int) -> str:
    """`2026-11-22T10:00:00.000Z`; a page of notifications has dozens of them, mostly the same as the last time."""
    seconds, fraction = divmod(milliseconds, 1000)
    days, seconds = divmod(seconds, 86_400)
    return f"{_day(days)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{fraction:03}Z"


def iso_or_none(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds)


def day(milliseconds: int) -> str:
    """`2026-11-22`"""
    return _day(milliseconds // 86_400_000)


@lru_cache(maxsize=512)
def _day(days: int) -> str:
    return (_FIRST_DAY + timedelta(days)).strftime("%Y-%m-%d")
