"""Hashtags in Mastodon's form: https://docs.joinmastodon.org/entities/Tag/"""

from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import quote

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize import times
from martlet.model.accounts import Account
from martlet.model.server import Server
from martlet.services import searching
from martlet.services.searching import TagHistory
from martlet.services.signing_in import Viewer
from martlet.storage import featured_tags, followed_tags, tags
from martlet.storage.database import Reader
from martlet.storage.featured_tags import FeaturedTag
from martlet.storage.tags import UsedTag
from martlet.text.hashtags import hashtag_key

DAY_SECONDS = 24 * 60 * 60
UNUSED_BYTES = 6
"""Ids of what is kept here are greater: they are moments of this century, moved up by 16 bits."""


def many(db: Reader, found: Sequence[TagHistory], viewer: Viewer, here: Server) -> list[entities.Tag]:
    """Whether the viewer follows and features them is told to people who are signed in."""
    shown = [_entity(one, here) for one in found]
    if viewer.account:
        names = {one.tag.name for one in found}
        followed = followed_tags.among(db, viewer.account, names)
        featured = featured_tags.among(db, viewer.account, names)
        for one, entity in zip(found, shown, strict=True):
            entity.following = one.tag.name in followed
            entity.featuring = one.tag.name in featured
    return shown


def named(db: Reader, name: str, viewer: Viewer, here: Server) -> entities.Tag:
    """A hashtag by its name, used before or not."""
    key = hashtag_key(name)
    found = tags.find(db, key) or UsedTag(0, key, name)
    return many(db, searching.histories(db, [found], here), viewer, here)[0]


def encoded(db: Reader, found: Sequence[TagHistory], viewer: Viewer, here: Server) -> bytes:
    """A JSON list."""
    return msgspec.json.encode(many(db, found, viewer, here))


def _entity(one: TagHistory, here: Server) -> entities.Tag:
    return entities.Tag(
        id=str(one.tag.id or _id_of_unused(one.tag.name)),
        name=one.tag.shown,
        url=here.tag_url(quote(one.tag.name)),
        history=[
            entities.TagDay(day=str(use.day * DAY_SECONDS), uses=str(use.uses), accounts=str(use.accounts))
            for use in one.days
        ],
    )


def _id_of_unused(name: str) -> int:
    """Apps keep lists by their ids, so that of a hashtag which nobody used in public is its own, too; it tells only the name."""
    return int.from_bytes(sha256(name.encode()).digest()[:UNUSED_BYTES])


def featured(db: Reader, owner: Account) -> list[entities.FeaturedTag]:
    """https://docs.joinmastodon.org/entities/FeaturedTag/"""
    return [featured_one(one, owner) for one in featured_tags.of_account(db, owner.id)]


def featured_one(one: FeaturedTag, owner: Account) -> entities.FeaturedTag:
    return entities.FeaturedTag(
        id=str(one.id),
        name=one.shown,
        url=f"{owner.url}/tagged/{quote(one.name)}",
        statuses_count=str(one.posts_count),
        last_status_at=None if one.last_post_at is None else times.day(one.last_post_at),
    )
