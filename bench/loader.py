"""
Write a large town straight into an empty database.

What would take days through the API takes minutes: no request, no permission, no reaction. Everybody has an
account and a home timeline that is kept; some people of the usual kind, and the one whom everybody follows, have
a token.
"""

import random
import time
from collections.abc import Callable
from contextlib import closing
from itertools import islice
from pathlib import Path

from bench.bulk import open_bulk
from bench.crowd import SEED, Size, invent, public_posts, usual_people, usual_threads
from bench.rows import Rows
from bench.town import Town, Written
from martlet.mastodon.serialize import bodies
from martlet.services import indexing, rendering
from martlet.storage.database import Store
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store

RENDERED_AT_ONCE = 2_000
SHOWN_POSTS = 3_000
SHOWN_THREADS = 30


def load(base_url: str, folder: Path, database: str, size: Size, tell: Callable[[str], None]) -> Town:
    """Fill the database of a server that will run at `base_url` with its data in `folder`."""
    started = time.monotonic()

    def say(what: str) -> None:
        tell(f"  {time.monotonic() - started:5.0f} s  {what}")

    with closing(open_store(database, folder)) as store:
        migrate(store)
    say("inventing people")
    rows = Rows(invent(size), base_url, store.dialect)
    with open_bulk(database, folder / "martlet.sqlite3") as bulk:
        for what, put in rows.parts():
            say(f"writing {what}")
            put(bulk)
        say("making the indexes")
    say("rendering the posts")
    with closing(open_store(database, folder)) as store:
        _render(store, rows)
        say("merging the search indexes")
        indexing.merge_at_once(store)
    say("done")
    return _town(rows)


def _town(rows: Rows) -> Town:
    """What the loads need to know of it: a sample of posts, and threads of the usual length."""
    crowd, rng = rows.crowd, random.Random(SEED)
    public, threads = public_posts(crowd), usual_threads(crowd)
    written = [
        Written(str(rows.post_id(post)), 0, "public", replies)
        for replies, post in [
            *((0, post) for post in rng.sample(public, min(SHOWN_POSTS, len(public)))),
            *((1, post) for post in rng.sample(threads, min(SHOWN_THREADS, len(threads)))),
        ]
    ]
    return Town(
        base_url=rows.here.url,
        people=[rows.person(one) for one in usual_people(crowd)],
        posts=written,
        most_followed=rows.person(0),
        last_follower=rows.person(crowd.size.people - 1),
    )


def _render(store: Store, rows: Rows) -> None:
    """Each post as clients are shown it."""
    ids = map(rows.post_id, range(rows.crowd.size.posts))
    while some := list(islice(ids, RENDERED_AT_ONCE)):
        with store.write() as db:
            rendering.keep(db, bodies.render(db, some, rows.here))
