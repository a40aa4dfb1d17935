"""A conversation as a page shows it: what stands above a post in short, and the answers by thread or by time."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, Literal

from msgspec import Struct

from martlet.model.conversations import ON_PAGE, Run, conversation
from martlet.model.ids import id_from
from martlet.model.names import PostId
from martlet.model.posts import Post
from martlet.services.threads import Around
from martlet.storage import accounts, thread_fetches
from martlet.storage.database import Reader
from martlet.storage.posts import Shown
from martlet.web import addresses, faces
from martlet.web.cards import Answered, Branch
from martlet.web.member_pages import Participant
from martlet.web.shelf import KEPT_MS
from martlet.web.visits import Visit

ABOVE: Final = 8
"""Posts above, besides the first of all."""
BY_TIME: Final = 50
FACES: Final = 6
"""Of those who take part."""
FOR_VISITORS: Final = 60
"""Answers by conversation on a page that search engines read, too."""


class _Reading(Struct, frozen=True):
    """Who reads: how posts are rendered for them, one for each, and where it goes on below some."""

    each: Callable[[Sequence[Shown]], list[str]]
    places: Callable[[Collection[PostId]], dict[PostId, str]]
    own: str
    """The address of the page."""
    most: int = ON_PAGE


class _Gathered(Struct, frozen=True):
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


def taking_part(db: Reader, visit: Visit, found: Around, post: Post) -> dict[str, Any]:
    """The same: who wrote what stands on the page or beyond, those who wrote most first."""
    ids = [one.id for one in (*found.above, *found.below)]
    wrote = Counter([post.author_id, *(found.links[id].author_id for id in ids if id in found.links)])
    first = [id for id, _ in wrote.most_common(FACES)]
    if len(first) == 1:
        return {}
    people = accounts.many_shown(db, first)
    return {
        "people": tuple(
            Participant(faces.face_with_emoji(db, people[id], visit.here, is_inside=True), wrote[id])
            for id in first
            if id in people
        ),
        "others": len(wrote) - len(first),
    }


def below(db: Reader, visit: Visit, found: Around, post: Post, *, may_have_gaps: bool) -> dict[str, Any]:
    """The same. `may_have_gaps`: it is known that answers are missing."""
    reading = _Reading(
        lambda shown: _each(db, visit, shown), lambda ids: _places(db, found, ids), _address(visit, post)
    )
    gaps = thread_fetches.gaps(db, post.thread_id) if may_have_gaps else {}
    return _below(visit, found, post.id, reading, gaps)


def below_for_visitors(
    db: Reader, visit: Visit, found: Around, post: Post, *, may_have_gaps: bool
) -> tuple[dict[str, Any], int]:
    """
    Fields of a `PostPage`, and until when they may be kept.

    Answers from other servers have no page here for visitors: what is below some, `below=id` shows on this one.
    """
    own, times = _address(visit, post), [visit.here.now_ms() + KEPT_MS]

    def each(shown: Sequence[Shown]) -> list[str]:
        listed = visit.desk.public.each(db, shown, visit.language)
        times.append(listed.until)
        return list(listed.posts)

    def places(ids: Collection[PostId]) -> dict[PostId, str]:
        return {id: f"{own}?below={id}" for id in ids}

    shown = {int(one.id): one for one in found.below}
    start = shown.get(id_from(visit.query.get("below", "")) or 0)
    gaps = thread_fetches.gaps(db, post.thread_id) if may_have_gaps else {}
    if start is None:
        reading = _Reading(each, places, own, FOR_VISITORS)
        return _below(visit, found, post.id, reading, gaps), min(times)
    reading = _Reading(each, places, f"{own}?below={start.id}", FOR_VISITORS)
    fields = {"start": next(iter(each([start])), ""), **_below(visit, found, start.id, reading, gaps)}
    return fields, min(times)


def _address(visit: Visit, post: Post) -> str:
    return addresses.at(addresses.POST, username=visit.params["username"], id=str(post.id))


def _below(
    visit: Visit, found: Around, top: PostId, reading: _Reading, gaps: dict[PostId, int]
) -> dict[str, Any]:
    after = id_from(visit.query.get("after", ""))
    if visit.query.get("sort") == "time":
        return _by_time(found.below, reading, after or 0)
    shown = {one.id: one for one in found.below}
    last = PostId(after) if after is not None else None
    talk = conversation(found.links, top, shown, last, reading.most)
    ids = [id for run in talk.runs for id in _ids(run) if id in shown]
    gathered = _Gathered(
        dict(zip(ids, reading.each([shown[id] for id in ids]), strict=True)),
        gaps,
        reading.places([id for run in talk.runs for id in _unfinished(run)]),
    )
    return {
        "branches": tuple(_branch(run, gathered) for run in talk.runs),
        "count": len(found.below),
        "rest": talk.rest,
        "more": f"{_with(reading.own)}after={talk.after}#answers" if talk.rest else None,
    }


def _by_time(found: Sequence[Shown], reading: _Reading, after: int) -> dict[str, Any]:
    ordered = sorted((one for one in found if one.id > after), key=lambda one: one.id)
    page, rest = ordered[:BY_TIME], len(ordered[BY_TIME:])
    sort: Literal["time"] = "time"
    return {
        "branches": (),
        "flat": tuple(filter(None, reading.each(page))),
        "count": len(found),
        "rest": rest,
        "more": f"{_with(reading.own)}sort=time&after={page[-1].id}#answers" if rest else None,
        "sort": sort,
    }


def _with(address: str) -> str:
    return address + ("&" if "?" in address else "?")


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
