"""Web hooks from the command line."""

import json

from tests.cli.conftest import Operator


def test_hooks_are_made_listed_and_ended(martlet: Operator) -> None:
    done = martlet("hook", "add", "https://x.example/hook", "--event", "report.created")
    assert done.exit_code == 0, done.output
    secret = done.output.split()[-1]
    assert martlet("hook", "add", "https://x.example/hook", "--event", "report.created").exit_code == 1
    (listed,) = [json.loads(line) for line in martlet("hook", "list", "--json").output.splitlines()]
    assert (listed["url"], listed["events"], listed["enabled"]) == (
        "https://x.example/hook", ["report.created"], True,
    )  # fmt: skip
    assert secret not in martlet("hook", "list").output
    assert secret not in martlet("hook", "rotate", listed["id"]).output
    for act in ("disable", "enable", "results", "remove"):
        assert martlet("hook", act, listed["id"]).exit_code == 0
    assert martlet("hook", "remove", listed["id"]).exit_code == 1
