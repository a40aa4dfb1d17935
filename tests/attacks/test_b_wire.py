"""Attacks on the door itself, sent byte by byte to a running server."""

from collections.abc import Iterator

import pytest

from tests.http.wire import raw, statuses
from tests.running import Running, running

ADDRESS = "/api/v1/instance"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("wire") / "data", "sqlite") as started:
        yield started
    assert "Traceback" not in started.log.read_text()


def host(server: Running) -> bytes:
    return f"Host: localhost:{server.port}\r\n".encode()


def get(server: Running, path: str, *headers: bytes, method: bytes = b"GET") -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return raw(server.port, method + b" " + path.encode() + b" HTTP/1.1\r\nConnection: close\r\n" + host(server) + lines + b"\r\n")  # fmt: skip


def post(server: Running, rest: bytes) -> bytes:
    return raw(server.port, b"POST /api/v1/apps HTTP/1.1\r\n" + host(server) + rest)


@pytest.mark.parametrize(
    "name",
    ["evil.test", "localhost:{port}/x?", "localhost:{port}.", "localhost", "localhost:{port}@evil.test", "localhostx:{port}", "", "localhost:{port}\tevil.test"],
)  # fmt: skip
def test_b12_other_names_are_refused(server: Running, name: str) -> None:
    """B12"""
    line = f"Host: {name.format(port=server.port)}\r\nX-Forwarded-Host: localhost:{server.port}\r\nConnection: close\r\n".encode()
    for path in (ADDRESS, "/", "/auth/sign_in", "/media/aa/bb/x.webp"):
        answer = raw(server.port, b"GET " + path.encode() + b" HTTP/1.1\r\n" + line + b"\r\n")
        assert statuses(answer) == [400]
        assert b"evil" not in answer


def test_b12_two_names_or_none_are_refused(server: Running) -> None:
    """B12"""
    begin = f"GET {ADDRESS} HTTP/1.1\r\n".encode()
    for lines in (host(server) + b"Host: evil.test\r\n", b"Host: evil.test\r\n" + host(server), b""):
        assert statuses(raw(server.port, begin + lines + b"Connection: close\r\n\r\n")) == [400]
    whole = f"GET http://localhost:{server.port}{ADDRESS} HTTP/1.1\r\nHost: evil.test\r\nConnection: close\r\n\r\n".encode()
    assert statuses(raw(server.port, whole)) == [400]


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 6\r\nContent-Length: 7\r\n\r\nabcdefg",
        b"Content-Length: 3, 3\r\n\r\nabc",
        b"Content-Length: +3\r\n\r\nabc",
        b"Content-Length: -3\r\n\r\nabc",
        b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
        b"Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nabc\r\n0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n3;" + b"a" * 400_000 + b"\r\nabc\r\n0\r\n\r\n",
        b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n",
        b"X: a\rSet-Cookie: b\r\nContent-Length: 0\r\n\r\n",
        b"X: a\0b\r\nContent-Length: 0\r\n\r\n",
        b"X\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=lambda rest: rest[:40].decode("latin-1").encode("unicode_escape").decode(),
)
def test_b13_what_two_servers_could_read_differently_is_refused(server: Running, rest: bytes) -> None:
    """B13"""
    second = f"GET {ADDRESS} HTTP/1.1\r\n".encode() + host(server) + b"\r\n"
    assert statuses(post(server, rest + second)) == [400]


def test_b13_a_request_hidden_behind_two_lengths_is_never_answered(server: Running) -> None:
    """B13"""
    honest = f"GET {ADDRESS} HTTP/1.1\r\n".encode() + host(server)
    hidden, last = honest + b"\r\n", honest + b"Connection: close\r\n\r\n"
    both = b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(hidden))
    assert statuses(post(server, both + hidden)) in ([400], [422])  # one answer, then it closes
    assert statuses(raw(server.port, hidden + last)) == [200, 200]  # as two honest ones would be


