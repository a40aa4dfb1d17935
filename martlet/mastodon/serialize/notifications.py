"""Notifications in Mastodon's form: https://docs.joinmastodon.org/entities/Notification/"""

import math
from collections.abc import Collection, Sequence
from functools import lru_cache
from html import escape
from typing import cast

import msgspec

from martlet.mastodon.notification_entities import NotificationFallback
from martlet.mastodon.serialize import packs, reactions, reports, warnings
from martlet.mastodon.serialize.notification_titles import title
from martlet.mastodon.serialize.statuses import Parts, StatusPages, json_list
from martlet.mastodon.serialize.times import iso
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, ReportId
from martlet.model.notifications import Notification, NotificationKind
from martlet.model.reactions import Choice
from martlet.model.remote_media import FileUse
from martlet.services.signing_in import Viewer
from martlet.storage import accounts, emojis, severances, strikes
from martlet.storage import packs as pack_rows
from martlet.storage import reports as report_rows
from martlet.storage.database import Reader, Writer
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
    NotificationKind.PACKED: "added_to_collection",
    NotificationKind.PACK_CHANGED: "collection_update",
    NotificationKind.REFUSED: "status.refused",
    NotificationKind.STRIKE: "moderation_warning",
    NotificationKind.SEVERED: "severed_relationships",
}
KINDS = {name: kind for kind, name in TYPES.items()} | dict.fromkeys(
    ("reaction", "emoji_reaction"), NotificationKind.REACTION
)
"""By every name that apps ask for: glitch-soc and Fedibird call a reaction something else than Pleroma."""

_OF_ACCOUNTS = frozenset({NotificationKind.FOLLOW, NotificationKind.FOLLOW_REQUEST, NotificationKind.SIGN_UP})
"""Which tell of nothing but whom they are from."""


def page(
    db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer, supported: Collection[str] = ()
) -> bytes:
    """A JSON list; `supported` are the types that the app knows, where it says so."""
    return json_list(each(db, found, pages, viewer, supported))


def each(
    db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer, supported: Collection[str] = ()
) -> list[Parts]:
    """Each as JSON; those whose post the viewer may no longer see are left out."""
    is_plain = not (supported or viewer.has_filters or viewer.has_muted_threads)
    if not is_plain or not found or found[0].notification.account_id != viewer.account:
        return list(filter(None, _made(db, found, pages, viewer, supported)))
    result = pages.notifications.each(found, pages.here.now_ms())
    if None not in result:
        return cast("list[Parts]", result)
    missing = [(place, told) for place, told in enumerate(found) if result[place] is None]
    made = _made(db, [told for _, told in missing], pages, viewer, supported)
    for (place, _), parts in zip(missing, made, strict=True):
        result[place] = parts
    if not isinstance(db, Writer):  # what is written may still be taken back
        for (_, told), parts in zip(missing, made, strict=True):
            until = _good_until(told, pages, viewer.account)
            if until:
                pages.notifications.keep(told, b"".join(parts), until)
    return [parts for parts in result if parts]


def _good_until(told: Told, pages: StatusPages, viewer: AccountId) -> float:
    """Only of such as are about a post that is kept ready, or about nothing but their account; else 0."""
    notification, version, post = told
    if notification.emoji or pages.accounts.kept(notification.from_id, version) is None:
        return 0
    if notification.post_id is None:
        return math.inf if notification.kind in _OF_ACCOUNTS else 0
    return 0 if post is None else pages.ready_until(post, viewer)


def _made(
    db: Reader, found: Sequence[Told], pages: StatusPages, viewer: Viewer, supported: Collection[str]
) -> list[Parts]:
    """Each in its place; empty for one that is left out."""
    versions: dict[AccountId, int] = {told.notification.from_id: told.from_version for told in found}
    accounts_of = pages.accounts.of(db, versions)
    about = {told.post.id: told.post for told in found if told.post is not None}
    posts_of = dict(zip(about, pages.each(db, list(about.values()), viewer), strict=True))
    result: list[Parts] = []
    for notification, _, _ in found:
        head, account = _head(notification), accounts_of[notification.from_id]
        end = fallback(db, notification, account, supported) if supported else b""
        if notification.post_id is None:
            more = further(db, notification, pages)
            result.append(() if more is None else (head, account, *more, end, b"}"))
        elif post := posts_of.get(notification.post_id):
            chosen = chosen_emoji(db, notification, pages) if notification.emoji else b""
            result.append((head, account, chosen, b',"status":', *post, end, b"}"))
        else:
            result.append(())
    return result


class _Named(msgspec.Struct):
    """Of an account's JSON, what it is called."""

    username: str
    display_name: str


def fallback(db: Reader, notification: Notification, account: bytes, supported: Collection[str]) -> bytes:
    """For apps that say which types they know: what to show of any other. `account` is the sender's JSON."""
    if TYPES[notification.kind] in supported:
        return b""
    sender = msgspec.json.decode(account, type=_Named)
    locale = accounts.locale_of(db, notification.account_id)
    words = title(notification, sender.display_name or sender.username, locale)
    told = NotificationFallback(title=escape(words), summary=None, details=None)
    return b',"fallback":' + msgspec.json.encode(told)


@lru_cache(maxsize=8192)
def _head(notification: Notification) -> bytes:
    """A notification never changes, and is read again and again."""
    return b'{"id":"%d","type":"%b","group_key":%b,"created_at":"%b","account":' % (
        notification.id,
        TYPES[notification.kind].encode(),
        msgspec.json.encode(notification.group_key),
        iso(notification.created_at).encode(),
    )


def chosen_emoji(db: Reader, notification: Notification, pages: StatusPages) -> bytes:
    """Which emoji: a custom one as `:name:`, with its picture, as Pleroma tells it."""
    choice = Choice.of_key(notification.emoji)
    if not choice.is_custom:
        return b',"emoji":%b,"emoji_url":null' % msgspec.json.encode(reactions.name(choice))
    found = emojis.named(db, [choice.name], choice.host)
    url = pages.here.file_url(FileUse.EMOJI, found[0].id, found[0].file) if found else None
    emoji = msgspec.json.encode(f":{choice.key}:")
    return b',"emoji":%b,"emoji_url":%b' % (emoji, msgspec.json.encode(url))


def further(db: Reader, notification: Notification, pages: StatusPages) -> tuple[bytes, ...] | None:
    """What it is about, if not a post, in parts; None where that is not there any more."""
    if notification.report_id is not None:
        report = report_rows.many(db, [ReportId(notification.report_id)]).get(
            ReportId(notification.report_id)
        )
        if report is None:
            return None
        return (b',"report":', msgspec.json.encode(reports.entity(db, report, pages.here)))
    if notification.pack_id is not None:
        return _pack(db, notification, notification.pack_id, pages)
    if notification.kind is NotificationKind.STRIKE:
        strike = strikes.find(db, notification.about_id)
        if strike is None:
            return None
        return (b',"moderation_warning":', msgspec.json.encode(warnings.entity(db, strike, pages.here)))
    if notification.kind is NotificationKind.SEVERED:
        severance = severances.find(db, notification.about_id)
        if severance is None:
            return None
        return (b',"event":', msgspec.json.encode(warnings.severance(db, severance)))
    return ()


def _pack(db: Reader, notification: Notification, id: int, pages: StatusPages) -> tuple[bytes, ...] | None:
    try:
        found = pack_rows.get(db, id, notification.account_id)
    except NotFound:
        return None
    shown = packs.one(db, found, notification.account_id, pages.here)
    return (b',"collection":', msgspec.json.encode(shown))
