"""Threads: what stands above a post, and what below it in which order."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from martlet.model.names import AccountId, PostId


class Link(NamedTuple):
    """A post and what it answers."""

    id: PostId
    reply_to_id: PostId | None
    author_id: AccountId
    reply_to_account_id: AccountId | None


def ancestors(links: Mapping[PostId, Link], post: PostId, limit: int) -> list[PostId]:
    """What the post answers, what that answers and so on, at most `limit` of them, the oldest first."""
    found: dict[PostId, None] = {}
    link = links.get(post)
    while link is not None and link.reply_to_id is not None and len(found) < limit:
        link = links.get(link.reply_to_id)
        if link is None or link.id in found or link.id == post:
            break
        found[link.id] = None
    return list(reversed(found))


def descendants(links: Mapping[PostId, Link], post: PostId, limit: int, depth: int) -> list[PostId]:
    """
    What answers the post, depth first, siblings in the order they were written.

    At most `limit` of them and `depth` steps down; those with which their
    authors go on where they stopped come first.
    """
    answers: dict[PostId, list[PostId]] = {}
    for link in sorted(links.values()):
        if link.reply_to_id is not None:
            answers.setdefault(link.reply_to_id, []).append(link.id)
    found: dict[PostId, None] = {}
    waiting = [(id, 1) for id in reversed(answers.get(post, ()))] if depth > 0 else []
    while waiting and len(found) < limit:
        id, level = waiting.pop()
        if id in found or id == post:
            continue
        found[id] = None
        if level < depth:
            waiting.extend((below, level + 1) for below in reversed(answers.get(id, ())))
    return _own_first([links[id] for id in found])


def _own_first(found: Sequence[Link]) -> list[PostId]:
    own = [link.id for link in found if link.author_id == link.reply_to_account_id]
    return own + [link.id for link in found if link.author_id != link.reply_to_account_id]
