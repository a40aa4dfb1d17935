"""
Hashtags, and following them.

https://docs.joinmastodon.org/methods/tags/,
https://docs.joinmastodon.org/methods/followed_tags/
"""

from typing import Any

from martlet.mastodon import entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import tags as serialize
from martlet.services import following_tags, searching
from martlet.storage import followed_tags
from martlet.storage.database import Reader, Writer

api = Api()

AT_ONCE = 100
MOST = 200


def _named(db: Reader, call: Call[Any]) -> entities.Tag:
    """The `{name}` in the path. Raises `NotFound` for what is no hashtag."""
    following_tags.key_of(call.params["name"])
    return serialize.named(db, call.params["name"], call.viewer, call.here)


@api.get("/api/v1/tags/{name}", scope="read:follows", access="public", returns=entities.Tag)
def show(db: Reader, call: Call[NoForm]) -> entities.Tag:
    """https://docs.joinmastodon.org/methods/tags/#get tells what one follows, so a token needs the scope for that."""
    return _named(db, call)


@api.post("/api/v1/tags/{name}/follow", scope="write:follows", returns=entities.Tag)
def follow(db: Writer, call: Call[NoForm]) -> entities.Tag:
    """https://docs.joinmastodon.org/methods/tags/#follow"""
    following_tags.follow(db, call.account, call.params["name"], call.here)
    return _named(db, call)


@api.post("/api/v1/tags/{name}/unfollow", scope="write:follows", returns=entities.Tag)
def unfollow(db: Writer, call: Call[NoForm]) -> entities.Tag:
    """https://docs.joinmastodon.org/methods/tags/#unfollow"""
    following_tags.unfollow(db, call.account, call.params["name"])
    return _named(db, call)


@api.get("/api/v1/followed_tags", scope="read:follows", form=PageForm, returns=list[entities.Tag])
def show_followed(db: Reader, call: Call[PageForm]) -> list[entities.Tag]:
    """https://docs.joinmastodon.org/methods/followed_tags/#get"""
    page = call.form.page(AT_ONCE, MOST)
    found = followed_tags.page(db, call.account, page)
    if found:
        call.link(found[0][0], found[-1][0] if len(found) == page.limit else None)
    histories = searching.histories(db, [tag for _, tag in found], call.here)
    return serialize.many(db, histories, call.viewer, call.here)
