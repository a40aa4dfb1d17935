"""A journey with toot, the client for the command line, on both databases."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from toot.cli import cli
from toot.exceptions import ConsoleError

from tests.journeys.conftest import PASSWORD, eventually, picture
from tests.running import Running


class Toot:
    """Somebody who types `toot …`, with a home of their own."""

    def __init__(self, town: Running, name: str, home: Path) -> None:
        self.town, self.name, self.home = town, name, home
        home.mkdir()
        self("login_cli", "--instance", town.url, "--email", f"{name}@mail.example", "--password", PASSWORD)

    def __call__(self, *words: str, ends: int = 0) -> str:
        """What it prints. It ends with 0 unless `ends` says otherwise."""
        homes = {"HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)}
        done = CliRunner(env=homes).invoke(cli, list(words))
        if isinstance(done.exception, ConsoleError):  # what its `main` does with it
            assert ends == 1, f"toot {' '.join(words)}: {done.exception}"
            return str(done.exception)
        assert done.exit_code == ends, f"toot {' '.join(words)}: {done.output}{done.exception!r}"
        return done.output

    def json(self, *words: str) -> Any:
        return json.loads(self(*words, "--json"))

    def post(self, *words: str) -> str:
        """The new post's id."""
        return str(self.json("post", *words)["id"])

    def timeline(self, *words: str) -> list[str]:
        """The ids, newest first."""
        return [one["id"] for one in self.json("timelines", *words, "--no-pager")]


@pytest.fixture
def sign_in(town: Running, tmp_path: Path) -> Callable[[str], Toot]:
    return lambda name: Toot(town, name, tmp_path / name)


def test_everything(sign_in: Callable[[str], Toot], tmp_path: Path) -> None:
    ada, bob = sign_in("ada"), sign_in("bob")
    telling(ada)
    following(ada, bob)
    posting(ada, bob, tmp_path)
    reacting(ada, bob)
    hashtags(ada, bob)
    lists(ada, bob)
    being_told(ada, bob)
    keeping_away(ada, bob)
    leaving(ada)


def telling(ada: Toot) -> None:
    assert ada.json("whoami")["acct"] == "ada"
    assert ada.json("instance")["configuration"]["statuses"]["max_characters"] == 5000
    changed = ada.json(
        "update-account", "--display-name", "Ada", "--note", "Counts swifts", "--language", "de"
    )
    assert changed["display_name"] == "Ada"
    assert ada.json("whois", "bob")["acct"] == "bob"
    assert "Ada" in ada("whoami")


def following(ada: Toot, bob: Toot) -> None:
    bob("follow", "ada")
    assert [one["acct"] for one in ada.json("followers")] == ["bob"]
    assert [one["acct"] for one in bob.json("following")] == ["ada"]
    bob("update-account", "--locked")
    ada("follow", "bob")
    assert "ada" in bob("follow-requests", "list")
    bob("follow-requests", "accept", "ada")
    assert [one["acct"] for one in bob.json("followers")] == ["ada"]
    bob("update-account", "--no-locked")


