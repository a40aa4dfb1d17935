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
from martlet.model.ids import id_from
from martlet.model.names import AccountId, NotificationId
from martlet.model.notifications import NotificationKind
from martlet.services import notifying
from martlet.storage import notifications
from martlet.storage.database import Reader, Writer
from martlet.storage.notifications import Choice

api = Api()

DEFAULT, MOST = 40, 80
UNREAD_DEFAULT, UNREAD_MOST = 100, 1000

Types = Annotated[list[str], Meta(description="Only these types.")]
ExcludedTypes = Annotated[list[str], Meta(description="All but these types.")]
FromAccount = Annotated[str | None, Meta(description="Only what this account did.")]
SupportedTypes = Annotated[
    list[str], Meta(description="The types that the app knows; others are told with a `fallback`.")
]


class NotificationsForm(PageForm, frozen=True, kw_only=True):
    types: Types = msgspec.field(default_factory=list)
    exclude_types: ExcludedTypes = msgspec.field(default_factory=list)
    account_id: FromAccount = None
    include_filtered: Annotated[bool, Meta(description="Also what the policy keeps aside.")] = False
    supported_types: SupportedTypes = msgspec.field(default_factory=list)


class ShowForm(Struct, frozen=True):
    supported_types: SupportedTypes = msgspec.field(default_factory=list)


class DismissForm(Struct, frozen=True):
    id: str


class ManyForm(Struct, frozen=True):
    ids: list[str] = msgspec.field(default_factory=list)


class UnreadForm(Struct, frozen=True, kw_only=True):
    limit: int | None = None
    types: Types = msgspec.field(default_factory=list)
    exclude_types: ExcludedTypes = msgspec.field(default_factory=list)
    account_id: FromAccount = None


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
    choice = choice_of(form.types, form.exclude_types, form.account_id, has_filtered=form.include_filtered)
    found = notifications.page(db, call.account, page, choice, call.here.now_ms(), call.pages.told)
    if found:
        call.link(found[0].notification.id, found[-1].notification.id)
    return serialize.page(db, found, call.pages, call.viewer, form.supported_types)


@api.get(
    "/api/v1/notifications/unread_count",
    scope="read:notifications",
    form=UnreadForm,
    returns=entities.UnreadCount,
)
def unread_count(db: Reader, call: Call[UnreadForm]) -> entities.UnreadCount:
    """https://docs.joinmastodon.org/methods/notifications/#unread-count"""
    form = call.form
    limit = unread_limit(form)
    choice = choice_of(form.types, form.exclude_types, form.account_id)
    counted = notifications.count_unread(db, call.account, choice, limit, call.here.now_ms())
    return entities.UnreadCount(count=counted)


@api.get(
    "/api/v1/notifications/{id}", scope="read:notifications", form=ShowForm, returns=entities.Notification
)
def show(db: Reader, call: Call[ShowForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/notifications/#get-one"""
    told = notifications.find(db, NotificationId(call.id), call.account)
    shown = serialize.each(db, [told], call.pages, call.viewer, call.form.supported_types) if told else []
    if not shown:
        raise NotFound
    return b"".join(shown[0])


@api.post("/api/v1/notifications/clear", scope="write:notifications")
@api.post("/api/v2/notifications/clear", scope="write:notifications")
def clear(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#clear"""
    notifying.dismiss_all(db, call.account)
    return {}


@api.post("/api/v1/notifications/{id}/dismiss", scope="write:notifications")
def dismiss(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#dismiss"""
    notifying.dismiss(db, call.account, NotificationId(call.id))
    return {}


@api.post("/api/v1/notifications/dismiss", scope="write:notifications", form=DismissForm)
def dismiss_old(db: Writer, call: Call[DismissForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#dismiss-deprecated: the same, as it was called long ago."""
    notifying.dismiss(db, call.account, NotificationId(id_in(call.form.id)))
    return {}


@api.delete("/api/v1/notifications/destroy_multiple", scope="write:notifications", form=ManyForm)
def destroy_multiple(db: Writer, call: Call[ManyForm]) -> dict[str, Any]:
    """
    Forget several: https://docs.pleroma.social/backend/development/API/differences_in_mastoapi_responses/

    Mastodon has it as well, but does not document it. Ids of others' are left out without a word.
    """
    notifying.dismiss_many(db, call.account, known_ids(call.form.ids))
    return {}


def unread_limit(form: UnreadForm) -> int:
    return min(max(form.limit or UNREAD_DEFAULT, 1), UNREAD_MOST)


def known_ids(texts: Sequence[str]) -> list[int]:
    """Those of the texts that can be ids."""
    return [id for text in texts if (id := id_from(text)) is not None]


def choice_of(
    types: Sequence[str], without: Sequence[str], account: str | None, *, has_filtered: bool = False
) -> Choice:
    """A type that nobody knows matches nothing; asked for alone it means: nothing."""
    kinds = kinds_of(types) if types else Choice().kinds
    if without:
        kinds -= kinds_of(without)
    return Choice(kinds, AccountId(id_in(account)) if account else None, has_filtered)


def kinds_of(types: Sequence[str]) -> frozenset[NotificationKind]:
    return frozenset(serialize.KINDS[one] for one in types if one in serialize.KINDS)
