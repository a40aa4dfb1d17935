"""Hashtags in Mastodon's form: https://docs.joinmastodon.org/entities/Tag/"""

from collections.abc import Iterable
from urllib.parse import quote

import msgspec

from martlet.mastodon import entities
from martlet.model.server import Server
from martlet.services.searching import TagHistory
from martlet.services.signing_in import Viewer

DAY_SECONDS = 24 * 60 * 60


def many(found: Iterable[TagHistory], viewer: Viewer, here: Server) -> bytes:
    """A JSON list."""
    return msgspec.json.encode([entity(one, viewer, here) for one in found])


def entity(one: TagHistory, viewer: Viewer, here: Server) -> entities.Tag:
    found = entities.Tag(
        id=str(one.tag.id),
        name=one.tag.shown,
        url=here.tag_url(quote(one.tag.name)),
        history=[
            entities.TagDay(day=str(use.day * DAY_SECONDS), uses=str(use.uses), accounts=str(use.accounts))
            for use in one.days
        ],
    )
    if viewer.account:
        found.following = found.featuring = False
    return found
