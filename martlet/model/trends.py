"""
What trends, and why: the rule as plain functions (docs/guide/trends.md has it in words).

A *voice* is one person for one subject: a hashtag, a link or a post. However often
they say it, they are one voice. Voices count less with their age, and are held
against what is usual for the subject.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from math import ceil, log, log2

WINDOW_HOURS = 24
"""So long a voice is heard."""
HOUR_MS = 3_600_000
SHOWN_USUAL = 0.1
"""What is usual is told in steps of this."""


class TrendKind(IntEnum):
    """Permanent numbers in the database."""

    TAG = 1
    LINK = 2
    POST = 3
    PUBLISHER = 4
    """Never trends itself: it is decided about, for all links to its host."""


HALF_LIFE_HOURS = {TrendKind.TAG: 4.0, TrendKind.LINK: 8.0, TrendKind.POST: 4.0}
"""After so many hours a voice counts half."""


@dataclass(frozen=True, slots=True)
class Voice:
    """When somebody spoke, in milliseconds since 1970, and of which server they are; empty: of this one."""

    at: int
    host: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """
    What the rule makes of a subject's voices.

    `people` spoke within the last `hours`; `usual` is how many do so in as much time
    on other days. A score of 0: it does not trend.
    """

    score: float
    people: int
    hours: int
    usual: float


def heard(voices: Iterable[Voice], least: int) -> list[Voice]:
    """
    Those that count, the newest first: of each other server no more than `least` - 1.

    So no other server can make anything trend here by itself, however many accounts it invents.
    """
    left: dict[str, int] = {}
    found = []
    for voice in sorted(voices, key=lambda one: one.at, reverse=True):
        if voice.host:
            room = left.setdefault(voice.host, least - 1)
            if room <= 0:
                continue
            left[voice.host] = room - 1
        found.append(voice)
    return found


def measure(voices: Iterable[Voice], usual_a_day: float, kind: TrendKind, least: int, now: int) -> Measured:
    """
    (heat - usual heat)² / max(usual heat, 1), if the heat is above the usual one and `least` people speak.

    The heat is the sum of all voices, each 1 when it is new and half after each half-life. Never less with one
    more person; smaller the later `now` is; the same however often one person speaks.
    """
    counted = [one for one in heard(voices, least) if now - one.at < WINDOW_HOURS * HOUR_MS]
    if not counted:
        return Measured(0.0, 0, WINDOW_HOURS, 0.0)
    half_life = HALF_LIFE_HOURS[kind]
    heat = sum(_weight(now - one.at, half_life) for one in counted)
    expected = usual_heat(usual_a_day, half_life)
    hours = max(1, ceil((now - counted[-1].at) / HOUR_MS))
    usual = round(usual_a_day * hours / 24 / SHOWN_USUAL) * SHOWN_USUAL
    is_much = len(counted) >= least and heat > expected
    score = (heat - expected) ** 2 / max(expected, 1.0) if is_much else 0.0
    return Measured(score, len(counted), hours, round(usual, 1))


def usual_heat(usual_a_day: float, half_life: float) -> float:
    """The heat of as many voices a day as are usual, spread evenly."""
    return usual_a_day / 24 * (half_life / log(2)) * (1 - 2 ** (-WINDOW_HOURS / half_life))


def _weight(age_ms: int, half_life: float) -> float:
    return float(2.0 ** (-max(age_ms, 0) / HOUR_MS / half_life))


def rank_after(rank: float | None, at: int, kind: TrendKind) -> float:
    """
    The heat of a subject with one more voice, as a number that stays comparable as time goes on.

    It is the logarithm to base 2 of the sum of 2^(moment in half-lives): what is hotter than something else stays
    so until somebody speaks, so nothing is to be written anew as voices age.
    """
    new = at / HOUR_MS / HALF_LIFE_HOURS[kind]
    if rank is None:
        return new
    high, low = max(rank, new), min(rank, new)
    return high + log2(1 + 2 ** max(low - high, -60.0))


def faded_rank(now: int, kind: TrendKind) -> float:
    """Below this rank, nobody has spoken within the window."""
    return (now / HOUR_MS - WINDOW_HOURS) / HALF_LIFE_HOURS[kind]


def main_language(voices: Sequence[Voice]) -> str | None:
    """In which most of them speak, without its region; None where half of them or fewer agree."""
    counts: dict[str, int] = {}
    for voice in voices:
        if voice.language:
            base = voice.language.partition("-")[0]
            counts[base] = counts.get(base, 0) + 1
    if not counts:
        return None
    language, most = max(sorted(counts.items()), key=lambda one: one[1])
    return language if most * 2 > len(voices) else None
