"""
Which keys are an account's, said by its root key: statements, and which of them stands.

The root key is the person's, not the server's. It signs nothing but statements (FEP-c390, with more properties): under
which name the account goes on, which keys sign for it, which do no longer, and where copies of it are found. Whoever
knows the root key of an account believes its statements and no server's word to the contrary.

Statements are numbered. The highest number stands; where two that differ have it, whoever holds the root key has contradicted
themselves, and the last statement before that goes on standing: nobody here chooses. One with a higher number ends it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from martlet.model.carrying import Trust
from martlet.model.names import Uri


@dataclass(frozen=True, slots=True)
class StatedKey:
    """A key that signs for the account. `public` is multibase."""

    uri: Uri
    public: str
    created_at: int | None = None


@dataclass(frozen=True, slots=True)
class RevokedKey:
    """A key that does not sign for the account any more: what it signs `after` that moment is not the account's."""

    public: str
    after: int
    uri: str = ""
    """What it was called; empty where the statement does not say."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a root key has signed. Moments are milliseconds; `updated_at` is a claim."""

    root: str
    """`did:key:z6Mk…`"""
    actor: Uri
    """The account's name from now on."""
    sequence: int
    updated_at: int
    keys: tuple[StatedKey, ...]
    revoked: tuple[RevokedKey, ...]
    gateways: tuple[str, ...]
    """Base addresses at which the account's documents are found, the first one its own server."""
    formerly: tuple[Uri, ...]
    """The names it had before."""
    digest: bytes
    """SHA-256 of the statement without its proof: signed once more, it is the same statement."""
    body: bytes
    """As it was signed, in its canonical form."""

    def key(self, uri: str) -> StatedKey | None:
        return next((one for one in self.keys if one.uri == uri), None)

    def revocation(self, *, uri: str = "", public: str = "") -> RevokedKey | None:
        """Of a key by what it was called, or by itself."""
        for one in self.revoked:
            if (public and one.public == public) or (uri and one.uri == uri):
                return one
        return None


@dataclass(frozen=True, slots=True)
class Pin:
    """Which root key an account has, as far as this server knows."""

    actor: Uri
    root: str
    trust: Trust
    """Confirmed: its own server has named it, or somebody here has compared it. Below that, a file has."""
    pinned_at: int
    other_root: str = ""
    """Another root key that has been named for the account since, and is not believed."""


@dataclass(frozen=True, slots=True)
class History:
    """What is known of one root key's statements."""

    standing: Statement | None
    conflict: tuple[Statement, ...] = ()
    """Those that differ and have one number, the highest that is known: none of them stands."""

    @property
    def last_sequence(self) -> int:
        """The highest number that is known; 0 where nothing is."""
        return max((one.sequence for one in (self.standing, *self.conflict) if one is not None), default=0)


def history(statements: Iterable[Statement]) -> History:
    """Which of one root key's statements stands. The order in which they came does not matter."""
    by_sequence: dict[int, dict[bytes, Statement]] = {}
    for one in statements:
        by_sequence.setdefault(one.sequence, {})[one.digest] = one
    conflict: tuple[Statement, ...] = ()
    for sequence in sorted(by_sequence, reverse=True):
        rivals = by_sequence[sequence]
        if len(rivals) == 1:
            (standing,) = rivals.values()
            return History(standing, conflict)
        conflict = conflict or tuple(rivals[digest] for digest in sorted(rivals))
    return History(None, conflict)
