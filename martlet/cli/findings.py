"""What `martlet check` says of one thing that it has looked at."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["good", "note", "bad"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what to do about it."""

    verdict: Verdict
    sentence: str
    advice: str = ""
