"""SQLite's search index stays in few parts, and what is found stays the same."""

import threading

import pytest

from martlet.model.names import PostId
from martlet.services import indexing
from martlet.storage import search, search_merging
from martlet.storage.account_search import Spelled
from martlet.storage.database import Reader, Store, Writer
from tests.client import Api
from tests.mastodon.acts import POSTS, publish, value

MANY = 150
"""Indexed one by one: the engine itself makes one of sixteen parts, and leaves fifteen."""
FEW = 12
"""Fewer than the engine would make one of, unless it merges while others write."""
WORDS = 2000
"""In as many, it would: it merges after every 64 pages."""
PART_BITS = 37
"""From there on, the id of a page of the index says which part it is of."""
MOST = 1


def parts(db: Reader) -> int:
    return int(
        db.value(
            f"SELECT count(DISTINCT id >> {PART_BITS}) FROM post_search_data WHERE id >> {PART_BITS} > 0"
        )
    )


def found(db: Reader, word: str) -> list[int]:
    rows = db.rows("SELECT rowid FROM post_search WHERE post_search MATCH :word ORDER BY rowid", word=word)
    return [row[0] for row in rows]


def index(store: Store, many: int) -> None:
    for n in range(1, many + 1):
        with store.write() as db:
            words = f"swift {'even' if n % 2 == 0 else 'odd'} number{n}"
            search.put(db, PostId(n), Spelled(words, ""), ())


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_few_parts_are_left_and_the_same_is_found(store: Store) -> None:
    index(store, MANY)
    with store.write() as db:
        search.delete(db, PostId(7))
    with store.read() as db:
        before = {word: found(db, word) for word in ("swift", "odd", "number9", "number7")}
        assert parts(db) > MOST
    indexing.merge_at_once(store)
    with store.read() as db:
        assert parts(db) <= MOST
        assert {word: found(db, word) for word in before} == before
        assert len(before["swift"]) == MANY - 1
    with store.write() as db:
        db.run("INSERT INTO post_search (post_search, rank) VALUES ('integrity-check', 1)")
        assert not search_merging.merge(db)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_nobody_who_writes_merges(store: Store) -> None:
    """In a large town that held up everybody for a tenth of a second."""
    for n in range(1, FEW + 1):
        with store.write() as db:
            words = " ".join(f"swift{n}of{each}" for each in range(WORDS))
            search.put(db, PostId(n), Spelled(words, ""), ())
    with store.read() as db:
        assert parts(db) == FEW


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_it_is_never_done_in_the_loop(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    ground, threads = api.built.ground, set[str]()
    merge = search_merging.merge

    def noting(db: Writer) -> bool:
        threads.add(threading.current_thread().name)
        return merge(db)

    monkeypatch.setattr(search_merging, "merge", noting)
    index(ground.store, FEW)
    api.run(indexing.merge(ground.store, "", ground.here))
    assert threads == {"writer"}
    with ground.store.read() as db:
        assert parts(db) <= MOST


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_index_made_anew_is_merged_as_it_grows(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexing, "BATCH", 1)
    ada, store = api.person("ada"), api.built.ground.store
    for n in range(FEW):
        publish(api, ada, status=f"swift {n}")
    most = []

    def tell(what: str, done: int, total: int) -> None:
        del what, done, total
        with store.read() as db:
            most.append(parts(db))

    indexing.rebuild(store, tell)
    assert 1 <= max(most) <= MOST


def test_it_is_done_now_and_then(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """One job for many posts, and none where the database does it by itself."""
    monkeypatch.setattr(search_merging, "POSTS", 1)
    ada, ground = api.person("ada"), api.built.ground
    for n in range(3):
        publish(api, ada, status=f"swift {n}")
    api.work()
    is_sqlite = ground.store.dialect == "sqlite"
    assert value(api, "SELECT count(*) FROM job WHERE name = :name", name=indexing.MERGE) == is_sqlite
    api.run(indexing.merge(ground.store, "", ground.here))
    again = api.get("/api/v2/search", ada, query={"q": "swift", "type": "statuses"}).json
    assert len(again["statuses"]) == 3


def test_not_after_each_post(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_merging, "POSTS", 1 << 60)
    assert api.post(POSTS, api.person("ada"), json={"status": "swift"}).status == 200
    api.work()
    assert value(api, "SELECT count(*) FROM job WHERE name = :name", name=indexing.MERGE) == 0
