"""
What trends: https://docs.joinmastodon.org/methods/trends/

The rule is told in docs/guide/trends.md; each item says in `martlet` why it is there.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from martlet.mastodon import trend_entities
from martlet.mastodon.routing import Api, Call
from martlet.mastodon.serialize import reasons
from martlet.mastodon.serialize import trends as serialize
from martlet.model.names import PostId
from martlet.model.trends import TrendKind
from martlet.services import trending
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.posts import Shown

api = Api()

LISTED, MOST_LISTED = 10, 20
POSTS, MOST_POSTS = 20, 40


class TrendsForm(Struct, frozen=True, kw_only=True):
    limit: Annotated[int | None, Meta(description="How many, at most.")] = None
    offset: Annotated[int | None, Meta(description="How many of the first to leave out.")] = None

    def part(self, default: int, most: int) -> slice:
        start = min(max(self.offset or 0, 0), trending.KEPT)
        return slice(start, start + min(max(self.limit or default, 1), most))


@api.get("/api/v1/trends/tags", access="public", form=TrendsForm, returns=list[trend_entities.TrendingTag])
def tags(db: Reader, call: Call[TrendsForm]) -> list[trend_entities.TrendingTag]:
    """https://docs.joinmastodon.org/methods/trends/#tags"""
    return _tags(db, call)


def _tags(db: Reader, call: Call[TrendsForm]) -> list[trend_entities.TrendingTag]:
    found = trending.shown(db, TrendKind.TAG, call.account, call.here)
    part = call.form.part(LISTED, MOST_LISTED)
    return serialize.trending_tags(db, found[part], call.viewer, call.here)


@api.get("/api/v1/trends", access="public", form=TrendsForm, returns=list[trend_entities.TrendingTag])
def tags_as_before(db: Reader, call: Call[TrendsForm]) -> list[trend_entities.TrendingTag]:
    """https://docs.joinmastodon.org/methods/trends/#tags by its older name, which apps still use."""
    return _tags(db, call)


@api.get("/api/v1/trends/links", access="public", form=TrendsForm, returns=list[trend_entities.TrendsLink])
def links(db: Reader, call: Call[TrendsForm]) -> list[trend_entities.TrendsLink]:
    """https://docs.joinmastodon.org/methods/trends/#links"""
    found = trending.shown(db, TrendKind.LINK, call.account, call.here)
    part = call.form.part(LISTED, MOST_LISTED)
    return serialize.trending_links(db, found[part], call.viewer, call.here)


@api.get(
    "/api/v1/trends/statuses", access="public", form=TrendsForm, returns=list[trend_entities.TrendingStatus]
)
def statuses(db: Reader, call: Call[TrendsForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/trends/#statuses; of people whom the viewer hides nothing."""
    found = trending.shown(db, TrendKind.POST, call.account, call.here)
    visible = visible_posts(db, call, [PostId(one.subject_id) for one in found])
    language = reasons.language_of(db, call.account, call.here)
    told = {
        PostId(one.subject_id): b',"martlet":' + msgspec.json.encode(serialize.reason(one, language))
        for one in found
    }
    return call.pages.page(
        db,
        visible[call.form.part(POSTS, MOST_POSTS)],
        call.viewer,
        extra=told.__getitem__,
    )


def visible_posts(db: Reader, call: Call[Any], ids: list[PostId]) -> list[Shown]:
    """Those of the posts that the viewer wants to see, in the same order."""
    by_id = {one.id: one for one in posts.welcome(db, ids, call.account, call.here.now_ms())}
    return [by_id[id] for id in ids if id in by_id]
