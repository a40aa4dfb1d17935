"""What those who look after the server do against an account, and what is in force on it."""

from dataclasses import dataclass
from enum import StrEnum

from martlet.model.names import AccountId, PostId, ReportId


class Measure(StrEnum):
    """The permanent names in the database, the mildest first."""

    WARN = "warn"
    """Nothing but words."""
    MARK_POSTS = "mark_posts"
    """Some posts are shown as sensitive."""
    DELETE_POSTS = "delete_posts"
    """Some posts are deleted, for good."""
    SENSITIZE = "sensitize"
    """All that it posts is shown as sensitive."""
    LIMIT = "limit"
    FREEZE = "freeze"
    SUSPEND = "suspend"


ABOUT_POSTS = frozenset({Measure.MARK_POSTS, Measure.DELETE_POSTS})
STATES: dict[Measure, str] = {
    Measure.SENSITIZE: "is_sensitized",
    Measure.LIMIT: "is_limited",
    Measure.FREEZE: "is_frozen",
    Measure.SUSPEND: "is_suspended",
}
"""Measures that are in force until they are lifted, and what the audit log calls their being so."""
APPEAL_DAYS = 20
"""After a decision, its owner may appeal for so long."""
GRACE_DAYS = 30
"""What a suspended account here has is removed for good after these."""


@dataclass(frozen=True, slots=True)
class Sanction:
    """What is to be done, and what the owner is told of it."""

    measure: Measure
    text: str = ""
    report: ReportId | None = None
    posts: tuple[PostId, ...] = ()
    """Which posts it is about; of a report with none named, all that were reported."""
    preset: int | None = None
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Strike:
    """One row of `strike`; moments in milliseconds."""

    id: int
    account_id: AccountId
    by_id: AccountId
    measure: str
    text: str
    report_id: ReportId | None
    post_ids: str
    """JSON: [id]"""
    entry_id: int
    overruled_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Appeal:
    """One row of `appeal`; moments in milliseconds."""

    strike_id: int
    account_id: AccountId
    text: str
    created_at: int
    is_approved: int | None
    """None: nobody has decided yet."""
    decided_by: AccountId | None
    decided_at: int | None

    @property
    def state(self) -> str:
        """In Mastodon's and everybody's words."""
        return "pending" if self.is_approved is None else ("approved" if self.is_approved else "rejected")
