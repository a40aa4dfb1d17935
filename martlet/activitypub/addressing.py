"""Visibility from `to` and `cc`, and back."""

from collections.abc import Collection, Sequence

from martlet.activitypub.things import Quoters
from martlet.model.quoting import EVERYBODY, FOLLOWERS, OTHERS, QuotePolicy
from martlet.model.visibility import Visibility

PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
PUBLIC_NAMES = frozenset({PUBLIC, "as:Public", "Public"})


def visibility(to: Collection[str], cc: Collection[str], followers: str) -> Visibility:
    """For whom a post was written; `followers` is its author's collection, empty if it is not known."""
    if PUBLIC_NAMES.intersection(to):
        return Visibility.PUBLIC
    if PUBLIC_NAMES.intersection(cc):
        return Visibility.UNLISTED
    if followers and (followers in to or followers in cc):
        return Visibility.FOLLOWERS
    return Visibility.MENTIONED


def audience(
    visibility: Visibility, followers: str, mentioned: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """`to` and `cc`."""
    if visibility == Visibility.PUBLIC:
        return (PUBLIC,), (followers, *mentioned)
    if visibility == Visibility.UNLISTED:
        return (followers,), (PUBLIC, *mentioned)
    if visibility == Visibility.FOLLOWERS:
        return (followers,), tuple(mentioned)
    return tuple(mentioned), ()


def quote_policy(quoters: Quoters | None, author: str, followers: str) -> QuotePolicy:
    """Who may quote a post, in our words. Nobody where its author does not say; the author may always."""
    if quoters is None:
        return QuotePolicy()
    return QuotePolicy(*(_quoters(named, author, followers) for named in (quoters.automatic, quoters.manual)))


def _quoters(named: Collection[str], author: str, followers: str) -> tuple[str, ...]:
    others = set(named) - PUBLIC_NAMES - {author, followers}
    told = {
        EVERYBODY: bool(PUBLIC_NAMES.intersection(named)),
        FOLLOWERS: bool(followers) and followers in named,
        OTHERS: bool(others),
    }
    return tuple(word for word, is_told in told.items() if is_told)


def quoters(policy: QuotePolicy, author: str, followers: str) -> Quoters:
    """The policy as `canQuote`. Nobody is written as the author alone, because an empty list would say nothing."""
    addresses = {EVERYBODY: PUBLIC, FOLLOWERS: followers}
    automatic = tuple(addresses[word] for word in policy.automatic if word in addresses)
    return Quoters(
        automatic or (author,), tuple(addresses[word] for word in policy.manual if word in addresses)
    )
