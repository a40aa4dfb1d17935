"""
Who may answer a post, and what becomes of an answer that needs approval.

The words are GoToSocial's. Whoever is named in a post, or answered by it, may
always answer it, and so may its author: nobody is talked about without being
able to reply.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, Self

from martlet.model.names import AccountId

EVERYBODY, FOLLOWERS, FOLLOWING, MENTIONED = "public", "followers", "following", "mentioned"
WORDS = (EVERYBODY, FOLLOWERS, FOLLOWING, MENTIONED)
NOBODY = "nobody"

Permission = Literal["automatic", "manual", "denied"]
"""May answer at once, once the author has looked at it, or not at all."""
State = Literal["pending", "approved", "rejected", "revoked"]


def person(account: AccountId) -> str:
    """The word for one person."""
    return f"@{account}"


@dataclass(frozen=True, slots=True)
class ReplyPolicy:
    """Words (`WORDS`, `person`) of those who may answer at once, and of those who may with approval."""

    automatic: tuple[str, ...] = (EVERYBODY,)
    manual: tuple[str, ...] = ()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """As a post keeps it: `public`, `followers,following/public`, `nobody`."""
        if text == NOBODY:
            return cls(())
        automatic, _, manual = text.partition("/")
        return cls(_words(automatic), _words(manual))

    @property
    def text(self) -> str:
        """See `from_text`."""
        automatic, manual = ",".join(self.automatic), ",".join(self.manual)
        return (f"{automatic}/{manual}" if manual else automatic) or NOBODY

    @property
    def is_open(self) -> bool:
        """Everybody may answer at once, and nobody is made an exception of."""
        return EVERYBODY in self.automatic and not any(word.startswith("@") for word in self.manual)

    def permission(self, words: Collection[str]) -> tuple[Permission, str]:
        """
        What those may to whom these words apply, and the word by which.

        The narrower word decides: a person before a group, a group before everybody. Of two alike, the one that
        allows more.
        """
        for fits in (_is_person, _is_group, _is_everybody):
            level = [word for word in words if fits(word)]
            for permission, allowed in _both(self):
                found = next((word for word in level if word in allowed), None)
                if found is not None:
                    return permission, found
        return "denied", ""


def _both(policy: ReplyPolicy) -> tuple[tuple[Permission, tuple[str, ...]], ...]:
    return ("automatic", policy.automatic), ("manual", policy.manual)


def _is_person(word: str) -> bool:
    return word.startswith("@")


def _is_group(word: str) -> bool:
    return not _is_person(word) and not _is_everybody(word)


def _is_everybody(word: str) -> bool:
    return word == EVERYBODY


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
