"""
Entities that tell people of something.

https://docs.joinmastodon.org/entities/Notification/, Conversation, WebPushSubscription
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from martlet.mastodon.entities import Account, Report, Status


class Notification(Struct, kw_only=True):
    """`status` is there where the type has one, `report` for reports, `emoji` for reactions (Pleroma's)."""

    id: str
    type: str
    group_key: str
    created_at: str
    account: Account
    status: Status | UnsetType = UNSET
    report: Report | UnsetType = UNSET
    emoji: str | UnsetType = UNSET
    emoji_url: str | None | UnsetType = UNSET


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
    reaction: bool = False
    pending_reply: bool = False


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
