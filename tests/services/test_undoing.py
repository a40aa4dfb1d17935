"""Whatever is done against an account, taking it back in turn leads to where it began."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from martlet.model.announcements import AnnouncementWish
from martlet.model.errors import NotFound
from martlet.model.events import PostPublished
from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.roles import OPERATOR
from martlet.model.sanctions import STATES, Measure, Sanction
from martlet.model.trends import TrendKind
from martlet.model.visibility import Visibility
from martlet.services import (
    announcing,
    indexing,
    inviting,
    keeping_emoji,
    keeping_reasons,
    moderating,
    reviewing_trends,
    sanctioning,
    stating,
    undoing,
)
from martlet.services.reviewing_trends import TagChange
from martlet.services.undoing import CannotUndo
from martlet.storage import audit, emojis
from martlet.storage.audit import Choice
from martlet.storage.database import Store, Writer
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
                assert not undoing.may_be_undone(entry)
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
    """Trends, hashtags, announcements, kept reasons, emoji, invitations, texts: each act in turn, the newest first."""
    here, ada = make.here, make.account("ada")
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
        made = [id for id in entries(db) if id not in known]
        assert len(made) == 16
        for id in made:
            undoing.undo(db, OPERATOR, id, here)
        assert said(db) == before


def test_nobody_learns_of_a_private_post_by_deciding_whether_it_trends(store: Store, make: Make) -> None:
    post = make.post(by=make.account("ada"), visibility=Visibility.FOLLOWERS)
    with store.write() as db, pytest.raises(NotFound):
        reviewing_trends.decide(db, OPERATOR, TrendKind.POST, post, make.here, is_allowed=False)
