"""What operators read names every command and every setting, and nothing that is not there."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from martlet.cli import main
from martlet.cli import settings as shown

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs" / "operate"


def commands(group: click.Group, before: str = "martlet") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}", command


def test_every_command_is_documented() -> None:
    told = set(re.findall(r"`(martlet [a-z -]+)`", (DOCS / "commands.md").read_text()))
    assert told == {name for name, _ in commands(main)}


@pytest.mark.parametrize("name", shown.names())
def test_every_setting_is_documented_with_its_default_and_meaning(name: str) -> None:
    row = next(
        line for line in (DOCS / "settings.md").read_text().splitlines() if line.startswith(f"| `{name}` |")
    )
    default = shown.default(name)
    words = {True: "on", False: "off"}.get(default) if isinstance(default, bool) else None
    said = words or (", ".join(default) if isinstance(default, tuple) else str(default))
    assert row == f"| `{name}` | {f'`{said}`' if said else ''} | {shown.meaning(name)} |"


def test_no_setting_is_documented_that_is_not_there() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE)
    assert sorted(told) == sorted(shown.names())


def test_every_command_and_option_says_what_it_is_for() -> None:
    for name, command in commands(main):
        assert command.help, name
        for option in command.params:
            if isinstance(option, click.Option):
                assert option.help, f"{name} {option.name}"


@pytest.mark.parametrize("page", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=str)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_the_licence_is_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert text.lstrip().startswith("GNU AFFERO GENERAL PUBLIC LICENSE")
    assert re.findall(r"^  (\d+)\. ", text, re.MULTILINE) == [str(number) for number in range(18)]
    assert "END OF TERMS AND CONDITIONS" in text
