"""Hashtags that somebody follows, and those on their profile."""

from typing import NamedTuple

from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.ids import id_from
from martlet.services import featuring, following_tags
from martlet.storage import featured_tags, followed_tags
from martlet.storage.database import Reader
from martlet.web import addresses, undoing
from martlet.web.keeping_pages import FeaturedRow, HashtagsPage
from martlet.web.visits import Pages, Visit
from martlet.web.wording import Problem, sentence

pages = Pages()

AT_ONCE = 100
SUGGESTED = 10
NO_TAG = sentence("This is no hashtag: letters and numbers in one word, for example #harbour.")
TOO_MANY = sentence("These are too many. Please take one away first.")


class _Row(NamedTuple):
    id: int
    name: str


@pages.get(addresses.HASHTAGS, access="member")
async def show(visit: Visit) -> Answer:
    return visit.page(await visit.store.reading(_page, visit))


def _page(
    db: Reader, visit: Visit, follow: str = "", feature: str = "", problems: tuple[Problem, ...] = ()
) -> HashtagsPage:
    found = [_Row(id, tag.shown) for id, tag in followed_tags.page(db, visit.account, visit.paging(AT_ONCE))]
    newer, older = visit.ends(addresses.HASHTAGS, found, AT_ONCE)
    featured = featured_tags.of_account(db, visit.account)
    return HashtagsPage(
        followed=tuple(one.name for one in found),
        featured=tuple(FeaturedRow(str(one.id), one.shown, one.posts_count) for one in featured),
        suggested=tuple(one.shown for one in featured_tags.suggested(db, visit.account, SUGGESTED))
        if len(featured) < featuring.FEATURED
        else (),
        newer=newer,
        older=older,
        follow=follow,
        feature=feature,
        problems=problems,
    )


def _name(visit: Visit, field: str) -> str:
    return visit.field(field, 300).strip().removeprefix("#")


@pages.post(addresses.HASHTAG_FOLLOW, access="member")
async def follow(visit: Visit) -> Answer:
    name = _name(visit, "follow")
    try:
        await visit.store.writing(following_tags.follow, visit.account, name, visit.here)
    except (NotFound, InvalidInput) as error:
        problem = Problem("follow", NO_TAG if isinstance(error, NotFound) else TOO_MANY)
        return visit.page(await visit.store.reading(_page, visit, name, "", (problem,)), 422)
    undo = undoing.token(visit, "unfollow_tag", name)
    return visit.go(addresses.HASHTAGS, done="hashtag_followed", undo=undo)


@pages.post(addresses.HASHTAG_UNFOLLOW, access="member")
async def unfollow(visit: Visit) -> Answer:
    name = _name(visit, "name")
    await visit.store.writing(following_tags.unfollow, visit.account, name)
    undo = undoing.token(visit, "follow_tag", name)
    return visit.go(addresses.HASHTAGS, done="hashtag_unfollowed", undo=undo)


@pages.post(addresses.HASHTAG_FEATURE, access="member")
async def feature(visit: Visit) -> Answer:
    name = _name(visit, "feature")
    try:
        await visit.store.writing(featuring.feature, visit.account, name, visit.here)
    except featuring.AlreadyFeatured:
        return visit.go(addresses.HASHTAGS, done="hashtag_featured")
    except InvalidInput as error:
        said = TOO_MANY if isinstance(error, featuring.TooManyFeatured) else NO_TAG
        page = await visit.store.reading(_page, visit, "", name, (Problem("feature", said),))
        return visit.page(page, 422)
    return visit.go(addresses.HASHTAGS, done="hashtag_featured")


@pages.post(addresses.HASHTAG_DROP, access="member")
async def drop(visit: Visit) -> Answer:
    id = id_from(visit.params["id"])
    if id is None:
        raise NotFound
    await visit.store.writing(featuring.drop, visit.account, id)
    return visit.go(addresses.HASHTAGS, done="hashtag_dropped")
