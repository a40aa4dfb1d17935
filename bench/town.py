"""What a filled server holds, as far as the loads must know it."""

from pathlib import Path

import msgspec

FILE = "town.json"
"""Beside the server's data, in the folder that `--folder` names."""


class Person(msgspec.Struct):
    """Somebody who can sign in. Id and name are filled in as soon as the server has said them."""

    token: str
    id: str = ""
    name: str = ""
    session: str = ""
    """The cookie of somebody who signed in with a browser."""


class Written(msgspec.Struct):
    """A post that the server accepted. `author` counts in the list of people."""

    id: str
    author: int
    visibility: str
    replies: int = 0


class Town(msgspec.Struct):
    base_url: str
    people: list[Person]
    posts: list[Written] = []
    most_followed: Person | None = None
    """Everybody follows them; only where a loader made the town."""
    last_follower: Person | None = None
    """Of those followers the one with the last id."""

    def save(self, path: Path) -> None:
        path.write_bytes(msgspec.json.encode(self))


def load(path: Path) -> Town:
    return msgspec.json.decode(path.read_bytes(), type=Town)
