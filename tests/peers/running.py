"""Fedify as another server, in a process of its own; see fedify/peer.mjs."""

import json
import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

T = TypeVar("T")
FOLDER = Path(__file__).parent / "fedify"
OLDEST_NODE = 22
SECONDS = 60
_NEEDED = "Fedify, which the tests speak with, is not there. `make test` brings it; npm is needed for that."


def node() -> str:
    """The program that runs Fedify. Where it cannot be had, tests are left out; in CI they fail."""
    program = _find_node() if (FOLDER / "node_modules" / "@fedify" / "fedify").is_dir() else None
    if program is None:
        if os.environ.get("CI"):
            pytest.fail(_NEEDED)
        pytest.skip(_NEEDED)
    return program


def _find_node() -> str | None:
    """The one that is locked with Fedify; where there is none for the machine, its own if it is new enough."""
    for locked in sorted((FOLDER / "node_modules").glob("node-*/bin/node")):
        return str(locked)
    own = shutil.which("node")
    if own is None:
        return None
    version = subprocess.run([own, "--version"], capture_output=True, text=True, check=True).stdout
    return own if int(version.strip().lstrip("v").partition(".")[0]) >= OLDEST_NODE else None


# -- things, by Fedify's names for their attributes ----------------------


def thing(kind: str, /, **attributes: Any) -> dict[str, Any]:
    return {"$": kind, **attributes}


def url(address: str) -> dict[str, str]:
    return {"$url": address}


def moment(text: str) -> dict[str, str]:
    return {"$time": text}


def lang(language: str, text: str) -> dict[str, str]:
    return {"$lang": language, "text": text}


def each(one: Any) -> list[Any]:
    """JSON-LD writes one of many without a list."""
    return one if isinstance(one, list) else [] if one is None else [one]


@dataclass(slots=True)
class Peer:
    process: "subprocess.Popen[str]"
    port: int
    control: int

    @classmethod
    def start(cls, program: str) -> "Peer":
        process = subprocess.Popen(
            [program, "peer.mjs"],
            cwd=FOLDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        ports = json.loads(process.stdout.readline())
        return cls(process, ports["port"], ports["control"])

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(SECONDS)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def uri(self, name: str) -> str:
        return f"{self.url}/users/{name}"

    def handle(self, name: str) -> str:
        return f"{name}@localhost:{self.port}"

    def ask(self, command: str, **given: Any) -> Any:
        """Have it do something; what it answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.control}/{command}", json.dumps(given).encode(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - on this machine
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(error.read().decode()) from None

    def send(self, by: str, activity: Mapping[str, Any], *to: str, **how: Any) -> None:
        """Have somebody there do something, and tell those at `to`, who are called by their uris."""
        self.ask("send", by=by, to=list(to), activity=activity, **how)

    def received(self, wanted: Callable[[Any], bool]) -> Any:
        """The first activity that came and is wanted, as soon as it is there."""
        until = time.monotonic() + SECONDS
        while True:
            found = [one for one in self.ask("received", after=0) if wanted(one)]
            if found:
                return found[0]
            assert time.monotonic() < until, [one["read"] for one in self.ask("received", after=0)]
            time.sleep(0.05)

    def received_of(self, kind: str, actor: str, about: str = "") -> Any:
        """The same, by its type, its actor and what it is about."""

        def is_wanted(one: Any) -> bool:
            sent = one["sent"]
            if one["type"] != kind or sent["actor"] != actor:
                return False
            return not about or about in json.dumps(sent["object"])

        return self.received(is_wanted)
