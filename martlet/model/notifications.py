"""What people are told of."""

import hashlib
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
    PACKED = "packed"
    """Somebody put one into a pack."""
    PACK_CHANGED = "pack_changed"
    """A pack that one is in says something else of itself."""
    REFUSED = "refused"
    """One's post was not let through by a moderator. It comes from oneself, as the next two do."""
    STRIKE = "strike"
    """Something was decided against one's account."""
    SEVERED = "severed"
    """Follows ended because of a decision that was not about oneself."""


GROUPED = frozenset(
    {
        NotificationKind.LIKE,
        NotificationKind.BOOST,
        NotificationKind.REACTION,
        NotificationKind.FOLLOW,
        NotificationKind.SIGN_UP,
    }
)
"""Kinds of which many are told as one."""
GROUP_HOURS = 12
UNGROUPED = "ungrouped-"
_HOUR_MS = 3_600_000


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
    is_filtered: int = 0
    """Kept aside: its sender has not been let through (`model.notification_policy`)."""
    pack_id: int | None = None
    about_id: int = 0
    """Which strike, or which severance."""


def ungrouped(id: NotificationId) -> str:
    """The key of a notification that shares a group with none."""
    return f"{UNGROUPED}{id}"


def group_keys(kind: NotificationKind, post: PostId | None, milliseconds: int, emoji: str = "") -> list[str]:
    """
    The groups that a notification may belong to, the newest first; none for kinds that are told one by one.

    A group is of one kind and one post (and one emoji), and is named after the hour in which it began. Whatever comes
    within twelve hours belongs to it, so the one that is there already is joined; else the first of these begins.
    """
    if kind not in GROUPED:
        return []
    parts = [str(kind)]
    if post is not None:
        parts.append(str(post))
    if emoji:
        parts.append(hashlib.sha256(emoji.encode()).hexdigest()[:12])
    beginning, hour = "-".join(parts), milliseconds // _HOUR_MS
    return [f"{beginning}-{one}" for one in range(hour, hour - GROUP_HOURS, -1)]
