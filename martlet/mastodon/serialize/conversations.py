"""Conversations in Mastodon's form: https://docs.joinmastodon.org/entities/Conversation/"""

from collections.abc import Sequence

import msgspec

from martlet.mastodon.serialize import accounts as serialize
from martlet.mastodon.serialize.statuses import StatusPages
from martlet.services.signing_in import Viewer
from martlet.storage import accounts
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader


def each(db: Reader, found: Sequence[Conversation], pages: StatusPages, viewer: Viewer) -> list[bytes]:
    """The viewer's own. At least one account is shown: they themselves, where they write to nobody else."""
    people = {one for conversation in found for one in conversation.participants} | {viewer.account}
    entity = {
        id: msgspec.json.encode(serialize.entity(db, account, pages.here))
        for id, account in accounts.many(db, people).items()
    }
    posts = pages.by_id(db, [one.last_post_id for one in found], viewer)
    return [
        b'{"id":"%d","unread":%b,"accounts":[%b],"last_status":%b}'
        % (
            one.id,
            b"true" if one.is_unread else b"false",
            b",".join(entity[id] for id in (one.participants or (viewer.account,)) if id in entity),
            posts.get(one.last_post_id, b"null"),
        )
        for one in found
    ]
