"""`martlet account`, on both databases."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from martlet.model.server import Server
from martlet.services import signing_in
from martlet.signing import passwords
from martlet.storage import logins
from martlet.storage.database import Store
from tests.cli.conftest import PASSWORD, Operator
from tests.make import insert_person


def test_an_account_is_made_and_can_be_used(martlet: Operator, store: Store) -> None:
    typed = martlet("account", "create", "ada", typed=f"ada@mail.example\n{PASSWORD}\n{PASSWORD}\n")
    assert typed.exit_code == 0, typed.output
    assert PASSWORD not in typed.output
    with store.read() as db:
        login = logins.find_by_name(db, "ada")
    assert login is not None
    assert login.email == "ada@mail.example"
    assert login.role == "user"
    assert login.confirmed_at is not None
    assert login.approved_at is not None
    assert passwords.verify_password(PASSWORD, login.password_hash)


def test_a_password_is_made_up_and_shown_once(martlet: Operator, store: Store) -> None:
    made = martlet("account", "create", "ada", "--email", "ada@mail.example", "--generate", "--role", "owner")
    assert made.exit_code == 0, made.output
    password = next(line for line in made.output.splitlines() if line.startswith("Password: "))[10:]
    with store.read() as db:
        login = logins.find_by_name(db, "ada")
    assert login is not None
    assert login.role == "owner"
    assert passwords.verify_password(password, login.password_hash)


@pytest.mark.parametrize(
    ("username", "email", "password", "said"),
    [
        ("ada lovelace", "ada@mail.example", PASSWORD, "username"),
        ("admin", "ada@mail.example", PASSWORD, "another username"),
        ("ada", "mail.example", PASSWORD, "no e-mail address"),
        ("ada", "ada@mail.example", "12345678", "tried first"),
        ("ada", "ada@mail.example", "short", "too short"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    martlet: Operator, username: str, email: str, password: str, said: str
) -> None:
    refused = martlet("account", "create", username, "--email", email, "--password-stdin", typed=password)
    assert refused.exit_code == 1
    assert said in refused.output


def test_a_name_or_an_address_is_taken_once(martlet: Operator) -> None:
    assert martlet.create("ada").exit_code == 0
    for username, email in (("Ada", "other@mail.example"), ("eve", "ADA@mail.example")):
        again = martlet("account", "create", username, "--email", email, "--password-stdin", typed=PASSWORD)
        assert again.exit_code == 1
        assert "taken" in again.output


def test_roles(martlet: Operator, store: Store) -> None:
    martlet.create("ada")
    assert martlet("account", "promote", "@Ada").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT role FROM users") == "admin"
    assert martlet("account", "promote", "ada", "--role", "user").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT role FROM users") == "user"
    assert martlet("account", "promote", "ada", "--role", "emperor").exit_code == 1


def test_a_new_password_signs_out_everywhere(martlet: Operator, store: Store, here: Server) -> None:
    with store.write() as db:
        insert_person(db, "ada", here)
        insert_person(db, "bob", here)
        db.run("UPDATE users SET totp_enabled_at = 1, totp_secret = :secret", secret=b"secret")
    done = martlet("account", "reset-password", "ada", "--password-stdin", typed=PASSWORD)
    assert done.exit_code == 0, done.output
    with store.read() as db:
        login = logins.find_by_name(db, "ada")
        assert login is not None
        assert passwords.verify_password(PASSWORD, login.password_hash)
        assert login.has_second_step
        assert db.value("SELECT count(*) FROM token WHERE account_id = :id", id=login.account) == 0
        assert db.value("SELECT count(*) FROM token") == 1
    assert martlet("account", "reset-password", "ada", "--generate", "--without-second-step").exit_code == 0
    with store.read() as db:
        login = logins.find_by_name(db, "ada")
        other = logins.find_by_name(db, "bob")
    assert login is not None
    assert other is not None
    assert not login.has_second_step
    assert other.has_second_step


def test_suspending_hides_and_can_be_undone(martlet: Operator, store: Store, here: Server) -> None:
    with store.write() as db:
        insert_person(db, "ada", here)
    assert martlet("account", "suspend", "ada").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT suspended_at FROM account") is not None
        assert db.value("SELECT count(*) FROM token") == 0
    assert "suspended" in martlet("account", "list").output
    assert martlet("account", "unsuspend", "ada").exit_code == 0
    with store.read() as db:
        assert db.value("SELECT suspended_at FROM account") is None


@pytest.mark.parametrize(
    ("do", "undo", "column"),
    [
        ("limit", "unlimit", "account.limited_at"),
        ("freeze", "unfreeze", "users.disabled_at"),
        ("delete", "bring-back", "account.deletes_at"),
    ],
)
def test_what_is_done_can_be_undone(martlet: Operator, store: Store, do: str, undo: str, column: str) -> None:
    martlet.create("ada")
    sql = f"SELECT {column} FROM users JOIN account ON account.id = users.account_id"
    done = martlet("account", do, "ada", *(["--yes"] if do == "delete" else []))
    assert done.exit_code == 0, done.output
    assert undo in done.output
    with store.read() as db:
        assert db.value(sql) is not None
    assert martlet("account", undo, "ada").exit_code == 0
    with store.read() as db:
        assert db.value(sql) is None


def test_deleting_asks_first(martlet: Operator, store: Store) -> None:
    martlet.create("ada")
    assert martlet("account", "delete", "ada", typed="n\n").exit_code == 1
    nobody = martlet("account", "delete", "eve", typed="y\n")
    assert "Nobody here is called eve" in nobody.output
    assert "Delete" not in nobody.output
    with store.read() as db:
        assert db.value("SELECT deletes_at FROM account") is None


def test_the_owner_is_not_suspended_by_mistake(martlet: Operator) -> None:
    martlet.create("ada", "--role", "owner")
    refused = martlet("account", "suspend", "ada")
    assert refused.exit_code == 1
    assert "owner" in refused.output


def test_those_who_wait_are_let_in(martlet: Operator, store: Store) -> None:
    martlet.create("ada")
    martlet.create("bob")
    with store.write() as db:
        db.run("UPDATE users SET confirmed_at = NULL, approved_at = NULL WHERE email = 'ada@mail.example'")
    assert [one["username"] for one in _listed(martlet, "--waiting")] == ["ada"]
    assert martlet("account", "confirm", "ada").exit_code == 0
    assert _listed(martlet, "--waiting")[0]["states"] == ["not approved"]
    assert martlet("account", "approve", "ada").exit_code == 0
    assert _listed(martlet, "--waiting") == []


def test_everybody_is_listed(martlet: Operator) -> None:
    martlet.create("ada", "--role", "owner")
    martlet.create("bob")
    assert [(one["username"], one["role"]) for one in _listed(martlet)] == [("ada", "owner"), ("bob", "user")]
    table = martlet("account", "list")
    assert table.exit_code == 0
    assert "@ada" in table.output


def _listed(martlet: Operator, *more: str) -> list[dict[str, object]]:
    found = martlet("account", "list", "--json", *more)
    assert found.exit_code == 0
    return [json.loads(line) for line in found.output.splitlines()]


@pytest.mark.parametrize(
    "command", ["promote", "reset-password", "suspend", "unsuspend", "confirm", "approve"]
)
def test_nobody_is_found_by_a_wrong_name(martlet: Operator, command: str) -> None:
    missing = martlet("account", command, "nobody_here")
    assert missing.exit_code == 1
    assert "Nobody here is called nobody_here" in missing.output


def test_as_a_process_of_its_own(database: str, tmp_path: Path) -> None:
    """The codes that scripts see: 0 done, 1 could not be done, 2 wrong command."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        operator = Operator(database, tmp_path / "data")
        return subprocess.run(
            [sys.executable, "-m", "martlet", *words],
            env=operator.environment,
            cwd=tmp_path,
            input=PASSWORD,
            capture_output=True,
            text=True,
            check=False,
        )

    made = run("account", "create", "ada", "--email", "ada@mail.example", "--password-stdin")
    assert made.returncode == 0, made.stderr
    again = run("account", "create", "ada", "--email", "ada@mail.example", "--password-stdin")
    assert again.returncode == 1
    assert again.stdout == ""
    assert "taken" in again.stderr
    assert again.stderr.count("\n") == 1
    unasked = run("account", "reset-password", "ada")  # what is piped in is one line, and two are asked for
    assert unasked.returncode == 2
    assert "--password-stdin" in unasked.stderr
    assert run("account", "create").returncode == 2
    assert run("account", "fly").returncode == 2


def test_a_token_is_made_and_shown_once(martlet: Operator, store: Store) -> None:
    martlet("account", "create", "ada", "--email", "ada@mail.example", "--generate")
    made = martlet("account", "token", "@ada", "--name", "bot", "--scope", "write:media", "--days", "2")
    assert made.exit_code == 0, made.output
    token = made.output.split("Token: ")[1].split("\n")[0]
    with store.read() as db:
        viewer = signing_in.viewer_of(db, token, 0)
    assert viewer.scopes == "write:media"
    assert martlet("account", "token", "ada", "--name", "bot", "--scope", "all").exit_code == 1
    assert martlet("account", "token", "bob", "--name", "bot").exit_code == 1


def test_a_new_database_is_one_line_of_news(tmp_path: Path) -> None:
    operator = Operator("sqlite", tmp_path / "data")
    assert operator("account", "list").stderr == f"Making the database in {tmp_path / 'data'}\n"
    assert operator("account", "list").stderr == ""
