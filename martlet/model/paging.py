"""A page of a list that is ordered by id."""

from dataclasses import dataclass
from typing import Literal

LAST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    """
    Ids between `after` and `before`, both left out, at most `limit` of them.

    From the newest down; where `is_upward`, those next to `after`. Either way
    the page itself is shown newest first.
    """

    before: int = LAST_ID
    after: int = 0
    limit: int = 20
    is_upward: bool = False

    @property
    def order(self) -> Literal["ASC", "DESC"]:
        """For ORDER BY."""
        return "ASC" if self.is_upward else "DESC"
