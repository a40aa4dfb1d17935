"""What comes in: headers that come twice, bodies that do not come."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from martlet.http import request as request_room
from martlet.http.answer import redirect
from martlet.http.request import BodyTooLarge, BodyTooSlow, Request


def made(headers: list[tuple[bytes, bytes]], read: Callable[[], Awaitable[bytes]]) -> Request:
    return Request("POST", b"/", headers, "1.2.3.4", read)


def drip(pieces: int, pause: float, piece: bytes = b"x") -> Callable[[], Awaitable[bytes]]:
    left = pieces

    async def read() -> bytes:
        nonlocal left
        left -= 1
        await asyncio.sleep(pause)
        return piece if left >= 0 else b""

    return read


def test_headers_that_come_twice_are_one() -> None:
    sent = [
        (b"cookie", b"a=1"), (b"x-forwarded-for", b"1.1.1.1"), (b"cookie", b"b=2"), (b"x-forwarded-for", b"2.2.2.2"), (b"host", b"a"), (b"host", b"b"),
    ]  # fmt: skip
    request = made(sent, drip(1, 0))
    assert request.header(b"cookie") == "a=1; b=2"
    assert request.header(b"x-forwarded-for") == "1.1.1.1, 2.2.2.2"
    assert request.header(b"host") == "a, b"


def test_a_body_that_stops_coming_is_waited_for_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_room, "PATIENCE", 0.05)
    with pytest.raises(BodyTooSlow):
        asyncio.run(made([], drip(2, 5)).body(100))


def test_a_body_that_drips_comes_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_room, "GRACE", 0.2)
    with pytest.raises(BodyTooSlow):
        asyncio.run(made([], drip(1000, 0.01)).body(10_000))


def test_a_large_body_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_room, "GRACE", 0.5)
    body = asyncio.run(made([], drip(10, 0.08, b"x" * 4096)).body(100_000))
    assert len(body) == 40_960


@pytest.mark.parametrize("headers", [[(b"content-length", b"2000000")], []])
def test_a_body_over_the_limit_is_not_read_on(headers: list[tuple[bytes, bytes]]) -> None:
    asked = 0

    async def read() -> bytes:
        nonlocal asked
        asked += 1
        return b"x" * 1000

    with pytest.raises(BodyTooLarge):
        asyncio.run(made(headers, read).body(5000))
    assert asked == (0 if headers else 6)


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/a%20b?c=%20", "/a b", b"c=%20"),
        (b"/a%2Fb%20c", "/a%2Fb%20c", b""),
        (b"/tags/%E5%B0%8F", "/tags/小", b""),
        (b"/%ff", "/\ufffd", b""),
        (b"http://other.test/x?y", "/x", b"y"),
        (b"https://other.test", "/", b""),
        (b"*", "*", b""),
        (b"x:80", "x:80", b""),
        (b"//double", "//double", b""),
    ],
)  # fmt: skip
def test_a_target_is_a_path_and_a_query(target: bytes, path: str, query: bytes) -> None:
    request = Request("GET", target, [], "1.2.3.4", drip(0, 0))
    assert (request.path, request.query) == (path, query)


def test_a_redirect_spells_out_letters_of_other_scripts() -> None:
    sent = dict(redirect("/tags/straße?q=%C3%9F&x=小#a").headers)
    assert sent[b"location"] == b"/tags/stra%C3%9Fe?q=%C3%9F&x=%E5%B0%8F#a"
