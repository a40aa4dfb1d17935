"""
Quotes: who may quote a post, and the quoted post inside the quoting one.

https://docs.joinmastodon.org/entities/Quote/,
https://docs.joinmastodon.org/entities/QuoteApproval/
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from martlet.mastodon import entities
from martlet.model.names import AccountId, PostId
from martlet.model.quoting import EVERYBODY, FOLLOWERS, NOBODY, OTHERS, QuotePolicy
from martlet.model.visibility import Visibility
from martlet.storage import quotes
from martlet.storage.database import Reader
from martlet.storage.posts import Detail

ACCEPTED = "accepted"


class Quoted(NamedTuple):
    """A quoted post, serialised; its own quote is told by id only."""

    author_id: AccountId
    body: bytes


_WORDS = {EVERYBODY: "public", FOLLOWERS: "followers", OTHERS: "unsupported_policy"}


@cache
def approval(quoting: str, current_user: str) -> bytes:
    """The attribute `quote_approval`, with a comma before it: who may quote, and whether the viewer is one of them."""
    policy = QuotePolicy.from_text(quoting)
    automatic, manual = ([_WORDS[word] for word in words] for words in (policy.automatic, policy.manual))
    told = entities.QuoteApproval(automatic=automatic, manual=manual, current_user=current_user)
    return b',"quote_approval":' + msgspec.json.encode(told)


SAME_FOR_ALL = {EVERYBODY: approval(EVERYBODY, "automatic"), NOBODY: approval(NOBODY, "denied")}
"""What everybody is told who is signed in and not the author, by who may quote."""
SAME_FOR_NOBODY = {quoting: approval(quoting, "denied") for quoting in SAME_FOR_ALL}
"""The same for those who are not signed in."""


def approvals(db: Reader, found: Collection[Detail], viewer: AccountId) -> Callable[[Detail], bytes]:
    """For each post the attribute `quote_approval`, with a comma before it."""
    if not viewer:
        return lambda one: approval(one.quoting, "denied")
    asking = {one.author_id for one in found if one.quoting not in SAME_FOR_ALL}
    followed = quotes.followed_among(db, viewer, asking) if asking else frozenset()

    def told(one: Detail) -> bytes:
        if one.author_id == viewer:
            return approval(one.quoting, "automatic" if one.visibility > Visibility.MENTIONED else "denied")
        if one.quoting in SAME_FOR_ALL:
            return SAME_FOR_ALL[one.quoting]
        policy = QuotePolicy.from_text(one.quoting)
        return approval(one.quoting, policy.answer_to(is_follower=one.author_id in followed))

    return told


def accepted(found: Collection[Detail]) -> set[PostId]:
    """What these posts quote with its author's consent."""
    return {one.quote_of_id for one in found if one.quote_state == ACCEPTED and one.quote_of_id is not None}


def embedded(
    db: Reader, found: Collection[Detail], viewer: AccountId, now: int, seen: Mapping[PostId, Quoted]
) -> dict[PostId, bytes]:
    """The quotes of those posts that quote something, as JSON by the quoting post. `seen`: what the viewer may see."""
    told_as = quotes.unwelcome(db, viewer, {one.author_id for one in seen.values()}, now)
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