@pytest.mark.parametrize(
    "path",
    ["/%0d%0aSet-Cookie:x=1", "/?x=%0d%0aSet-Cookie:x=1", "/api/v1/timelines/tag/%0d%0aSet-Cookie:x=1?limit=1", "/api/v1/timelines/public?a=%0d%0aSet-Cookie:x=1", "/oauth/authorize?redirect_uri=%0d%0aSet-Cookie:x=1&client_id=%0a", "/auth/sign_in?next=/%0d%0aSet-Cookie:x=1"],
)  # fmt: skip
def test_b13_nothing_sent_adds_a_header(server: Running, path: str) -> None:
    """B13"""
    head = get(server, path).partition(b"\r\n\r\n")[0].lower()
    assert statuses(head.upper().replace(b"HTTP", b"HTTP"))
    assert b"\r\nset-cookie:x" not in head
    assert b"\r\nset-cookie: x" not in head


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"X%d: a\r\n" % n for n in range(500)) + b"\r\n", 431),
        (b"GET /?" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET /\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
    ],
    ids=["long header", "many headers", "long address", "no version", "TLS"],
)
def test_b13_huge_and_odd_heads_are_refused(server: Running, sent: bytes, expected: int) -> None:
    """B13"""
    assert statuses(raw(server.port, sent)) == [expected]


@pytest.mark.parametrize(
    "path",
    ["/static/../static2/x", "/static/%2e%2e/%2e%2e/pyproject.toml", "/static/..%2f..%2fpyproject.toml", "/static/martlet.css%00", "/static/%2fetc%2fpasswd", "/media/../../martlet.sqlite3", "/media/a/b/..%2f..%2fmartlet.sqlite3", "/media/%2e%2e/%2e%2e/secret", "/media/a/b/%2e%2e", "/media/aa/bb/" + "c" * 5000],
)  # fmt: skip
def test_b14_no_file_but_our_own(server: Running, path: str) -> None:
    """B14"""
    assert statuses(get(server, path)) == [404]


def test_b14_other_methods_and_many_ranges(server: Running) -> None:
    """B14"""
    for method in (b"POST", b"DELETE", b"TRACE", b"CONNECT", b"PROPFIND"):
        assert statuses(get(server, "/static/martlet.css", method=method)) == [405]
    assert statuses(get(server, "/static/martlet.css", method=b"FOO")) == [400]
    ranges = b"Range: bytes=" + b",".join(b"%d-%d" % (n, n) for n in range(5000))
    assert statuses(get(server, "/static/martlet.css", ranges)) == [200]


@pytest.mark.parametrize(
    "path", ["//settings", "/./settings", "/%2e/settings", "/x/../settings", "/SETTINGS", "/settings%2f", "//api/v1/preferences", "/api%2fv1%2fpreferences", "/api/v1//preferences", "/API/v1/preferences", "/api/./v1/preferences"]
)  # fmt: skip
def test_h1_an_address_has_one_spelling(server: Running, path: str) -> None:
    """H1"""
    assert statuses(get(server, path)) == [404]


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Type: application/json\r\nContent-Length: 2097152\r\n\r\n",
        b"Content-Type: application/json\r\nContent-Length: 2097152\r\n\r\n" + b" " * 2_097_152,
        b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 32 + b"0\r\n\r\n",
        b"Content-Type: multipart/form-data; boundary=x\r\nTransfer-Encoding: chunked\r\n\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 32 + b"0\r\n\r\n",
        b"Expect: 100-continue\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ],
    ids=["declared", "sent", "chunked", "multipart", "astronomical"],
)  # fmt: skip
def test_a14_two_mebibytes_are_too_many(server: Running, rest: bytes) -> None:
    """A14"""
    assert statuses(post(server, rest)) in ([413], [400])


def test_a_half_body_is_no_body(server: Running) -> None:
    """C8"""
    half = (
        b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"44\r\nclient_name=a&redirect_uris=urn:ietf:wg:oauth:2.0:oob&scopes=read+wr\r\nZZ"
    )
    assert statuses(post(server, half)) == [400]


def test_b13_head_and_options(server: Running) -> None:
    """B13"""
    head = get(server, ADDRESS, method=b"HEAD")
    assert statuses(head) == [200]
    assert head.endswith(b"\r\n\r\n")
    asked = get(server, "/api/v1/statuses", b"Origin: https://app.example", b"Access-Control-Request-Method: POST", b"Access-Control-Request-Headers: authorization, idempotency-key", method=b"OPTIONS")  # fmt: skip
    assert statuses(asked) == [204]
    assert b"access-control-allow-origin: *" in asked.lower()
    assert b"access-control-allow-credentials" not in asked.lower()
    page = get(server, "/settings", b"Origin: https://evil.test").lower()
    assert b"access-control-allow-origin" not in page
