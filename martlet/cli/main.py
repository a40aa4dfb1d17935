"""
`martlet`: the operator's command.

The module of each command is loaded when it is asked for, so that a server does not start with what only the others need.
"""

from importlib import import_module
from typing import Any, Final

import click

from martlet import __version__

COMMANDS: Final = (
    "account",
    "announcement",
    "appeal",
    "audit",
    "backup",
    "block",
    "bundle",
    "check",
    "demo",
    "hook",
    "instance",
    "invite",
    "jobs",
    "key",
    "media",
    "mirror",
    "peer",
    "preset",
    "restore",
    "role",
    "rule",
    "search",
    "serve",
    "settings",
    "setup",
    "standby",
)
"""Each is found under its name in the module of that name, if `ELSEWHERE` does not say otherwise."""
ELSEWHERE: Final = {"restore": "backup"}
FURTHER: Final = {"account": ("sanctions", "adopting"), "peer": ("peer_lists",)}
"""Modules with more commands (`COMMANDS`) of a group."""


class Commands(click.Group):
    """See https://click.palletsprojects.com/en/stable/complex/#lazily-loading-subcommands."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(_module(ELSEWHERE.get(cmd_name, cmd_name)), cmd_name)
        if cmd_name in FURTHER and isinstance(command, click.Group):
            for one in (one for name in FURTHER[cmd_name] for one in _module(name).COMMANDS):
                command.add_command(one)
        return command


def _module(name: str) -> Any:
    return import_module(f"martlet.cli.{name}")


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="Martlet")
def main() -> None:
    """Run a Martlet server, and look after it."""
