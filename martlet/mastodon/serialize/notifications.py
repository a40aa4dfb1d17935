"""Notifications in Mastodon's form: https://docs.joinmastodon.org/entities/Notification/"""

from collections.abc import Sequence

import msgspec

from martlet.mastodon.serialize import reports
from martlet.mastodon.serialize.statuses import StatusPages, json_list
from martlet.mastodon.serialize.times import iso
from martlet.model.names import AccountId, PostId, ReportId
from martlet.model.notifications import Notification, NotificationKind
from martlet.services.signing_in import Viewer
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
    NotificationKind.SIGN_UP: "admin.sign_up",
    NotificationKind.REPORT: "admin.report",
}
KINDS = {name: kind for kind, name in TYPES.items()}
_HEAD = {kind: b'","type":"%b","group_key":' % name.encode() for kind, name in TYPES.items()}


def page(db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer) -> bytes:
    """A JSON list."""
    return json_list(each(db, found, pages, viewer))


def each(db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer) -> list[bytes]:
    """Each as JSON; those whose post the viewer may no longer see are left out."""
    versions: dict[AccountId, int] = {told.notification.from_id: told.from_version for told in found}
    accounts_of = pages.accounts.of(db, versions)
    ids: list[PostId] = [told.notification.post_id for told in found if told.notification.post_id is not None]
    posts_of = pages.by_id(db, ids, viewer, "notifications")
    result = []
    for told in found:
        notification = told.notification
        tail = _tail(db, notification, posts_of, pages)
        if tail is not None:
            parts = (
                b'{"id":"%d' % notification.id,
                _HEAD[notification.kind],
                msgspec.json.encode(notification.group_key),
                b',"created_at":"%b","account":' % iso(notification.created_at).encode(),
                accounts_of[notification.from_id],
                *tail,
                b"}",
            )
            result.append(b"".join(parts))
    return result


def _tail(
    db: Reader, notification: Notification, posts_of: dict[PostId, bytes], pages: StatusPages
) -> tuple[bytes, ...] | None:
    """What the notification is about, in parts; None where that may not be seen."""
    if notification.post_id is not None:
        post = posts_of.get(notification.post_id)
        return None if post is None else (b',"status":', post)
    if notification.report_id is not None:
        report = report_rows.many(db, [ReportId(notification.report_id)]).get(
            ReportId(notification.report_id)
        )
        if report is None:
            return None
        return (b',"report":', msgspec.json.encode(reports.entity(db, report, pages.here)))
    return ()
