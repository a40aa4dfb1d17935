"""`martlet instance`: the owner's texts."""

from pathlib import Path

from tests.cli.conftest import Operator


def test_texts_are_written_shown_and_taken_away(martlet: Operator, tmp_path: Path) -> None:
    assert martlet("instance", "show", "about").exit_code == 1
    file = tmp_path / "about.md"
    file.write_text("# Über uns\n")
    assert martlet("instance", "about", str(file)).exit_code == 0
    assert martlet("instance", "privacy", "-", typed="Nothing is kept.").exit_code == 0
    assert martlet("instance", "show", "about").output == "# Über uns\n\n"
    assert "Nothing" in martlet("instance", "show", "privacy").output
    martlet("instance", "about", "-", typed="")
    assert "Nothing is written" in martlet("instance", "show", "about").output


def test_terms(martlet: Operator) -> None:
    assert martlet("instance", "terms", "-", typed=" ").exit_code == 1
    assert martlet("instance", "terms", "-", typed="Be kind.").exit_code == 0
    assert martlet("instance", "terms", "-", "--from", "2999-01-01", typed="Be kinder.").exit_code == 0
    assert martlet("instance", "show", "terms").output == "Be kind.\n"
    assert martlet("instance", "show", "terms", "--from", "2999-01-01").output == "Be kinder.\n"
    assert "hold already" in martlet("instance", "terms", "-", typed="Be rude.").output
    assert martlet("instance", "withdraw-terms", "2999-01-01").exit_code == 0
    assert martlet("instance", "withdraw-terms", "2999-01-01").exit_code == 1
    assert martlet("instance", "terms", "-", "--from", "someday", typed="x").exit_code == 2
