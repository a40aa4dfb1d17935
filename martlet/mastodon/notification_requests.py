"""Whose notifications are kept aside: https://docs.joinmastodon.org/methods/notifications/#get-requests"""

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from martlet.mastodon.notification_entities import Merged, NotificationRequest
from martlet.mastodon.notifications import DEFAULT, MOST, known_ids
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso
from martlet.model.errors import NotFound
from martlet.model.ids import milliseconds_of
from martlet.services import requesting
from martlet.storage import notification_policies, notification_requests
from martlet.storage.database import Reader, Writer
from martlet.storage.notification_requests import Request

api = Api()


class ManyForm(Struct, frozen=True):
    id: Annotated[list[str], Meta(description="Of the requests.")] = msgspec.field(default_factory=list)


@api.get(
    "/api/v1/notifications/requests",
    scope="read:notifications",
    form=PageForm,
    returns=list[NotificationRequest],
)
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/notifications/#get-requests"""
    page = call.form.page(DEFAULT, MOST)
    found = notification_requests.page(db, call.account, page, call.here.now_ms())
    if found:
        call.link(found[0].id, found[-1].id)
    return b"[%b]" % b",".join(_each(db, found, call))


@api.get("/api/v1/notifications/requests/merged", scope="read:notifications", returns=Merged)
def merged(db: Reader, call: Call[NoForm]) -> Merged:
    """https://docs.joinmastodon.org/methods/notifications/#requests-merged"""
    return Merged(merged=not notification_policies.is_merging(db, call.account))


@api.get("/api/v1/notifications/requests/{id}", scope="read:notifications", returns=NotificationRequest)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/notifications/#get-one-request"""
    found = notification_requests.find(db, call.id, call.account, call.here.now_ms())
    if found is None:
        raise NotFound
    return _each(db, [found], call)[0]


@api.post("/api/v1/notifications/requests/{id}/accept", scope="write:notifications")
def accept(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#accept-request"""
    requesting.accept_one(db, call.account, call.id, call.here)
    return {}


@api.post("/api/v1/notifications/requests/{id}/dismiss", scope="write:notifications")
def dismiss(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#dismiss-request"""
    requesting.dismiss_one(db, call.account, call.id, call.here)
    return {}


@api.post("/api/v1/notifications/requests/accept", scope="write:notifications", form=ManyForm)
def accept_many(db: Writer, call: Call[ManyForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#accept-multiple-requests"""
    requesting.accept(db, call.account, known_ids(call.form.id), call.here)
    return {}


@api.post("/api/v1/notifications/requests/dismiss", scope="write:notifications", form=ManyForm)
def dismiss_many(db: Writer, call: Call[ManyForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/notifications/#dismiss-multiple-requests"""
    requesting.dismiss(db, call.account, known_ids(call.form.id), call.here)
    return {}


def _each(db: Reader, found: Sequence[Request], call: Call[Any]) -> list[bytes]:
    accounts = call.pages.accounts.of(db, {one.from_id: one.from_version for one in found})
    named = [one.last_post_id for one in found if one.last_post_id is not None]
    posts = call.pages.by_id(db, named, call.viewer) if named else {}
    return [
        b'{"id":"%d","created_at":"%b","updated_at":"%b","account":%b,"notifications_count":"%d"%b}'
        % (
            one.id,
            iso(milliseconds_of(one.id)).encode(),
            iso(one.updated_at).encode(),
            accounts[one.from_id],
            one.counted,
            b',"last_status":' + posts[one.last_post_id] if one.last_post_id in posts else b"",
        )
        for one in found
    ]
