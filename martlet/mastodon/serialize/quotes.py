"""
Quotes: who may quote a post, and the quoted post inside the quoting one.

https://docs.joinmastodon.org/entities/Quote/,
https://docs.joinmastodon.org/entities/QuoteApproval/
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

import msgspec

from martlet.mastodon import entities
from martlet.model.names import AccountId, PostId
from martlet.model.visibility import Visibility
from martlet.storage import quotes
from martlet.storage.database import Reader
from martlet.storage.posts import Detail

ACCEPTED = "accepted"


class Quoted(NamedTuple):
    """A quoted post, serialised; its own quote is told by id only."""

    author_id: AccountId
    body: bytes


def _approval(automatic: Sequence[str], current_user: str) -> bytes:
    approval = entities.QuoteApproval(automatic=list(automatic), manual=[], current_user=current_user)
    return b',"quote_approval":' + msgspec.json.encode(approval)


_AUTOMATIC = {"public": ("public",), "followers": ("followers",), "nobody": ()}
APPROVALS = {
    (quoting, may): _approval(automatic, "automatic" if may else "denied")
    for quoting, automatic in _AUTOMATIC.items()
    for may in (True, False)
}
"""The attribute `quote_approval`, with a comma before it, by who may quote and whether the viewer is one of them."""


def approvals(db: Reader, found: Collection[Detail], viewer: AccountId) -> Callable[[Detail], bytes]:
    """For each post the attribute `quote_approval`, with a comma before it."""
    if not viewer:
        return lambda one: APPROVALS[one.quoting, False]
    asking = {one.author_id for one in found if one.quoting == "followers"}
    followed = quotes.followed_among(db, viewer, asking) if asking else frozenset()

    def approval(one: Detail) -> bytes:
        if one.author_id == viewer:
            return APPROVALS[one.quoting, one.visibility > Visibility.MENTIONED]
        return APPROVALS[one.quoting, one.quoting == "public" or one.author_id in followed]

    return approval


def accepted(found: Collection[Detail]) -> set[PostId]:
    """What these posts quote with its author's consent."""
    return {one.quote_of_id for one in found if one.quote_state == ACCEPTED and one.quote_of_id is not None}


def embedded(
    db: Reader, found: Collection[Detail], viewer: AccountId, now: int, seen: Mapping[PostId, Quoted]
) -> dict[PostId, bytes]:
    """The quotes of those posts that quote something, as JSON by the quoting post. `seen`: what the viewer may see."""
    blocked, muted = quotes.blocked_or_muted(db, viewer, {one.author_id for one in seen.values()}, now)
    told_as = dict.fromkeys(muted, "muted_account") | dict.fromkeys(blocked, "blocked_account")
    result: dict[PostId, bytes] = {}
    for one in found:
        if one.quote_state is None:
            continue
        quoted = seen.get(one.quote_of_id) if one.quote_of_id and one.quote_state == ACCEPTED else None
        if quoted is not None:
            state, body = told_as.get(quoted.author_id, ACCEPTED), quoted.body
        else:
            state, body = "unauthorized" if one.quote_state == ACCEPTED else one.quote_state, b"null"
        result[one.id] = b'{"state":"%b","quoted_status":%b}' % (state.encode(), body)
    return result


def told(found: Collection[Detail]) -> dict[PostId, bytes]:
    """The same for posts that are quoted themselves: https://docs.joinmastodon.org/entities/ShallowQuote/"""
    return {
        one.id: msgspec.json.encode(
            entities.Quote(
                state=one.quote_state,
                quoted_status_id=(
                    None if one.quote_of_id is None or one.quote_state != ACCEPTED else str(one.quote_of_id)
                ),
            )
        )
        for one in found
        if one.quote_state is not None
    }
