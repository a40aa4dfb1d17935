"""Writing posts into timelines ahead."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Concatenate, ParamSpec, TypeVar, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.events import PostPublished
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services import following, following_tags, listing, reacting, timelines
from martlet.storage import fanout
from martlet.storage import timelines as kept
from martlet.storage.database import Reader, Store
from tests.make import Make

P = ParamSpec("P")
T = TypeVar("T")


def test_a_post_reaches_everyone_in_parts(
    store: Store, here: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "WIDER_ON_POSTGRES", 1)
    small = replace(here, limits=replace(here.limits, fan_out=2))
    author = make.account("author")
    people = [make.account(f"reader{n}") for n in range(5)]
    lists = []
    for person in people:
        make.follow(person, author)
        with store.write() as db:
            one = listing.create(db, person, "All", None, is_exclusive=None, here=here)
            listing.add(db, one.id, person, [author], here)
            lists.append(one.id)
    fans = [make.account(f"fan{n}") for n in range(5)]
    for fan in [*fans, people[0]]:
        with store.write() as db:
            following_tags.follow(db, fan, "swifts", here)
            following_tags.follow(db, fan, "tram", here)
    post = make.post(by=author, text="#swifts #tram")
    with store.write() as db:
        timelines.deliver(db, PostPublished(post), small)
    parts = 0
    while True:
        with store.write() as db:
            waiting = db.rows("SELECT id, body FROM job WHERE name = :name", name=timelines.DELIVER)
            for id, _ in waiting:
                db.run("DELETE FROM job WHERE id = :id", id=id)
        if not waiting:
            break
        for _, body in waiting:
            parts += 1
            record = asyncio.run(timelines.go_on(body, small))
            with store.write() as db:
                record(db)
    assert parts > 6
    with store.read() as db:
        rows = db.rows("SELECT timeline_id FROM timeline_entry WHERE post_id = :post", post=post)
    assert sorted(row[0] for row in rows) == sorted([author, *people, *lists, *fans])


entries = st.lists(st.tuples(st.integers(1, 60), st.none() | st.integers(1, 20)), max_size=120)


@given(entries)
def test_no_boost_repeats_what_stands_right_before_it(found: list[tuple[int, int | None]]) -> None:
    wanted = [(PostId(id), PostId(boosted) if boosted else None) for id, boosted in found]
    kept = timelines.unrepeated(wanted)
    assert kept == sorted(set(kept))
    boosts = dict(wanted)
    shown = [boosts[id] or id for id in kept]
    for at, id in enumerate(kept):
        if boosts[id] is not None:
            assert shown[at] not in shown[max(0, at - fanout.UNREPEATED) : at]
    assert {id for id, boosted in boosts.items() if boosted is None} <= set(kept)


class Meanwhile:
    """A store in which something happens right after a long read."""

    def __init__(self, store: Store, happens: Callable[[], None]) -> None:
        self._store, self._happens = store, happens
        self.writing = store.writing

    async def reading_aside(
        self, function: Callable[Concatenate[Reader, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        found = await self._store.reading_aside(function, *args, **kwargs)
        await asyncio.to_thread(self._happens)
        return found


def rebuilt(store: Store, here: Server, reader: AccountId, happens: Callable[[], None]) -> list[PostId]:
    """Somebody comes back whose timelines were dropped; what is in their home timeline in the end."""
    with store.write() as db:
        db.run("UPDATE users SET seen_at = 1000, created_at = 1000 WHERE account_id = :id", id=reader)
        db.run("UPDATE home SET built_at = 1000 WHERE account_id = :id", id=reader)
    asyncio.run(timelines.tidy(store, "", here))
    with store.read() as found:
        assert not kept.has_home(found, reader)
    asyncio.run(timelines.rebuild(cast("Store", Meanwhile(store, happens)), reader, here))
    with store.read() as found:
        assert kept.has_home(found, reader)
        return [id for id, _ in kept.newest(found, reader, 40)]


def test_what_is_written_while_a_timeline_is_made_anew_is_in_it(
    store: Store, here: Server, make: Make
) -> None:
    """Although tidying comes by, to which whoever is back still looks absent."""
    reader, author = make.account("reader"), make.account("author")
    make.follow(reader, author)
    written = [make.post(by=author)]

    def happens() -> None:
        asyncio.run(timelines.tidy(store, "", here))
        written.append(make.post(by=author))
        with store.write() as db:
            timelines.deliver(db, PostPublished(written[-1]), here)

    assert rebuilt(store, here, reader, happens) == written[::-1]


def test_whom_one_leaves_or_follows_meanwhile_is_out_or_in(store: Store, here: Server, make: Make) -> None:
    reader, left, new = (make.account(name) for name in ("reader", "left", "new"))
    make.follow(reader, left)
    with store.write() as db:
        one = listing.create(db, reader, "All", None, is_exclusive=None, here=here)
        listing.add(db, one.id, reader, [left], here)
    make.post(by=left)
    post = make.post(by=new)

    def happens() -> None:
        with store.write() as db:
            following.unfollow(db, reader, left)
        make.follow(reader, new)

    assert rebuilt(store, here, reader, happens) == [post]
    with store.read() as found:
        assert kept.newest(found, one.id, 40) == []


@pytest.mark.parametrize("newer", [fanout.UNREPEATED - 1, fanout.UNREPEATED])
@pytest.mark.parametrize("is_boost", [False, True])
def test_a_boost_is_left_out_where_the_post_is_still_near(
    store: Store, here: Server, make: Make, newer: int, *, is_boost: bool
) -> None:
    author, other, booster, reader = (make.account(name) for name in ("ada", "bob", "cleo", "dora"))
    make.follow(reader, booster)
    post = make.post(by=author)
    with store.write() as db:
        seen = reacting.boost(db, other, post, None, here) if is_boost else post
        later = [PostId(here.next_id()) for _ in range(newer)]
        kept.keep_home(db, reader, 1)
        kept.put(db, reader, [seen, *later])
        boost = reacting.boost(db, booster, post, None, here)
        timelines.deliver(db, PostPublished(boost), here)
        stands = db.value(
            "SELECT 1 FROM timeline_entry WHERE timeline_id = :reader AND post_id = :boost",
            reader=reader,
            boost=boost,
        )
    assert (stands is not None) == (newer == fanout.UNREPEATED)


def test_hashtags_that_one_follows_or_leaves_meanwhile_are_in_or_out(
    store: Store, here: Server, make: Make
) -> None:
    reader, author = make.account("reader"), make.account("author")
    with store.write() as db:
        following_tags.follow(db, reader, "tram", here)
    make.post(by=author, text="#tram")
    post = make.post(by=author, text="#swifts")

    def happens() -> None:
        with store.write() as db:
            following_tags.unfollow(db, reader, "tram")
            following_tags.follow(db, reader, "swifts", here)

    assert rebuilt(store, here, reader, happens) == [post]
