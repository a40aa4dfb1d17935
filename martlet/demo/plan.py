"""Who does what when: the town's two weeks as a list of acts in order of time."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from martlet.demo.script import Line, Person
from martlet.model.visibility import Visibility

CLUBS = frozenset({"harbour", "kreisblatt", "turmuhr", "lesekreis"})
"""They tell; they do not press hearts."""
MOST_POPULAR = 0.55
"""Of those who could like a post, how many do at most."""


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that somebody does: post, edit, like, boost, bookmark, vote, pin."""

    at: datetime
    what: str
    who: str
    line: Line


def acts(lines: list[Line], follows: dict[str, set[str]], now: datetime, dice: random.Random) -> list[Act]:
    """`follows`: by handle, whom they follow. Nothing lies after `now`."""
    moments = _moments(lines, now)
    found: list[Act] = []
    for line in lines:
        at = moments[id(line)]
        found.append(Act(at, "post", line.author, line))
        if line.edit is not None:
            found.append(Act(at + timedelta(minutes=line.edit[0]), "edit", line.author, line))
        if line.is_pinned:
            found.append(Act(at + timedelta(minutes=1), "pin", line.author, line))
        found += _echo(line, at, follows, dice)
    return sorted((act for act in found if act.at < now), key=lambda act: act.at)


def _moments(lines: list[Line], now: datetime) -> dict[int, datetime]:
    """When each post is written; what would lie in the future lies a day earlier."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    moments: dict[int, datetime] = {}
    for line in lines:
        if line.answers is None:
            at = midnight - timedelta(days=line.days_ago) + timedelta(minutes=line.minutes)
            moments[id(line)] = at if at < now - timedelta(hours=1) else at - timedelta(days=1)
        else:
            moments[id(line)] = moments[id(line.answers)] + timedelta(minutes=line.minutes, seconds=17)
    return moments


def _echo(line: Line, at: datetime, follows: dict[str, set[str]], dice: random.Random) -> Iterator[Act]:
    """What others do about a post, in the day after it."""
    followers = sorted(who for who, whom in follows.items() if line.author in whom and who not in CLUBS)
    warmth = dice.uniform(0.08, MOST_POPULAR) * (0.4 if line.answers else 1)
    if line.visibility == Visibility.MENTIONED:
        return
    for who in followers:
        later = at + timedelta(minutes=2 + dice.expovariate(1 / 140))
        if dice.random() < warmth:
            yield Act(later, "like", who, line)
            if dice.random() < 0.16 and line.visibility == Visibility.PUBLIC and line.answers is None:  # noqa: PLR2004 - a share
                yield Act(later + timedelta(seconds=20), "boost", who, line)
            if dice.random() < 0.1:  # noqa: PLR2004 - a share
                yield Act(later + timedelta(seconds=30), "bookmark", who, line)
        if line.poll is not None and dice.random() < 0.6:  # noqa: PLR2004 - a share
            yield Act(later + timedelta(minutes=1), "vote", who, line)


def who_follows_whom(people: list[Person], dice: random.Random) -> dict[str, set[str]]:
    """Those who share a language find one another more easily. Nobody follows the locked without asking."""
    follows: dict[str, set[str]] = {person.handle: set() for person in people}
    for person in people:
        for other in people:
            if other is person or other.is_locked:
                continue
            chance = 0.62 if set(person.languages) & set(other.languages) else 0.08
            if dice.random() < chance:
                follows[person.handle].add(other.handle)
    return follows
