"""What those who run the server announce to everybody here."""

from dataclasses import dataclass

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Announcement:
    """
    One row of `announcement`; moments in milliseconds.

    `mentions`, `posts` and `tags` are JSON lists of what its text names. It
    is shown while it is published and not over.
    """

    id: int
    text: str
    html: str
    mentions: str
    posts: str
    tags: str
    starts_at: int | None
    ends_at: int | None
    is_all_day: int
    publish_at: int | None
    published_at: int | None
    created_at: int
    updated_at: int

    @property
    def over_at(self) -> int | None:
        """The first moment at which it is no longer shown: of one that tells days only, the end of the last."""
        if self.ends_at is None or not self.is_all_day:
            return self.ends_at
        return self.ends_at // DAY_MS * DAY_MS + DAY_MS


@dataclass(frozen=True, slots=True)
class AnnouncementWish:
    """What somebody wants to announce."""

    text: str
    starts_at: int | None = None
    ends_at: int | None = None
    is_all_day: bool = False
    publish_at: int | None = None
    """Not before this moment."""
