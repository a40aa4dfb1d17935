"""Whatever people do to one another, counts, lists and `hidden` agree with what they did."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from martlet.model.errors import NotAllowed, NotFound
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.server import Server
from martlet.services import blocking, following
from martlet.services.following import Wanted
from martlet.storage import accounts, follows, relations
from martlet.storage.database import Reader, Store, Writer
from tests.make import Make

PEOPLE = range(3)
people = st.sampled_from(PEOPLE)
Pair = tuple[int, int]
MINUTE = 60_000


class Town(RuleBasedStateMachine):
    """A few people, what they did to one another in plain sets, and the same in the database."""

    store: Store
    make: Make
    here: Server
    names = 0

    def __init__(self) -> None:
        super().__init__()
        Town.names += 1
        self.ids = [self.make.account(f"p{Town.names}_{n}") for n in PEOPLE]
        self.start = self.here.now()
        self.minutes = 0
        self.follows: list[Pair] = []
        self.requests: list[Pair] = []
        self.blocks: list[Pair] = []
        self.mutes: dict[Pair, int | None] = {}
        self.locked: set[int] = set()

    @property
    def now(self) -> Server:
        moment = self.start + timedelta(minutes=self.minutes)
        return replace(self.here, clock=lambda: moment)

    def write(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        with self.store.write() as db:
            return function(db, *args, **kwargs)

    @rule(one=people, other=people)
    def follow(self, one: int, other: int) -> None:
        is_blocked = (one, other) in self.blocks or (other, one) in self.blocks
        if one == other or is_blocked:
            with pytest.raises(NotFound if one == other else NotAllowed):
                self.write(following.follow, self.ids[one], self.ids[other], Wanted(), self.now)
            return
        self.write(following.follow, self.ids[one], self.ids[other], Wanted(), self.now)
        pair = (one, other)
        if pair not in self.follows and pair not in self.requests:
            (self.requests if other in self.locked else self.follows).append(pair)

    @rule(one=people, other=people)
    def unfollow(self, one: int, other: int) -> None:
        self.write(following.unfollow, self.ids[one], self.ids[other])
        self._end((one, other))

    @rule(one=people, other=people)
    def remove_follower(self, one: int, other: int) -> None:
        self.write(following.remove_follower, self.ids[one], self.ids[other])
        if (other, one) in self.follows:
            self._end((other, one))

    @rule(one=people, other=people, says_yes=st.booleans())
    def answer(self, one: int, other: int, says_yes: bool) -> None:  # noqa: FBT001 - hypothesis hands it in by name
        def say(db: Writer) -> None:
            if says_yes:
                following.accept(db, self.ids[one], self.ids[other], self.now)
            else:
                following.reject(db, self.ids[one], self.ids[other])

        if (other, one) not in self.requests:
            with pytest.raises(NotFound):
                self.write(say)
            return
        self.write(say)
        self.requests.remove((other, one))
        if says_yes:
            self.follows.append((other, one))

    @rule(one=people, other=people)
    def block(self, one: int, other: int) -> None:
        self.write(blocking.block, self.ids[one], self.ids[other], self.now)
        if one != other and (one, other) not in self.blocks:
            self.blocks.append((one, other))
            self._end((one, other))
            self._end((other, one))

    @rule(one=people, other=people)
    def unblock(self, one: int, other: int) -> None:
        self.write(blocking.unblock, self.ids[one], self.ids[other])
        self.blocks = [pair for pair in self.blocks if pair != (one, other)]

    @rule(one=people, other=people, minutes=st.sampled_from([0, 1, 3]))
    def mute(self, one: int, other: int, minutes: int) -> None:
        self.write(blocking.mute, self.ids[one], self.ids[other], self.now, seconds=minutes * 60)
        if one != other:
            self.mutes[one, other] = self.minutes + minutes if minutes else None

    @rule(one=people, other=people)
    def unmute(self, one: int, other: int) -> None:
        self.write(blocking.unmute, self.ids[one], self.ids[other])
        self.mutes.pop((one, other), None)

    @rule(who=people)
    def turn_the_key(self, who: int) -> None:
        self.locked ^= {who}
        self.write(accounts.update, self.ids[who], is_locked=int(who in self.locked))

    @rule(minutes=st.sampled_from([1, 2]))
    def wait(self, minutes: int) -> None:
        self.minutes += minutes

    @rule()
    def tidy_up(self) -> None:
        self.write(blocking._end_some, self.now)

    def _end(self, pair: Pair) -> None:
        self.follows = [one for one in self.follows if one != pair]
        self.requests = [one for one in self.requests if one != pair]

    @property
    def muted(self) -> set[Pair]:
        return {pair for pair, until in self.mutes.items() if until is None or until > self.minutes}

    @invariant()
    def counts_and_lists_agree(self) -> None:
        with self.store.read() as db:
            for who, id in enumerate(self.ids):
                account = accounts.get(db, id)
                followers = [one for one, other in self.follows if other == who]
                following_ = [other for one, other in self.follows if one == who]
                assert account.followers_count == len(followers)
                assert account.following_count == len(following_)
                now = self.now.now_ms()
                assert self._listed(follows.followers(db, id, id, Page(), now)) == followers
                assert self._listed(follows.following(db, id, id, Page(), now)) == following_
                waiting = [one for one, other in self.requests if other == who]
                assert self._listed(follows.requests(db, id, Page())) == waiting
                assert follows.requests_count(db, id) == len(waiting)
                blocked = [other for one, other in self.blocks if one == who]
                assert self._listed(relations.blocks(db, id, Page())) == blocked
                muted = {self.ids.index(one.account_id) for one in relations.mutes(db, id, Page(), now)}
                assert muted == {other for one, other in self.muted if one == who}

    def _listed(self, found: Sequence[follows.Listed | relations.KeptAway]) -> list[int]:
        return [self.ids.index(one.account_id) for one in reversed(found)]

    @invariant()
    def hidden_agrees(self) -> None:
        with self.store.read() as db:
            barred = {(other, one) for one, other in self.blocks}
            spared = barred | set(self.blocks) | self.muted
            assert self._hidden(db) == {pair: pair in barred for pair in spared}

    def _hidden(self, db: Reader) -> dict[Pair, bool]:
        rows = db.rows(
            """
            SELECT viewer_id, author_id, is_barred FROM hidden
             WHERE viewer_id >= :first AND viewer_id <= :last AND (until IS NULL OR until > :now)
            """,
            first=self.ids[0],
            last=self.ids[-1],
            now=self.now.now_ms(),
        )
        return {(self.ids.index(row[0]), self.ids.index(row[1])): bool(row[2]) for row in rows}

    @invariant()
    def relationships_agree(self) -> None:
        with self.store.read() as db:
            for one in PEOPLE:
                found = relations.between(db, self.ids[one], self.ids, self.now.now_ms())
                for other in PEOPLE:
                    relation = found[self.ids[other]]
                    assert (relation.follows == 1) == ((one, other) in self.follows)
                    assert (relation.follows == 0) == ((one, other) in self.requests)
                    assert (relation.followed_by == 1) == ((other, one) in self.follows)
                    assert (relation.block_id is not None) == ((one, other) in self.blocks)
                    assert (relation.blocked_by_id is not None) == ((other, one) in self.blocks)
                    assert (relation.mute_id is not None) == ((one, other) in self.muted)


def test_nothing_people_do_makes_the_tables_disagree(store: Store, make: Make, here: Server) -> None:
    Town.store, Town.make, Town.here = store, make, here
    run_state_machine_as_test(
        Town,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def test_pages_of_followers_meet_without_gaps(store: Store, make: Make, here: Server) -> None:
    author = make.account("author")
    fans = [make.account(f"fan{n}") for n in range(7)]
    for fan in fans:
        make.follow(fan, author)
    with store.read() as db:
        seen: list[AccountId] = []
        before = Page().before
        while found := follows.followers(db, author, author, Page(before=before, limit=3), 0):
            seen += [one.account_id for one in found]
            before = found[-1].id
        assert seen == fans[::-1]
        oldest = follows.followers(db, author, author, Page(limit=3, is_upward=True), 0)
        assert [one.account_id for one in oldest] == fans[2::-1]


def test_others_are_not_shown_followers_they_block(store: Store, make: Make, here: Server) -> None:
    author, viewer, fan, enemy = (make.account(name) for name in ("author", "viewer", "fan", "enemy"))
    for one in (fan, enemy):
        make.follow(one, author)
    with store.write() as db:
        blocking.block(db, viewer, enemy, here)
    with store.read() as db:
        shown = follows.followers(db, author, viewer, Page(), here.now_ms())
        own = follows.followers(db, author, author, Page(), here.now_ms())
    assert [one.account_id for one in shown] == [fan]
    assert [one.account_id for one in own] == [enemy, fan]


def test_a_block_outlasts_a_mute_that_ends(store: Store, make: Make, here: Server) -> None:
    ada, bob = make.account("ada"), make.account("bob")
    with store.write() as db:
        blocking.mute(db, ada, bob, here, seconds=60)
        blocking.block(db, ada, bob, here)
    with store.read() as db:
        assert db.rows("SELECT until, is_barred FROM hidden WHERE viewer_id = :ada", ada=ada) == [(None, 0)]
    with store.write() as db:
        blocking.unblock(db, ada, bob)
    with store.read() as db:
        (until, is_barred), *_ = db.rows(
            "SELECT until, is_barred FROM hidden WHERE viewer_id = :ada", ada=ada
        )
    assert until is not None
    assert is_barred == 0


def test_who_is_let_in_last_is_listed_first(store: Store, make: Make, here: Server) -> None:
    author, early, late = (make.account(name) for name in ("author", "early", "late"))
    with store.write() as db:
        accounts.update(db, author, is_locked=1)
    for one in (early, late):
        make.follow(one, author)
    with store.write() as db:
        following.accept(db, author, late, here)
        following.accept(db, author, early, here)
    with store.read() as db:
        listed = follows.followers(db, author, author, Page(), here.now_ms())
    assert [one.account_id for one in listed] == [early, late]


def test_every_pair_is_told_once(store: Store, make: Make, here: Server) -> None:
    """All relationships of a page come with one query, whatever their number."""
    ids = [make.account(f"p{n}") for n in range(4)]
    for one, other in permutations(ids, 2):
        make.follow(one, other)
    with store.read() as db:
        asked = 0
        execute = db._execute

        def counting(sql: str, parameters: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(sql, parameters)

        counted = Reader(counting, db.dialect)
        found = relations.between(counted, ids[0], ids, here.now_ms())
    assert set(found) == set(ids)
    assert asked == 1
