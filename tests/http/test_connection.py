"""HTTP/1.1 on a real socket, before a small application of the tests' own."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Self

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.http import connection, serving
from martlet.http.answer import Answer, FilePart
from martlet.http.request import BodyCutOff, Request
from martlet.http.serving import Serving, bind
from tests.http.wire import PATIENCE, raw, statuses

BIG = b"x" * 3_000_000
HOST = b"Host: a\r\n"


class Small:
    """Answers by the path; `cut` counts bodies that broke off."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.release = asyncio.Event()
        self.cut = 0
        self.order: list[str] = []

    async def answer(self, request: Request) -> Answer:
        self.order.append(request.path)
        match request.path:
            case "/wait":
                await self.release.wait()
            case "/echo":
                try:
                    return Answer(await request.body(50_000_000))
                except BodyCutOff:
                    self.cut += 1
                    return Answer(b"cut", 400)
            case "/big":
                return Answer(BIG)
            case "/file":
                return Answer(file=FilePart(self.file, 1, 100_000))
            case "/empty":
                return Answer(status=204)
            case "/split":
                return Answer(headers=[(b"x", b"a\r\nset-cookie: b")])
            case "/headers":
                return Answer(b"|".join(name + b"=" + value for name, value in request.headers.items()))
        return Answer(request.path.encode())


class Served:
    """The application on a port, in a loop and thread of its own."""

    def __init__(self, application: Small) -> None:
        self.application = application
        self.socket = bind("127.0.0.1:0")
        self.port = self.socket.getsockname()[1]
        self.serving: Serving
        self._ready = threading.Event()
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        async def begin() -> None:
            self.serving = Serving(self.application.answer, limit=50)
            await self.serving.listen([self.socket])
            self._ready.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()
        self._loop.run_until_complete(asyncio.sleep(0.01))  # what was closed just now is gone a turn later
        self._loop.close()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def call(self, function: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(function)

    def stop(self) -> None:
        self.wait(self.serving.stop)

    def wait(self, coroutine: Callable[[], Awaitable[None]]) -> None:
        async def run() -> None:
            await coroutine()

        asyncio.run_coroutine_threadsafe(run(), self._loop).result(PATIENCE)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(serving, "TICK", 0.02)
    file = tmp_path / "file"
    file.write_bytes(bytes(range(256)) * 1000)
    with Served(Small(file)) as running:
        yield running


def connect(served: Served) -> socket.socket:
    return socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)


def until_closed(client: socket.socket) -> bytes:
    got = bytearray()
    with contextlib.suppress(ConnectionError):
        while piece := client.recv(65536):
            got += piece
    return bytes(got)


def get(path: str, *more: bytes) -> bytes:
    return f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"".join(line + b"\r\n" for line in more) + b"\r\n"


def bodies(answers: bytes) -> list[bytes]:
    """Of answers that stand one behind the other."""
    found = []
    while answers:
        head, _, rest = answers.partition(b"\r\n\r\n")
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0
        )
        found.append(rest[:length])
        answers = rest[length:]
    return found


def test_requests_sent_ahead_are_answered_in_order(served: Served) -> None:
    served.call(lambda: served.serving.loop.call_later(0.2, served.application.release.set))
    sent = get("/wait") + b"".join(get(f"/{n}") for n in range(50)) + get("/last", b"Connection: close")
    with connect(served) as client:
        client.sendall(sent)
        answers = until_closed(client)
    assert bodies(answers) == [b"/wait", *(b"/%d" % n for n in range(50)), b"/last"]


def test_the_next_request_is_not_begun_before_the_last_is_answered(served: Served) -> None:
    with connect(served) as client:
        client.sendall(get("/wait") + get("/next", b"Connection: close"))
        time.sleep(0.1)
        assert served.application.order == ["/wait"]
        served.call(served.application.release.set)
        assert bodies(until_closed(client)) == [b"/wait", b"/next"]


class Held(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self, protocol: connection.Connection) -> None:
        super().__init__()
        self.written = bytearray()
        self._protocol: connection.Connection | None = protocol
        protocol.connection_made(self)

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name == "peername" else default

    def is_closing(self) -> bool:
        return self._protocol is None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += data

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def close(self) -> None:
        if self._protocol is not None:
            self._protocol.connection_lost(None)
            self._protocol = None


