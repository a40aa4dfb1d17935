"""Polls in Mastodon's form: https://docs.joinmastodon.org/entities/Poll/"""

from collections.abc import Sequence

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.names import AccountId, PollId
from martlet.model.server import Server
from martlet.storage import polls
from martlet.storage.database import Reader
from martlet.storage.posts import Shown


def rendered(db: Reader, found: Sequence[Shown], viewer: AccountId, here: Server) -> dict[int | None, bytes]:
    """The polls of a page, as JSON by id."""
    ids = {PollId(id) for one in found for id in (one.poll_id, one.boosted_poll_id) if id is not None}
    if not ids:
        return {}
    chosen = polls.votes(db, ids, viewer)
    return {
        id: msgspec.json.encode(entity(poll, chosen[id], viewer, here))
        for id, poll in polls.many(db, ids).items()
    }


def entity(poll: polls.Poll, chosen: Sequence[int], viewer: AccountId, here: Server) -> entities.Poll:
    is_over = poll.expires_at is not None and poll.expires_at <= here.now_ms()
    shows_totals = is_over or not poll.hides_totals
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
        emojis=[],
        voted=bool(chosen) if viewer else msgspec.UNSET,
        own_votes=list(chosen) if viewer else msgspec.UNSET,
    )
