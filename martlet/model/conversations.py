"""
A thread as one readable conversation: who answers whom, as far as a page goes.

Posts that are answered by one post alone stand below each other as a run, without a further step
to the side; only where a conversation forks does a level begin. So few levels are enough, and the
page says how many posts there are beyond what it shows.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from martlet.model.names import PostId
from martlet.model.threads import Link

DEEPEST: Final = 3
"""Levels at which answers stand."""
IN_BRANCH: Final = 20
ON_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class Run:
    """Posts that follow one another, what forks off the last of them, and how many more there are below it."""

    posts: tuple[PostId, ...]
    forks: "tuple[Run, ...]" = ()
    rest: int = 0

    @property
    def size(self) -> int:
        return len(self.posts) + sum(fork.size for fork in self.forks)


@dataclass(frozen=True, slots=True)
class Conversation:
    """What answers a post. `rest`: posts in branches that come `after` the last one here."""

    runs: tuple[Run, ...]
    rest: int = 0
    after: PostId | None = None


def conversation(
    links: Mapping[PostId, Link],
    post: PostId,
    shown: Collection[PostId],
    after: PostId | None = None,
    most: int = ON_PAGE,
) -> Conversation:
    """
    What answers the post, from the branch after `after`, at most so many posts; what is not `shown` stands only where
    something below is.

    Those with whom an author goes on come first, then all in the order in which they were written.
    """
    tree = _Tree(links, post, frozenset(shown))
    waiting = list(tree.answers(post))
    if after in waiting:
        waiting = waiting[waiting.index(after) + 1 :]
    runs: list[Run] = []
    room = most
    while waiting and room > 0:
        run = tree.run(waiting[0], min(room, IN_BRANCH), 1)
        runs.append(run)
        room -= run.size
        waiting.pop(0)
    rest = sum(tree.weight(id) for id in waiting)
    return Conversation(tuple(runs), rest, runs[-1].posts[0] if rest and runs else None)


class _Tree:
    def __init__(self, links: Mapping[PostId, Link], post: PostId, shown: frozenset[PostId]) -> None:
        self._links, self._shown = links, shown
        self._below: dict[PostId, list[PostId]] = {}
        for link in sorted(links.values()):
            if link.reply_to_id is not None:
                self._below.setdefault(link.reply_to_id, []).append(link.id)
        self._sizes = self._weighed(post)

    def _weighed(self, post: PostId) -> dict[PostId, int]:
        """How many shown posts stand below each; without an end where posts answer each other in a circle."""
        order, seen, waiting = [], {post}, [post]
        while waiting:
            id = waiting.pop()
            order.append(id)
            new = [below for below in self._below.get(id, ()) if below not in seen]
            seen.update(new)
            waiting.extend(new)
            self._below[id] = new
        sizes = dict.fromkeys(order, 0)
        for id in reversed(order):
            sizes[id] = sum(sizes[below] + (below in self._shown) for below in self._below[id])
        return sizes

    def weight(self, id: PostId) -> int:
        """How many posts there are to read in what begins with this one."""
        return self._sizes[id] + (id in self._shown)

    def answers(self, id: PostId) -> Sequence[PostId]:
        there = [below for below in self._below.get(id, ()) if self.weight(below)]
        return sorted(there, key=lambda below: self._links[below].author_id != self._author(id))

    def _author(self, id: PostId) -> int | None:
        link = self._links.get(id)
        return link.author_id if link is not None else None

    def run(self, first: PostId, room: int, level: int) -> Run:
        posts = [first]
        answers = self.answers(first)
        while len(answers) == 1 and len(posts) < room:
            posts.append(answers[0])
            answers = self.answers(posts[-1])
        forks: list[Run] = []
        room -= len(posts)
        waiting = list(answers)
        while waiting and room > 0 and level < DEEPEST:
            forks.append(self.run(waiting.pop(0), room, level + 1))
            room -= forks[-1].size
        return Run(tuple(posts), tuple(forks), sum(self.weight(id) for id in waiting))
