"""Streams and WebSockets on a real socket: who reads slowly, who sends what no client would, and how it ends."""

import base64
import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from martlet.http import serving, websocket
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.streams import Wire
from martlet.http.websocket import HandshakeRefused, WebSocket, accepting, text_frame
from tests.http.test_connection import Served, Small
from tests.http.wire import PATIENCE, statuses

KEY = base64.b64encode(b"0123456789abcdef")
UPGRADE = (
    b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %b\r\n"
    % KEY
)


class Echo(WebSocket):
    over = 0

    def opened(self) -> None:
        self.send(text_frame(b"hello"))

    def heard(self, text: str) -> None:
        self.send(text_frame(text.encode()))

    def closed(self) -> None:
        Echo.over += 1


class Ticks:
    """Says something whenever it is told to."""

    wire: Wire

    def __init__(self) -> None:
        self.is_over = False

    def begin(self, wire: Wire) -> None:
        self.wire = wire
        wire.send(b":)\n")

    def received(self, data: bytes) -> None:
        raise AssertionError(data)

    def look(self, now: float) -> None:
        pass

    def stop(self) -> None:
        self.wire.send(b"bye\n")
        self.wire.finish()

    def ended(self) -> None:
        self.is_over = True


class Streaming(Small):
    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.ticks: list[Ticks] = []

    async def answer(self, request: Request) -> Answer:
        if request.path == "/socket":
            try:
                return accepting(request, Echo())
            except HandshakeRefused:
                return Answer(status=400)
        if request.path == "/ticks":
            self.ticks.append(Ticks())
            return Answer(headers=[(b"content-type", b"text/event-stream")], stream=self.ticks[-1])
        return await super().answer(request)


@pytest.fixture
def app(tmp_path: Path) -> Streaming:
    return Streaming(tmp_path)


@pytest.fixture
def served(app: Streaming, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(serving, "TICK", 0.02)
    monkeypatch.setattr(websocket, "GOODBYE_SECONDS", 0.1)
    Echo.over = 0
    with Served(app) as running:
        yield running


class Client:
    """A WebSocket's other side."""

    def __init__(self, served: Served, ahead: bytes = b"") -> None:
        self.socket = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)
        self.socket.sendall(b"GET /socket HTTP/1.1\r\nHost: a\r\n" + UPGRADE + b"\r\n" + ahead)
        self.head = b""
        while b"\r\n\r\n" not in self.head:
            self.head += self.socket.recv(1)
        self.protocol = Protocol(Side.CLIENT, max_size=None)
        self.said: list[str] = []

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):  # it may have been closed by the first half
            self.socket.sendall(data)

    def until(self, count: int) -> list[str]:
        """So many messages, or all up to the end."""
        while len(self.said) < count:
            try:
                data = self.socket.recv(65536)
            except OSError:
                break
            if not data:
                break
            self.protocol.receive_data(data)
            for frame in self.protocol.events_received():
                if isinstance(frame, Frame) and frame.opcode is Opcode.TEXT:
                    self.said.append(bytes(frame.data).decode())
        return self.said

    def code(self) -> int | None:
        """With which code it was closed; None: without a word."""
        self.until(10**9)
        closed = self.protocol.close_rcvd
        return None if closed is None else closed.code


Dial = Callable[..., Client]


@pytest.fixture
def dial(served: Served) -> Iterator[Dial]:
    made: list[Client] = []

    def one(ahead: bytes = b"") -> Client:
        made.append(Client(served, ahead))
        return made[-1]

    yield one
    for client in made:
        client.socket.close()


def text(message: str, *, fin: bool = True, opcode: Opcode = Opcode.TEXT) -> bytes:
    return Frame(opcode, message.encode(), fin).serialize(mask=True)


def test_a_connection_becomes_a_websocket(dial: Dial) -> None:
    """What was sent ahead of the answer is part of it."""
    client = dial(text("early"))
    assert statuses(client.head) == [101]
    assert b"sec-websocket-accept" in client.head
    assert b"connection: Upgrade" in client.head
    assert b"content-length" not in client.head
    assert b"extensions" not in client.head
    client.send(text("one") + text("tw", fin=False) + text("o", opcode=Opcode.CONT))
    assert client.until(4) == ["hello", "early", "one", "two"]
    client.send(Frame(Opcode.CLOSE, b"\x03\xe8").serialize(mask=True))
    assert client.code() == 1000


