"""
What documents say of quotes → `things` (FEP-044f, and what software wrote before it).

See `parse`, which reads the acts around them.
"""

from dataclasses import dataclass
from typing import Any

from martlet.activitypub.kinds import is_tombstone, kind_of
from martlet.activitypub.things import Authorization, Quoters, RequestQuote
from martlet.activitypub.values import MOST_ITEMS, Thing, each, first, needed_uri, recipients, uri
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri

NAMES = ("quote", "_misskey_quote", "quoteUrl", "quoteUri")
RELATIONS = frozenset({"https://misskey-hub.net/ns#_misskey_quote", "https://w3id.org/fep/044f#quote"})
"""What a link to a quoted post is called (FEP-e232)."""


@dataclass(frozen=True, slots=True)
class Quote:
    """See the attributes of `things.Writing`."""

    quoted: Uri | None = None
    authorization: Uri | None = None
    is_legacy: bool = False
    is_lost: bool = False


NONE = Quote()


def quote(thing: Thing, tags: list[Thing]) -> Quote:
    """The first of a post's quotes; what is written otherwise than `quote` knows no consent."""
    if not tags and thing.keys().isdisjoint(NAMES):
        return NONE
    inner = first(thing.get("quote"))
    if isinstance(inner, dict) and is_tombstone(inner):
        return Quote(is_lost=True)
    named = [uri(thing.get(name)) for name in NAMES] + [
        uri(tag.get("href")) for tag in tags if kind_of(tag) == "Link" and _is_quote(tag.get("rel"))
    ]
    quoted = next((one for one in named if one is not None), None)
    if quoted is None:
        return NONE
    return Quote(quoted, uri(thing.get("quoteAuthorization")), "quote" not in thing)


def _is_quote(relation: Any) -> bool:
    return any(isinstance(one, str) and one in RELATIONS for one in each(relation, MOST_ITEMS))


def quoters(policy: Any) -> Quoters | None:
    """Who may quote, from an `interactionPolicy`. None where it does not say."""
    quoting = policy.get("canQuote") if isinstance(policy, dict) else None
    if not isinstance(quoting, dict):
        return None
    return Quoters(recipients(quoting.get("automaticApproval")), recipients(quoting.get("manualApproval")))


def authorization(thing: Thing) -> Authorization:
    """Raises `MalformedDocument`."""
    if kind_of(thing) != "QuoteAuthorization":
        raise MalformedDocument("The document is no consent to a quote.")
    return Authorization(
        needed_uri(thing, "id"),
        needed_uri(thing, "attributedTo"),
        needed_uri(thing, "interactingObject"),
        needed_uri(thing, "interactionTarget"),
    )


def answered(inner: Thing) -> RequestQuote | None:
    """The request that an answer repeats; None where it does not say all of it."""
    actor, target, quote = uri(inner.get("actor")), uri(inner.get("object")), uri(inner.get("instrument"))
    if actor is None or target is None or quote is None:
        return None
    return RequestQuote(uri(inner.get("id")) or Uri(""), actor, target, quote)
