"""What those who run the server announce: https://docs.joinmastodon.org/methods/announcements/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import server_entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import announcements as serialize
from martlet.services import announcing
from martlet.storage import announcements
from martlet.storage.database import Reader, Writer

api = Api()


class AnnouncementsForm(Struct, frozen=True):
    with_dismissed: Annotated[
        bool, Meta(description="Whether those are told too that one has read; false leaves them out.")
    ] = True


@api.get(
    "/api/v1/announcements", access="user", form=AnnouncementsForm, returns=list[server_entities.Announcement]
)
def index(db: Reader, call: Call[AnnouncementsForm]) -> list[server_entities.Announcement]:
    """https://docs.joinmastodon.org/methods/announcements/#get"""
    found = announcements.shown(db, call.here.now_ms())
    if not call.form.with_dismissed:
        read = announcements.read_by(db, call.account, [one.id for one in found])
        found = [one for one in found if one.id not in read]
    return serialize.many(db, found, call.account, call.here)


@api.post("/api/v1/announcements/{id}/dismiss", scope="write:accounts", returns=dict[str, Any])
def dismiss(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/announcements/#dismiss"""
    announcing.dismiss(db, call.account, call.id, call.here)
    return {}


@api.put("/api/v1/announcements/{id}/reactions/{name}", scope="write:favourites", returns=dict[str, Any])
def react(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/announcements/#put-reactions"""
    announcing.react(db, call.account, call.id, call.params["name"], call.here)
    return {}


@api.delete("/api/v1/announcements/{id}/reactions/{name}", scope="write:favourites", returns=dict[str, Any])
def unreact(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/announcements/#delete-reactions"""
    announcing.unreact(db, call.account, call.id, call.params["name"], call.here)
    return {}
