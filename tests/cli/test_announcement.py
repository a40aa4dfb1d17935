"""`martlet announcement`."""

import json

from tests.cli.conftest import Operator


def test_announcements_come_and_go(martlet: Operator) -> None:
    id = martlet(
        "announcement", "publish", "-", "--days", "--ends", "2999-01-01", typed="The ferry"
    ).output.strip()
    waits = martlet("announcement", "publish", "-", "--at", "2999-01-01 08:00", typed="Later").output.strip()
    told = [json.loads(line) for line in martlet("announcement", "list", "--json").output.splitlines()]
    assert [(str(one["id"]), one["published_at"] is None) for one in told] == [(waits, True), (id, False)]
    assert told[1]["over_at"] == "2999-01-02 00:00"
    assert martlet("announcement", "change", id, "-", typed="The bus").exit_code == 0
    assert martlet("announcement", "unpublish", id).exit_code == 0
    assert martlet("announcement", "republish", id).exit_code == 0
    assert "The bus" in martlet("announcement", "list").output
    assert martlet("announcement", "delete", id).exit_code == 0
    assert martlet("announcement", "delete", id).exit_code == 1
    assert martlet("announcement", "publish", "-", typed=" ").exit_code == 1
