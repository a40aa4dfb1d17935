"""Polls in Mastodon's form: https://docs.joinmastodon.org/entities/Poll/"""

import logging
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.faults import FAULTS
from martlet.model.names import AccountId, PollId
from martlet.model.server import Server
from martlet.storage import accounts, polls
from martlet.storage.database import Reader

log = logging.getLogger("martlet.mastodon")


class PollPiece(NamedTuple):
    """What everybody is shown of a poll, as JSON without its end: while it goes on, and once it is over."""

    id: PollId
    author_id: AccountId
    expires_at: int | None
    going_on: bytes
    over: bytes


def piece(db: Reader, poll: polls.Poll, author: AccountId, here: Server) -> PollPiece:
    host = accounts.host_of(db, author)
    going_on, over = (
        msgspec.json.encode(_for_everybody(db, poll, host, here, is_over=is_over))[:-1]
        for is_over in (False, True)
    )
    return PollPiece(poll.id, author, poll.expires_at, going_on, over)


def piece_or_none(db: Reader, poll: polls.Poll, author: AccountId, here: Server) -> PollPiece | None:
    """None for one that cannot be shown: its post is, without it."""
    try:
        return piece(db, poll, author, here)
    except FAULTS:
        log.exception("Poll %d cannot be shown", poll.id)
        return None


def rendered(
    db: Reader, found: Sequence[PollPiece], viewer: AccountId, here: Server
) -> Mapping[int | None, bytes]:
    """Polls as JSON by id, with what the viewer chose. Authors count as having voted: they may not."""
    chosen = polls.votes(db, [one.id for one in found], viewer)
    now = here.now_ms()
    result: dict[int | None, bytes] = {}
    for one in found:
        shown = one.over if one.expires_at is not None and one.expires_at <= now else one.going_on
        if viewer:
            own = chosen[one.id]
            voted = b"true" if own or one.author_id == viewer else b"false"
            result[one.id] = b'%b,"voted":%b,"own_votes":[%b]}' % (
                shown,
                voted,
                ",".join(map(str, own)).encode(),
            )
        else:
            result[one.id] = shown + b"}"
    return result


def entity(
    db: Reader, poll: polls.Poll, chosen: Sequence[int], author: AccountId, viewer: AccountId, here: Server
) -> entities.Poll:
    """`chosen`: what the viewer chose."""
    is_over = poll.expires_at is not None and poll.expires_at <= here.now_ms()
    shown = _for_everybody(db, poll, accounts.host_of(db, author), here, is_over=is_over)
    if viewer:
        shown.voted = bool(chosen) or author == viewer
        shown.own_votes = list(chosen)
    return shown


def _for_everybody(db: Reader, poll: polls.Poll, host: str, here: Server, *, is_over: bool) -> entities.Poll:
    """`host`: whose emoji stand in it."""
    shows_totals = is_over or not poll.hides_totals
    titles = " ".join(title for title, _ in poll.options)
    return entities.Poll(
        id=str(poll.id),
        expires_at=iso_or_none(poll.expires_at),
        expired=is_over,
        multiple=bool(poll.is_multiple),
        votes_count=sum(votes for _, votes in poll.options),
        voters_count=poll.voters_count,
        options=[
            entities.PollOption(title=title, votes_count=votes if shows_totals else None)
            for title, votes in poll.options
        ],
        emojis=emojis.used_in(db, titles, host, here),
    )
