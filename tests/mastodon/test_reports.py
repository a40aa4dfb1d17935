"""Telling the moderators."""

import json
from typing import Any

import pytest

from martlet.model.events import AccountReported
from martlet.storage import server_values
from martlet.storage.server_values import Rule
from tests.client import Api


def test_a_report_is_kept_and_told(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    post = api.post("/api/v1/statuses", bob, form={"status": "buy this"}).json["id"]
    api.work()
    form = {
        "account_id": str(bob.id),
        "status_ids": [post, post],
        "comment": " Spam ",
        "category": "spam",
        "forward": True,
    }
    filed = api.post("/api/v1/reports", ada, json=form).json
    assert (filed["category"], filed["comment"], filed["forwarded"]) == ("spam", "Spam", False)
    assert (filed["status_ids"], filed["rule_ids"], filed["action_taken"]) == ([post], None, False)
    assert filed["target_account"]["username"] == "bob"
    with api.built.ground.store.read() as db:
        rows = db.rows("SELECT kind, body FROM event")
    assert [(kind, json.loads(body)) for kind, body in rows] == [
        (AccountReported.kind, {"report": int(filed["id"])})
    ]


def test_rules_make_it_a_violation(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    with api.built.ground.store.write() as db:
        server_values.put_rules(db, [Rule(1, "Be kind", ""), Rule(2, "No spam", "")])
    form = [("account_id", bob.id), ("category", "spam"), ("rule_ids[]", 2)]
    filed = api.post("/api/v1/reports", ada, form=form).json
    assert (filed["category"], filed["rule_ids"]) == ("violation", ["2"])


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"category": "boring"}, 422),
        ({"category": "violation"}, 422),
        ({"rule_ids": ["3"]}, 422),
        ({"rule_ids": ["x"]}, 422),
        ({"comment": "x" * 1001}, 422),
        ({"account_id": "5"}, 404),
        ({"account_id": "x"}, 404),
        ({"status_ids": ["5"]}, 404),
        ({"status_ids": ["x"]}, 404),
    ],
)
def test_reports_that_cannot_be(api: Api, form: dict[str, Any], status: int) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    assert api.post("/api/v1/reports", ada, json={"account_id": str(bob.id)} | form).status == status


def test_nobody_reports_what_they_cannot_see(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    secret = api.post("/api/v1/statuses", bob, form={"status": "hush", "visibility": "private"}).json["id"]
    others = api.post("/api/v1/statuses", eve, form={"status": "hello"}).json["id"]
    for post in (secret, others):
        form = {"account_id": str(bob.id), "status_ids": [post]}
        assert api.post("/api/v1/reports", ada, json=form).status == 404


def test_scopes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    form = {"account_id": str(bob.id)}
    assert api.post("/api/v1/reports", json=form).status == 401
    assert api.post("/api/v1/reports", api.token(ada.id, "read write:statuses"), json=form).status == 403
    assert api.post("/api/v1/reports", api.token(ada.id, "write:reports"), json=form).status == 200
