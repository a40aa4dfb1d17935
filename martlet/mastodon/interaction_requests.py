"""Answers to one's posts that wait for approval, with GoToSocial's names (docs/client-api-extensions.md)."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from martlet.mastodon import interaction_entities as entities
from martlet.mastodon.paging import PageForm
from martlet.mastodon.routing import Api, Call, NoForm, id_in
from martlet.mastodon.serialize.times import iso, iso_or_none
from martlet.model.errors import NotFound
from martlet.model.names import PostId
from martlet.services import approving
from martlet.storage import posts, replies
from martlet.storage.database import Reader, Writer
from martlet.storage.replies import ReplyRequest

api = Api()

DEFAULT, MOST = 40, 80


class RequestsForm(PageForm, frozen=True, kw_only=True):
    status_id: Annotated[str | None, Meta(description="Only answers to this post.")] = None
    replies: Annotated[bool, Meta(description="Whether answers are wanted; there is nothing else.")] = True
    favourites: Annotated[bool, Meta(description="Likes need no approval here: there are none.")] = True
    reblogs: Annotated[bool, Meta(description="Boosts neither.")] = True


@api.get(
    "/api/v1/interaction_requests",
    scope="read:notifications",
    form=RequestsForm,
    returns=list[entities.InteractionRequest],
)
def index(db: Reader, call: Call[RequestsForm]) -> bytes:
    """https://docs.gotosocial.org/en/latest/api/swagger/ (getInteractionRequests)"""
    if not call.form.replies:
        return b"[]"
    parent = PostId(id_in(call.form.status_id)) if call.form.status_id else None
    found = replies.waiting(db, call.account, call.form.page(DEFAULT, MOST), parent)
    if found:
        call.link(found[0].id, found[-1].id)
    return b"[" + b",".join(_entities(db, call, found)) + b"]"


@api.get("/api/v1/interaction_requests/{id}", scope="read:notifications", returns=entities.InteractionRequest)
def show(db: Reader, call: Call[NoForm]) -> bytes:
    """https://docs.gotosocial.org/en/latest/api/swagger/ (getInteractionRequest)"""
    return _one(db, call, approving.get(db, call.account, call.id))


@api.post(
    "/api/v1/interaction_requests/{id}/authorize",
    scope="write:notifications",
    returns=entities.InteractionRequest,
)
def authorize(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.gotosocial.org/en/latest/api/swagger/ (authorizeInteractionRequest)"""
    return _one(db, call, approving.approve(db, call.account, call.id, call.here))


@api.post(
    "/api/v1/interaction_requests/{id}/reject",
    scope="write:notifications",
    returns=entities.InteractionRequest,
)
def reject(db: Writer, call: Call[NoForm]) -> bytes:
    """https://docs.gotosocial.org/en/latest/api/swagger/ (rejectInteractionRequest); one that was authorized is taken back."""
    request = approving.get(db, call.account, call.id)
    before = _one(db, call, request)
    after = approving.refuse(db, call.account, call.id, call.here)
    if after.state == request.state:
        return before
    told = msgspec.json.encode({"rejected_at": iso_or_none(after.decided_at)})
    return before[:-1] + b"," + told[1:]


@api.post("/api/v1/statuses/{id}/reject_reply", scope="write:statuses")
def reject_reply(db: Writer, call: Call[NoForm]) -> dict[str, str]:
    """An extension: take an answer out from under one's post, whether it needed approval or not."""
    approving.refuse_post(db, call.account, PostId(call.id), call.here)
    return {}


def _one(db: Reader, call: Call[NoForm], request: ReplyRequest) -> bytes:
    """Raises `NotFound` where the answer is not to be seen any more."""
    found = _entities(db, call, [request])
    if not found:
        raise NotFound
    return found[0]


def _entities(
    db: Reader, call: Call[NoForm] | Call[RequestsForm], found: Sequence[ReplyRequest]
) -> list[bytes]:
    """Those whose posts are there to be seen."""
    answers = {post.id: post for post in posts.many_unfiltered(db, [one.post_id for one in found])}
    parents = {post.reply_to_id for post in answers.values() if post.reply_to_id is not None}
    shown = call.pages.by_id(db, [*answers, *parents], call.viewer)
    made = []
    for one in found:
        answer = answers.get(one.post_id)
        parent = shown.get(answer.reply_to_id) if answer is not None and answer.reply_to_id else None
        reply = shown.get(one.post_id)
        if parent is not None and reply is not None:
            made.append(_entity(one, parent, reply))
    return made


def _entity(one: ReplyRequest, parent: bytes, reply: bytes) -> bytes:
    account = msgspec.json.encode(msgspec.json.decode(reply, type=_OfSomebody).account)
    head: dict[str, str | None] = {"id": str(one.id), "type": "reply", "created_at": iso(one.id >> 16)}
    if one.state == "approved":
        head["accepted_at"] = iso_or_none(one.decided_at)
    elif one.state != "pending":
        head["rejected_at"] = iso_or_none(one.decided_at)
    return b'%b,"account":%b,"status":%b,"reply":%b}' % (
        msgspec.json.encode(head)[:-1],
        account,
        parent,
        reply,
    )


class _OfSomebody(msgspec.Struct):
    account: msgspec.Raw
