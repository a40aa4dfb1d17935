"""Posts for mentioned people only, as an inbox: https://docs.joinmastodon.org/methods/conversations/"""

from typing import Any

from martlet.mastodon import notification_entities as entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import conversations as serialize
from martlet.services import conversing
from martlet.storage import conversations
from martlet.storage.database import Reader, Writer

api = Api()


@api.get("/api/v1/conversations", scope="read:statuses", form=PageForm, returns=list[entities.Conversation])
def index(db: Reader, call: Call[PageForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/conversations/#get pages by the ids of the last posts."""
    found = conversations.page(db, call.account, call.form.page())
    if found:
        call.link(found[0].last_post_id, found[-1].last_post_id)
    return b"[" + b",".join(serialize.each(db, found, call.pages, call.viewer)) + b"]"


@api.post("/api/v1/conversations/{id}/read", scope="write:conversations", returns=entities.Conversation)
def read(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/conversations/#read"""
    read = conversing.mark_read(db, call.account, call.id)
    return serialize.each(db, [read], call.pages, call.viewer)[0]


@api.post("/api/v1/conversations/{id}/unread", scope="write:conversations", returns=entities.Conversation)
def unread(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.joinmastodon.org/methods/conversations/ does not name it, but Mastodon has it since 4.1."""
    unread = conversing.mark_unread(db, call.account, call.id)
    return serialize.each(db, [unread], call.pages, call.viewer)[0]


@api.delete("/api/v1/conversations/{id}", scope="write:conversations")
def delete(db: Writer, call: Call[NoForm]) -> dict[str, Any]:
    """https://docs.joinmastodon.org/methods/conversations/#delete takes it out of the inbox; its posts stay."""
    conversing.leave(db, call.account, call.id)
    return {}
