"""Notifications in Mastodon's form: https://docs.joinmastodon.org/entities/Notification/"""

from collections.abc import Sequence
from functools import lru_cache

import msgspec

from martlet.mastodon.serialize import reactions, reports
from martlet.mastodon.serialize.statuses import Parts, StatusPages, json_list
from martlet.mastodon.serialize.times import iso
from martlet.model.names import AccountId, ReportId
from martlet.model.notifications import Notification, NotificationKind
from martlet.model.reactions import Choice
from martlet.model.remote_media import FileUse
from martlet.services.signing_in import Viewer
from martlet.storage import emojis
from martlet.storage import reports as report_rows
from martlet.storage.database import Reader
from martlet.storage.notifications import Told

TYPES = {
    NotificationKind.MENTION: "mention",
    NotificationKind.BOOST: "reblog",
    NotificationKind.LIKE: "favourite",
    NotificationKind.FOLLOW: "follow",
    NotificationKind.FOLLOW_REQUEST: "follow_request",
    NotificationKind.POST: "status",
    NotificationKind.POLL: "poll",
    NotificationKind.EDIT: "update",
    NotificationKind.QUOTE: "quote",
    NotificationKind.QUOTED_EDIT: "quoted_update",
    NotificationKind.REACTION: "pleroma:emoji_reaction",
    NotificationKind.PENDING_REPLY: "pending.reply",
    NotificationKind.SIGN_UP: "admin.sign_up",
    NotificationKind.REPORT: "admin.report",
}
KINDS = {name: kind for kind, name in TYPES.items()} | dict.fromkeys(
    ("reaction", "emoji_reaction"), NotificationKind.REACTION
)
"""By every name that apps ask for: glitch-soc and Fedibird call a reaction something else than Pleroma."""


def page(db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer) -> bytes:
    """A JSON list."""
    return json_list(each(db, found, pages, viewer))


def each(db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer) -> list[Parts]:
    """Each as JSON; those whose post the viewer may no longer see are left out."""
    versions: dict[AccountId, int] = {told.notification.from_id: told.from_version for told in found}
    accounts_of = pages.accounts.of(db, versions)
    about = {told.post.id: told.post for told in found if told.post is not None}
    posts_of = dict(zip(about, pages.each(db, list(about.values()), viewer, "notifications"), strict=True))
    result: list[Parts] = []
    for notification, _, _ in found:
        head, account = _head(notification), accounts_of[notification.from_id]
        if notification.post_id is None:
            tail = _tail(db, notification, pages)
            if tail is not None:
                result.append((head, account, *tail, b"}"))
        elif post := posts_of.get(notification.post_id):
            chosen = _chosen(db, notification, pages) if notification.emoji else b""
            result.append((head, account, chosen, b',"status":', *post, b"}"))
    return result


@lru_cache(maxsize=8192)
def _head(notification: Notification) -> bytes:
    """A notification never changes, and is read again and again."""
    return b'{"id":"%d","type":"%b","group_key":%b,"created_at":"%b","account":' % (
        notification.id,
        TYPES[notification.kind].encode(),
        msgspec.json.encode(notification.group_key),
        iso(notification.created_at).encode(),
    )


def _chosen(db: Reader, notification: Notification, pages: StatusPages) -> bytes:
    """Which emoji: a custom one as `:name:`, with its picture, as Pleroma tells it."""
    choice = Choice.of_key(notification.emoji)
    if not choice.is_custom:
        return b',"emoji":%b,"emoji_url":null' % msgspec.json.encode(reactions.name(choice))
    found = emojis.named(db, [choice.name], choice.host)
    url = pages.here.file_url(FileUse.EMOJI, found[0].id, found[0].file) if found else None
    emoji = msgspec.json.encode(f":{choice.key}:")
    return b',"emoji":%b,"emoji_url":%b' % (emoji, msgspec.json.encode(url))


def _tail(db: Reader, notification: Notification, pages: StatusPages) -> tuple[bytes, ...] | None:
    """What it is about, if not a post, in parts; None where that is not there any more."""
    if notification.report_id is not None:
        report = report_rows.many(db, [ReportId(notification.report_id)]).get(
            ReportId(notification.report_id)
        )
        if report is None:
            return None
        return (b',"report":', msgspec.json.encode(reports.entity(db, report, pages.here)))
    return ()
