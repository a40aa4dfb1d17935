"""Whom a post is written for. Ordered from narrow to wide, so that "never wider than" is `min`."""

from enum import IntEnum


class Visibility(IntEnum):
    MENTIONED = 0
    CIRCLE = 1
    FOLLOWERS = 2
    UNLISTED = 3
    PUBLIC = 4

    @property
    def is_open(self) -> bool:
        """Whether anyone may read it; of a post that exists ask `Post.is_open`."""
        return self >= Visibility.UNLISTED
