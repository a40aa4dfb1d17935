"""
Servers in one process that reach one another as if there were a network, until somebody cuts it.

    sea, hill = islands("sea.example", Wire("sea.example")), islands("hill.example", Wire("hill.example"))
    link(sea, hill)
    cut(sea, hill)

Each has a loop of its own that never stands still: it is called by several others at a time, and by whom it has just called.
"""

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from martlet.model.names import Uri
from martlet.network import guard
from martlet.network.answers import Answer, Judge
from martlet.network.errors import AnswerTooLarge, Unreachable
from martlet.services import asking_mirrors, mirroring
from martlet.storage import mirrored
from tests.carrying import ACTIVITY, Island
from tests.client import Loop
from tests.elsewhere import Elsewhere

T = TypeVar("T")


class Thread:
    """A loop in a thread of its own, until it is closed; `run` may be called from any other thread."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, coro: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coro, self._loop).result()

    async def run_from(self, coro: Coroutine[Any, Any, T]) -> T:
        """The same for who waits in another loop."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coro, self._loop))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


class Wire(Elsewhere):
    """What one server sees of the others."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.thread: Thread | None = None
        self.islands: dict[str, Island] = {}
        self.away: set[str] = set()
        self.kept: dict[str, Any] = {}
        """What can be had although its server is busy asking us: documents by their address."""
        self.posted: list[tuple[str, bytes]] = []

    def loop(self) -> Loop:
        self.thread = Thread()
        return self.thread

    async def get(self, url: str, **options: Any) -> Answer:
        self.asked.append(url)
        return await self._call("GET", url, None, options)

    async def post(self, url: str, body: bytes, **options: Any) -> Answer:
        self.posted.append((url, body))
        return await self._call("POST", url, body, options)

    async def save(
        self,
        url: str,
        into: BinaryIO,
        judge: Judge,
        *,
        headers: Mapping[str, str] | None = None,
        via: object = None,
    ) -> Answer:
        del via
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
        assert isinstance(there.beyond, Wire)
        assert there.beyond.thread is not None
        calling = there.api.calling(method, path, body=body or b"", headers=headers)
        reply = await there.beyond.thread.run_from(calling)
        return Answer(reply.status, dict(reply.headers), reply.body, url)

    async def close(self) -> None:
        pass


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


def mirror(sea: Island, hill: Island, name: str) -> None:
    """Have one server be the mirror of somebody at the other; they reach one another."""
    sea.person(name)
    link(sea, hill)
    keep(hill, sea, sea.uri(name))
    with sea.ground.store.write() as db:
        host = hill.ground.here.host
        asking_mirrors.ask(db, sea.account(name), host, sea.ground.here, may_push=False)
    work(sea, hill)
    with hill.ground.store.write() as db:
        asked = mirrored.find_by_uri(db, Uri(sea.uri(name)))
        assert asked is not None
        mirroring.accept(db, asked.account_id, hill.ground.here)
    work(hill, sea)


def work(*islands: Island, rounds: int = 4) -> None:
    """Let all of them do what is due, until it has gone back and forth."""
    for _ in range(rounds):
        for one in islands:
            one.api.work()
