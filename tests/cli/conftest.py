"""An operator who types commands."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from martlet.cli import main

PASSWORD = "sturdy lime kiln"


class Operator:
    """Types commands, with the settings of one server."""

    def __init__(self, database: str, folder: Path) -> None:
        self.environment = {"MARTLET_DATABASE": database, "MARTLET_DATA": str(folder)}

    def __call__(self, *words: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, list(words), input=typed, env=self.environment)

    def create(self, username: str, *more: str) -> Result:
        return self(
            "account",
            "create",
            username,
            "--email",
            f"{username}@mail.example",
            "--password-stdin",
            *more,
            typed=PASSWORD,
        )


@pytest.fixture
def martlet(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator(database, tmp_path / "data")
