"""How far one has read: https://docs.joinmastodon.org/methods/markers/"""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, id_in
from martlet.mastodon.serialize.times import iso
from martlet.model.errors import InvalidInput, NotFound
from martlet.services import marking
from martlet.storage import markers
from martlet.storage.database import Reader, Writer
from martlet.storage.markers import Marker

api = Api()


class AskForm(Struct, frozen=True):
    timeline: Annotated[list[str], Meta(description="home, notifications")] = msgspec.field(
        default_factory=list
    )


class LastRead(Struct, frozen=True):
    last_read_id: str

    def id(self) -> int:
        """Raises `InvalidInput`."""
        try:
            return id_in(self.last_read_id)
        except NotFound:
            raise InvalidInput("Validation failed: Last read is not a number", "last_read_id") from None


class MarkForm(Struct, frozen=True):
    home: LastRead | None = None
    notifications: LastRead | None = None

    def last_read(self) -> dict[str, int]:
        given = {"home": self.home, "notifications": self.notifications}
        return {timeline: one.id() for timeline, one in given.items() if one is not None}


def _entity(found: list[Marker]) -> entities.Markers:
    result = entities.Markers()
    for one in found:
        marker = entities.Marker(
            last_read_id=str(one.last_read_id), version=one.version, updated_at=iso(one.updated_at)
        )
        if one.timeline == "home":
            result.home = marker
        else:
            result.notifications = marker
    return result


@api.get("/api/v1/markers", scope="read:statuses", form=AskForm, returns=entities.Markers)
def show_markers(db: Reader, call: Call[AskForm]) -> entities.Markers:
    """https://docs.joinmastodon.org/methods/markers/#get"""
    return _entity(markers.of_account(db, call.account, call.form.timeline))


@api.post("/api/v1/markers", scope="write:statuses", form=MarkForm, returns=entities.Markers)
def save_markers(db: Writer, call: Call[MarkForm]) -> entities.Markers:
    """https://docs.joinmastodon.org/methods/markers/#create"""
    return _entity(marking.mark(db, call.account, call.form.last_read(), call.here))
