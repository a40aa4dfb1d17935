import asyncio
import gc
import gzip
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet import __version__
from martlet.network.client import Client
from martlet.network.errors import (
    AddressRefused,
    AnswerRefused,
    AnswerTooLarge,
    LedInside,
    TimedOut,
    Unreachable,
)
from martlet.network.proxies import Proxies, Proxy
from tests.network.servers import (
    Authority,
    Request,
    answer,
    connecting,
    here,
    listening,
    listening_h2,
    saying,
    socks,
)

pytestmark = pytest.mark.anyio


def trial(**settings: object) -> Client:
    return Client("home.example", allow_private=True, **settings)  # type: ignore[arg-type] # as the caller says


async def test_an_answer_has_all_that_came() -> None:
    page = answer(200, b"<p>", content_type="text/html; charset=utf-8", link="<a>", Link="<b>")
    async with listening(saying(page)) as there, trial() as client:
        got = await client.get(f"{there.url}/x?y")
    assert (got.status, got.body, got.url) == (200, b"<p>", f"{there.url}/x?y")
    assert got.headers["link"] == "<a>, <b>"
    assert got.media_type == "text/html"
    assert got.is_success


async def test_we_say_who_we_are() -> None:
    page = answer(200, content_type="text/html")
    async with listening(saying(page)) as there, trial() as client:
        await client.get(
            there.url, accept=("text/html", "image/*"), headers={"Cookie": "a=b", "Host": "evil.test"}
        )
    (request,) = there.requests
    assert request.headers == {
        "host": f"127.0.0.1:{there.port}",
        "user-agent": f"Martlet/{__version__} (+https://home.example)",
        "accept": "text/html, image/*",
        "accept-encoding": "gzip",
        "cookie": "a=b",
    }


async def test_a_post_arrives_whole() -> None:
    async with listening(saying(answer(202))) as there, trial() as client:
        got = await client.post(there.url, b"\x00body", headers={"content-type": "x/y"})
    (request,) = there.requests
    assert (request.method, request.body, request.headers["content-type"]) == ("POST", b"\x00body", "x/y")
    assert got.status == 202


async def test_connections_are_kept() -> None:
    async with listening(saying(answer())) as there, trial() as client:
        for _ in range(3):
            await client.get(there.url)
    assert (len(there.requests), there.connections) == (3, 1)


async def test_a_closed_client_opens_again() -> None:
    async with listening(saying(answer())) as there, trial() as client:
        await client.get(there.url)
        await client.close()
        assert (await client.get(there.url)).status == 200


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_get_follows_redirects(status: int) -> None:
    async with (
        listening(saying(answer(status, location="/b"), answer(200, b"b"))) as there,
        trial() as client,
    ):
        got = await client.get(f"{there.url}/a")
    assert (got.body, got.url) == (b"b", f"{there.url}/b")


async def test_a_redirect_may_be_written_in_any_script() -> None:
    async def lead(request: Request, writer: asyncio.StreamWriter) -> None:
        raw = answer(200) if request.path != "/" else answer(302, location="@@")
        writer.write(raw.replace(b"@@", "/路径".encode()))

    async with listening(lead) as there, trial() as client:
        assert (await client.get(there.url)).url == f"{there.url}/%E8%B7%AF%E5%BE%84"


@pytest.mark.parametrize("status", [300, 400, 404, 410, 500])
async def test_other_failures_are_answers(status: int) -> None:
    async with listening(saying(answer(status, b"no", location="/b"))) as there, trial() as client:
        got = await client.get(there.url, accept=("image/png",))
    assert (got.status, got.body, got.is_success) == (status, b"no", False)


async def test_a_long_failure_is_cut_and_not_refused() -> None:
    async with listening(saying(answer(410, b"x" * 10**6))) as there, trial() as client:
        got = await client.get(there.url, max_bytes=10)
    assert (got.status, len(got.body)) == (410, 4096)


async def test_a_failure_in_a_strange_encoding_is_still_an_answer() -> None:
    async with listening(saying(answer(404, b"???", content_encoding="br"))) as there, trial() as client:
        got = await client.get(there.url)
    assert (got.status, got.body) == (404, b"")


@pytest.mark.parametrize(
    ("accept", "type_", "fits"),
    [
        (("text/html",), "text/html; charset=utf-8", True),
        (("text/html",), "TEXT/HTML", True),
        (("image/*",), "image/png", True),
        (("image/*",), "imagery/png", False),
        (("text/html",), "text/plain", False),
        (("text/html",), "", False),
        ((), "", True),
        (
            ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"',),
            "application/ld+json",
            True,
        ),
    ],
)
async def test_only_types_that_were_asked_for(accept: tuple[str, ...], type_: str, *, fits: bool) -> None:
    async with listening(saying(answer(200, b"x", content_type=type_))) as there, trial() as client:
        if fits:
            assert (await client.get(there.url, accept=accept)).body == b"x"
        else:
            with pytest.raises(AnswerRefused):
                await client.get(there.url, accept=accept)


