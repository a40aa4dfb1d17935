"""Warnings, the audit log, appeals, rules and kept texts, from the command line."""

import json
from typing import Any

from martlet.model.server import Server
from martlet.services import appealing
from martlet.storage.database import Store
from tests.cli.conftest import Operator
from tests.make import insert_person


def lines(martlet: Operator, *words: str) -> list[dict[str, Any]]:
    done = martlet(*words, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


def test_what_was_done_is_listed_and_taken_back(martlet: Operator, store: Store, here: Server) -> None:
    with store.write() as db:
        ada, _ = insert_person(db, "ada", here)
    assert martlet("account", "warn", "ada", "--reason", "Be kind").exit_code == 0
    assert martlet("account", "sensitize", "ada", "--untold").exit_code == 0
    assert martlet("role", "assign", "ada", "moderator").exit_code == 0
    listed = lines(martlet, "audit", "list")
    assert [(one["by"], one["act"], one["target"]) for one in listed] == [
        ("operator", "role.assign", "@ada"),
        ("operator", "account.sensitize", "@ada"),
        ("operator", "account.warn", "@ada"),
    ]
    assert lines(martlet, "audit", "list", "--by", "ada") == []
    assert len(lines(martlet, "audit", "list", "--about", "@ada", "--by", "operator")) == 2
    assert "account.warn" in martlet("audit", "list").output
    assert martlet("audit", "undo", listed[0]["id"]).exit_code == 0
    assert martlet("audit", "undo", listed[0]["id"]).exit_code == 1
    assert martlet("audit", "undo", listed[1]["id"]).exit_code == 0
    assert martlet("account", "unsensitize", "ada").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT role FROM users") == "user"
        assert db.value("SELECT sensitized_at FROM account WHERE id = :id", id=ada) is None


def test_appeals_are_decided(martlet: Operator, store: Store, here: Server) -> None:
    with store.write() as db:
        ada, _ = insert_person(db, "ada", here)
    martlet("account", "limit", "ada", "--reason", "Loud")
    martlet("account", "freeze", "ada")
    with store.write() as db:
        strikes = [row[0] for row in db.rows("SELECT id FROM strike ORDER BY id")]
        for strike in strikes:
            appealing.appeal(db, ada, strike, "Why?", here)
    waiting = lines(martlet, "appeal", "list")
    assert [(one["by"], one["measure"], one["text"]) for one in waiting] == [
        ("@ada", "freeze", "Why?"), ("@ada", "limit", "Why?"),
    ]  # fmt: skip
    assert martlet("appeal", "approve", str(strikes[0])).exit_code == 0
    assert martlet("appeal", "reject", str(strikes[1])).exit_code == 0
    assert martlet("appeal", "reject", str(strikes[1])).exit_code == 1
    assert lines(martlet, "appeal", "list") == []
    with store.read() as db:
        assert db.value("SELECT limited_at FROM account WHERE id = :id", id=ada) is None
        assert db.value("SELECT disabled_at FROM users") is not None


def test_rules_are_written_and_translated(martlet: Operator) -> None:
    assert martlet("rule", "add", "Be kind", "--hint", "Really").exit_code == 0
    assert martlet("rule", "add", "No spam", "--place", "1").exit_code == 0
    spam, kind = lines(martlet, "rule", "list")
    assert (spam["text"], kind["text"]) == ("No spam", "Be kind")
    assert martlet("rule", "translate", kind["id"], "de", "Sei nett").exit_code == 0
    assert martlet("rule", "change", kind["id"], "--place", "1", "--text", "Be gentle").exit_code == 0
    first, second = lines(martlet, "rule", "list")
    assert (first["text"], first["translations"]) == ("Be gentle", {"de": {"text": "Sei nett", "hint": ""}})
    assert martlet("rule", "remove", second["id"]).exit_code == 0
    assert martlet("rule", "remove", second["id"]).exit_code == 1
    assert [one["text"] for one in lines(martlet, "rule", "list")] == ["Be gentle"]


def test_texts_are_kept(martlet: Operator) -> None:
    assert martlet("preset", "add", "Spam", "No spam here.").exit_code == 0
    assert martlet("preset", "add", "Empty", " ").exit_code == 1
    [kept] = lines(martlet, "preset", "list")
    assert (kept["title"], kept["text"]) == ("Spam", "No spam here.")
    assert martlet("preset", "remove", kept["id"]).exit_code == 0
    assert martlet("preset", "remove", kept["id"]).exit_code == 1
