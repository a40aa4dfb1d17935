"""`martlet role`."""

import json

from martlet.storage.database import Store
from tests.cli.conftest import Operator


def test_a_role_of_ones_own(martlet: Operator, store: Store) -> None:
    martlet.create("ada")
    made = martlet(
        "role",
        "create",
        "newsdesk",
        "--name",
        "News desk",
        "--position",
        "5",
        "--allow",
        "manage_announcements",
    )
    assert made.exit_code == 0, made.output
    assert "manage_announcements" in made.output
    assert martlet("role", "assign", "ada", "newsdesk").exit_code == 0
    changed = martlet(
        "role", "change", "newsdesk", "--allow", "manage_rules", "--forbid", "manage_announcements", "--badge"
    )
    assert changed.exit_code == 0, changed.output
    listed = [json.loads(line) for line in martlet("role", "list", "--json").output.splitlines()]
    assert [one["key"] for one in listed] == ["owner", "admin", "moderator", "newsdesk", "user"]
    assert (listed[3]["permissions"], listed[3]["people"], listed[3]["is_highlighted"]) == (
        ["manage_rules"],
        1,
        True,
    )
    assert "News desk" in martlet("role", "list").output
    assert martlet("role", "create", "x", "--position", "2000").exit_code == 1
    assert martlet("role", "assign", "ada", "emperor").exit_code == 1
    assert martlet("role", "delete", "newsdesk").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT role FROM users") == "user"
