"""The index of posts: the same answers on both databases, with patience and without, and by plans that end."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.model.names import NOBODY, AccountId, PostId
from martlet.model.paging import Page
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import here as here_of
from martlet.services import indexing, posting, searching
from martlet.services.searching import Patience, TakesLong
from martlet.settings import Settings
from martlet.storage import accounts, marks, search, search_parts
from martlet.storage.database import Store
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.storage.search import Findable
from tests.make import Make

WORDS = [
    "Straßenbahn",
    "bahn",
    "Müller",
    "mueller",
    "小米手机",
    "小米",
    "國",
    "river",
    "rivers",
    "riverside",
    "rivalry",
    "don't",
    "Öl",
    "the",
    "https://x.example",
]
QUERIES = [*WORDS, "riv", "strassen", '"the river"', "-river", "-riv", "muller", "国", "小", "手机", "ri", "from:ada",
           "-from:bob", "is:reply", "-is:reply", "language:de", "-language:zh", "has:link", "-has:link", "in:library",
           "in:public", "from:me", "after:2020", "\U0001f426"]  # fmt: skip
VISIBILITIES = (
    Visibility.PUBLIC,
    Visibility.PUBLIC,
    Visibility.UNLISTED,
    Visibility.FOLLOWERS,
    Visibility.MENTIONED,
)
POSTS = 60


def silently(_: str, __: int, ___: int) -> None:
    return None


@dataclass(slots=True)
class Town:
    """The same people and posts on each database; posts are told by their number, for ids differ."""

    store: Store
    here: Server
    people: list[AccountId]
    numbers: dict[PostId, int]

    def found(self, viewer: int, text: str, page: Page, patience: Patience = "long") -> list[int]:
        who = NOBODY if viewer < 0 else self.people[viewer]
        with self.store.read() as db:
            try:
                shown = searching.posts(db, who, text, page, self.here, patience=patience)
            except TakesLong:
                shown = searching.posts(db, who, text, page, self.here)
        return [self.numbers[one.id] for one in shown]


def settled(store: Store, here: Server) -> Town:
    rng, make = random.Random(7), Make(store, here)
    people = [make.account(name) for name in ("ada", "bob", "eve")]
    make.follow(people[1], people[0])
    first = make.post(by=people[0], text="river")
    posts = [first]
    with store.write() as db:
        accounts.update(db, people[0], is_indexable=1)
        accounts.update(db, people[1], is_indexable=1)
        for _ in range(POSTS - 1):
            text = " ".join(rng.choices([*WORDS, "@eve"], k=rng.randint(1, 5)))
            draft = Draft(
                author=rng.choice(people),
                text=text,
                visibility=rng.choice(VISIBILITIES),
                language=rng.choice(["de", "zh", None]),
                reply_to=first if rng.random() < 0.3 else None,
            )
            posts.append(posting.publish(db, draft, here))
            if rng.random() < 0.2:
                marks.like(db, rng.choice(people), posts[-1], here.next_id())
    indexing.rebuild(store, silently)
    return Town(store, here, people, {id: number for number, id in enumerate(posts)})


@pytest.fixture(scope="module")
def towns(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Town]]:
    import psycopg  # noqa: PLC0415 - only where PostgreSQL is in use

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE searched")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(search_parts, "PART", 7)  # so that a page goes through several of PostgreSQL's parts
        patch.setattr(search_parts, "PARTS_AT_FIRST", 2)
        patch.setattr(search, "SPARE", 1)
        found = []
        for database in ("sqlite", postgres.replace("/postgres?", "/searched?")):
            folder: Path = tmp_path_factory.mktemp("town")
            store = stack.enter_context(closing(open_store(database, folder)))
            migrate(store)
            here = here_of.server(Settings(data=str(folder)), 0)
            found.append(settled(store, here))
        yield found[0], found[1]
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("DROP DATABASE searched WITH (FORCE)")


@settings(max_examples=150)
@given(
    query=st.lists(st.sampled_from(QUERIES), min_size=1, max_size=3).map(" ".join),
    viewer=st.integers(-1, 2),
    limit=st.integers(1, 8) | st.just(POSTS),
    is_upward=st.booleans(),
)
def test_both_databases_answer_alike(
    towns: tuple[Town, Town], query: str, viewer: int, limit: int, *, is_upward: bool
) -> None:
    lite, large = towns
    page = Page(limit=limit, is_upward=is_upward)
    answer = lite.found(viewer, query, page)
    assert answer == large.found(viewer, query, page)
    assert answer == lite.found(viewer, query, page, "short")
    assert answer == sorted(answer, reverse=True)
    everything = lite.found(viewer, query, Page(limit=POSTS))
    assert answer == (everything[-limit:] if is_upward else everything[:limit])


@pytest.mark.parametrize("query", ["after:2020", "in:library", "-owl", "in:library after:2020"])
def test_a_query_without_words(towns: tuple[Town, Town], query: str) -> None:
    for viewer in range(3):
        answers = [town.found(viewer, query, Page(limit=POSTS)) for town in towns]
        assert answers[0] == answers[1]
        assert len(answers[0]) > 10 or query == "in:library"


def test_marks_beyond_the_few_are_found(
    store: Store, here: Server, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the marked posts are looked for, they are found."""
    ada, bob = make.account("ada"), make.account("bob")
    ids = [make.post(by=ada, text=f"river {number}") for number in range(12)]
    with store.write() as db:
        for id in ids[::2]:
            marks.like(db, bob, id, here.next_id())
    indexing.rebuild(store, silently)
    for few, look_back in ((32, 100), (1, 100), (1, 3), (0, 1)):
        monkeypatch.setattr(search, "FEW_MARKS", {store.dialect: few})
        monkeypatch.setattr(search, "LOOK_BACK", look_back)
        with store.read() as db:
            for page, wanted in (
                (Page(limit=4), ids[::2][::-1][:4]),
                (Page(), ids[::2][::-1]),
                (Page(limit=2, is_upward=True), [ids[2], ids[0]]),
                (Page(before=ids[6], after=ids[1]), [ids[4], ids[2]]),
            ):
                found = [one.id for one in searching.posts(db, bob, "river", page, here)]
                assert found == wanted, (few, look_back, page)


