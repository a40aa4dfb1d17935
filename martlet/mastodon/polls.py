"""Polls: https://docs.joinmastodon.org/methods/polls/"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from martlet.mastodon import entities
from martlet.mastodon.routing import Api, Call, NoForm
from martlet.mastodon.serialize import polls as serialize
from martlet.model.names import PollId
from martlet.services import polling
from martlet.storage import polls
from martlet.storage.database import Reader, Writer

api = Api()


class VoteForm(Struct, frozen=True):
    choices: Annotated[list[int], Meta(description="Positions of the chosen answers, from 0.")] = []


@api.get("/api/v1/polls/{id}", scope="read:statuses", access="public", returns=entities.Poll)
def show(db: Reader, call: Call[NoForm]) -> entities.Poll:
    """https://docs.joinmastodon.org/methods/polls/#get"""
    return _poll(db, call)


@api.post("/api/v1/polls/{id}/votes", scope="write:statuses", form=VoteForm, returns=entities.Poll)
def vote(db: Writer, call: Call[VoteForm]) -> entities.Poll:
    """https://docs.joinmastodon.org/methods/polls/#vote"""
    polling.vote(db, call.account, PollId(call.id), call.form.choices, call.here)
    return _poll(db, call)


def _poll(db: Reader, call: Call[Any]) -> entities.Poll:
    poll, post = polling.get(db, PollId(call.id), call.account)
    chosen = polls.votes(db, [poll.id], call.account)[poll.id]
    return serialize.entity(db, poll, chosen, post.author_id, call.account, call.here)
