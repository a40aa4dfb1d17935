"""
A large town, invented: who follows whom, who wrote what when, who liked it.

Followers are spread by a power law: one account has all the others, most have five or six, the mean is about
thirty. Some people write a lot, and those are not the followed ones. Posts lie evenly over two years; every fifth is
an answer, one in eight a boost. Only numbers are decided here; `loader` makes rows of them. People and posts
are called by their place in the order of time, from 0.
"""

import random
from array import array
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Self, TypeAlias

Numbers: TypeAlias = "array[int]"

SEED = 13
BOOSTS, REPLIES = 0.12, 0.20
HOT_THREADS = 48
"""Half of the answers go to one of so many threads that are being talked about."""
THREAD_LIMIT = 40
FOLLOWER_DECAY = 0.85
POSTS_DECAY = 0.45
PUBLIC, UNLISTED, FOLLOWERS = 4, 3, 2
SMALLEST = 0.005
"""In a smaller town nobody is usual, and no thread: there is nothing to measure."""
USUAL_PEOPLE = 50
USUAL_FOLLOWERS = range(20, 60)
USUAL_THREAD = range(12, 17)
FULL_PAGE = 20


@dataclass(frozen=True, slots=True)
class Size:
    people: int = 100_000
    posts: int = 1_000_000
    home_entries: int = 10_000_000
    likes: int = 1_000_000

    @classmethod
    def scaled(cls, scale: float) -> Self:
        """A smaller one of the same shape, for trials."""
        full = cls()
        return cls(
            *(max(1, round(one * scale)) for one in (full.people, full.posts, full.home_entries, full.likes))
        )


@dataclass(slots=True)
class Crowd:
    """-1 stands for none. `likes` and `home` are lists of posts for each person, in order."""

    size: Size
    followers: list[Numbers] = field(default_factory=list)
    author: Numbers = field(default_factory=lambda: array("l"))
    visibility: bytearray = field(default_factory=bytearray)
    boost_of: Numbers = field(default_factory=lambda: array("l"))
    reply_to: Numbers = field(default_factory=lambda: array("l"))
    thread: Numbers = field(default_factory=lambda: array("l"))
    replies: Numbers = field(default_factory=lambda: array("l"))
    boosts: Numbers = field(default_factory=lambda: array("l"))
    liked: Numbers = field(default_factory=lambda: array("l"))
    thread_size: Counter[int] = field(default_factory=Counter)
    likes: list[list[int]] = field(default_factory=list)
    boosted: list[dict[int, int]] = field(default_factory=list)
    """For each person, the boosted post to the boost."""
    home: list[Numbers] = field(default_factory=list)


def invent(size: Size) -> Crowd:
    rng = random.Random(SEED)
    crowd = Crowd(size)
    _follow(crowd, rng)
    _write(crowd, rng)
    _like(crowd, rng)
    _read(crowd)
    return crowd


def _follow(crowd: Crowd, rng: random.Random) -> None:
    people = crowd.size.people
    for number in range(people):
        wanted = min(people - 1, max(1, int(people / (number + 1) ** FOLLOWER_DECAY)))
        chosen = rng.sample(range(people - 1), wanted)
        crowd.followers.append(array("l", sorted(other + (other >= number) for other in chosen)))


def _write(crowd: Crowd, rng: random.Random) -> None:
    size = crowd.size
    weights = [1 / (rank + 1) ** POSTS_DECAY for rank in range(size.people)]
    rng.shuffle(weights)
    crowd.author.extend(rng.choices(range(size.people), cum_weights=list(accumulate(weights)), k=size.posts))
    for counts in (crowd.replies, crowd.boosts, crowd.liked):
        counts.extend([0] * size.posts)
    crowd.boosted = [{} for _ in range(size.people)]
    hot = [0] * HOT_THREADS
    for post in range(size.posts):
        draw = rng.random()
        boost_of = _boostable(crowd, rng, post) if draw < BOOSTS else -1
        reply_to = _answerable(crowd, rng, post, hot) if BOOSTS <= draw < BOOSTS + REPLIES else -1
        _add(crowd, post, boost_of, reply_to)
        tone = rng.random()
        crowd.visibility.append(
            PUBLIC if boost_of >= 0 or tone < 0.86 else UNLISTED if tone < 0.94 else FOLLOWERS
        )
        if boost_of < 0 and reply_to < 0 and draw > 0.98 and crowd.visibility[post] == PUBLIC:
            hot[rng.randrange(HOT_THREADS)] = post


