"""
Servers in one process that reach one another as if there were a network, until somebody cuts it.

    sea, hill = islands("sea.example", Wire("sea.example")), islands("hill.example", Wire("hill.example"))
    link(sea, hill)
    cut(sea, hill)
"""

import asyncio
from collections.abc import Mapping
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from martlet.network import guard
from martlet.network.answers import Answer, Judge
from martlet.network.errors import AnswerTooLarge, Unreachable
from tests.carrying import ACTIVITY, Island
from tests.client import Reply
from tests.elsewhere import Elsewhere


class Wire(Elsewhere):
    """What one server sees of the others. It calls them in another thread, because each has a loop of its own."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.islands: dict[str, Island] = {}
        self.away: set[str] = set()
        self.kept: dict[str, Any] = {}
        """What can be had although its server is busy asking us: documents by their address."""
        self.posted: list[tuple[str, bytes]] = []

    async def get(self, url: str, **options: Any) -> Answer:
        self.asked.append(url)
        return await self._call("GET", url, None, options)

    async def post(self, url: str, body: bytes, **options: Any) -> Answer:
        self.posted.append((url, body))
        return await self._call("POST", url, body, options)

    async def save(
        self, url: str, into: BinaryIO, judge: Judge, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        answer = await self._call("GET", url, None, {"headers": headers})
        if not answer.is_success:
            return answer
        if len(answer.body) > judge(answer.body[:1024]):
            raise AnswerTooLarge("It is too large.")
        into.write(answer.body)
        return Answer(200, answer.headers, b"", url)

    async def _call(self, method: str, url: str, body: bytes | None, options: Mapping[str, Any]) -> Answer:
        target = guard.parse(url)
        if target.authority in self.away:
            raise Unreachable("It does not answer.")
        sign, headers = options.get("sign"), dict(options.get("headers") or {})
        headers |= {"accept": ", ".join(options.get("accept") or ()) or "*/*"}
        headers |= sign(target) if sign is not None else {}
        if method == "GET" and url in self.kept:
            return Answer(200, {"content-type": "application/activity+json"}, self.kept[url], url)
        there = self.islands.get(target.authority)
        if there is None or not url.startswith(f"{there.ground.here.url}/"):
            raise Unreachable("It does not answer.")
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if (
            parts.path == "/.well-known/webfinger"
        ):  # asked for in the middle of things; handles have their own host
            return Answer(404, {}, b"", url)
        reply = await asyncio.to_thread(_ask, there, method, path, body, headers)
        return Answer(reply.status, dict(reply.headers), reply.body, url)

    async def close(self) -> None:
        pass


def _ask(there: Island, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
    if method == "POST":
        return there.api.post(path, body=body or b"", headers=headers)
    return there.api.get(path, headers=headers)


def link(*islands: Island) -> None:
    """Let servers reach one another; who signs for each of them is known to all."""
    for one in islands:
        wire = one.beyond
        assert isinstance(wire, Wire)
        for other in islands:
            if other is not one:
                wire.islands[other.ground.here.host] = other
                keep(one, other, f"{other.ground.here.url}/actor")


def cut(one: Island, other: Island) -> None:
    """Neither reaches the other any more."""
    for here, there in ((one, other), (other, one)):
        assert isinstance(here.beyond, Wire)
        here.beyond.away.add(there.ground.here.host)


def mend(*islands: Island) -> None:
    for one in islands:
        assert isinstance(one.beyond, Wire)
        one.beyond.away.clear()


def keep(one: Island, other: Island, uri: str) -> None:
    """Have an account's document there for whoever looks it up in the middle of something."""
    reply = other.api.get(urlsplit(uri).path, headers=ACTIVITY)
    assert reply.status == 200, reply.body
    wire = one.beyond
    assert isinstance(wire, Wire)
    wire.kept[uri] = reply.body


def work(*islands: Island, rounds: int = 4) -> None:
    """Let all of them do what is due, until it has gone back and forth."""
    for _ in range(rounds):
        for one in islands:
            one.api.work()
