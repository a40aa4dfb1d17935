"""Posts for mentioned people only, as an inbox: https://docs.joinmastodon.org/methods/conversations/"""

from collections.abc import Sequence
from typing import Any

import msgspec

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import accounts as serialize
from martlet.services import conversing
from martlet.storage import accounts, conversations
from martlet.storage.conversations import Conversation
from martlet.storage.database import Reader, Writer

api = Api()


@api.get("/api/v1/conversations", scope="read:statuses", form=PageForm, returns=list[entities.Conversation])
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/conversations/#get pages by the ids of the last posts."""
    found = conversations.page(db, call.account, call.form.page())
    if found:
        call.link(found[0].last_post_id, found[-1].last_post_id)
    return b"[" + b",".join(_each(db, found, call)) + b"]"


@api.post("/api/v1/conversations/{id}/read", scope="write:conversations", returns=entities.Conversation)
def read(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/conversations/#read"""
    return _each(db, [conversing.mark_read(db, call.account, call.id)], call)[0]


@api.delete("/api/v1/conversations/{id}", scope="write:conversations")
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/conversations/#delete takes it out of the inbox; its posts stay."""
    conversing.leave(db, call.account, call.id)
    return {}


def _each(db: Reader, found: Sequence[Conversation], call: Call[Any]) -> list[bytes]:
    """Mastodon shows at least one account: the person themselves where they write to nobody else."""
    people = {one for conversation in found for one in conversation.participants} | {call.account}
    entity = {
        id: msgspec.json.encode(serialize.entity(db, account, call.here))
        for id, account in accounts.many(db, people).items()
    }
    posts = call.pages.by_id(db, [one.last_post_id for one in found], call.viewer)
    return [
        b'{"id":"%d","unread":%b,"accounts":[%b],"last_status":%b}'
        % (
            one.id,
            b"true" if one.is_unread else b"false",
            b",".join(entity[id] for id in (one.participants or (call.account,)) if id in entity),
            posts.get(one.last_post_id, b"null"),
        )
        for one in found
    ]