def _add(crowd: Crowd, post: int, boost_of: int, reply_to: int) -> None:
    thread = crowd.thread[reply_to] if reply_to >= 0 else post
    crowd.boost_of.append(boost_of)
    crowd.reply_to.append(reply_to)
    crowd.thread.append(thread)
    if boost_of >= 0:
        crowd.boosts[boost_of] += 1
        crowd.boosted[crowd.author[post]][boost_of] = post
    else:
        crowd.thread_size[thread] += 1
    if reply_to >= 0:
        crowd.replies[reply_to] += 1


def _boostable(crowd: Crowd, rng: random.Random, post: int) -> int:
    """A public post of the last two thousand that its author has not boosted; -1 if the first look finds none."""
    other = rng.randrange(max(0, post - 2000), post) if post else -1
    if other < 0 or crowd.boost_of[other] >= 0 or crowd.visibility[other] != PUBLIC:
        return -1
    return -1 if other in crowd.boosted[crowd.author[post]] else other


def _answerable(crowd: Crowd, rng: random.Random, post: int, hot: list[int]) -> int:
    if not post:
        return -1
    other = rng.choice(hot) if rng.random() < 0.5 else rng.randrange(max(0, post - 2000), post)
    is_full = crowd.thread_size[crowd.thread[other]] >= THREAD_LIMIT
    is_open = crowd.boost_of[other] < 0 and crowd.visibility[other] >= UNLISTED
    return other if is_open and not is_full else -1


def _like(crowd: Crowd, rng: random.Random) -> None:
    size = crowd.size
    each = size.likes // size.people
    for _ in range(size.people):
        chosen = {rng.randrange(size.posts) for _ in range(each)}
        posts = sorted(
            post for post in chosen if crowd.boost_of[post] < 0 and crowd.visibility[post] >= UNLISTED
        )
        crowd.likes.append(posts)
        for post in posts:
            crowd.liked[post] += 1


def _read(crowd: Crowd) -> None:
    """Home timelines from the newest post backwards, until there are enough entries."""
    crowd.home = [array("l") for _ in range(crowd.size.people)]
    left = crowd.size.home_entries
    for post in range(crowd.size.posts - 1, -1, -1):
        author = crowd.author[post]
        crowd.home[author].append(post)
        for reader in crowd.followers[author]:
            crowd.home[reader].append(post)
        left -= 1 + len(crowd.followers[author])
        if left <= 0:
            break
    for entries in crowd.home:
        entries.reverse()


def usual_people(crowd: Crowd) -> list[int]:
    """Some with about thirty followers and every page full."""
    written, told = [0] * crowd.size.people, [0] * crowd.size.people
    for post, author in enumerate(crowd.author):
        written[author] += crowd.visibility[post] == PUBLIC
        told[author] += crowd.liked[post] + crowd.boosts[post] + crowd.replies[post]
    usual = [
        one
        for one, followers in enumerate(crowd.followers)
        if len(followers) in USUAL_FOLLOWERS
        and min(written[one], told[one] // 2, len(crowd.home[one]) // 2) >= FULL_PAGE
    ]
    return random.Random(SEED).sample(usual, min(USUAL_PEOPLE, len(usual)))


def usual_threads(crowd: Crowd) -> list[int]:
    """The first posts of public threads as long as those that are measured in a small town."""
    return [
        post
        for post, size in crowd.thread_size.items()
        if size in USUAL_THREAD and crowd.thread[post] == post and crowd.visibility[post] == PUBLIC
    ]


def public_posts(crowd: Crowd) -> list[int]:
    return [
        post
        for post in range(crowd.size.posts)
        if crowd.visibility[post] == PUBLIC and crowd.boost_of[post] < 0
    ]
