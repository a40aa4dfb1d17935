"""
What becomes of a notification from somebody whom its recipient may not know.

The rule is Mastodon's. It asks for each of six groups of senders whether this
one belongs to it, and what the recipient wants of that group; the strictest
answer holds.
"""

from enum import StrEnum
from typing import NamedTuple

from martlet.model.notifications import NotificationKind

NEW_MS = 30 * 86_400_000
"""So long an account is a new one."""
SETTLED_MS = 3 * 86_400_000
"""So long somebody has to have followed to count as a follower."""
THREAD_DEPTH = 100
"""So far up a thread it is looked for the recipient's own private post to the sender."""


class Treatment(StrEnum):
    """The names are permanent: they are in the database."""

    ACCEPT = "accept"
    FILTER = "filter"
    """Kept aside until the recipient decides about the sender."""
    DROP = "drop"
    """Not even made."""


class Policy(NamedTuple):
    """What somebody wants of each group of senders."""

    not_following: Treatment = Treatment.ACCEPT
    """People whom the recipient does not follow."""
    not_followers: Treatment = Treatment.ACCEPT
    """People who do not follow the recipient, or have only done so for three days."""
    new_accounts: Treatment = Treatment.ACCEPT
    """Accounts younger than 30 days."""
    private_mentions: Treatment = Treatment.FILTER
    """Posts for mentioned people only that answer none which the recipient wrote to the sender."""
    limited_accounts: Treatment = Treatment.FILTER
    """Accounts that the moderators limited."""
    bots: Treatment = Treatment.ACCEPT
    """Accounts that say they are run by a program."""


class Sender(NamedTuple):
    """What the rule asks about the sender, as the recipient stands to them."""

    is_permitted: bool
    """The recipient let them through."""
    is_staff: bool
    """They look after this server, and stand above the recipient."""
    is_followed: bool
    is_settled_follower: bool
    is_new: bool
    is_limited: bool
    is_bot: bool
    is_unasked_in_private: bool
    """The notification is of a private mention that answers nothing the recipient wrote to them."""


FILTERABLE = frozenset(
    {
        NotificationKind.MENTION,
        NotificationKind.QUOTE,
        NotificationKind.BOOST,
        NotificationKind.LIKE,
        NotificationKind.REACTION,
        NotificationKind.FOLLOW,
        NotificationKind.FOLLOW_REQUEST,
        NotificationKind.PENDING_REPLY,
        NotificationKind.PACKED,
    }
)
"""Kinds that strangers bring about. All others one has asked for, or they are about the server itself."""


def treatment(policy: Policy, kind: NotificationKind, sender: Sender) -> Treatment:
    """
    What becomes of a notification of this kind.

    Whom the recipient let through is heard, and so are mentions by those who
    look after the server. All groups but the followers are only about people
    whom the recipient does not follow.
    """
    if kind not in FILTERABLE or sender.is_permitted:
        return Treatment.ACCEPT
    if kind == NotificationKind.MENTION and sender.is_staff:
        return Treatment.ACCEPT
    is_unknown = not sender.is_followed
    wanted = {
        policy.not_following if is_unknown else Treatment.ACCEPT,
        policy.not_followers if not sender.is_settled_follower else Treatment.ACCEPT,
        policy.new_accounts if is_unknown and sender.is_new else Treatment.ACCEPT,
        policy.private_mentions if is_unknown and sender.is_unasked_in_private else Treatment.ACCEPT,
        policy.limited_accounts if is_unknown and sender.is_limited else Treatment.ACCEPT,
        policy.bots if is_unknown and sender.is_bot else Treatment.ACCEPT,
    }
    return next(one for one in (Treatment.DROP, Treatment.FILTER, Treatment.ACCEPT) if one in wanted)
