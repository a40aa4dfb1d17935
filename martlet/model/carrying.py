"""What came in a file: how far it can be believed, which of two versions stands, why something is refused."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Literal

from martlet.model.names import Uri

Kind = Literal["actor", "post", "boost", "tombstone", "act", "checkpoint"]


class Trust(IntEnum):
    """
    How far it is certain that a document is by the author that it names.

    A good signature says only that whoever holds the key wrote it. Whose key it is, the author's own server says, and
    nobody else: who makes up an author makes up the key, too.
    """

    REFUSED = 0
    UNCONFIRMED = 1
    """The key was first seen in this bundle."""
    CONSISTENT = 2
    """The key has been seen in an earlier bundle, and is the same."""
    CONFIRMED = 3
    """The author's own server has named the key, or somebody here has compared it."""


class Refusal(StrEnum):
    """Why a document is not taken. The value is what programs are told."""

    NOT_CANONICAL = "not_canonical"
    MALFORMED = "malformed"
    NO_PROOF = "no_proof"
    BAD_PROOF = "bad_proof"
    UNKNOWN_KEY = "unknown_key"
    OTHER_KEY = "other_key"
    REVOKED = "revoked"
    WRONG_ORIGIN = "wrong_origin"
    PRIVATE = "private"
    WRONG_KIND = "wrong_kind"
    AUTHOR_REFUSED = "author_refused"
    DELETED = "deleted"
    TAKEN_DOWN = "taken_down"
    NOT_OURS = "not_ours"
    TOO_OLD = "too_old"
    NOT_TAKEN = "not_taken"
    UNNAMED_FILE = "unnamed_file"
    NOT_SHOWABLE = "not_showable"


class Outcome(StrEnum):
    """What became of a document."""

    NEW = "new"
    NEWER = "newer"
    KNOWN = "known"
    ASIDE = "aside"
    """Kept, and shown apart: it is not certain whose it is."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Which version of a document stands: the greatest. The order does not depend on which came first."""

    is_certain: bool
    """It is confirmed whose it is."""
    is_tombstone: bool
    said_at: int
    signed_at: int
    votes: int
    """In a poll: they only grow, and leave its moment as it is."""
    digest: bytes

    def is_rival_of(self, other: "Rank") -> bool:
        """Two versions of one moment, which their author cannot both have meant."""
        mine = (self.is_certain, self.is_tombstone, self.said_at, self.signed_at, self.votes)
        theirs = (other.is_certain, other.is_tombstone, other.said_at, other.signed_at, other.votes)
        return mine == theirs and self.digest != other.digest


@dataclass(frozen=True, slots=True)
class Carried:
    """What is known of a document that came in a file, without its bytes."""

    uri: Uri
    kind: Kind
    author: Uri
    key_uri: Uri
    trust: Trust
    rank: Rank
    has_rival: bool = False
    carried_at: int = 0
    carrier: str = ""
    """Who brought it: the address of a mirror, or `sha256:…` of a bundle's manifest. Empty: its author's server."""
