"""
Streams without a network: what a connection would have sent, taken apart again.

    with listening(api, "/api/v1/streaming/user", ada) as stream:
        …
        assert stream.until("update").json["content"] == "<p>Hello</p>"

`talking` does the same with a WebSocket, in which the client may `say` something.
"""

import asyncio
import base64
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.streams import Stream
from tests.client import Api, Bearer, Person, whole

PATIENCE = 60.0
UPGRADE = {
    "connection": "Upgrade",
    "upgrade": "websocket",
    "sec-websocket-version": "13",
    "sec-websocket-key": base64.b64encode(b"0123456789abcdef").decode(),
}


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    payload: str | None
    stream: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.payload or "")


class Listening(ABC):
    """One open stream, and what it has said."""

    def __init__(self, api: Api, answer: Answer) -> None:
        assert answer.stream is not None
        self.api, self.answer, self.stream = api, answer, answer.stream
        self.is_over = False
        self._read = 0

    # -- the connection's part -------------------------------------------

    @abstractmethod
    def send(self, data: bytes) -> None: ...

    def finish(self) -> None:
        self.is_over = True

    def drop(self) -> None:
        self.is_over = True

    # -- the test's part -------------------------------------------------

    @abstractmethod
    def events(self) -> list[Event]:
        """All so far, those that were looked at as well."""

    def names(self) -> list[str]:
        return [event.name for event in self.events()]

    def until(self, name: str) -> Event:
        """Wait for the next event of that name that was not looked at yet; those before it are passed over."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            for number, event in enumerate(self.events()):
                if number >= self._read and event.name == name:
                    self._read = number + 1
                    return event
            self.api.run(asyncio.sleep(0.01))
        raise AssertionError(f"no {name} came, only {self.names()}")

    def until_over(self) -> None:
        self.until_true(lambda: self.is_over)

    def until_true(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < end, "it never comes to that"
            self.api.run(asyncio.sleep(0.01))


class Lines(Listening):
    """Server-sent events."""

    def __init__(self, api: Api, answer: Answer) -> None:
        super().__init__(api, answer)
        self.sent = b""

    def send(self, data: bytes) -> None:
        self.sent += data

    def events(self) -> list[Event]:
        found = []
        for block in self.sent.decode().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.split("\n") if line and line[0] != ":")
            if "event" in lines:
                found.append(Event(lines["event"], lines["data"]))
        return found


class Talking(Listening):
    """A WebSocket."""

    def __init__(self, api: Api, answer: Answer) -> None:
        super().__init__(api, answer)
        self._protocol = Protocol(Side.CLIENT, max_size=None)
        self.frames: list[Frame] = []

    def send(self, data: bytes) -> None:
        self._protocol.receive_data(data)
        self.frames += [one for one in self._protocol.events_received() if isinstance(one, Frame)]

    def say(self, message: Any) -> None:
        """Anything but text is said as JSON."""
        text = message if isinstance(message, str) else json.dumps(message)
        self.put(Frame(Opcode.TEXT, text.encode()).serialize(mask=True))

    def put(self, data: bytes) -> None:
        """Bytes as they are."""

        async def receive() -> None:
            self.stream.received(data)
            await asyncio.sleep(0)

        self.api.run(receive())

    def messages(self) -> list[Any]:
        return [json.loads(bytes(one.data)) for one in self.frames if one.opcode is Opcode.TEXT]

    def events(self) -> list[Event]:
        return [
            Event(one["event"], one.get("payload"), tuple(one["stream"]))
            for one in self.messages()
            if "event" in one
        ]

    def refusals(self) -> list[tuple[str, int]]:
        """What could not be had, and why."""
        return [(one["error"], one["status"]) for one in self.messages() if "error" in one]

    @property
    def close_code(self) -> int | None:
        rcvd = self._protocol.close_rcvd
        return None if rcvd is None else rcvd.code


async def asked(api: Api, path: str, token: Bearer = None, headers: dict[str, str] | None = None) -> Answer:
    """The answer itself, its stream not yet begun."""
    sent = [(b"host", api.host.encode())]
    if token is not None:
        bearer = token.token if isinstance(token, Person) else token
        sent.append((b"authorization", f"Bearer {bearer}".encode()))
    sent += [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return await api.built.application.answer(Request("GET", path.encode(), sent, "127.0.0.1", whole(b"")))


@contextmanager
def listening(api: Api, path: str, token: Bearer = None) -> Iterator[Lines]:
    async def begin() -> Lines:
        answer = await asked(api, path, token)
        assert answer.status == 200, answer.body
        made = Lines(api, answer)
        made.stream.begin(made)
        return made

    stream = api.run(begin())
    try:
        yield stream
    finally:
        api.run(_ended(stream.stream))


@contextmanager
def talking(
    api: Api, path: str, token: Bearer = None, headers: dict[str, str] | None = None
) -> Iterator[Talking]:
    async def begin() -> Talking:
        answer = await asked(api, path, token, UPGRADE | (headers or {}))
        assert answer.status == 101, answer.body
        made = Talking(api, answer)
        made.stream.begin(made)
        await asyncio.sleep(0)
        return made

    stream = api.run(begin())
    try:
        yield stream
    finally:
        api.run(_ended(stream.stream))


async def _ended(stream: Stream) -> None:
    stream.ended()
