"""`martlet bundle`: files of posts for people and scripts."""

import json
from pathlib import Path

from tests.carrying import Island, bundle, note
from tests.cli.conftest import Operator


def test_a_file_goes_out_and_comes_in(martlet: Operator, shore: Island, tmp_path: Path) -> None:
    """What a script is told by exit codes: 0, 1 for what is no bundle, 2 for a wrong command, 3 for what is refused."""
    post = shore.publish("ada", "For all")
    shore.publish("bob", "And this")
    made: list[tuple[tuple[str, ...], str]] = [
        (("all.zip",), "2 documents by 2 people"),
        (("ada.zip", "--account", "ada"), "1 documents by 1 people"),
        (("thread.zip", "--thread", post["url"]), "1 documents by 1 people"),
    ]
    for words, shown in made:
        result = martlet("bundle", "make", *words)
        assert (result.exit_code, shown in result.output) == (0, True), result.output
    wrong: list[tuple[tuple[str, ...], int]] = [
        (("all.zip",), 1),
        (("new.zip", "--account", "nobody"), 1),
        (("new.zip", "--since", "2999-01-01"), 1),
        (("new.zip", "--thread", "https://sea.example/1"), 1),
        (("new.zip", "--thread", post["url"], "--account", "ada"), 2),
        (("new.zip", "--back-to", "sea.example"), 2),
    ]
    for words, code in wrong:
        assert martlet("bundle", "make", *words).exit_code == code, words
    assert not Path("new.zip").exists()

    result = martlet("bundle", "show", "ada.zip")
    assert "For all" in result.output
    lines = [json.loads(line) for line in martlet("bundle", "show", "ada.zip", "--json").output.splitlines()]
    assert [one["type"] for one in lines] == ["Person", "Note", "LogCheckpoint"]
    for command in ("check", "import"):
        result = martlet("bundle", command, "all.zip", "--json")
        assert (result.exit_code, json.loads(result.output)["known"]) == (0, 2)

    eve = shore.stranger("eve", is_known=True)
    bad = bundle(tmp_path / "bad.zip", note(eve), note(eve).replace(b"Hello", b"Hullo"))
    for command in ("check", "import"):
        result = martlet("bundle", command, str(bad))
        assert result.exit_code == 3
        assert "New: 1." in result.output
        assert "The signature does not fit this text." in result.output
    (tmp_path / "worse.zip").write_bytes(bad.read_bytes()[:-1])
    assert martlet("bundle", "check", str(tmp_path / "worse.zip")).exit_code == 1
