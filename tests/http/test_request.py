"""What comes in: headers that come twice, bodies that do not come."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from martlet.http import request as request_room
from martlet.http.request import BodyTooLarge, BodyTooSlow, Request

Message = MutableMapping[str, Any]


def made(headers: list[tuple[bytes, bytes]], receive: Callable[[], Awaitable[Message]]) -> Request:
    scope = {"method": "POST", "path": "/", "query_string": b"", "headers": headers, "client": ("1.2.3.4", 5)}
    return Request(scope, receive)


def drip(pieces: int, pause: float, piece: bytes = b"x") -> Callable[[], Awaitable[Message]]:
    left = pieces

    async def receive() -> Message:
        nonlocal left
        left -= 1
        await asyncio.sleep(pause)
        return {"type": "http.request", "body": piece, "more_body": left > 0}

    return receive


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
    monkeypatch.setattr(request_room, "GRACE", 0.05)
    body = asyncio.run(made([], drip(10, 0.01, b"x" * 4096)).body(100_000))
    assert len(body) == 40_960


@pytest.mark.parametrize("headers", [[(b"content-length", b"2000000")], []])
def test_a_body_over_the_limit_is_not_read_on(headers: list[tuple[bytes, bytes]]) -> None:
    asked = 0

    async def receive() -> Message:
        nonlocal asked
        asked += 1
        return {"type": "http.request", "body": b"x" * 1000, "more_body": True}

    with pytest.raises(BodyTooLarge):
        asyncio.run(made(headers, receive).body(5000))
    assert asked == (0 if headers else 6)
