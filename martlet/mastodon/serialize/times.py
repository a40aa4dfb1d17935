"""Moments as Mastodon writes them."""

from datetime import UTC, datetime


def iso(milliseconds: int) -> str:
    """`2026-11-22T10:00:00.000Z`"""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03}Z"


def iso_or_none(milliseconds: int | None) -> str | None:
    return None if milliseconds is None else iso(milliseconds)


def day(milliseconds: int) -> str:
    """`2026-11-22`"""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d")
