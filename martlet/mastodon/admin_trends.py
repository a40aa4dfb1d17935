"""
What trends, for those who look after it: https://docs.joinmastodon.org/methods/admin/trends/

Approving and rejecting is not documented there; paths and answers are Mastodon's.
"""

from collections.abc import Callable
from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import trend_entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import trends as serialize
from martlet.mastodon.serialize.times import iso
from martlet.mastodon.trends import visible_posts
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.model.roles import Permission
from martlet.model.trends import TrendKind
from martlet.services import reviewing_trends
from martlet.storage import trend_reviews, trends
from martlet.storage.database import Reader, Writer

api = Api()

LISTED, MOST_LISTED = 20, 100
TAXONOMIES = Permission.MANAGE_TAXONOMIES


class ReviewForm(Struct, frozen=True, kw_only=True):
    limit: Annotated[int | None, Meta(description="How many, at most.")] = None
    offset: Annotated[int | None, Meta(description="How many of the first to leave out.")] = None

    def part(self) -> slice:
        start = max(self.offset or 0, 0)
        return slice(start, start + min(max(self.limit or LISTED, 1), MOST_LISTED))


def _all(db: Reader, call: Call[ReviewForm], kind: TrendKind) -> list[int]:
    return [one.subject_id for one in trends.many(db, kind)[call.form.part()]]


# -- hashtags ----------------------------------------------------------------


@api.get(
    "/api/v1/admin/trends/tags",
    scope="admin:read",
    form=ReviewForm,
    returns=list[trend_entities.AdminTag],
    permission=TAXONOMIES,
)
def tags(db: Reader, call: Call[ReviewForm]) -> list[trend_entities.AdminTag]:
    """https://docs.joinmastodon.org/methods/admin/trends/#tags"""
    return serialize.admin_tags(db, _all(db, call, TrendKind.TAG), call.viewer, call.here)


def _tag(db: Writer, call: Call[NoForm]) -> trend_entities.AdminTag:
    return serialize.admin_tags(db, [call.id], call.viewer, call.here)[0]


# -- links -------------------------------------------------------------------


@api.get(
    "/api/v1/admin/trends/links",
    scope="admin:read",
    form=ReviewForm,
    returns=list[trend_entities.AdminTrendsLink],
    permission=TAXONOMIES,
)
def links(db: Reader, call: Call[ReviewForm]) -> list[trend_entities.AdminTrendsLink]:
    """https://docs.joinmastodon.org/methods/admin/trends/#links"""
    return serialize.admin_links(db, _all(db, call, TrendKind.LINK), call.here)


def _link(db: Writer, call: Call[NoForm]) -> trend_entities.AdminTrendsLink:
    found = serialize.admin_links(db, [call.id], call.here)
    if not found:
        raise NotFound
    return found[0]


# -- posts -------------------------------------------------------------------


@api.get(
    "/api/v1/admin/trends/statuses",
    scope="admin:read",
    form=ReviewForm,
    returns=list[trend_entities.AdminTrendingStatus],
    permission=TAXONOMIES,
)
def statuses(db: Reader, call: Call[ReviewForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/admin/trends/#statuses"""
    return _posts(db, call, _all(db, call, TrendKind.POST))


def _posts(db: Reader, call: Call[Any], ids: list[int]) -> bytes:
    found = visible_posts(db, call, [PostId(id) for id in ids])
    reviews = trend_reviews.of(db, TrendKind.POST, ids)
    told = {
        one.id: b',"requires_review":false' if one.id in reviews else b',"requires_review":true'
        for one in found
    }
    return call.pages.page(db, found, call.viewer, extra=told.__getitem__)


def _post(db: Writer, call: Call[NoForm]) -> bytes:
    found = _posts(db, call, [call.id])
    if found == b"[]":
        raise NotFound
    return found[1:-1]


# -- publishers --------------------------------------------------------------


@api.get(
    "/api/v1/admin/trends/links/publishers",
    scope="admin:read",
    form=PageForm,
    returns=list[trend_entities.Publisher],
    permission=TAXONOMIES,
)
def publishers(db: Reader, call: Call[PageForm]) -> list[trend_entities.Publisher]:
    """Sites that trending links lead to, those last met first."""
    page = call.form.page(LISTED, MOST_LISTED)
    found = trend_reviews.publishers(db, page.before, page.limit)
    if found:
        call.link(found[0].id, found[-1].id if len(found) == page.limit else None)
    return _publishers(db, found)


def _publishers(db: Reader, found: list[trend_reviews.Publisher]) -> list[trend_entities.Publisher]:
    reviews = trend_reviews.of(db, TrendKind.PUBLISHER, [one.id for one in found])
    result = []
    for one in found:
        review = reviews.get(one.id)
        result.append(
            trend_entities.Publisher(
                id=str(one.id),
                domain=one.host,
                trendable=review.is_allowed if review else None,
                reviewed_at=iso(review.reviewed_at) if review else None,
                requested_review_at=None,
                requires_review=review is None,
            )
        )
    return result


def _publisher(db: Writer, call: Call[NoForm]) -> trend_entities.Publisher:
    found = trend_reviews.find_publisher(db, call.id)
    if found is None:
        raise NotFound
    return _publishers(db, [found])[0]


# -- decisions ---------------------------------------------------------------


def _decision(
    path: str,
    kind: TrendKind,
    answer: Callable[[Writer, Call[NoForm]], Any],
    returns: type[Struct],
    *,
    is_allowed: bool,
) -> None:
    def decide(db: Writer, call: Call[NoForm]) -> Any:
        reviewing_trends.decide(db, call.actor(db), kind, call.id, call.here, is_allowed=is_allowed)
        return answer(db, call)

    verb = "approve" if is_allowed else "reject"
    what = "Let it trend." if is_allowed else "Never let it trend."
    decide.__doc__ = f"{what} As Mastodon's `{verb}`: https://docs.joinmastodon.org/methods/admin/trends/"
    decide.__name__ = f"{verb}_{kind.name.lower()}"
    api.post(
        f"/api/v1/admin/trends/{path}/{{id}}/{verb}",
        scope="admin:write",
        returns=returns,
        permission=TAXONOMIES,
    )(decide)


for _path, _kind, _answer, _returns in (
    ("tags", TrendKind.TAG, _tag, trend_entities.AdminTag),
    ("links", TrendKind.LINK, _link, trend_entities.AdminTrendsLink),
    ("statuses", TrendKind.POST, _post, trend_entities.AdminTrendingStatus),
    ("links/publishers", TrendKind.PUBLISHER, _publisher, trend_entities.Publisher),
):
    for _is_allowed in (True, False):
        _decision(_path, _kind, _answer, _returns, is_allowed=_is_allowed)
