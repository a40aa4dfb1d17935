"""Which announcements there are, kept in memory by each process and read anew every few seconds: mostly none."""

from collections.abc import Sequence

from martlet.model.announcements import Announcement
from martlet.storage import announcements
from martlet.storage.database import Reader

KEPT_MS = 5_000


class KnownAnnouncements:
    def __init__(self) -> None:
        self._found: Sequence[Announcement] = ()
        self._read_at: int | None = None

    def shown(self, db: Reader, now: int) -> Sequence[Announcement]:
        """Those that everybody here is shown now."""
        if self._read_at is None or not 0 <= now - self._read_at < KEPT_MS:
            self._found, self._read_at = announcements.shown(db, now), now
        return [one for one in self._found if one.over_at is None or one.over_at > now]

    def forget(self) -> None:
        """Something was changed here."""
        self._read_at = None
