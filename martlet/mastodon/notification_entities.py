"""
Entities that tell people of something.

https://docs.joinmastodon.org/entities/Notification/, NotificationRequest, Conversation, WebPushSubscription
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from martlet.mastodon.collection_entities import Collection
from martlet.mastodon.entities import Account, Report, Status


class NotificationFallback(Struct, kw_only=True):
    """What an app can show of a type that it does not know (Mastodon 4.6): HTML, in the person's language."""

    title: str
    summary: str | None
    details: str | None


class Appeal(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/Appeal/"""

    text: str
    state: str


class AccountWarning(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/AccountWarning/"""

    id: str
    action: str
    text: str
    status_ids: list[str] | None
    target_account: Account
    appeal: Appeal | None
    created_at: str


class RelationshipSeveranceEvent(Struct, kw_only=True):
    """https://docs.joinmastodon.org/entities/RelationshipSeveranceEvent/"""

    id: str
    type: str
    purged: bool
    target_name: str
    followers_count: int
    following_count: int
    created_at: str


class SeveredRelationship(Struct, kw_only=True):
    """An extension: somebody who was lost with a severance. No languages: all of them."""

    acct: str
    show_reblogs: bool
    notify: bool
    languages: list[str]


class Notification(Struct, kw_only=True):
    """
    `status` is there where the type has one, `report` for reports, `moderation_warning` and `event` for what was
    decided here, `emoji` for reactions (Pleroma's).
    """

    id: str
    type: str
    group_key: str
    created_at: str
    account: Account
    status: Status | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    emoji_url: str | None | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET


class NotificationGroup(Struct, kw_only=True):
    """
    Notifications told as one.

    The page's own attributes are left out where one group is asked for alone;
    `emoji` is there for reactions, as with a single notification.
    """

    group_key: str
    notifications_count: int
    type: str
    most_recent_notification_id: str
    page_min_id: str | UnsetType = UNSET
    page_max_id: str | UnsetType = UNSET
    latest_page_notification_at: str | UnsetType = UNSET
    sample_account_ids: list[str]
    status_id: str | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    collection: Collection | UnsetType = UNSET
    moderation_warning: AccountWarning | UnsetType = UNSET
    event: RelationshipSeveranceEvent | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    emoji_url: str | None | UnsetType = UNSET
    fallback: NotificationFallback | UnsetType = UNSET


class PartialAccountWithAvatar(Struct, kw_only=True):
    """No more of an account than a row of pictures needs."""

    id: str
    acct: str
    url: str
    avatar: str
    avatar_static: str
    avatar_description: str
    locked: bool
    bot: bool


class GroupedNotificationsResults(Struct, kw_only=True):
    """Groups, and the accounts and statuses that they name, each once."""

    accounts: list[Account]
    partial_accounts: list[PartialAccountWithAvatar] | UnsetType = UNSET
    statuses: list[Status]
    notification_groups: list[NotificationGroup]


class NotificationPolicySummary(Struct, kw_only=True):
    """Each counted up to a hundred people."""

    pending_requests_count: int
    pending_notifications_count: int


class NotificationPolicy(Struct, kw_only=True):
    """What becomes of notifications from each group of senders: accept, filter or drop."""

    for_not_following: str
    for_not_followers: str
    for_new_accounts: str
    for_private_mentions: str
    for_limited_accounts: str
    for_bots: str
    summary: NotificationPolicySummary


class V1NotificationPolicy(Struct, kw_only=True):
    """The same as apps first knew it: whether notifications are accepted without further ado, or not."""

    filter_not_following: bool
    filter_not_followers: bool
    filter_new_accounts: bool
    filter_private_mentions: bool
    summary: NotificationPolicySummary


class NotificationRequest(Struct, kw_only=True):
    """Somebody whose mentions and quotes are kept aside; the count goes up to a hundred."""

    id: str
    created_at: str
    updated_at: str
    account: Account
    notifications_count: str
    last_status: Status | UnsetType = UNSET


class Merged(Struct, kw_only=True):
    """Whether all that was kept aside of accepted people is in the list."""

    merged: bool


class UnreadCount(Struct, kw_only=True):
    count: int


class Conversation(Struct, kw_only=True):
    id: str
    unread: bool
    accounts: list[Account]
    last_status: Status | None


class PushAlerts(
    Struct,
    kw_only=True,
    rename={
        "admin_sign_up": "admin.sign_up",
        "admin_report": "admin.report",
        "reaction": "pleroma:emoji_reaction",
        "pending_reply": "pending.reply",
        "status_refused": "status.refused",
    },
):
    """Of which types an app wants to be told."""

    mention: bool = False
    quote: bool = False
    quoted_update: bool = False
    status: bool = False
    reblog: bool = False
    follow: bool = False
    follow_request: bool = False
    favourite: bool = False
    poll: bool = False
    update: bool = False
    admin_sign_up: bool = False
    admin_report: bool = False
    added_to_collection: bool = False
    collection_update: bool = False
    reaction: bool = False
    pending_reply: bool = False
    status_refused: bool = False
    severed_relationships: bool = False
    moderation_warning: bool = False


class WebPushSubscription(Struct, kw_only=True):
    id: str
    endpoint: str
    standard: bool
    alerts: PushAlerts
    policy: str
    server_key: str


class PushPayload(Struct, kw_only=True):
    """What an app is sent, encrypted; it fetches the rest with its token."""

    access_token: str
    preferred_locale: str
    notification_id: Any
    notification_type: str
    icon: str
    title: str
    body: str
