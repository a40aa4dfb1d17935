"""Writing posts into timelines ahead."""

import asyncio
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from martlet.model.events import PostPublished
from martlet.model.names import PostId
from martlet.model.server import Server
from martlet.services import following_tags, listing, timelines
from martlet.storage import fanout
from martlet.storage.database import Store
from tests.make import Make


def test_a_post_reaches_everyone_in_parts(store: Store, here: Server, make: Make) -> None:
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
            asyncio.run(timelines.go_on(store, body, small))
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
