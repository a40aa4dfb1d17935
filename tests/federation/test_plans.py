"""What other servers bring, ask for and report reads no whole table, nor does a decision about one of them."""

import pytest

from martlet.model.moderation import Decision, Policy, Severity
from martlet.services import restricting
from martlet.storage.sqlite import SqliteStore
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere
from tests.mastodon.acts import publish
from tests.storage.test_plans import Plans

ADA = "http://localhost:3000/users/ada"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_other_servers_are_found_by_indexes(api: Api, there: Elsewhere, ada: client.Person) -> None:
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", ADA))
    status = publish(api, ada)
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    plans = Plans(store)
    plans.watch()
    there.bring(api, eve.act("Like", status["uri"]))
    there.bring(api, eve.act("Flag", [ADA, status["uri"]], content="Spam"))
    there.bring(api, eve.act("Create", there.keep(eve.note(tag=[{"type": "Mention", "href": ADA}]))))
    assert there.fetch(api, status["uri"].removeprefix("http://localhost:3000"), eve).status == 200
    publish(api, ada, "Again")
    api.work()
    lines = {line for found in plans.scans().values() for line in found}
    few = {"SCAN role"} | {line for line in lines if "users_staff" in line}
    assert lines - few == set()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_decision_looks_through_servers_and_through_nothing_else(
    api: Api, there: Elsewhere, ada: client.Person
) -> None:
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", ADA))
    there.bring(api, eve.act("Create", there.keep(eve.note(tag=[{"type": "Mention", "href": ADA}]))))
    store = api.built.ground.store
    assert isinstance(store, SqliteStore)
    plans = Plans(store)
    plans.watch()
    for policy in (Policy(Severity.SUSPEND, refuses_media=True), Policy(Severity.LIMIT)):
        with store.write() as db:
            restricting.decide(db, Decision(there.host, policy), api.built.ground.here)
        api.work()
    tables = {line.split()[1] for lines in plans.scans().values() for line in lines}
    assert tables <= {"peer", "peer_policy"}
    del ada