async def answered(pieces: list[bytes]) -> bytes:
    """All that comes back for bytes that come piece by piece."""
    there = Serving(Small(Path("none")).answer)
    protocol = connection.Connection(there)
    transport = Held(protocol)
    for piece in pieces:
        protocol.data_received(piece)
        await asyncio.sleep(0)
    for _ in range(100):
        await asyncio.sleep(0)
    protocol.close()
    await there.stop()
    return bytes(transport.written)


def cut(whole: bytes, lengths: list[int]) -> list[bytes]:
    pieces, at = [], 0
    for length in lengths:
        pieces.append(whole[at : at + length])
        at += length
    return [piece for piece in (*pieces, whole[at:]) if piece]


@settings(max_examples=60)
@given(lengths=st.lists(st.integers(1, 400), max_size=8), body=st.binary(max_size=200))
def test_it_does_not_matter_where_the_bytes_are_cut(lengths: list[int], body: bytes) -> None:
    one = b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:7], body[7:]) if part)
    begin = b"POST /echo HTTP/1.1\r\nConnection: close\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"
    two = begin + chunks + b"0\r\nX-Trailer: x\r\n\r\n"
    assert bodies(asyncio.run(answered(cut(one + two, lengths)))) == [body, body]


def test_trailers_are_no_headers_of_the_next_request(served: Served) -> None:
    first = (
        b"POST /echo HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n0\r\nX-Forged: yes\r\n\r\n"
    )
    assert b"forged" not in raw(served.port, first + get("/headers", b"Connection: close"))


def test_a_large_body_is_held_back_until_it_is_read(served: Served) -> None:
    body = b"y" * 5_000_000
    sent = (
        b"POST /echo HTTP/1.1\r\nConnection: close\r\n"
        + HOST
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )
    assert bodies(raw(served.port, sent)) == [body]


def test_who_asks_before_sending_is_told_to_go_on(served: Served) -> None:
    with connect(served) as client:
        client.sendall(
            b"POST /echo HTTP/1.1\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: 5\r\n"
            + HOST
            + b"\r\n"
        )
        assert client.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"hello")
        assert bodies(until_closed(client)) == [b"hello"]


def test_an_answer_is_heard_although_nobody_wanted_the_body(served: Served) -> None:
    sent = b"POST /no HTTP/1.1\r\n" + HOST + b"Content-Length: 3000000\r\n\r\n" + b"z" * 3_000_000
    with connect(served) as client:
        client.sendall(sent)
        answer = until_closed(client)
    assert statuses(answer) == [200]
    assert b"connection: close" in answer


def test_a_body_without_end_that_nobody_wants_is_not_read_for_ever(served: Served) -> None:
    began = b"POST /no HTTP/1.1\r\n" + HOST + b"Content-Length: 999999999999\r\n\r\n"
    with connect(served) as client:
        client.sendall(began)
        with pytest.raises(ConnectionError):
            client.sendall(b"z" * 100_000_000)


def test_who_goes_away_leaves_nothing_behind(served: Served) -> None:
    with connect(served) as client:
        client.sendall(b"POST /echo HTTP/1.1\r\n" + HOST + b"Content-Length: 100\r\n\r\nhalf")
        _until(lambda: served.application.order == ["/echo"])
    _until(lambda: served.application.cut == 1)
    _until(lambda: not served.serving.connections)


