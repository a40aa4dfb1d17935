"""A conversation as a page shows it: what stands above a post in short, and the answers by thread or by time."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from martlet.model.conversations import Run, conversation
from martlet.model.ids import id_from
from martlet.model.names import PostId
from martlet.model.posts import Post
from martlet.services.threads import Around
from martlet.storage import accounts, thread_fetches
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.web import addresses
from martlet.web.cards import Answered, Branch
from martlet.web.visits import Visit

ABOVE: Final = 8
"""Posts above, besides the first of all."""
BY_TIME: Final = 50


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What all branches are made of."""

    posts: dict[PostId, str]
    gaps: dict[PostId, int]
    places: dict[PostId, str]
    """Addresses of those below which there is more."""


def above(db: Reader, visit: Visit, found: Around) -> dict[str, Any]:
    """Fields of a `ThreadPage`."""
    last = found.above[-ABOVE:]
    before = found.above[:-ABOVE]
    first = before[:1]
    skipped = len(before) - len(first)
    return {
        "above": tuple(filter(None, _each(db, visit, last))),
        "first": next(iter(_each(db, visit, first)), ""),
        "between": skipped,
        "above_at": _places(db, found, [last[0].id]).get(last[0].id, "") if skipped else "",
    }


def below(db: Reader, visit: Visit, found: Around, post: Post, *, may_have_gaps: bool) -> dict[str, Any]:
    """The same. `may_have_gaps`: it is known that answers are missing."""
    own = addresses.at(addresses.POST, username=visit.params["username"], id=str(post.id))
    after = id_from(visit.query.get("after", ""))
    if visit.query.get("sort") == "time":
        return _by_time(db, visit, found.below, own, after or 0)
    shown = {one.id: one for one in found.below}
    talk = conversation(found.links, post.id, shown, PostId(after) if after is not None else None)
    ids = [id for run in talk.runs for id in _ids(run) if id in shown]
    gathered = _Gathered(
        dict(zip(ids, _each(db, visit, [shown[id] for id in ids]), strict=True)),
        thread_fetches.gaps(db, post.thread_id) if may_have_gaps else {},
        _places(db, found, [id for run in talk.runs for id in _unfinished(run)]),
    )
    return {
        "branches": tuple(_branch(run, gathered) for run in talk.runs),
        "count": len(found.below),
        "rest": talk.rest,
        "more": f"{own}?after={talk.after}#answers" if talk.rest else None,
    }


def _by_time(db: Reader, visit: Visit, found: Sequence[Shown], own: str, after: int) -> dict[str, Any]:
    ordered = sorted((one for one in found if one.id > after), key=lambda one: one.id)
    page, rest = ordered[:BY_TIME], len(ordered[BY_TIME:])
    sort: Literal["time"] = "time"
    return {
        "branches": (),
        "flat": tuple(filter(None, _each(db, visit, page))),
        "count": len(found),
        "rest": rest,
        "more": f"{own}?sort=time&after={page[-1].id}#answers" if rest else None,
        "sort": sort,
    }


def _each(db: Reader, visit: Visit, shown: Sequence[Shown]) -> list[str]:
    if not shown:
        return []
    return visit.desk.feeds.each(db, shown, visit.account, visit.language, "thread")


def _ids(run: Run) -> list[PostId]:
    return [*run.posts, *(id for fork in run.forks for id in _ids(fork))]


def _unfinished(run: Run) -> list[PostId]:
    own = [run.posts[-1]] if run.rest else []
    return [*own, *(id for fork in run.forks for id in _unfinished(fork))]


def _places(db: Reader, found: Around, ids: Collection[PostId]) -> dict[PostId, str]:
    if not ids:
        return {}
    authors = {id: found.links[id].author_id for id in ids}
    people = accounts.many(db, set(authors.values()))
    return {
        id: addresses.at(addresses.POST, username=people[author].handle, id=str(id))
        for id, author in authors.items()
        if author in people
    }


def _branch(run: Run, gathered: _Gathered) -> Branch:
    return Branch(
        posts=tuple(Answered(gathered.posts.get(id, ""), gathered.gaps.get(id, 0)) for id in run.posts),
        forks=tuple(_branch(fork, gathered) for fork in run.forks),
        size=run.size - len(run.posts) + run.rest,
        rest=run.rest,
        address=gathered.places.get(run.posts[-1], ""),
    )
