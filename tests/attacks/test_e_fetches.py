"""What strangers try with the URLs they make us fetch (docs/security.md, group E)."""

import asyncio
import gzip
import time
import tracemalloc
import zlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import pytest

from martlet.network import signed
from martlet.network.client import Client
from martlet.network.errors import (
    AddressRefused,
    AnswerRefused,
    AnswerTooLarge,
    TimedOut,
    Unreachable,
)
from martlet.signing.http_signatures import Signer
from tests.elsewhere import rsa
from tests.network.servers import (
    Authority,
    Handler,
    Listener,
    Request,
    answer,
    connecting,
    here,
    listening,
    saying,
)

pytestmark = pytest.mark.anyio

PRIVATE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.1.2.3", "127.255.255.254", "168.63.129.16", "169.254.0.0", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.255", "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255",
    "198.18.0.1", "198.19.255.255", "198.51.100.255", "203.0.113.255", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:100.64.0.1", "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::7f00:1", "100::1", "2001::1", "2001:0:7f00:1::",
    "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2620:4f:8000::1", "3fff::1",
    "4000::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
ODD_NOTATIONS = [
    "2130706433", "0x7f000001", "0x7f.1", "127.1", "127.0.1", "0177.0.0.1", "127.0.0.0x1", "1", "0", "0x",
    "127.0.0.1.", "１２７.０.０.１", "127。0。0。1", "①②⑦.0.0.1", "[::ffff:127.0.0.1]", "[::1%25lo]", "[0:0:0:0:0:0:0:1]",
]  # fmt: skip
LOCAL_NAMES = [
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "printer.local", "router.lan", "vault.internal",
    "metadata.google.internal", "nas.home.arpa", "home.arpa", "intranet", "box", "db.corp", "x.onion",
]  # fmt: skip


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class Names:
    """A name service in an attacker's hands: these addresses, one list after the other."""

    def __init__(self, *lists: Sequence[str]) -> None:
        self.lists = list(lists)
        self.asked = 0

    async def __call__(self, _host: str, _port: int) -> Sequence[str]:
        self.asked += 1
        return self.lists.pop(0) if len(self.lists) > 1 else self.lists[0]


def secrets() -> AbstractAsyncContextManager[Listener]:
    return listening(saying(answer(200, b"secret")))


