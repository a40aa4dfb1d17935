"""Posts that wait for a moderator before others see them, and what is known of spam."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from martlet.model.names import AccountId, PostId, Uri

HoldState = Literal["held", "refused"]
Bands = tuple[int, int, int, int]
"""Four numbers, of which posts alike share most."""


class HoldReason(StrEnum):
    """Why a post waits. The names are permanent: they are in the database."""

    LINKS = "links"
    """One of the first posts of its author, with a link."""
    MENTIONS = "mentions"
    """One of the first, naming many."""
    MASS_MENTION = "mass_mention"
    """Its author named very many who do not follow them, within an hour."""
    SPAM = "spam"
    """It is like what a moderator marked as spam."""
    ANSWERS_HELD = "answers_held"
    """Its author goes on below one that waits."""


@dataclass(frozen=True, slots=True)
class HoldRules:
    """What the settings ask for; nothing of it costs anything where it is 0."""

    first_posts: int = 0
    """So many posts of somebody new are looked at, if they have links or name many."""
    first_days: int = 0
    """The same for so many days."""
    mentions: int = 5
    """More people than these are many."""
    mass_mentions: int = 0
    """People here who do not follow somebody and are named by them within an hour."""
    spam_days: int = 90
    """So long it is known what was marked as spam."""

    @property
    def looks_at_first(self) -> bool:
        return self.first_posts > 0 or self.first_days > 0


@dataclass(frozen=True, slots=True)
class Hold:
    """One row of `held_post`."""

    post_id: PostId
    id: int
    visibility: int
    """For whom it is meant."""
    named: str
    silent: str
    reasons: str
    verdict: str
    request: Uri | None
    is_news: int
    state: HoldState = "held"
    decided_at: int | None = None

    @property
    def named_in(self) -> list[AccountId]:
        found: list[AccountId] = json.loads(self.named)
        return found

    @property
    def silent_in(self) -> list[AccountId]:
        found: list[AccountId] = json.loads(self.silent)
        return found

    @property
    def why(self) -> Sequence[HoldReason]:
        return [HoldReason(one) for one in json.loads(self.reasons)]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What posts alike share; nothing can be read out of it. An empty digest, no bands: there was too little."""

    text: str
    bands: Bands | None
    pictures: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not self.text and self.bands is None and not self.pictures


@dataclass(frozen=True, slots=True)
class SpamMark:
    """One row of `spam_mark` with its pictures."""

    id: int
    post_id: PostId
    url: str
    fingerprint: Fingerprint
    expires_at: int
