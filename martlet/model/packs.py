"""
Packs: accounts that somebody recommends to others, each with their consent.

In Mastodon they are called collections, on the network FeaturedCollection
(FEP-7aa9). An account says who may put it into one; whether it is in one is
decided for each, and can be taken back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from martlet.model.accounts import Account
from martlet.model.names import AccountId, Uri

Standing = Literal["automatic", "manual", "denied", "unknown", "missing"]
KNOWN = ("public", "followers", "following")


class MemberState(StrEnum):
    """The permanent names in the database."""

    PENDING = "pending"
    """Their server has not answered yet."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    REVOKED = "revoked"
    """They have taken themselves out."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One row of `pack`; moments in milliseconds."""

    id: int
    account_id: AccountId
    uri: Uri
    url: str
    name: str
    description: str
    language: str | None
    tag: str
    is_sensitive: int
    is_discoverable: int
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class PackMember:
    """One row of `pack_member`."""

    id: int
    pack_id: int
    account_id: AccountId
    state: MemberState
    uri: str
    request_uri: str
    consent_uri: str
    created_at: int


@dataclass(frozen=True, slots=True)
class FeaturePolicy:
    """Who may put an account into packs at once, and who with its approval: `public`, `followers`, `following` …"""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()
    is_said: bool = True

    def written(self) -> str:
        """As it is kept; see `policy_of`."""
        return f"{','.join(self.automatic)};{','.join(self.manual)}" if self.is_said else ""


def policy_of(account: Account) -> FeaturePolicy:
    """People here: anybody may, their followers where the account is locked, and nobody where they hide."""
    if account.is_here:
        if not account.is_discoverable:
            return FeaturePolicy()
        return FeaturePolicy(("followers",) if account.is_locked else ("public",))
    if not account.feature_policy:
        return FeaturePolicy(is_said=False)
    automatic, _, manual = account.feature_policy.partition(";")
    return FeaturePolicy(_words(automatic), _words(manual))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.split(",") if word)


def standing(
    policy: FeaturePolicy, *, is_follower: Callable[[], bool], is_followed: Callable[[], bool]
) -> Standing:
    """What a policy says of somebody; whether they follow the account or are followed by it is only asked where it matters."""
    if not policy.is_said:
        return "missing"
    ways: tuple[tuple[Standing, tuple[str, ...]], ...] = (
        ("automatic", policy.automatic),
        ("manual", policy.manual),
    )
    for way, words in ways:
        if (
            "public" in words
            or ("followers" in words and is_follower())
            or ("following" in words and is_followed())
        ):
            return way
    return "unknown" if set(policy.automatic + policy.manual) - set(KNOWN) else "denied"
