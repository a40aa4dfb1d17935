"""A clock that is set, not read: the town is written in the past."""

from datetime import datetime


class Clock:
    def __init__(self, start: datetime) -> None:
        self.moment = start

    def __call__(self) -> datetime:
        return self.moment

    def go_to(self, moment: datetime) -> None:
        """Never back: ids sort by time."""
        self.moment = max(self.moment, moment)