@settings(max_examples=20)
@given(st.binary(max_size=5000), st.integers(1, 5000))
def test_compressed_or_not_it_is_the_same(body: bytes, limit: int) -> None:
    packed = answer(200, gzip.compress(body), content_encoding="gzip")

    async def fetch(raw: bytes) -> bytes | None:
        async with listening(saying(raw)) as there, trial() as client:
            try:
                return (await client.get(there.url, max_bytes=limit)).body
            except AnswerTooLarge:
                return None

    expected = body if len(body) <= limit else None
    assert asyncio.run(fetch(packed)) == asyncio.run(fetch(answer(200, body))) == expected


@pytest.mark.parametrize("is_packed", [False, True])
async def test_of_a_long_answer_the_beginning_can_be_enough(*, is_packed: bool) -> None:
    body = b"hello" * 20_000
    raw = answer(200, gzip.compress(body), content_encoding="gzip") if is_packed else answer(200, body)
    async with listening(saying(raw)) as there, trial() as client:
        got = await client.get(there.url, max_bytes=1000, is_beginning_enough=True)
        whole = await client.get(there.url, max_bytes=len(body), is_beginning_enough=True)
    assert (got.body, whole.body) == (body[:1000], body)


@pytest.mark.parametrize("cut", [3, 12, -4])
async def test_a_compressed_answer_that_breaks_off(cut: int) -> None:
    packed = gzip.compress(b"hello" * 100)[:cut]
    async with listening(saying(answer(200, packed, content_encoding="gzip"))) as there, trial() as client:
        with pytest.raises(Unreachable):
            await client.get(there.url)


@pytest.mark.parametrize(
    "junk",
    [b"", b"\r\n\r\n", b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort",
     b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", b"HTTP/1.1 99999 X\r\n\r\n", b"\x00" * 1000,
     b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000],
)  # fmt: skip
async def test_what_is_no_answer(junk: bytes) -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(junk)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with connecting(babble) as there, trial() as client:
        with pytest.raises(Unreachable):
            await client.get(there.url)


async def test_nobody_is_there() -> None:
    async with listening(saying(answer())) as there:
        url = there.url
    async with trial() as client:
        with pytest.raises(Unreachable):
            await client.get(url)


