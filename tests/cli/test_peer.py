"""`martlet peer` and what `martlet check` says of other servers, on both databases."""

import json
from pathlib import Path
from typing import Any

import pytest

from martlet.cli import peer_lists
from martlet.model.moderation import OPEN, Policy, Severity
from martlet.model.server import Server
from martlet.network.answers import Answer
from martlet.storage import accounts, follows, peer_policies, peers, remotes
from martlet.storage.database import Store
from martlet.storage.follows import Follow
from martlet.storage.remotes import Remote
from tests.cli.conftest import Operator
from tests.make import insert_person

LIST = """#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate
bad.test,suspend,True,True,Spam,False
loud.test,silence,False,False,,False
"""
URL = "https://lists.test/blocks.csv"


def policy(store: Store, host: str) -> Policy:
    with store.read() as db:
        return peer_policies.policy(db, host)


@pytest.fixture
def eve(store: Store, here: Server) -> int:
    """Somebody on social.bad.test, whom Ada follows."""
    id = here.next_id()
    uri = "https://social.bad.test/users/eve"
    with store.write() as db:
        ada, _ = insert_person(db, "ada", here)
        accounts.insert(db, id, "eve", "social.bad.test", uri, uri, 0)  # type: ignore[arg-type]
        remotes.put(db, Remote(id, f"{uri}/inbox", f"{uri}/inbox", "", "", "", "[]", 0, "social.bad.test"))  # type: ignore[arg-type]
        peers.note(db, "social.bad.test", 0)
        follows.insert(db, Follow(ada, id, here.next_id(), 1, 1, 0, None, None))  # type: ignore[arg-type]
    return id


def test_deciding_and_taking_back(martlet: Operator, store: Store, eve: int) -> None:
    asked = martlet("peer", "suspend", "Bad.Test", typed="n\n")
    assert asked.exit_code == 1
    assert "Accounts to be hidden: 1. Follows that end for good: 1." in asked.output
    assert policy(store, "bad.test") == OPEN
    done = martlet("peer", "suspend", "bad.test", "--yes", "--comment", "Spam", "--note", "Bob said so")
    assert done.exit_code == 0, done.output
    assert "martlet peer undo bad.test" in done.output
    with store.read() as db:
        assert db.value("SELECT suspended_at FROM account WHERE id = :id", id=eve) is not None
        assert db.value("SELECT count(*) FROM follow") == 0
    shown = martlet("peer", "show", "social.bad.test").output
    assert "suspended" in shown
    assert "Spam; Bob said so" in shown
    [row] = map(json.loads, martlet("peer", "list", "--json").output.splitlines()[:1])
    assert (row["host"], row["state"]) == ("bad.test", "suspended")
    assert martlet("peer", "undo", "bad.test").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT suspended_at FROM account WHERE id = :id", id=eve) is None
    again = martlet("peer", "undo", "bad.test")
    assert again.exit_code == 1
    assert "Nothing is decided about bad.test" in again.output


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("limit", Policy(Severity.LIMIT)),
        ("allow", Policy(is_allowed=True)),
        ("refuse-media", Policy(refuses_media=True)),
        ("refuse-reports", Policy(refuses_reports=True)),
    ],
)
def test_each_decision(martlet: Operator, store: Store, command: str, expected: Policy) -> None:
    done = martlet("peer", command, "other.test")
    assert done.exit_code == 0, done.output
    assert policy(store, "deep.other.test") == expected


@pytest.mark.parametrize("domain", ["localhost", "no host", "", "a..b"])
def test_what_cannot_be_decided_about(martlet: Operator, domain: str) -> None:
    refused = martlet("peer", "limit", domain)
    assert refused.exit_code == 1
    assert "this server" in refused.output or "is not the name of a server" in refused.output


def test_lists_in_and_out(martlet: Operator, store: Store, tmp_path: Path) -> None:
    martlet("peer", "limit", "bad.test")
    file = tmp_path / "in.csv"
    file.write_text(LIST + "nonsense..\n")
    tried = martlet("peer", "import", str(file), "--dry-run")
    assert "Would be decided: 1 new, 0 changed" in tried.output
    assert policy(store, "loud.test") == OPEN
    done = martlet("peer", "import", str(file))
    assert "Decided: 1 new, 0 changed. As they were: 1." in done.output
    assert "'nonsense..'" in done.output
    assert policy(store, "bad.test").severity is Severity.LIMIT, "what was decided before stays"
    assert martlet("peer", "import", "--replace", "-", typed=LIST).exit_code == 0
    assert policy(store, "bad.test") == Policy(Severity.SUSPEND, refuses_media=True, refuses_reports=True)
    for command in (("allow", "loud.test"), ("import", "--replace", str(file))):
        assert martlet("peer", *command).exit_code == 0
    assert policy(store, "loud.test") == Policy(Severity.LIMIT, is_allowed=True)
    martlet("peer", "undo", "loud.test")
    martlet("peer", "import", str(file))
    out = tmp_path / "out.csv"
    assert martlet("peer", "export", str(out)).exit_code == 0
    assert sorted(out.read_text().splitlines()) == sorted(LIST.splitlines())
    assert martlet("peer", "export").output == out.read_text()


class Fake:
    """In place of the network: one list."""

    text = LIST.encode()

    def __init__(self, *_: object, **__: object) -> None:
        pass

    async def get(self, url: str, **_: Any) -> Answer:
        return Answer(200, {}, self.text, url)

    async def close(self) -> None:
        pass


def test_subscribing(martlet: Operator, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peer_lists, "Client", Fake)
    assert "https://" in martlet("peer", "subscribe", "http://lists.test/").output
    done = martlet("peer", "subscribe", URL)
    assert done.exit_code == 0, done.output
    assert "decides about: 2" in done.output
    assert policy(store, "x.bad.test").severity is Severity.SUSPEND
    assert martlet("peer", "subscribe", URL).exit_code == 1
    assert URL in martlet("peer", "lists").output.replace("\n", "")
    assert f"Block list {URL}, domains: 2" in martlet("check").output
    assert martlet("peer", "export").output.count("\n") == 1, "lists are not yours to hand on"
    assert martlet("peer", "unsubscribe", URL).exit_code == 0
    assert policy(store, "x.bad.test") == OPEN
    assert martlet("peer", "unsubscribe", URL).exit_code == 1
    monkeypatch.setattr(Fake, "text", b"")
    refused = martlet("peer", "subscribe", URL)
    assert refused.exit_code == 1
    assert "empty" in refused.output
    assert URL not in martlet("peer", "lists").output


def test_check_tells_of_other_servers(martlet: Operator, store: Store, eve: int) -> None:
    del eve
    with store.write() as db:
        peers.failed(db, "social.bad.test", 1, 2)
    martlet("peer", "suspend", "bad.test", "--yes")
    martlet("peer", "limit", "loud.test")
    said = martlet("check").output
    assert "Domains you suspended: 1; limited: 1." in said
    assert "Servers that have not answered for a day or longer: 1 (social.bad.test)." in said
    assert "Silent" in martlet("peer", "list").output
    martlet.environment["MARTLET_FEDERATION"] = "allow-list"
    said = martlet("check").output
    assert "Only allowed servers are spoken with. Domains you allowed: 0." in said
    assert "martlet peer allow" in said
    assert "none of them" in martlet("peer", "show", "good.test").output
