"""Whatever is done against an account, taking it back in turn leads to where it began."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.model.roles import OPERATOR
from martlet.model.sanctions import STATES, Measure, Sanction
from martlet.services import moderating, sanctioning, undoing
from martlet.services.undoing import CannotUndo
from martlet.storage import audit
from martlet.storage.audit import Choice
from martlet.storage.database import Store, Writer
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