def test_a_rebuilt_index_is_the_same(store: Store, here: Server, make: Make) -> None:
    town = settled(store, here)
    words = "SELECT rowid, words FROM post_search ORDER BY rowid"
    with store.read() as db:
        before = db.rows(words), db.rows("SELECT rowid, words FROM account_search ORDER BY rowid")
    told: list[tuple[str, int, int]] = []
    indexing.rebuild(store, lambda *told_of: told.append(told_of))
    with store.read() as db:
        after = db.rows(words), db.rows("SELECT rowid, words FROM account_search ORDER BY rowid")
    assert after == before
    assert len(before[0]) == POSTS
    assert told[0] == ("accounts", 0, 3)
    assert told[-1] == ("posts", POSTS, POSTS)
    assert town.found(0, "river", Page())


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_parts_are_begun_as_posts_come_in(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Posts that come late go into the part of their time, and nothing is lost on the way."""
    monkeypatch.setattr(search_parts, "PART", 8)
    monkeypatch.setattr(search_parts, "PARTS_AT_FIRST", 2)
    minute = 60_000 << 16
    query = f"'{search_parts.ANY_PART}river'"
    ids = [PostId(moment * minute) for moment in range(1, 200)]
    on_time, late = [id for id in ids if id % 7], [id for id in ids if id % 7 == 0]
    monkeypatch.setattr(search_parts, "LOOKED_AFTER", 1)
    for id in [*on_time, *late]:
        with store.write() as db:
            search_parts.put(db, id, f"'{search_parts.ANY_PART}river':1")
    with store.read() as db:
        begun = [row[0] for row in db.rows("SELECT first_id FROM post_search_part ORDER BY first_id")]
        newest = [id for found in search_parts.matching(db, query, Page(), 5) for id in found]
        up = Page(before=ids[150], after=ids[20], is_upward=True)
        oldest = [id for found in search_parts.matching(db, query, up, 5) for id in found]
        of_these = search_parts.of_these(db, query, ids[::10])
        nothing = list(search_parts.matching(db, f"'{search_parts.ANY_PART}lake'", Page(), 5))
    assert len(begun) > 5
    assert all(later - earlier >= search_parts.SOON for earlier, later in pairwise(begun))
    assert newest == ids[::-1]
    assert oldest == ids[21:150]
    assert sorted(of_these) == ids[::10]
    assert not any(nothing)
    assert len(nothing) > 1


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_nobody_writes_into_an_older_part(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who began before a new part was there puts a post where it will be looked for."""
    monkeypatch.setattr(search_parts, "PART", 1)
    monkeypatch.setattr(search_parts, "LOOKED_AFTER", 1)
    word = f"'{search_parts.ANY_PART}river'"
    first = 1_000_000 << 16
    with store.write() as slow, store.write() as quick:
        slow.rows("SELECT first_id FROM post_search_part")
        search_parts.put(quick, PostId(first), word)
        assert quick.value("SELECT count(*) FROM post_search_part") == 1
        monkeypatch.setattr(
            search_parts, "LOOKED_AFTER", 10**12
        )  # to begin one too it would wait for the other
        search_parts.put(slow, PostId(first + 5), word)
    with store.read() as db:
        found = [id for ids in search_parts.matching(db, word, Page(), 5) for id in ids]
    assert found == [first + 5, first]


def test_marks_are_no_beginning_of_others() -> None:
    marks = {search_parts.mark_of(number) for number in range(5000)}
    assert len(marks) == 5000
    assert {len(mark) for mark in marks} == {3}
    assert search_parts.mark_of(0) == search_parts._FIRST_MARK


@pytest.mark.parametrize("findable", Findable)
def test_a_page_ends_early(store: Store, make: Make, here: Server, findable: Findable) -> None:
    """From the newest matching post down: nothing is sorted, no table is read whole."""
    if store.dialect == "postgres":
        return  # it chooses by what the table holds
    make.account("ada")
    plans: list[str] = []
    with store.read() as db:
        execute = db._execute  # what is executed is to be seen

        def explained(sql: str, parameters: dict[str, object]) -> object:
            plans.extend(row[3] for row in execute(f"EXPLAIN QUERY PLAN {sql}", parameters))
            return execute(sql, parameters)

        db._execute = explained  # type: ignore[assignment] # for this test only
        try:
            search.found(db, '"river"', AccountId(1), Page(), here.now_ms(), findable)
            search.marked(db, AccountId(1), lambda: '"river"', Page())
        finally:
            db._execute = execute
    assert plans[0].startswith("SCAN post_search VIRTUAL TABLE INDEX")
    assert not [line for line in plans if "B-TREE" in line or ("SCAN" in line and "post_search" not in line)]
