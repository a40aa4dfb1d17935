"""Hashtags, for those who look after them. Mastodon has these methods and does not document them."""

from typing import Annotated

from msgspec import Meta, Struct

from martlet.mastodon import trend_entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import trends as serialize
from martlet.model.errors import NotFound
from martlet.model.roles import Permission
from martlet.services import reviewing_trends
from martlet.services.reviewing_trends import TagChange
from martlet.storage import tags
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE, MOST = 100, 200
TAXONOMIES = Permission.MANAGE_TAXONOMIES


class TagForm(Struct, frozen=True, kw_only=True):
    """What is left out stays as it is; the hashtag counts as looked at in any case."""

    display_name: Annotated[
        str | None, Meta(description="How it is written: other capitals, no other word.")
    ] = None
    trendable: Annotated[bool | None, Meta(description="Whether it may trend.")] = None
    usable: Annotated[bool | None, Meta(description="Whether it may stand in new posts from here.")] = None
    listable: Annotated[bool | None, Meta(description="Whether search finds it.")] = None


@api.get(
    "/api/v1/admin/tags",
    scope="admin:read",
    form=PageForm,
    returns=list[trend_entities.AdminTag],
    permission=TAXONOMIES,
)
def show(db: Reader, call: Call[PageForm]) -> list[trend_entities.AdminTag]:
    """Hashtags used in public, the last that came to be known first; as Mastodon's `admin/tags`."""
    page = call.form.page(AT_ONCE, MOST)
    found = tags.newest(db, page)
    if found:
        call.link(found[0], found[-1] if len(found) == page.limit else None)
    return serialize.admin_tags(db, found, call.viewer, call.here)


@api.get(
    "/api/v1/admin/tags/{id}",
    scope="admin:read",
    returns=trend_entities.AdminTag,
    permission=TAXONOMIES,
)
def show_one(db: Reader, call: Call[NoForm]) -> trend_entities.AdminTag:
    """One hashtag, as Mastodon's `admin/tags/:id`."""
    found = serialize.admin_tags(db, [call.id], call.viewer, call.here)
    if not found:
        raise NotFound
    return found[0]


@api.put(
    "/api/v1/admin/tags/{id}",
    scope="admin:write",
    form=TagForm,
    returns=trend_entities.AdminTag,
    permission=TAXONOMIES,
)
def change(db: Writer, call: Call[TagForm]) -> trend_entities.AdminTag:
    """Decide about a hashtag, as Mastodon's `admin/tags/:id`."""
    form = call.form
    wanted = TagChange(form.display_name, form.trendable, form.usable, form.listable)
    reviewing_trends.change_tag(db, call.actor(db), call.id, wanted, call.here)
    return serialize.admin_tags(db, [call.id], call.viewer, call.here)[0]
