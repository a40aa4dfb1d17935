"""Rules about who joins, from the command line."""

import json

from tests.cli.conftest import Operator


def test_rules_are_made_listed_and_ended(martlet: Operator) -> None:
    for words in (
        ("email-domain", "Bad.Example"),
        ("email", "A.da+x@mail.example"),
        ("network", "203.0.113.9/24", "--severity", "no_access", "--days", "3", "--comment", "Bots"),
        ("username", "BadWord", "--part"),
    ):
        done = martlet("block", *words)
        assert done.exit_code == 0, done.output
        assert martlet("block", *words).exit_code == 1
    assert martlet("block", "network", "0.0.0.0/0").exit_code == 1
    listed = [json.loads(line) for line in martlet("block", "list", "--json").output.splitlines()]
    assert [one["kind"].removesuffix("_block") for one in listed] == [
        "email_domain", "ip", "canonical_email", "username",
    ]  # fmt: skip
    assert (listed[0]["domain"], listed[1]["network"], listed[3]["word"]) == (
        "bad.example", "203.0.113.0/24", "badword",
    )  # fmt: skip
    assert "until" in martlet("block", "list").output
    for one in listed:
        assert martlet("block", "remove", one["id"]).exit_code == 0
        assert martlet("block", "remove", one["id"]).exit_code == 1
    assert martlet("block", "list", "--json").output == ""