HOSTILE = {
    "not masked": (Frame(Opcode.TEXT, b"x").serialize(mask=False), 1002),
    "binary": (Frame(Opcode.BINARY, b"x").serialize(mask=True), 1003),
    "too large": (text("x" * 8193), 1009),
    "too large in parts": (text("x" * 5000, fin=False) + text("x" * 5000, opcode=Opcode.CONT), 1009),
    "said to be endless": (b"\x81\xff" + b"\x7f" + b"\xff" * 7 + b"mask", 1009),
    "nothing begun": (text("x", opcode=Opcode.CONT), 1002),
    "begun twice": (text("x", fin=False) + text("y"), 1002),
    "reserved bit": (b"\xc1\x80mask", 1002),
    "unknown opcode": (b"\x83\x80mask", 1002),
    "no text": (b"\x81\x81\x00\x00\x00\x00\xff", 1007),
    "a long ping": (b"\x89\xfe\x00\x7e\x00\x00\x00\x00" + b"x" * 126, 1002),
    "a parted ping": (b"\x09\x80mask", 1002),
    "a close of one byte": (b"\x88\x81\x00\x00\x00\x00x", 1002),
    "a close with no code": (b"\x88\x82\x00\x00\x00\x00\x00\x01", 1002),
    "many at once": (text("x") * 20_000, 1008),
    "many pings": (Frame(Opcode.PING, b"").serialize(mask=True) * 20_000, 1008),
    "parts without end": (text("", fin=False) + text("", fin=False, opcode=Opcode.CONT) * 20_000, 1008),
}


def test_hostile_frames_end_it_with_a_word(dial: Dial) -> None:
    for name, (sent, code) in HOSTILE.items():
        client = dial()
        client.send(sent)
        assert client.code() == code, name
    assert dial().until(1) == ["hello"]


def test_what_is_no_handshake_is_answered_in_http(served: Served) -> None:
    for head in (
        UPGRADE.replace(b"13", b"8"),
        UPGRADE.replace(KEY, b"short"),
        UPGRADE.replace(b"Sec-WebSocket-Key", b"X-Key"),
        UPGRADE.replace(b"websocket", b"h2c"),
    ):
        with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as client:
            client.sendall(b"GET /socket HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n")
            got = b""
            while piece := client.recv(65536):
                got += piece
        assert statuses(got) == [400]


def test_who_does_not_answer_a_ping_is_gone(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "PING_SECONDS", 0.05)
    assert dial().code() is None
    assert _eventually(lambda: Echo.over == 1)


def test_a_slow_reader_is_dropped_and_others_hear_on(served: Served, app: Streaming) -> None:
    """What waits for one is bounded: the kernel's own buffers, and `UNREAD`."""
    clients = []
    for number in range(2):
        client = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)
        if number == 0:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
        client.sendall(b"GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n")
        clients.append(client)
        assert _eventually(lambda: len(app.ticks) == len(clients) and hasattr(app.ticks[-1], "wire"))
    slow, quick = app.ticks

    def tick() -> None:
        for one in app.ticks:
            one.wire.send(b"x" * 65536)

    got = 0
    for number in range(400):
        served.call(tick)
        while got < number * 65536:
            got += len(clients[1].recv(1 << 20))
        if slow.is_over:
            break
    assert slow.is_over
    assert not quick.is_over
    for client in clients:
        client.close()
    assert _eventually(lambda: quick.is_over)


def test_streams_end_gracefully_with_the_server(
    served: Served, dial: Dial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "GRACE", PATIENCE)
    client = dial()
    client.until(1)
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as lines:
        lines.sendall(b"GET /ticks HTTP/1.1\r\nHost: a\r\n\r\n")
        got = b""
        while not got.endswith(b":)\n"):
            got += lines.recv(1)
        assert b"content-length" not in got
        assert b"connection: close" in got
        served.stop()
        assert not served.serving.connections, "nobody was waited for until the end"
        while piece := lines.recv(100):
            got += piece
    assert got.endswith(b"bye\n")
    assert client.code() == 1001


def test_a_head_begins_no_stream(served: Served, app: Streaming) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE) as client:
        client.sendall(b"HEAD /ticks HTTP/1.1\r\nHost: a\r\n\r\n")
        got = b""
        while piece := client.recv(100):
            got += piece
    assert statuses(got) == [200]
    assert not hasattr(app.ticks[0], "wire")


def _eventually(is_so: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE
    while not is_so() and time.monotonic() < until:
        time.sleep(0.01)
    return is_so()
