"""
Quotes: who may quote a post, and what becomes of a quote whose author or quoted post is elsewhere.

A quote of somebody else's post needs that person's consent (FEP-044f). What is
known of it comes in any order and more than once, so `after` is written to end
in the same state whatever the order: a refusal outweighs a consent, and the
deletion of the quoted post outweighs both.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal, Self

EVERYBODY, FOLLOWERS, OTHERS = "public", "followers", "others"
"""Who may quote: `others` are people or collections that we do not look into."""
NOBODY = "nobody"

Answer = Literal["automatic", "manual", "unknown", "denied"]
"""What somebody who quotes may expect: consent at once, a look by the author first, either, or none."""


@dataclass(frozen=True, slots=True)
class QuotePolicy:
    """
    Who may quote a post at once, and who after its author has looked at it.

    An announcement only: whether a quote is good says nothing but its author's consent.
    """

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """As a post keeps it: `public`, `followers,others`, `followers/public`, `nobody`."""
        if text == NOBODY:
            return cls()
        automatic, _, manual = text.partition("/")
        return cls(_words(automatic), _words(manual))

    @property
    def text(self) -> str:
        """See `from_text`."""
        automatic, manual = ",".join(self.automatic), ",".join(self.manual)
        return (f"{automatic}/{manual}" if manual else automatic) or NOBODY

    def answer_to(self, *, is_follower: bool) -> Answer:
        """What somebody else than the author may expect."""
        if EVERYBODY in self.automatic or (is_follower and FOLLOWERS in self.automatic):
            return "automatic"
        if EVERYBODY in self.manual or (is_follower and FOLLOWERS in self.manual):
            return "manual"
        return "unknown" if OTHERS in (*self.automatic, *self.manual) else "denied"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


State = Literal["pending", "accepted", "rejected", "revoked", "deleted"]


class Fact(Enum):
    """What can be learned of a quote."""

    GIVEN = "given"
    """The author of the quoted post consents, or is who quotes."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Consent was given, and is no more."""
    DELETED = "deleted"
    """The quoted post is gone."""


_AFTER: dict[tuple[str, Fact], State] = {
    ("pending", Fact.GIVEN): "accepted",
    ("pending", Fact.REFUSED): "rejected",
    ("pending", Fact.WITHDRAWN): "revoked",
    ("accepted", Fact.REFUSED): "revoked",
    ("accepted", Fact.WITHDRAWN): "revoked",
    ("rejected", Fact.GIVEN): "revoked",
    ("rejected", Fact.WITHDRAWN): "revoked",
}


def after(state: State, fact: Fact) -> State:
    """The state of a quote once this is known too."""
    if fact is Fact.DELETED:
        return "deleted"
    return _AFTER.get((state, fact), state)


def shown(state: State, *, is_legacy: bool) -> State | None:
    """
    The state that is told. None: the post does not count as a quote.

    Older software knows no consent: its quotes are links like others, unless consent is there all the same.
    """
    return None if is_legacy and state != "accepted" else state