async def test_a_name_without_an_address() -> None:
    async def nothing(_host: str, _port: int) -> list[str]:
        return []

    async def broken(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    for lookup in (nothing, broken):
        async with Client("home.example", lookup=lookup) as client:
            with pytest.raises(Unreachable):
                await client.get("https://nowhere.example/")


async def test_the_next_address_is_tried(authority: Authority) -> None:
    async def two(_host: str, _port: int) -> list[str]:
        return ["127.0.0.2", "127.0.0.1"]

    async with (
        listening(saying(answer(200, b"here")), authority.context_for("ada.example")) as there,
        trial(lookup=two, authorities=authority.pem) as client,
    ):
        assert (await client.get(f"https://ada.example:{there.port}/")).body == b"here"


@pytest.mark.parametrize("value", ["a\r\nb: c", "a\nb", "a\x00", "ä"])
async def test_no_header_can_be_smuggled_in(value: str) -> None:
    async with listening(saying(answer())) as there, trial() as client:
        with pytest.raises(ValueError, match="cannot be sent"):
            await client.get(there.url, headers={"x": value})
    assert there.requests == []


async def test_http_2_is_spoken_where_it_is_understood(authority: Authority) -> None:
    tls = authority.context_for("ada.example", "bob.example", protocols=("h2",))
    async with listening_h2(tls) as there, trial(lookup=here, authorities=authority.pem) as client:
        urls = [f"https://ada.example:{there.port}/{n}" for n in range(5)]
        answers = await asyncio.gather(*(client.get(url) for url in urls))
        brought = await client.post(urls[0], b"{}", headers={"content-type": "application/activity+json"})
    assert [got.body.decode() for got in answers] == [f"ada.example:{there.port}"] * 5
    assert (brought.status, there.requests[-1].method) == (200, "POST")
    assert there.connections == 1


async def test_names_on_one_address_share_no_connection(authority: Authority) -> None:
    tls = authority.context_for("ada.example", protocols=("h2",))
    async with listening_h2(tls) as there, trial(lookup=here, authorities=authority.pem) as client:
        await client.get(f"https://ada.example:{there.port}/")
        with pytest.raises(Unreachable):
            await client.get(f"https://evil.test:{there.port}/")
    assert len(there.requests) == 1


async def test_a_host_is_not_asked_too_much_at_once() -> None:
    busy, most = 0, 0

    async def slow(_request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        writer.write(answer())

    async with listening(slow) as there, trial(per_host=2) as client:
        await asyncio.gather(*(client.get(f"{there.url}/{n}") for n in range(8)))
        assert client._queues == {}
    assert most == 2
    assert len(there.requests) == 8


async def test_who_waits_too_long_for_a_turn_gives_up() -> None:
    async def never(_request: Request, _writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    async with listening(never) as there, trial(per_host=1, deadline=timedelta(seconds=0.2)) as client:
        ends = await asyncio.gather(
            *(client.get(f"{there.url}/{n}") for n in range(3)), return_exceptions=True
        )
        assert client._queues == {}
    assert [type(end) for end in ends] == [TimedOut] * 3
    assert len(there.requests) < 3


def all_through(url: str) -> Proxies:
    return Proxies.parse([f"* = {url}"])


async def public(host: str, _port: int) -> Sequence[str]:
    """A name service of which one name leads into this house."""
    return ["127.0.0.1", "93.184.216.34"] if host == "rebound.example" else ["93.184.216.34"]


async def test_e2_a_proxy_that_resolves_nothing_is_given_checked_addresses(authority: Authority) -> None:
    tls = authority.context_for("ada.example")
    async with (
        listening(saying(answer(200, b"hidden")), tls) as there,
        socks(there) as (proxy, asked),
        Client(
            "home.example",
            proxies=Proxies.parse([f"*.example = socks5://127.0.0.1:{proxy.port}"]),
            authorities=authority.pem,
            lookup=public,
        ) as client,
    ):
        assert (await client.get("https://ada.example/")).body == b"hidden"
        with pytest.raises(LedInside):
            await client.get("https://rebound.example/")
        with pytest.raises(AddressRefused):
            await client.get("http://abc.onion/")  # of which no name server may hear
    assert [tuple(asked_for.encode("latin-1")) for asked_for in asked] == [(93, 184, 216, 34)]


async def test_one_request_through_another_proxy(authority: Authority) -> None:
    """What a server is called by is checked whichever way leads to it, and no connection is shared between ways."""
    async with (
        listening(saying(answer(200, b"direct"))) as direct,
        listening(saying(answer(200, b"hidden"))) as hidden,
        socks(hidden) as (proxy, asked),
        Client("home.example", allow_private=True, lookup=here) as client,
    ):
        url, via = f"http://ada.example:{direct.port}/", Proxy(f"socks5h://127.0.0.1:{proxy.port}")
        bodies = [(await client.get(url, via=one)).body for one in (None, via, None, via)]
        assert (await client.get("http://abc.onion/", via=via)).body == b"hidden"
    assert bodies == [b"direct", b"hidden"] * 2
    assert set(asked) == {"ada.example", "abc.onion"}


async def test_through_a_proxy_the_proxy_resolves(authority: Authority) -> None:
    tls = authority.context_for("ada.example")
    async with (
        listening(saying(answer(200, b"hidden")), tls) as there,
        socks(there) as (proxy, asked),
        Client(
            "home.example",
            proxies=all_through(f"socks5h://127.0.0.1:{proxy.port}"),
            authorities=authority.pem,
        ) as client,
    ):
        assert (await client.get("https://ada.example/")).body == b"hidden"
    assert asked == ["ada.example"]


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://[::1]/", "http://localhost/", "http://printer.local/", "http://10.0.0.1/"],
)
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_e1_a_proxy_is_not_asked_for_private_places(url: str, scheme: str) -> None:
    async with (
        listening(saying(answer())) as there,
        socks(there) as (proxy, asked),
        Client("home.example", proxies=all_through(f"{scheme}://127.0.0.1:{proxy.port}")) as client,
    ):
        with pytest.raises(AddressRefused):
            await client.get(url)
    assert asked == []


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the library leaves it to the collector
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_a_proxy_that_speaks_something_else(scheme: str) -> None:
    async def junk(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with (
        connecting(junk) as there,
        Client(
            "h.example", proxies=all_through(f"{scheme}://127.0.0.1:{there.port}"), lookup=public
        ) as client,
    ):
        with pytest.raises(Unreachable):
            await client.get("https://ada.example/")
    gc.collect()


async def test_an_http_proxy_with_a_password() -> None:
    async with listening(saying(answer(200, b"via"))) as proxy:
        url = f"http://ada:p%40ss@127.0.0.1:{proxy.port}"
        async with Client("home.example", proxies=all_through(url)) as client:
            assert (await client.get("http://ada.example/x")).body == b"via"
    (request,) = proxy.requests
    assert request.path == "http://ada.example/x"
    assert request.headers["proxy-authorization"] == "Basic YWRhOnBAc3M="


def test_the_start_of_the_server_does_not_wait_for_the_client() -> None:
    script = (
        "import sys, martlet.network.push, martlet.network.client; "
        "sys.exit(bool({'httpcore2', 'cryptography', 'idna', 'anyio', 'h2'} & set(sys.modules)))"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