@pytest.mark.parametrize("address", PRIVATE)
async def test_e1_private_addresses_as_literals(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    async with Client("home.example") as client:
        for scheme in ("http", "https"):
            with pytest.raises(AddressRefused):
                await client.get(f"{scheme}://{host}/latest/meta-data/")


@pytest.mark.parametrize("address", PRIVATE)
async def test_e1_private_addresses_behind_a_name(address: str) -> None:
    names = Names([address])
    async with Client("home.example", lookup=names) as client:
        with pytest.raises(AddressRefused):
            await client.get("https://innocent.example/")
        with pytest.raises(AddressRefused):
            await client.post("https://innocent.example/", b"x")
    assert names.asked == 2


@pytest.mark.parametrize("host", ODD_NOTATIONS + LOCAL_NAMES)
async def test_e1_private_addresses_in_odd_notations(host: str) -> None:
    async with secrets() as there, Client("home.example") as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://{host}:{there.port}/")
    assert (there.connections, there.requests) == (0, [])


async def test_e1_private_addresses_this_machine_is_not_called() -> None:
    async with secrets() as there, Client("home.example", lookup=here) as client:
        for url in (
            there.url,
            f"http://innocent.example:{there.port}/",
            f"http://[::ffff:127.0.0.1]:{there.port}/",
        ):
            with pytest.raises(AddressRefused):
                await client.get(url)
    assert there.connections == 0


@pytest.mark.parametrize(
    "answers", [["93.184.215.14", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"], ["93.184.215.14", "::1"]]
)
async def test_e2_rebinding_one_bad_address_is_enough(answers: list[str]) -> None:
    async with secrets() as there, Client("home.example", lookup=Names(answers)) as client:
        with pytest.raises(AddressRefused):
            await client.get(f"http://rebind.test:{there.port}/")
    assert there.connections == 0


async def test_e2_rebinding_the_checked_address_is_the_one_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpcore2  # noqa: PLC0415 - as late as the client itself

    dialled: list[str] = []

    async def dial(_self: object, host: str, *_rest: object) -> object:
        dialled.append(host)
        raise httpcore2.ConnectError("not today")

    monkeypatch.setattr(httpcore2.AnyIOBackend, "connect_tcp", dial)
    names = Names(["93.184.215.14"], ["127.0.0.1"])
    async with Client("home.example", lookup=names) as client:
        with pytest.raises(Unreachable):
            await client.get("https://rebind.test/")
        assert (dialled, names.asked) == (["93.184.215.14"], 1)
        with pytest.raises(AddressRefused):
            await client.get("https://rebind.test/")
    assert (dialled, names.asked) == (["93.184.215.14"], 2)


@pytest.mark.parametrize(
    "location", ["http://127.0.0.1:{}/", "//localhost:{}/", "http://0x7f.1:{}/", "http://[::1]:{}/"]
)
async def test_e3_redirects_to_this_machine(location: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("martlet.network.guard._REFUSED_V4", ())
    monkeypatch.setattr("martlet.network.guard._FIRST_FREE_PORT", 0)
    async with secrets() as inside:
        bad = answer(302, location=location.format(inside.port))

        async def lure(_request: Request, writer: asyncio.StreamWriter) -> None:
            monkeypatch.undo()  # the first hop must look public for this trial; the second is judged as ever
            writer.write(bad)

        async with listening(lure) as outside, Client("home.example", lookup=here) as client:
            with pytest.raises(AddressRefused):
                await client.get(f"http://innocent.example:{outside.port}/")
    assert len(outside.requests) == 1
    assert inside.connections == 0


async def test_e3_redirects_without_end() -> None:
    async def onward(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(302, location=f"{request.path}x"))

    async with listening(onward) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises(AnswerRefused):
            await client.get(there.url)
    assert len(there.requests) == 4


async def test_e3_redirects_in_a_circle() -> None:
    async with (
        listening(saying(answer(302, location="/a"))) as there,
        Client("h.example", allow_private=True) as client,
    ):
        with pytest.raises(AnswerRefused):
            await client.get(f"{there.url}/a")
    assert len(there.requests) == 1


async def test_e3_redirects_take_no_credentials_along() -> None:
    headers = {
        "Authorization": "Bearer x",
        "cookie": "a=b",
        "Signature": "s",
        "signature-input": "i",
        "x": "kept",
    }
    async with listening(saying(answer())) as other:
        to_other = answer(302, location=f"{other.url}/")
        async with (
            listening(saying(answer(302, location="/same"), to_other)) as there,
            Client("home.example", allow_private=True) as client,
        ):
            await client.get(there.url, headers=headers)
    same, elsewhere = there.requests[1].headers, other.requests[0].headers
    assert same["authorization"] == "Bearer x"
    assert not {"authorization", "cookie", "signature", "signature-input"} & set(elsewhere)
    assert elsewhere["x"] == "kept"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_e3_redirects_are_not_followed_by_what_we_send(status: int) -> None:
    async with (
        listening(saying(answer(status, location="/b"))) as there,
        Client("h.example", allow_private=True) as client,
    ):
        assert (await client.post(there.url, b"signed")).status == status
    assert len(there.requests) == 1


async def test_e3_redirects_do_not_leave_https(authority: Authority) -> None:
    async with secrets() as plain:
        lure = answer(302, location=f"{plain.url}/")
        async with (
            listening(saying(lure), authority.context_for("ada.example")) as there,
            Client("h.example", allow_private=True, lookup=here, authorities=authority.pem) as client,
        ):
            with pytest.raises(AnswerRefused):
                await client.get(f"https://ada.example:{there.port}/")
    assert plain.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://hacker@localh.st:1234/secret.txt?x#@home.example", "https://good.example@evil.test/",
        "https://good.example:pw@evil.test/", "https://@evil.test/", "https://good.example:80@evil.test/",
        "https://good.example:/@x:99999/", "https:///evil.test", "https://", "https://:443/", "https:evil.test",
        "//evil.test/", "evil.test", "", "file:///etc/passwd", "gopher://evil.test/", "ftp://evil.test/",
        "javascript:alert(1)", "data:text/html,x", "https://evil.test:25/", "https://evil.test:22/",
        "https://evil.test:0/", "https://evil.test:65536/", "https://evil.test:99999999999/", "https://evil.test:+443/",
        "https://evil.test:４４３/", "https://[::1", "https://::1/", "https://[evil.test]/", "https://[2606:4700::1]x/",
        "https://ev il.test/", "https://-evil.test/", "https://evil-.test/", "https://evil..test/", "https://.test/",
        "https://" + "a" * 64 + ".test/", "https://" + "a." * 130 + "test/", "https://evil.test/" + "a" * 5000,
        "https://evil.test%2f@good.example/", "https://evil%2etest/", "https://a_b,c.test/", "https://evil.test;x/",
    ],
)  # fmt: skip
async def test_e5_an_address_pasted_into_a_url(url: str) -> None:
    names = Names(["93.184.215.14"])
    async with Client("home.example", lookup=names) as client:
        with pytest.raises(AddressRefused):
            await client.get(url)
    assert names.asked == 0


@pytest.mark.parametrize(
    "url",
    [
        "https://good.example\\@evil.test/", "https://good.example\\.evil.test/", "https:\\\\evil.test\\",
        "https://evil.test/\n", " https://evil.test/", "https://evil.test/ ", "ht\ntps://evil.test/", "\x00https://evil.test/",
        "https://evil\t.test/", "https://evil.test/\r\nHost: x", "https://evil.test/a b", "https://evil.test/\x7f",
        "https://evil.test/\x85", "https://evil.test/\ud800", "https://ev\u200bil.te\u202est/", "https://evil\u00ad\u3002.test/",
    ],
)  # fmt: skip
async def test_e6_parser_quirks(url: str) -> None:
    names = Names(["93.184.215.14"])
    async with Client("home.example", lookup=names) as client:
        with pytest.raises(AddressRefused):
            await client.get(url)
    assert names.asked == 0


@pytest.mark.parametrize(
    "location",
    [
        "https://good.example\\@evil.test/",
        "/a b",
        "http://a@evil.test/",
        "gopher://evil.test/",
        "http://[",
    ],
)
async def test_e6_parser_quirks_in_redirects(location: str) -> None:
    async def lure(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 X\r\ncontent-length: 0\r\nlocation: " + location.encode() + b"\r\n\r\n")

    async with listening(lure) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises(AddressRefused):
            await client.get(there.url)


LONG, MANY = 60, 100
"""Seconds that a deadline may be late on a busy machine; servers that drip at a time."""


def unhurried() -> Client:
    """By itself it would wait for longer than that."""
    return Client("home.example", allow_private=True, deadline=timedelta(seconds=2 * LONG))


async def drip(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.01)


async def drip_headers(_request: Request, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"x: y\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


async def drip_early_hints(_request: Request, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("drips", [drip, drip_headers, drip_early_hints])
async def test_e7_slow_drip(drips: Handler) -> None:
    began = time.monotonic()
    async with listening(drips) as there, unhurried() as client:
        with pytest.raises(TimedOut):
            await client.get(there.url, deadline=timedelta(seconds=0.4))
    assert time.monotonic() - began < LONG


async def test_e7_slow_drip_before_a_word_is_said() -> None:
    async def silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with connecting(silent) as there, Client("home.example", allow_private=True, lookup=here) as client:
        for url in (there.url, f"https://ada.example:{there.port}/"):
            with pytest.raises(TimedOut):
                await client.get(url, deadline=timedelta(seconds=0.3))


async def test_e7_slow_drip_of_names() -> None:
    async def never(_host: str, _port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    async with Client("home.example", lookup=never) as client:
        with pytest.raises(TimedOut):
            await client.get("https://slow.test/", deadline=timedelta(seconds=0.2))


async def test_e7_slow_drip_of_a_hundred_hosts_leaves_the_others_free() -> None:
    async with (
        listening(drip) as slow,
        listening(saying(answer(200, b"quick"))) as quick,
        Client("home.example", allow_private=True, lookup=here, deadline=timedelta(seconds=LONG)) as client,
    ):
        urls = [f"http://host{n}.test:{slow.port}/" for n in range(MANY)]
        dripping = [asyncio.create_task(client.get(url)) for url in urls]
        while len(slow.requests) < MANY:  # noqa: ASYNC110 - the listener counts
            await asyncio.sleep(0.01)
        assert (await client.get(quick.url)).body == b"quick"
        assert not any(task.done() for task in dripping)
        for task in dripping:
            task.cancel()
        ends = await asyncio.gather(*dripping, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)


async def test_e7_the_deadline_is_short_enough_unasked() -> None:
    assert Client("home.example")._deadline <= timedelta(seconds=15)


BOMB = gzip.compress(bytes(50 * 1024 * 1024))


@pytest.mark.parametrize(
    ("name", "body", "encoding"),
    [
        ("a bomb", BOMB, "gzip"),
        ("a bomb within a bomb", gzip.compress(BOMB), "gzip, gzip"),
        ("an encoding we did not ask for", zlib.compress(bytes(10**7)), "deflate"),
        ("another", b"\x00" * 100, "br"),
        ("not packed at all", b"x" * 3_000_000, "identity"),
    ],
)
async def test_e8_bombs(name: str, body: bytes, encoding: str) -> None:
    packed = answer(200, body, content_encoding=encoding)
    async with listening(saying(packed)) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises((AnswerTooLarge, AnswerRefused)):
            await client.get(there.url)


async def test_e8_bombs_are_not_unpacked_first() -> None:
    packed = answer(200, BOMB, content_encoding="gzip")
    async with listening(saying(packed)) as there, Client("home.example", allow_private=True) as client:
        await client.get(f"{there.url}/404", max_bytes=10**9)  # all that has to be loaded once is loaded
        tracemalloc.start()
        try:
            with pytest.raises(AnswerTooLarge):
                await client.get(there.url)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 8 * 1024 * 1024


async def test_e8_bombs_whatever_content_length_says() -> None:
    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            await writer.drain()

    async with listening(endless) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises(AnswerTooLarge):
            await client.get(there.url, max_bytes=200_000)


async def test_e8_bombs_that_unpack_to_nothing() -> None:
    packer = zlib.compressobj(wbits=31)
    head = packer.compress(b"") + packer.flush(zlib.Z_FULL_FLUSH)

    async def endless(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\n" + head)
        while True:
            writer.write(b"\x00\x00\x00\xff\xff" * 10_000)  # empty blocks, for ever
            await writer.drain()

    async with listening(endless) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises(AnswerTooLarge):
            await client.get(there.url, max_bytes=200_000)


async def test_e13_tls_off_by_accident(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONHTTPSVERIFY", "0")
    async with listening(saying(answer(200, b"mine")), authority.context_for("ada.example")) as there:
        url = f"https://ada.example:{there.port}/"
        for stranger in (
            Client("home.example", allow_private=True, lookup=here),
            Client(
                "home.example", allow_private=True, lookup=here, authorities=Authority(Path("/nowhere")).pem
            ),
        ):
            async with stranger as client:
                with pytest.raises(Unreachable):
                    await client.get(url)
        async with Client(
            "home.example", allow_private=True, lookup=here, authorities=authority.pem
        ) as friend:
            assert (await friend.get(url)).body == b"mine"
            with pytest.raises(Unreachable):
                await friend.get(f"https://other.example:{there.port}/")
    assert len(there.requests) == 1


SIGNER = Signer("https://home.example/actor#main-key", rsa("any"))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_e1_e4_private_addresses_of_inboxes_and_documents(host: str) -> None:
    async with secrets() as there, Client("home.example") as client:
        with pytest.raises(AddressRefused):
            await signed.get(client, f"http://{host}:{there.port}/users/ada", SIGNER)
        with pytest.raises(AddressRefused):
            await signed.post(client, f"http://{host}:{there.port}/inbox", b"{}", SIGNER)
    assert there.connections == 0


async def test_e2_rebinding_between_two_knocks() -> None:
    names = Names(["127.0.0.1"], ["169.254.169.254"])

    async def refuse_and_leave(_request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(401, connection="close"))
        await writer.drain()
        writer.close()

    async with (
        listening(refuse_and_leave) as there,
        Client("home.example", lookup=names, allow_private=True) as client,
    ):
        with pytest.raises(AddressRefused):
            await signed.get(client, f"http://rebind.test:{there.port}/", SIGNER)
    assert (names.asked, len(there.requests)) == (2, 1)


async def test_e3_redirects_do_not_carry_a_signature_to_another_server() -> None:
    async with listening(saying(answer())) as other:
        lure = answer(302, location=f"{other.url}/")
        async with (
            listening(saying(lure)) as there,
            Client("home.example", allow_private=True) as client,
        ):
            with pytest.raises(AnswerRefused):
                await signed.get(client, there.url, SIGNER)
            assert (await signed.post(client, there.url, b"{}", SIGNER)).answer.status == 302
    assert other.connections == 0


async def test_e3_redirects_without_end_of_signed_requests() -> None:
    async def onward(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(302, location=f"{request.path}x"))

    async with listening(onward) as there, Client("home.example", allow_private=True) as client:
        with pytest.raises(AnswerRefused):
            await signed.get(client, there.url, SIGNER)
    assert len(there.requests) == 4


@pytest.mark.parametrize("drips", [drip, drip_headers, drip_early_hints])
async def test_e7_slow_drip_of_documents_and_inboxes(drips: Handler) -> None:
    began = time.monotonic()
    async with listening(drips) as there, unhurried() as client:
        with pytest.raises((TimedOut, AnswerRefused)):
            await signed.get(client, there.url, SIGNER, deadline=timedelta(seconds=0.4))
        with pytest.raises(TimedOut):
            await signed.post(client, there.url, b"{}", SIGNER, deadline=timedelta(seconds=0.4))
    assert time.monotonic() - began < LONG


@pytest.mark.parametrize(
    "encoding", ["gzip", "gzip, gzip", "deflate", "br"]
)  # only one layer of gzip is unpacked, and only so far
async def test_e8_bombs_in_place_of_documents(encoding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    page = answer(200, bomb, content_type=signed.ACTIVITY, content_encoding=encoding)
    async with listening(saying(page)) as there, Client("home.example", allow_private=True) as client:
        tracemalloc.start()
        try:
            with pytest.raises((AnswerTooLarge, AnswerRefused)):
                await signed.get(client, there.url, SIGNER)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most < 16_000_000
