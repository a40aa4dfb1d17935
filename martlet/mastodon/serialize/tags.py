"""Hashtags in Mastodon's form: https://docs.joinmastodon.org/entities/Tag/"""

from collections.abc import Sequence
from urllib.parse import quote

import msgspec

from martlet.mastodon import entities
from martlet.model.server import Server
from martlet.services.searching import TagHistory
from martlet.services.signing_in import Viewer
from martlet.storage import followed_tags
from martlet.storage.database import Reader

DAY_SECONDS = 24 * 60 * 60


def many(db: Reader, found: Sequence[TagHistory], viewer: Viewer, here: Server) -> list[entities.Tag]:
    """Whether the viewer follows them is told to people who are signed in."""
    shown = [_entity(one, here) for one in found]
    if viewer.account:
        followed = followed_tags.among(db, viewer.account, {one.tag.name for one in found})
        for one, entity in zip(found, shown, strict=True):
            entity.following = one.tag.name in followed
            entity.featuring = False
    return shown


def encoded(db: Reader, found: Sequence[TagHistory], viewer: Viewer, here: Server) -> bytes:
    """A JSON list."""
    return msgspec.json.encode(many(db, found, viewer, here))


def _entity(one: TagHistory, here: Server) -> entities.Tag:
    return entities.Tag(
        id=str(one.tag.id),
        name=one.tag.shown,
        url=here.tag_url(quote(one.tag.name)),
        history=[
            entities.TagDay(day=str(use.day * DAY_SECONDS), uses=str(use.uses), accounts=str(use.accounts))
            for use in one.days
        ],
    )
