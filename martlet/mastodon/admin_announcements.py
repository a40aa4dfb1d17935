"""Writing announcements: methods of our own, see docs/client-api-extensions.md."""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon.admin_entities import Announcement as Entity
from martlet.mastodon.moments import moment_in
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.announcements import Announcement, AnnouncementWish
from martlet.model.roles import Actor, Permission
from martlet.services import announcing, permitting
from martlet.storage import announcements
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 40, 100


class AnnouncementForm(Struct, frozen=True):
    """All of it is said anew at each change."""

    text: Annotated[
        str, Meta(description="Plain text; people, hashtags, links and custom emoji as in posts.")
    ] = ""
    starts_at: Annotated[str | None, Meta(description="When what it tells of begins, ISO 8601.")] = None
    ends_at: Annotated[str | None, Meta(description="When it ends; then the announcement is taken off.")] = (
        None
    )
    all_day: Annotated[bool, Meta(description="Whether these are days, without times.")] = False
    scheduled_at: Annotated[str | None, Meta(description="When it is to be published.")] = None

    def wish(self) -> AnnouncementWish:
        """Raises `InvalidInput`."""
        return AnnouncementWish(
            text=self.text,
            starts_at=moment_in(self.starts_at, "starts_at"),
            ends_at=moment_in(self.ends_at, "ends_at"),
            is_all_day=self.all_day,
            publish_at=moment_in(self.scheduled_at, "scheduled_at"),
        )


def _entity(one: Announcement) -> Entity:
    return Entity(
        id=str(one.id),
        text=one.text,
        content=one.html,
        starts_at=iso_or_none(one.starts_at),
        ends_at=iso_or_none(one.ends_at),
        all_day=bool(one.is_all_day),
        scheduled_at=iso_or_none(one.publish_at),
        published=one.published_at is not None,
        published_at=iso_or_none(one.published_at),
        created_at=iso(one.created_at),
        updated_at=iso(one.updated_at),
    )


def _actor(db: Reader, call: Call[Any]) -> Actor:
    return permitting.actor_of(db, call.account)


@api.get("/api/v1/admin/announcements", scope="admin:read", form=PageForm, returns=list[Entity],
         permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def index(db: Reader, call: Call[PageForm]) -> list[Entity]:
    """All of them, published or not, the newest first."""
    page = call.form.page(AT_ONCE, MOST)
    found = announcements.page_of_all(db, page)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return [_entity(one) for one in found]


@api.get("/api/v1/admin/announcements/{id}", scope="admin:read", returns=Entity,
         permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def show(db: Reader, call: Call[NoForm]) -> Entity:
    """One, published or not."""
    return _entity(announcements.get_any(db, call.id))


@api.post("/api/v1/admin/announcements", scope="admin:write", form=AnnouncementForm, returns=Entity,
          permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def write(db: Writer, call: Call[AnnouncementForm]) -> Entity:
    """Keep one; it is published at `scheduled_at`, or with `…/publish`."""
    return _entity(announcing.write(db, _actor(db, call), call.form.wish(), call.here))


@api.put("/api/v1/admin/announcements/{id}", scope="admin:write", form=AnnouncementForm, returns=Entity,
         permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def change(db: Writer, call: Call[AnnouncementForm]) -> Entity:
    """Say something else; where the text is another, everybody is to read it anew."""
    return _entity(announcing.change(db, _actor(db, call), call.id, call.form.wish(), call.here))


@api.post("/api/v1/admin/announcements/{id}/publish", scope="admin:write", returns=Entity,
          permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def publish(db: Writer, call: Call[NoForm]) -> Entity:
    """Show it to everybody here."""
    return _entity(announcing.publish(db, _actor(db, call), call.id, call.here))


@api.post("/api/v1/admin/announcements/{id}/unpublish", scope="admin:write", returns=Entity,
          permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def unpublish(db: Writer, call: Call[NoForm]) -> Entity:
    """Show it to nobody any more."""
    return _entity(announcing.unpublish(db, _actor(db, call), call.id, call.here))


@api.delete("/api/v1/admin/announcements/{id}", scope="admin:write", returns=dict[str, Any],
            permission=Permission.MANAGE_ANNOUNCEMENTS)  # fmt: skip
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """Remove it, with what was chosen for it."""
    announcing.delete(db, _actor(db, call), call.id, call.here)
    return {}
