"""`martlet setup` and `martlet invite`, on both databases."""

import json

import pytest

from martlet.model.server import Server
from martlet.services import setting_up
from martlet.storage import invitations
from martlet.storage.database import Store
from tests.cli.conftest import Operator


def test_the_first_owner_is_given_a_link_that_works_once(martlet: Operator, store: Store) -> None:
    first, second = (martlet("setup").output.strip() for _ in range(2))
    assert first.startswith("http://localhost:3000/setup/")
    with store.read() as db:
        assert not setting_up.is_good(db, first.rpartition("/")[2])
        assert setting_up.is_good(db, second.rpartition("/")[2])


def test_where_there_is_an_owner_there_is_no_link(martlet: Operator) -> None:
    martlet.create("ada", "--role", "owner")
    refused = martlet("setup")
    assert refused.exit_code == 1
    assert "has an owner" in refused.output


def test_invitations_are_made_listed_and_taken_back(martlet: Operator, store: Store, here: Server) -> None:
    link = martlet("invite", "make", "--uses", "3", "--days", "2").output.strip()
    assert link.startswith("http://localhost:3000/invite/")
    code = link.rpartition("/")[2]
    with store.write() as db:
        assert invitations.take(db, code, here.now_ms()) is not None
    (told,) = [json.loads(line) for line in martlet("invite", "list", "--json").output.splitlines()]
    assert (told["link"], told["uses"], told["max_uses"], told["by"]) == (link, 1, 3, None)
    assert martlet("invite", "revoke", link).exit_code == 0
    assert martlet("invite", "list", "--json").output == ""
    listed = martlet("invite", "list", "--all").output.splitlines()
    assert listed[0] == link  # whole, however narrow the terminal is
    assert "used 1 of 3" in listed[1]
    assert listed[1].endswith(", over")
    assert json.loads(martlet("invite", "list", "--json", "--all").output)["is_live"] is False
    with store.read() as db:
        assert invitations.find_live(db, code, here.now_ms()) is None


def test_what_is_no_invitation_is_said(martlet: Operator) -> None:
    missing = martlet("invite", "revoke", "nothing")
    assert missing.exit_code == 1
    assert "no invitation" in missing.output


def test_a_closed_server_invites_nobody(martlet: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    martlet.environment["MARTLET_REGISTRATION"] = "closed"
    assert martlet("invite", "make").exit_code == 1
