"""
Notifications told in groups: https://docs.joinmastodon.org/methods/grouped_notifications/

Each is also answered at `/api/v2_alpha`, where apps found them before Mastodon 4.3.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from martlet.mastodon import entities
from martlet.mastodon import notification_entities as shown
from martlet.mastodon.notifications import (
    DEFAULT,
    MOST,
    NotificationsForm,
    ShowForm,
    UnreadForm,
    choice_of,
    kinds_of,
    unread_limit,
)
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import notification_groups as serialize
from martlet.mastodon.serialize.notification_groups import Expand, Manner
from martlet.model.errors import NotFound
from martlet.model.notifications import GROUPED, NotificationKind
from martlet.services import notifying
from martlet.storage import notification_groups, notifications
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import Listed

api = Api()

_GroupedTypes = Annotated[list[str], Meta(description="Only these types are grouped.")]
_RESULTS = shown.GroupedNotificationsResults


class GroupsForm(NotificationsForm, frozen=True, kw_only=True):
    grouped_types: _GroupedTypes = msgspec.field(default_factory=list)
    expand_accounts: Expand = "full"


class UnreadGroupsForm(UnreadForm, frozen=True, kw_only=True):
    grouped_types: _GroupedTypes = msgspec.field(default_factory=list)


@api.get("/api/v2/notifications", scope="read:notifications", form=GroupsForm, returns=_RESULTS)
@api.get("/api/v2_alpha/notifications", scope="read:notifications", form=GroupsForm, returns=_RESULTS)
def index(db: Reader, call: Call[GroupsForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/grouped_notifications/#get-grouped"""
    form = call.form
    choice = choice_of(form.types, form.exclude_types, form.account_id, has_filtered=form.include_filtered)
    page = form.page(DEFAULT, MOST)
    grouped = _grouped(form.grouped_types)
    found = notification_groups.page(db, call.account, page, choice, grouped, call.here.now_ms())
    if found is not None:
        call.link(found.newest, found.oldest)
    manner = Manner(form.expand_accounts, form.supported_types, is_page=True)
    return serialize.results(db, found.groups if found else [], call.pages, call.viewer, manner)


@api.get(
    "/api/v2/notifications/unread_count",
    scope="read:notifications",
    form=UnreadGroupsForm,
    returns=shown.UnreadCount,
)
@api.get(
    "/api/v2_alpha/notifications/unread_count",
    scope="read:notifications",
    form=UnreadGroupsForm,
    returns=shown.UnreadCount,
)
def unread_count(db: Reader, call: Call[UnreadGroupsForm]) -> shown.UnreadCount:
    """https://docs.joinmastodon.org/methods/grouped_notifications/#unread-group-count"""
    form = call.form
    choice = choice_of(form.types, form.exclude_types, form.account_id)
    grouped, limit = _grouped(form.grouped_types), unread_limit(form)
    counted = notification_groups.count_unread(db, call.account, choice, grouped, limit, call.here.now_ms())
    return shown.UnreadCount(count=counted)


@api.get("/api/v2/notifications/{group_key}", scope="read:notifications", form=ShowForm, returns=_RESULTS)
@api.get(
    "/api/v2_alpha/notifications/{group_key}", scope="read:notifications", form=ShowForm, returns=_RESULTS
)
def show(db: Reader, call: Call[ShowForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/grouped_notifications/#get-notification-group"""
    found = notification_groups.find(db, call.account, call.params["group_key"], call.here.now_ms())
    if found is None:
        raise NotFound
    manner = Manner(supported=call.form.supported_types)
    return serialize.results(db, [found], call.pages, call.viewer, manner)


@api.get(
    "/api/v2/notifications/{group_key}/accounts",
    scope="read:notifications",
    form=PageForm,
    returns=list[entities.Account],
)
@api.get(
    "/api/v2_alpha/notifications/{group_key}/accounts",
    scope="read:notifications",
    form=PageForm,
    returns=list[entities.Account],
)
def accounts(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/grouped_notifications/#get-group-accounts pages by notifications."""
    key, page, now = call.params["group_key"], call.form.page(DEFAULT, MOST), call.here.now_ms()
    found = notifications.of_group(db, call.account, key, page, now)
    if not found:
        if notification_groups.find(db, call.account, key, now) is None:
            raise NotFound
        return b"[]"
    call.link(found[0].notification.id, found[-1].notification.id)
    listed = (Listed(told.notification.id, told.notification.from_id, told.from_version) for told in found)
    return call.pages.accounts.page(db, listed)


@api.post("/api/v2/notifications/{group_key}/dismiss", scope="write:notifications")
@api.post("/api/v2_alpha/notifications/{group_key}/dismiss", scope="write:notifications")
def dismiss(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/grouped_notifications/#dismiss-group"""
    notifying.dismiss_group(db, call.account, call.params["group_key"])
    return {}


def _grouped(types: list[str]) -> frozenset[NotificationKind]:
    """Of what the app groups, what can be grouped; without a word all of it."""
    return GROUPED & kinds_of(types) if types else GROUPED
