"""
Quotes: who may quote a post, and the quoted post inside the quoting one.

https://docs.joinmastodon.org/entities/Quote/,
https://docs.joinmastodon.org/entities/QuoteApproval/
"""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from martlet.mastodon import entities
from martlet.model.names import AccountId, PostId
from martlet.model.visibility import Visibility
from martlet.storage import posts, quotes
from martlet.storage.database import Reader
from martlet.storage.posts import Shown

ACCEPTED = "accepted"
Render = Callable[[Sequence[Shown]], list[bytes]]
"""Serialises quoted posts, whose own quotes are told by id only."""


def _approval(automatic: Sequence[str], current_user: str) -> bytes:
    approval = entities.QuoteApproval(automatic=list(automatic), manual=[], current_user=current_user)
    return b',"quote_approval":' + msgspec.json.encode(approval)


_AUTOMATIC = {"public": ("public",), "followers": ("followers",), "nobody": ()}
_APPROVALS = {
    (quoting, may): _approval(automatic, "automatic" if may else "denied")
    for quoting, automatic in _AUTOMATIC.items()
    for may in (True, False)
}


def approvals(db: Reader, found: Sequence[Shown], viewer: AccountId) -> Callable[[Shown], bytes]:
    """For each post the attribute `quote_approval`, with a comma before it."""
    if not viewer:
        return lambda one: _APPROVALS[one.boosted_quoting or one.quoting, False]
    asking = {
        one.boosted_author_id or one.author_id
        for one in found
        if (one.boosted_quoting or one.quoting) == "followers"
    }
    followed = quotes.followed_among(db, viewer, asking) if asking else frozenset()

    def approval(one: Shown) -> bytes:
        quoting = one.boosted_quoting or one.quoting
        author = one.boosted_author_id or one.author_id
        if author == viewer:
            visibility = one.visibility if one.boosted_visibility is None else one.boosted_visibility
            return _APPROVALS[quoting, visibility > Visibility.MENTIONED]
        return _APPROVALS[quoting, quoting == "public" or author in followed]

    return approval


def embedded(
    db: Reader, found: Sequence[Shown], viewer: AccountId, now: int, render: Render
) -> Mapping[PostId, bytes]:
    """The quotes of those posts that quote something, as JSON by the quoting post."""
    quoting = _quoting(found)
    if not quoting:
        return {}
    wanted = {quoted for quoted, state in quoting.values() if quoted is not None and state == ACCEPTED}
    seen = posts.shown(db, wanted, viewer)
    bodies = dict(zip((one.id for one in seen), render(seen), strict=True))
    authors = {one.id: one.author_id for one in seen}
    blocked, muted = quotes.blocked_or_muted(db, viewer, set(authors.values()), now)
    told_as = dict.fromkeys(muted, "muted_account") | dict.fromkeys(blocked, "blocked_account")
    result: dict[PostId, bytes] = {}
    for id, (quoted, state) in quoting.items():
        body = bodies.get(quoted) if quoted is not None and state == ACCEPTED else None
        if body and quoted is not None:
            shown_as = told_as.get(authors[quoted], ACCEPTED)
        else:
            shown_as = "unauthorized" if state == ACCEPTED else state
        result[id] = b'{"state":"%b","quoted_status":%b}' % (shown_as.encode(), body or b"null")
    return result


def told(found: Sequence[Shown]) -> Mapping[PostId, bytes]:
    """The same for posts that are quoted themselves: https://docs.joinmastodon.org/entities/ShallowQuote/"""
    return {
        id: msgspec.json.encode(
            entities.Quote(
                state=state, quoted_status_id=None if quoted is None or state != ACCEPTED else str(quoted)
            )
        )
        for id, (quoted, state) in _quoting(found).items()
    }


def _quoting(found: Sequence[Shown]) -> dict[PostId, tuple[PostId | None, str]]:
    """Which posts of a page quote something: what, and in which state."""
    quoting: dict[PostId, tuple[PostId | None, str]] = {}
    for one in found:
        if one.quote_state is not None:
            quoting[one.id] = (one.quote_of_id, one.quote_state)
        elif one.boosted_id is not None and one.boosted_quote_state is not None:
            quoting[one.boosted_id] = (one.boosted_quote_of_id, one.boosted_quote_state)
    return quoting
