"""What commands say when the database does not answer."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from martlet.cli.opening import FAILED, WRONG
from martlet.storage import backup, standby
from martlet.storage.database import Store
from tests.cli.conftest import Operator


@pytest.mark.parametrize("command", [("check",), ("invite", "list"), ("account", "list")], ids=" ".join)
def test_a_database_that_does_not_answer_is_told_in_one_sentence(
    command: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    said = Operator("postgresql://ada:geheim@127.0.0.1:1/x", tmp_path / "data")(*command)
    assert said.exit_code == FAILED
    assert said.output.count("The database cannot be reached: ") == 1
    assert "Is it running, and is `database` right?" in said.output
    assert "pool" not in said.output + capfd.readouterr().err
    assert "geheim" not in said.output


def test_a_database_that_is_damaged_is_told_in_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / standby.DATABASE).write_bytes(b"not a database at all" * 100)
    martlet = Operator("sqlite", folder)
    for command in (("check",), ("invite", "list"), ("backup", str(tmp_path / "a.tar")), ("setup",)):
        said = martlet(*command)
        assert said.exit_code == FAILED, command
        assert said.output.count("The database is damaged: file is not a database.") == 1, command


def test_what_is_not_there_and_what_cannot_be_used(
    martlet: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook = martlet("hook", "remove", "99")
    assert (hook.exit_code, hook.output) == (
        FAILED,
        "There is none of that number. `martlet hook list` shows all.\n",
    )
    (tmp_path / "junk").write_text("junk")
    assert "is no Martlet backup" in martlet("restore", str(tmp_path / "junk")).output
    nowhere = Operator("sqlite", tmp_path / "nowhere")("backup")
    assert nowhere.exit_code == FAILED
    assert "nothing to back up" in nowhere.output
    assert not (tmp_path / "nowhere").exists()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "data/standby.json")

    monkeypatch.setattr(standby, "save", full)
    invited = martlet("standby", "invite")
    assert (invited.exit_code, invited.output) == (
        FAILED,
        "data/standby.json cannot be used: No space left on device.\n",
    )


@pytest.mark.parametrize(
    ("listen", "why"),
    [
        ("nonsense", "nonsense is no place to listen at."),
        ("127.0.0.1:99999", "127.0.0.1:99999 is no place to listen at."),
        ("127.0.0.1:-1", "127.0.0.1:-1 is no place to listen at."),
        ("203.0.113.7:3000", "This machine has no such address"),
    ],
)
def test_where_nobody_can_listen(tmp_path: Path, listen: str, why: str) -> None:
    said = Operator("sqlite", tmp_path / "data")("serve", "--listen", listen)
    assert said.exit_code == WRONG
    assert why in said.output
    assert not (tmp_path / "data").exists()


def test_another_url_once_somebody_has_an_account(martlet: Operator) -> None:
    """Their names would go on with the old one, and no other server could read them."""
    assert martlet.create("ada").exit_code == 0
    martlet.environment["MARTLET_URL"] = "https://social.example"
    wrong = (
        "`url` says https://social.example, but the people here are known as those of http://localhost:3000"
    )
    said = martlet("serve", "--listen", "127.0.0.1:0")
    assert (said.exit_code, wrong in said.output) == (WRONG, True)
    assert wrong in martlet("check").output


def test_an_address_that_cannot_be_read_is_not_repeated(tmp_path: Path) -> None:
    said = Operator("postgresql://ada:geheim@[bad/x", tmp_path / "data")("account", "list")
    assert said.exit_code == FAILED
    assert "The database cannot be reached: the address cannot be read." in said.output
    assert "geheim" not in said.output


@pytest.mark.parametrize("command", [("hook", "remove"), ("jobs", "retry"), ("block", "remove"), ("rule", "remove")], ids=" ".join)  # fmt: skip
def test_a_number_that_no_database_counts_to(martlet: Operator, command: tuple[str, ...]) -> None:
    said = martlet(*command, "9" * 23)
    assert said.exit_code in (FAILED, WRONG)
    assert said.output.count("\n") <= 1


def test_a_file_that_is_no_text(martlet: Operator, tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(bytes(range(256)))
    said = martlet("instance", "about", str(tmp_path / "program"))
    assert (said.exit_code, said.output) == (WRONG, "What was given is no text: it needs to be UTF-8.\n")


def test_a_data_folder_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may do everything
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / standby.DATABASE).mkdir()
    said = Operator("sqlite", tmp_path / "data")("account", "list")
    assert said.exit_code == FAILED
    assert "cannot be written by this user. Give it to whoever runs Martlet" in said.output


def test_a_newer_schema_is_told_once(store: Store, martlet: Operator) -> None:
    with store.write() as db:
        db.run("INSERT INTO schema_version (version, name) VALUES (9999, 'from_the_future')")
    said = martlet("check")
    with store.write() as db:
        db.run("DELETE FROM schema_version WHERE version = 9999")
    assert said.exit_code == FAILED
    assert said.output.count("9999") == 1
    assert "cannot be reached" not in said.output


@pytest.mark.parametrize("command", [("settings", "--json"), ("check",)], ids=" ".join)
def test_whoever_reads_may_stop_reading(command: tuple[str, ...], tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    environment = {**os.environ, "MARTLET_DATA": str(tmp_path / "data")}
    ended = subprocess.run(
        [sys.executable, "-m", "martlet", *command], stdout=writing, stderr=subprocess.PIPE, env=environment, check=False
    )  # fmt: skip
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (FAILED, b"")


def test_a_backup_that_is_stopped_leaves_nothing_behind(
    store: Store, martlet: Operator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del store
    before = signal.getsignal(signal.SIGTERM)

    def stopped(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(backup, "_add_media", stopped)
    (tmp_path / "there").mkdir()
    said = martlet("backup", str(tmp_path / "there" / "all.tar"))
    assert said.exit_code == 128 + signal.SIGTERM
    assert list((tmp_path / "there").iterdir()) == []
    assert not list((tmp_path / "data").glob(".backup-*"))
    assert signal.getsignal(signal.SIGTERM) is before
