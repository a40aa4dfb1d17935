"""Files come to disk as they come, as large and as slowly as whoever asks for them allows, and never from here."""

import asyncio
import gzip
import io
from datetime import timedelta

import pytest

from martlet.media.errors import MediaNotRecognised
from martlet.network import client as client_module
from martlet.network.client import Client
from martlet.network.errors import AddressRefused, AnswerRefused, AnswerTooLarge, TimedOut
from tests.network.servers import Request, answer, listening, saying

pytestmark = pytest.mark.anyio
BODY = bytes(range(256)) * 4096


def trial(host: str = "home.example") -> Client:
    return Client(host, allow_private=True)


async def test_a_file_is_written_whole() -> None:
    seen: list[bytes] = []

    def judge(head: bytes) -> int:
        seen.append(head)
        return len(BODY)

    into = io.BytesIO()
    async with listening(saying(answer(200, BODY, content_type="text/html"))) as there, trial() as client:
        got = await client.save(there.url, into, judge, headers={"Via": "1.1 x"})
    assert (got.status, got.body, into.getvalue()) == (200, b"", BODY)
    assert seen == [BODY[:1024]]
    [request] = there.requests
    assert (request.headers["via"], request.headers["accept-encoding"]) == ("1.1 x", "identity")


async def test_a_file_shorter_than_its_beginning() -> None:
    into = io.BytesIO()
    async with listening(saying(answer(200, b"GIF"))) as there, trial() as client:
        await client.save(there.url, into, len)
    assert into.getvalue() == b"GIF"


async def test_a_failure_is_an_answer_and_no_file() -> None:
    into = io.BytesIO()
    async with listening(saying(answer(404, b"nothing here"))) as there, trial() as client:
        got = await client.save(there.url, into, len)
    assert (got.status, got.body, into.getvalue()) == (404, b"nothing here", b"")


@pytest.mark.parametrize("allowed", [0, 1024, len(BODY) - 1])
async def test_a_file_that_is_too_large_ends_early(allowed: int) -> None:
    into = io.BytesIO()
    async with listening(saying(answer(200, BODY))) as there, trial() as client:
        with pytest.raises(AnswerTooLarge):
            await client.save(there.url, into, lambda _: allowed)
    assert len(into.getvalue()) <= allowed


async def test_whatever_the_judge_says_ends_it() -> None:
    def judge(_head: bytes) -> int:
        raise MediaNotRecognised

    into = io.BytesIO()
    async with listening(saying(answer(200, BODY))) as there, trial() as client:
        with pytest.raises(MediaNotRecognised):
            await client.save(there.url, into, judge)
    assert into.getvalue() == b""


async def test_e9_this_server_is_not_asked_for_its_own_files() -> None:
    async with listening(saying(answer(200, BODY))) as there, trial(f"127.0.0.1:{there.port}") as client:
        with pytest.raises(AddressRefused):
            await client.save(f"{there.url}/proxy/x", io.BytesIO(), lambda _: 10**9)
    assert there.requests == []


async def test_e9_nobody_leads_us_back_to_this_server() -> None:
    async with listening(saying(answer(200, BODY))) as ours:
        lure = answer(302, location=f"{ours.url}/proxy/x")
        async with listening(saying(lure)) as there, trial(f"127.0.0.1:{ours.port}") as client:
            with pytest.raises(AddressRefused):
                await client.save(there.url, io.BytesIO(), lambda _: 10**9)
    assert (len(there.requests), ours.requests) == (1, [])


async def test_e7_a_file_that_drips_is_given_up() -> None:
    async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + bytes(2048))
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with (
        listening(drip) as there,
        Client("home.example", allow_private=True, deadline=timedelta(seconds=0.4)) as client,
    ):
        with pytest.raises(TimedOut):
            await client.save(there.url, io.BytesIO(), lambda _: 10**9)


async def test_a_long_file_may_take_as_long_as_it_keeps_coming(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "SLOWEST", 100)  # so each of the pieces earns ten seconds

    async def steady(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n")
        for _ in range(4):
            writer.write(bytes(1000))
            await writer.drain()
            await asyncio.sleep(0.7)

    into = io.BytesIO()
    async with (
        listening(steady) as there,
        Client("home.example", allow_private=True, deadline=timedelta(seconds=2)) as client,
    ):
        await client.save(there.url, into, lambda _: 10**9)
    assert len(into.getvalue()) == 4000


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip", "br"])
async def test_e8_files_are_not_unpacked(encoding: str) -> None:
    packed = answer(200, gzip.compress(bytes(10**6)), content_encoding=encoding)
    async with listening(saying(packed)) as there, trial() as client:
        with pytest.raises(AnswerRefused):
            await client.save(there.url, io.BytesIO(), lambda _: 10**9)
