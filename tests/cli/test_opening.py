"""What commands say when the database does not answer."""

from pathlib import Path

import pytest

from martlet.cli.opening import FAILED
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
