"""Posts to be published later: https://docs.joinmastodon.org/methods/scheduled_statuses/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import scheduled_entities
from martlet.mastodon.moments import moment_in
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import scheduled as serialize
from martlet.model.names import ScheduledId
from martlet.services import scheduling
from martlet.storage import scheduled
from martlet.storage.database import Reader, Writer
from martlet.storage.scheduled import Scheduled

api = Api()


class MomentForm(Struct, frozen=True):
    scheduled_at: Annotated[
        str | None, Meta(description="ISO 8601, at least five minutes from now. Left out: as before.")
    ] = None


def _one(db: Reader, found: Scheduled, call: Call[Any]) -> scheduled_entities.ScheduledStatus:
    return serialize.many(db, [found], call.account, call.here)[0]


@api.get(
    "/api/v1/scheduled_statuses",
    scope="read:statuses",
    form=PageForm,
    returns=list[scheduled_entities.ScheduledStatus],
)
def show_several(db: Reader, call: Call[PageForm]) -> list[scheduled_entities.ScheduledStatus]:
    """https://docs.joinmastodon.org/methods/scheduled_statuses/#get"""
    page = call.form.page()
    found = scheduled.of_account(db, call.account, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return serialize.many(db, found, call.account, call.here)


@api.get("/api/v1/scheduled_statuses/{id}", scope="read:statuses", returns=scheduled_entities.ScheduledStatus)
def show(db: Reader, call: Call[NoForm]) -> scheduled_entities.ScheduledStatus:
    """https://docs.joinmastodon.org/methods/scheduled_statuses/#get-one"""
    return _one(db, scheduled.get(db, ScheduledId(call.id), call.account), call)


@api.put(
    "/api/v1/scheduled_statuses/{id}",
    scope="write:statuses",
    form=MomentForm,
    returns=scheduled_entities.ScheduledStatus,
)
def change(db: Writer, call: Call[MomentForm]) -> scheduled_entities.ScheduledStatus:
    """https://docs.joinmastodon.org/methods/scheduled_statuses/#update"""
    id, at = ScheduledId(call.id), moment_in(call.form.scheduled_at, "scheduled_at")
    if at is None:
        return _one(db, scheduled.get(db, id, call.account), call)
    return _one(db, scheduling.change_moment(db, call.account, id, at, call.here), call)


@api.delete("/api/v1/scheduled_statuses/{id}", scope="write:statuses", returns=dict[str, Any])
def cancel(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/scheduled_statuses/#cancel"""
    scheduling.cancel(db, call.account, ScheduledId(call.id), call.here)
    return {}
