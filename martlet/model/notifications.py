"""What people are told of."""

from enum import StrEnum
from typing import NamedTuple

from martlet.model.names import AccountId, NotificationId, PostId


class NotificationKind(StrEnum):
    """The permanent names in the database."""

    MENTION = "mention"
    BOOST = "boost"
    LIKE = "like"
    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    POST = "post"
    """Somebody whose every post one wants to hear of has written."""
    POLL = "poll"
    EDIT = "edit"
    """A post that one boosted was changed."""
    QUOTE = "quote"
    QUOTED_EDIT = "quoted_edit"
    REACTION = "reaction"
    """Somebody chose an emoji for one's post."""
    PENDING_REPLY = "pending_reply"
    """Somebody's answer to one's post waits for approval."""
    SIGN_UP = "sign_up"
    REPORT = "report"


GROUPED = frozenset({NotificationKind.LIKE, NotificationKind.BOOST, NotificationKind.FOLLOW})
"""Kinds of which many at once are told as one."""
GROUP_HOURS = 12
UNGROUPED = "ungrouped-"


class Notification(NamedTuple):
    """One row of `notification`; `created_at` in milliseconds."""

    id: NotificationId
    account_id: AccountId
    kind: NotificationKind
    from_id: AccountId
    post_id: PostId | None
    report_id: int | None
    group_key: str
    created_at: int
    emoji: str = ""
    """What was chosen, by its key (`model.reactions.Choice`)."""


def group_key(kind: NotificationKind, id: NotificationId, post: PostId | None, milliseconds: int) -> str:
    """Likes and boosts of one post within some hours share a key, and so do new followers."""
    if kind not in GROUPED:
        return f"{UNGROUPED}{id}"
    window = milliseconds // (GROUP_HOURS * 3_600_000)
    return f"{kind}-{post}-{window}" if post is not None else f"{kind}-{window}"
