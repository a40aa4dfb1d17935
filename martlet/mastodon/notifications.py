"""Notifications: https://docs.joinmastodon.org/methods/notifications/"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize import notifications as serialize
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, NotificationId
from martlet.services import notifying
from martlet.storage import notifications
from martlet.storage.database import Reader, Writer
from martlet.storage.notifications import Choice

api = Api()

DEFAULT, MOST = 40, 80
UNREAD_DEFAULT, UNREAD_MOST = 100, 1000

_Types = Annotated[list[str], Meta(description="Only these types.")]
_ExcludeTypes = Annotated[list[str], Meta(description="All but these types.")]
_Account = Annotated[str | None, Meta(description="Only what this account did.")]


class NotificationsForm(PageForm, frozen=True, kw_only=True):
    types: _Types = msgspec.field(default_factory=list)
    exclude_types: _ExcludeTypes = msgspec.field(default_factory=list)
    account_id: _Account = None
    include_filtered: Annotated[
        bool, Meta(description="Also what a policy holds back; nothing is held back here.")
    ] = False


class UnreadForm(Struct, frozen=True, kw_only=True):
    limit: int | None = None
    types: _Types = msgspec.field(default_factory=list)
    exclude_types: _ExcludeTypes = msgspec.field(default_factory=list)
    account_id: _Account = None


@api.get(
    "/api/v1/notifications",
    scope="read:notifications",
    form=NotificationsForm,
    returns=list[entities.Notification],
)
def index(db: Reader, call: Call[NotificationsForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/notifications/#get"""
    form = call.form
    page = form.page(DEFAULT, MOST)
    choice = _choice(form.types, form.exclude_types, form.account_id)
    found = notifications.page(db, call.account, page, choice, call.here.now_ms())
    if found:
        call.link(found[0].notification.id, found[-1].notification.id)
    return serialize.page(db, found, call.pages, call.viewer)


@api.get(
    "/api/v1/notifications/unread_count",
    scope="read:notifications",
    form=UnreadForm,
    returns=entities.UnreadCount,
)
def unread_count(db: Reader, call: Call[UnreadForm]) -> entities.UnreadCount:
    """https://docs.joinmastodon.org/methods/notifications/#unread-count"""
    form = call.form
    limit = min(max(form.limit or UNREAD_DEFAULT, 1), UNREAD_MOST)
    choice = _choice(form.types, form.exclude_types, form.account_id)
    counted = notifications.count_unread(db, call.account, choice, limit, call.here.now_ms())
    return entities.UnreadCount(count=counted)


@api.get("/api/v1/notifications/{id}", scope="read:notifications", returns=entities.Notification)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/notifications/#get-one"""
    told = notifications.find(db, NotificationId(call.id), call.account)
    shown = serialize.each(db, [told], call.pages, call.viewer) if told else []
    if not shown:
        raise NotFound
    return b"".join(shown[0])


@api.post("/api/v1/notifications/clear", scope="write:notifications")
def clear(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#clear"""
    notifying.dismiss_all(db, call.account)
    return {}


@api.post("/api/v1/notifications/{id}/dismiss", scope="write:notifications")
def dismiss(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#dismiss"""
    notifying.dismiss(db, call.account, NotificationId(call.id))
    return {}


def _choice(types: Sequence[str], without: Sequence[str], account: str | None) -> Choice:
    """A type that nobody knows matches nothing; asked for alone it means: nothing."""
    kinds = Choice().kinds
    if types:
        kinds = frozenset(serialize.KINDS[one] for one in types if one in serialize.KINDS)
    kinds -= {serialize.KINDS[one] for one in without if one in serialize.KINDS}
    return Choice(kinds, AccountId(id_in(account)) if account else None)
