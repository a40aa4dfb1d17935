"""Whatever is done against an account, taking it back in turn leads to where it began."""

import asyncio
import json
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from martlet.model.announcements import AnnouncementWish
from martlet.model.errors import NotFound
from martlet.model.events import PostPublished
from martlet.model.moderation import OWN, Decision, Policy, Severity
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.roles import OPERATOR
from martlet.model.sanctions import STATES, Measure, Sanction
from martlet.model.trends import TrendKind
from martlet.model.visibility import Visibility
from martlet.services import (
    announcing,
    appealing,
    block_lists,
    importing_decisions,
    indexing,
    inviting,
    keeping_emoji,
    keeping_reasons,
    moderating,
    restricting,
    reviewing_trends,
    sanctioning,
    stating,
    undoing,
)
from martlet.services.reviewing_trends import TagChange
from martlet.services.undoing import CannotUndo
from martlet.storage import audit, emojis, peer_policies, strikes
from martlet.storage import block_lists as block_list_rows
from martlet.storage.audit import Choice
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.emojis import Emoji
from tests.make import Make

ALL = Choice()
steps = st.lists(st.tuples(st.sampled_from(sorted(STATES)), st.booleans()), min_size=1, max_size=8)


def entries(db: Writer) -> list[int]:
    return [one.id for one in audit.page(db, Page(limit=200), ALL)]


def take(db: Writer, make: Make, account: AccountId, measure: Measure, *, is_on: bool) -> None:
    if is_on:
        sanctioning.act(db, OPERATOR, account, Sanction(measure), make.here)
    else:
        sanctioning.lift(db, OPERATOR, account, measure, make.here)


@pytest.fixture
def ada(make: Make) -> AccountId:
    return make.account("ada")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taken=steps)
def test_taking_all_back_leads_to_the_beginning(
    store: Store, make: Make, ada: AccountId, taken: list[tuple[Measure, bool]]
) -> None:
    with store.write() as db:
        known = set(entries(db))
        before = moderating.state(db, ada)
        for measure, is_on in taken:
            take(db, make, ada, measure, is_on=is_on)
            assert moderating.state(db, ada)[STATES[measure]] is is_on
        made = [id for id in entries(db) if id not in known]
        for id in made:  # the newest first
            entry = audit.find(db, id)
            assert entry is not None
            if entry.state_before == entry.state_after:  # it was so already: only its strike is overruled
                assert not undoing.may_be_undone(entry, make.here)
            undoing.undo(db, OPERATOR, id, make.here)
            with pytest.raises(CannotUndo), db.part():
                undoing.undo(db, OPERATOR, id, make.here)
        assert moderating.state(db, ada) == before
        assert db.value("SELECT count(*) FROM strike WHERE overruled_at IS NULL") == 0
        written = db.rows("SELECT state_before, state_after FROM audit_entry")
        assert all(set(json.loads(a)) == set(json.loads(b)) <= set(STATES.values()) for a, b in written)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.sampled_from(sorted(STATES)), between=st.booleans())
def test_what_was_decided_since_stays(
    store: Store, make: Make, ada: AccountId, first: Measure, *, between: bool
) -> None:
    with store.write() as db:
        take(db, make, ada, first, is_on=True)
        [id, *_] = entries(db)
        if between:
            take(db, make, ada, first, is_on=False)
            with pytest.raises(CannotUndo), db.part():
                undoing.undo(db, OPERATOR, id, make.here)
        else:
            undoing.undo(db, OPERATOR, id, make.here)
        assert moderating.state(db, ada)[STATES[first]] is False


def test_what_is_decided_about_things_is_taken_back_too(store: Store, make: Make) -> None:
    """Trends, hashtags, announcements, kept reasons, emoji, invitations, texts, terms, lists: each act in turn, the newest first."""
    here, ada = make.here, make.account("ada")
    tomorrow = here.now().date() + timedelta(days=1)
    post = make.post(by=ada, text="#Harbour")
    with store.write() as db:
        indexing.count_tags(db, PostPublished(post), here)
        [tag] = [row[0] for row in db.rows("SELECT id FROM tag")]
        inviting_id = inviting.invite(db, ada, 2, None, here).id
        emoji = Emoji(here.next_id(), "swift", "", "a.png", "a.png", None, 1, here.now_ms())
        emojis.insert(db, emoji)

    def said(db: Writer) -> dict[str, object]:
        tables = {
            "announcement": "text, published_at IS NULL",
            "warning_preset": "title, text",
            "emoji": "shortcode, category, is_listed",
            "invitation": "revoked_at IS NULL",
            "server_text": "name, source",
            "server_terms": "effective_on, source",
            "block_list": "url",
            "tag": "shown",
            "tag_rule": "is_usable, is_listed",
            "trend_review": "kind, is_allowed",
        }
        found: dict[str, object] = {}
        for table, names in tables.items():
            rows = {tuple(row) for row in db.rows(f"SELECT {names} FROM {table}")}
            nothing_decided: dict[str, set[tuple[object, ...]]] = {
                "trend_review": {(1, None), (3, None)},
                "tag_rule": {(1, 1)},
            }
            found[table] = rows - nothing_decided.get(table, set())
        return found

    with store.write() as db:
        known, before = set(entries(db)), said(db)
        announced = announcing.write(db, OPERATOR, AnnouncementWish("Tomorrow"), here).id
        announcing.publish(db, OPERATOR, announced, here)
        announcing.change(db, OPERATOR, announced, AnnouncementWish("The day after"), here)
        announcing.unpublish(db, OPERATOR, announced, here)
        for is_allowed in (True, False):
            reviewing_trends.decide(db, OPERATOR, TrendKind.TAG, tag, here, is_allowed=is_allowed)
            reviewing_trends.decide(db, OPERATOR, TrendKind.POST, post, here, is_allowed=is_allowed)
        change = TagChange("HARBOUR", is_trendable=True, is_usable=False, is_listed=False)
        reviewing_trends.change_tag(db, OPERATOR, tag, change, here)
        keeping_reasons.add(db, OPERATOR, "Rude", "Please be kind.", here)
        [reason] = [row[0] for row in db.rows("SELECT id FROM warning_preset")]
        keeping_reasons.change(db, OPERATOR, reason, "Loud", "Please be quiet.", here)
        keeping_reasons.remove(db, OPERATOR, reason, here)
        keeping_emoji.change(db, OPERATOR, emoji.id, "birds", here, is_listed=False)
        inviting.end_of_anybody(db, OPERATOR, inviting_id, here)
        stating.state(db, "about", "# One", here)
        stating.state(db, "about", "# Two", here)
        stating.publish_terms(db, "One", tomorrow, here)
        stating.publish_terms(db, "Two", tomorrow, here)
        stating.withdraw_terms(db, tomorrow, here)
        block_lists.subscribe_from_afar(db, OPERATOR, "https://lists.example/bad.csv", here)
        [kept] = block_list_rows.every(db)
        block_lists.unsubscribe_from_afar(db, OPERATOR, kept.id, here)
        made = [id for id in entries(db) if id not in known]
        assert len(made) == 21
        for id in made:
            undoing.undo(db, OPERATOR, id, here)
        assert said(db) == before


