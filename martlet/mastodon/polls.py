"""Polls: https://docs.joinmastodon.org/methods/polls/"""

import asyncio
from contextlib import suppress
from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, Later, NoForm
from martlet.mastodon.serialize import polls as serialize
from martlet.model.names import PollId, Uri
from martlet.services import gathering, polling
from martlet.storage import polls
from martlet.storage.database import Reader, Writer

api = Api()

PATIENCE = 3
"""Seconds that somebody waits for another server."""


class VoteForm(Struct, frozen=True):
    choices: Annotated[list[int], Meta(description="Positions of the chosen answers, from 0.")] = []


@api.get("/api/v1/polls/{id}", scope="read:statuses", access="public", returns=entities.Poll)
def show(db: Reader, call: Call[NoForm]) -> entities.Poll | Later:
    """
    https://docs.joinmastodon.org/methods/polls/#get

    Somebody who looks for new votes in a poll elsewhere waits a moment for its server.
    """
    if call.account and call.resolver is not None and _to_renew(db, call) is not None:
        return Later(_renewed)
    return _poll(db, call)


def _to_renew(db: Reader, call: Call[Any]) -> Uri | None:
    poll, post = polling.get(db, PollId(call.id), call.account)
    return gathering.poll_to_renew(db, post, poll.closed_at, call.here.now_ms())


async def _renewed(call: Call[Any]) -> entities.Poll:
    uri = await call.store.reading(_to_renew, call)
    if uri is not None and call.resolver is not None:
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await call.resolver.post_anew(uri)
    return await call.store.reading(_poll, call)


@api.post("/api/v1/polls/{id}/votes", scope="write:statuses", form=VoteForm, returns=entities.Poll)
def vote(db: Writer, call: Call[VoteForm]) -> entities.Poll:
    """https://docs.joinmastodon.org/methods/polls/#vote"""
    polling.vote(db, call.account, PollId(call.id), call.form.choices, call.here)
    return _poll(db, call)


def _poll(db: Reader, call: Call[Any]) -> entities.Poll:
    poll, post = polling.get(db, PollId(call.id), call.account)
    chosen = polls.votes(db, [poll.id], call.account)[poll.id]
    return serialize.entity(db, poll, chosen, post.author_id, call.account, call.here)