def posting(ada: Toot, bob: Toot, folder: Path) -> None:
    file = folder / "disc.png"
    file.write_bytes(picture())
    plain = ada.post("Hello #Mauersegler @bob", "--language", "de")
    shown = ada.post("A disc", "--media", str(file), "--description", "A teal disc", "--spoiler-text", "Disc")
    told = bob.json("status", shown)
    assert told["media_attachments"][0]["description"] == "A teal disc"
    assert told["spoiler_text"] == "Disc"
    assert ada.json("upload", str(file), "--description", "Again")["description"] == "Again"
    answer = bob.post("Hello back", "--reply-to", plain)
    assert answer in [one["id"] for one in bob.json("thread", plain)["descendants"]]
    private = ada.post("For followers", "--visibility", "private")
    assert eventually(lambda: private in bob.timeline("home"))
    assert private not in bob.timeline("public")
    assert plain in bob.timeline("tag", "mauersegler")
    assert plain in bob.timeline("public", "--local")
    assert plain in bob.timeline("account", "ada")
    poll = ada.post(
        "When?", "--poll-option", "Thursday", "--poll-option", "Saturday", "--poll-expires-in", "1 day"
    )
    asked = bob.json("status", poll)["poll"]
    assert bob.json("polls", "vote", asked["id"], "1")["own_votes"] == [1]
    planned = ada.json("post", "Tomorrow", "--scheduled-in", "1 day")
    assert planned["params"]["text"] == "Tomorrow"
    assert "Toot scheduled for:" in ada("post", "Next year", "--scheduled-at", "2099-01-01T12:00:00Z")
    gone = ada.post("Soon gone")
    ada("delete", gone)
    assert "not found" in bob("status", gone, ends=1).lower()


def reacting(ada: Toot, bob: Toot) -> None:
    post = ada.post("To be liked")
    for do, undo, mark in (
        ("favourite", "unfavourite", "favourited"),
        ("bookmark", "unbookmark", "bookmarked"),
        ("reblog", "unreblog", "reblogged"),
    ):
        bob(do, post)
        assert bob.json("status", post)[mark]
        if do == "reblog":
            assert [one["acct"] for one in ada.json("reblogged-by", post)] == ["bob"]
        if do == "bookmark":
            assert post in re.findall(r"\d{15,}", bob("bookmarks", "--count", "5"))
        if do == "favourite":
            assert bob.timeline("favourites") == [post]
        bob(undo, post)
        assert not bob.json("status", post)[mark]
    ada("pin", post)
    assert ada.json("status", post)["pinned"]
    ada("unpin", post)


def hashtags(ada: Toot, bob: Toot) -> None:
    bob("tags", "follow", "Fledermaus")
    assert "fledermaus" in bob("tags", "followed").lower()
    post = ada.post("Tonight #Fledermaus")
    assert eventually(lambda: post in bob.timeline("home"))
    bob("tags", "unfollow", "Fledermaus")
    assert "fledermaus" not in bob("tags", "followed").lower()
    ada("tags", "feature", "Fledermaus")
    assert "Fledermaus" in ada("tags", "featured")
    ada("tags", "unfeature", "fledermaus")
    assert "Fledermaus" not in ada("tags", "featured")


def lists(ada: Toot, bob: Toot) -> None:
    bob("lists", "create", "Neighbours")
    bob("lists", "add", "Neighbours", "ada")
    assert "ada" in bob("lists", "accounts", "Neighbours")
    post = ada.post("For the list")
    (made,) = bob.json("lists", "list")
    assert eventually(lambda: post in bob.timeline("list", made["id"]))
    bob("lists", "remove", "Neighbours", "ada")
    bob("lists", "delete", "Neighbours")
    assert bob.json("lists", "list") == []


def being_told(ada: Toot, bob: Toot) -> None:
    bob("notifications", "--clear")
    post = ada.post("@bob look")
    found = eventually(lambda: bob.json("notifications", "--type", "mention"))
    assert found[0]["status"]["id"] == post
    assert "look" in bob("notifications")
    bob("notifications", "--clear")
    assert bob.json("notifications") == []


def keeping_away(ada: Toot, bob: Toot) -> None:
    for do, undo, kept in (("mute", "unmute", "muted"), ("block", "unblock", "blocked")):
        bob(do, "ada")
        assert [one["acct"] for one in bob.json(kept)] == ["ada"]
        bob(undo, "ada")
        assert bob.json(kept) == []
    ada("unfollow", "bob")
    assert ada.json("following") == []


def leaving(ada: Toot) -> None:
    ada("logout", f"ada@{ada.town.url.removeprefix('http://')}")
    assert "requires you to be logged in" in ada("whoami", ends=1).lower()