def _until(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_who_has_said_all_still_hears_all(served: Served) -> None:
    with connect(served) as client:
        client.sendall(get("/wait") + get("/second"))
        client.shutdown(socket.SHUT_WR)
        served.call(served.application.release.set)
        assert bodies(until_closed(client)) == [b"/wait", b"/second"]


def test_large_answers_and_files(served: Served) -> None:
    assert bodies(raw(served.port, get("/big") + get("/file", b"Connection: close"))) == [
        BIG,
        (bytes(range(256)) * 1000)[1:100_001],
    ]


def test_a_file_that_is_shorter_than_it_was_ends_the_connection(served: Served) -> None:
    served.application.file.write_bytes(b"short")
    got = raw(served.port, get("/file") + get("/next"))
    assert b"content-length: 100000" in got
    assert b"/next" not in got


def test_answers_without_bodies(served: Served) -> None:
    head = raw(served.port, b"HEAD /big HTTP/1.1\r\nConnection: close\r\n" + HOST + b"\r\n")
    assert b"content-length: 3000000" in head
    assert head.endswith(b"\r\n\r\n")
    empty = raw(served.port, get("/empty", b"Connection: close"))
    assert b"content-length" not in empty
    assert empty.endswith(b"\r\n\r\n")


def test_nothing_in_a_header_begins_another(served: Served) -> None:
    answer = raw(served.port, get("/split", b"Connection: close"))
    assert b"set-cookie" not in answer


def test_http_1_0(served: Served) -> None:
    old = b"GET /x HTTP/1.0\r\n" + HOST + b"\r\n"
    assert b"connection: close" in raw(served.port, old)
    kept = old[:-2] + b"Connection: keep-alive\r\n\r\n"
    assert statuses(raw(served.port, kept + old)) == [200, 200]


def test_who_asks_for_another_protocol_is_answered_in_this_one(served: Served) -> None:
    answer = raw(served.port, get("/x", b"Upgrade: h2c", b"Connection: Upgrade") + b"PRI")
    assert statuses(answer) == [200]
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    ("limit", "sent"),
    [
        ("HEAD_SECONDS", b"GET / HTTP/1.1\r\nHo"),
        ("IDLE_SECONDS", b""),
        ("IDLE_SECONDS", get("/x")),
        ("LINGER_SECONDS", b"POST /no HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"),
    ],
)
def test_who_says_nothing_more_is_left(
    served: Served, monkeypatch: pytest.MonkeyPatch, limit: str, sent: bytes
) -> None:
    monkeypatch.setattr(connection, limit, 0.1)
    with connect(served) as client:
        client.sendall(sent)
        until_closed(client)
        _until(lambda: not served.serving.connections)


@pytest.mark.parametrize("begin", [b"GET / HTTP/1.1\r\nX: ", b"no HTTP at all"], ids=["a head", "nonsense"])
def test_what_drips_is_left(served: Served, monkeypatch: pytest.MonkeyPatch, begin: bytes) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(connection, "LINGER_SECONDS", 0.2)
    with connect(served) as client:
        client.sendall(begin)
        _until(lambda: bool(served.serving.connections))
        with contextlib.suppress(ConnectionError):
            for _ in range(500):
                client.sendall(b"x")
                time.sleep(0.01)
                if not served.serving.connections:
                    return
    assert not served.serving.connections


def test_who_reads_nothing_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "STALLED_SECONDS", 0.2)
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", served.port))
        client.sendall(get("/big") * 5)
        _until(lambda: bool(served.application.order))
        _until(lambda: not served.serving.connections)


def test_one_connection_too_many_is_told_so(served: Served) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connect(served))
        _until(lambda: len(served.serving.connections) == 50)
        assert statuses(raw(served.port, get("/x"))) == [503]


def test_stopping_lets_answers_end_and_takes_nothing_new(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was begun is answered: a request, half of one, and a connection that was made for one."""
    for limit in ("GRACE", "FIRST_REQUEST"):
        monkeypatch.setattr(serving, limit, PATIENCE)
    with contextlib.ExitStack() as stack:
        client, half, new, idle = (stack.enter_context(connect(served)) for _ in range(4))
        client.sendall(get("/wait"))
        half.sendall(get("/half")[:-2])
        idle.sendall(get("/idle"))
        _until(lambda: sorted(served.application.order) == ["/idle", "/wait"])
        stopping = threading.Thread(target=served.stop)
        stopping.start()
        _until(lambda: served.serving.is_stopping)
        half.sendall(get("/half")[-2:])
        new.sendall(get("/new"))
        for one, path in ((half, b"/half"), (new, b"/new")):
            answer = until_closed(one)
            assert bodies(answer) == [path]
            assert b"connection: close" in answer
        assert bodies(until_closed(idle)) == [b"/idle"]
        served.call(served.application.release.set)
        assert bodies(until_closed(client)) == [b"/wait"]
        stopping.join()
    with pytest.raises(OSError):
        connect(served)
