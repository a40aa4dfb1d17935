"""Polls in Mastodon's form: https://docs.joinmastodon.org/entities/Poll/"""

from collections.abc import Sequence

import msgspec

from martlet.mastodon import entities
from martlet.mastodon.serialize import emojis
from martlet.mastodon.serialize.times import iso_or_none
from martlet.model.names import AccountId, PollId
from martlet.model.server import Server
from martlet.storage import polls
from martlet.storage.database import Reader
from martlet.storage.posts import Shown


def rendered(db: Reader, found: Sequence[Shown], viewer: AccountId, here: Server) -> dict[int | None, bytes]:
    """The polls of a page, as JSON by id."""
    authors: dict[PollId, AccountId] = {}
    for one in found:
        if one.poll_id is not None:
            authors[PollId(one.poll_id)] = one.author_id
        elif one.boosted_poll_id is not None:
            authors[PollId(one.boosted_poll_id)] = one.boosted_author_id
    if not authors:
        return {}
    chosen = polls.votes(db, authors, viewer)
    return {
        id: msgspec.json.encode(entity(db, poll, chosen[id], authors[id], viewer, here))
        for id, poll in polls.many(db, authors).items()
    }


def entity(
    db: Reader, poll: polls.Poll, chosen: Sequence[int], author: AccountId, viewer: AccountId, here: Server
) -> entities.Poll:
    """`chosen`: what the viewer chose. Authors count as having voted: they may not."""
    is_over = poll.expires_at is not None and poll.expires_at <= here.now_ms()
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
        emojis=emojis.used_in(db, titles, "", here),
        voted=bool(chosen) or author == viewer if viewer else msgspec.UNSET,
        own_votes=list(chosen) if viewer else msgspec.UNSET,
    )