def test_an_import_is_taken_back_but_for_what_was_decided_since(
    store: Store, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing_decisions, "AT_ONCE", 2)
    here, ours = make.here, Decision("ours.example", Policy(Severity.LIMIT), note="Known to us")
    since = Decision("since.example", Policy(Severity.LIMIT))
    with store.write() as db:
        restricting.decide(db, ours, here, OPERATOR)
    listed = block_lists.read("bad.example\nloud.example\nours.example\nsince.example\n", here).decisions
    with store.read() as db:
        changes = block_lists.additions(db, listed, "give way")
    asyncio.run(block_lists.bring_in(store, OPERATOR, changes, here))
    with store.write() as db:
        [entry, *_] = entries(db)
        assert {one.policy.severity for one in peer_policies.of(db, OWN).values()} == {Severity.SUSPEND}
        restricting.decide(db, since, here, OPERATOR)
        undoing.undo(db, OPERATOR, entry, here)
    asyncio.run(importing_decisions.go_on(store, str(entry), here))
    with store.write() as db:
        assert peer_policies.of(db, OWN) == {"ours.example": ours, "since.example": since}
        assert db.value("SELECT count(*) FROM imported_policy") == 0
        with pytest.raises(CannotUndo), db.part():
            undoing.undo(db, OPERATOR, entry, here)
    asyncio.run(block_lists.make(store, OWN, changes, here, entry=entry))  # the rest of one that was slow
    with store.read() as db:
        assert set(peer_policies.of(db, OWN)) == {"ours.example", "since.example"}


@pytest.mark.parametrize("measure", [Measure.WARN, Measure.LIMIT])
def test_an_appeal_is_opened_again(store: Store, make: Make, ada: AccountId, measure: Measure) -> None:
    """Turned down, opened, granted, opened, granted: the measure holds until the last, and is lifted by it."""
    here = make.here
    is_limit = measure is Measure.LIMIT

    def last(db: Writer, act: str) -> int:
        return next(one.id for one in audit.page(db, Page(limit=50), ALL) if one.act == act)

    def told(db: Reader) -> tuple[object, ...]:
        [found], account = strikes.of_account(db, ada, 5), moderating.state(db, ada)
        appeal = strikes.find_appeal(db, found.id)
        assert appeal is not None
        return appeal.state, found.overruled_at is None, account[STATES[Measure.LIMIT]]

    with store.write() as db:
        strike = sanctioning.act(db, OPERATOR, ada, Sanction(measure), here).id
        appealing.appeal(db, ada, strike, "Why?", here)
        before = told(db)
        assert before == ("pending", True, is_limit)
        appealing.reject(db, OPERATOR, strike, here)
        undoing.undo(db, OPERATOR, last(db, "appeal.reject"), here)
        assert told(db) == before
        appealing.approve(db, OPERATOR, strike, here)
        assert told(db) == ("approved", False, False)
        undoing.undo(db, OPERATOR, last(db, "appeal.approve"), here)
        assert told(db) == before
        appealing.approve(db, OPERATOR, strike, here)
        assert told(db) == ("approved", False, False)
        if is_limit:  # and something else is decided
            sanctioning.act(db, OPERATOR, ada, Sanction(Measure.LIMIT), here)
            with pytest.raises(CannotUndo), db.part():
                undoing.undo(db, OPERATOR, last(db, "appeal.approve"), here)


def test_nobody_learns_of_a_private_post_by_deciding_whether_it_trends(store: Store, make: Make) -> None:
    post = make.post(by=make.account("ada"), visibility=Visibility.FOLLOWERS)
    with store.write() as db, pytest.raises(NotFound):
        reviewing_trends.decide(db, OPERATOR, TrendKind.POST, post, make.here, is_allowed=False)
