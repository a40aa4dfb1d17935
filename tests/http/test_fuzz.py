"""
Forms, headers, addresses and cookies bent at random: refused or taken, never a bug.

`MARTLET_TEST_FUZZ=200000` makes it a long run.
"""

import contextlib
import os
import string

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.http import forms
from martlet.media.serving import _bounds
from martlet.model.errors import MartletError
from tests.client import Api, Person

EXAMPLES = int(os.environ.get("MARTLET_TEST_FUZZ", "60"))
bent = settings(max_examples=EXAMPLES)

BOUNDARY = b"line"
PIECES = st.sampled_from(
    [
        b"--line\r\n", b"--line--\r\n", b"--line", b"\r\n", b"\r\n\r\n", b"\n", b"--", b"line", b";", b":", b"\0", b"\xff", b'"', b"=",
        b'Content-Disposition: form-data; name="status"\r\n\r\n', b'Content-Disposition: form-data; name="file"; filename="../../x"\r\n\r\n',
        b'Content-Disposition: form-data; name="media_ids[]"\r\n\r\n', b"Content-Disposition: form-data; name*=utf-8''%ff\r\n\r\n", b"Content-Disposition: ", b"Content-Type: text/plain\r\n",
        b"Content-Transfer-Encoding: base64\r\n", b"form-data", b"; name=", b"x" * 100, b"a" * 9000,
    ]
)  # fmt: skip
MULTIPART = st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=30).map(b"".join)
NAMES = st.text(alphabet="abst[]0.%+&=;\x00é中", max_size=12)
URLENCODED = st.one_of(
    st.binary(max_size=200),
    st.lists(st.tuples(NAMES, NAMES).map("=".join), max_size=20).map("&".join).map(lambda text: text.encode()),
    st.sampled_from(["status", "poll[options]", "poll[expires_in]", "media_ids", "visibility"]).flatmap(
        lambda name: st.text(max_size=20).map(lambda value: f"{name}[]={value}&{name}[0]={value}&{name}={value}".encode())
    ),
)  # fmt: skip
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = (
    "status", "poll", "media_ids", "media_attributes", "visibility", "sensitive", "in_reply_to_id", "language", "quoted_status_id", "scheduled_at",
    "display_name", "note", "fields_attributes", "source", "title", "context", "keywords_attributes", "expires_in", "account_ids", "data", "subscription",
    "client_name", "redirect_uris", "scopes", "choices", "home", "notifications", "comment", "account_id", "duration", "languages", "id",
)  # fmt: skip
FORM = st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6)
METHODS = (
    ("POST", "/api/v1/statuses"), ("PUT", "/api/v1/statuses/{id}"), ("PATCH", "/api/v1/accounts/update_credentials"), ("POST", "/api/v2/filters"),
    ("POST", "/api/v1/lists"), ("POST", "/api/v1/apps"), ("POST", "/api/v1/push/subscription"), ("POST", "/api/v1/markers"), ("POST", "/api/v1/reports"),
    ("POST", "/oauth/token"), ("POST", "/oauth/revoke"), ("POST", "/api/v1/accounts"), ("POST", "/api/v2/media"), ("POST", "/api/v1/accounts/{id}/mute"),
    ("POST", "/auth/sign_in"), ("POST", "/oauth/authorize"), ("POST", "/settings/password"),
)  # fmt: skip
LATIN = st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60)


def path_of(pattern: str, ada: Person) -> str:
    return pattern.replace("{id}", str(ada.id))


def test_multipart_forms_bent_at_random(api: Api, bugs: list[str]) -> None:
    """C8"""
    ada = api.person("ada")

    @bent
    @given(
        st.sampled_from(METHODS),
        MULTIPART,
        st.sampled_from(["line", '"line"', "", "l" * 300, "line; charset=x", "li\xffne"]),
    )
    def run(method: tuple[str, str], body: bytes, boundary: str) -> None:
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"}
        reply = api.call(method[0], path_of(method[1], ada), ada, body=body, headers=kind)
        assert not bugs, bugs
        assert reply.status < 500

    run()


def test_urlencoded_forms_bent_at_random(api: Api, bugs: list[str]) -> None:
    """C8"""
    ada = api.person("ada")
    kind = {"content-type": "application/x-www-form-urlencoded"}

    @bent
    @given(st.sampled_from(METHODS), URLENCODED)
    def run(method: tuple[str, str], body: bytes) -> None:
        reply = api.call(method[0], path_of(method[1], ada), ada, body=body, headers=kind)
        assert not bugs, bugs
        assert reply.status < 500

    run()


def test_json_bent_at_random(api: Api, bugs: list[str]) -> None:
    """C8"""
    ada = api.person("ada")

    @bent
    @given(st.sampled_from(METHODS), FORM.map(msgspec.json.encode) | st.binary(max_size=100))
    def run(method: tuple[str, str], body: bytes) -> None:
        kind = {"content-type": "application/json"}
        reply = api.call(method[0], path_of(method[1], ada), ada, body=body, headers=kind)
        assert not bugs, bugs
        assert reply.status < 500

    run()


def test_headers_bent_at_random(api: Api, bugs: list[str]) -> None:
    """B13"""
    names = (
        "authorization", "cookie", "range", "if-range", "if-none-match", "accept-language", "content-type", "x-forwarded-for", "origin",
        "idempotency-key", "content-length", "accept", "referer", "sec-fetch-site", "user-agent",
    )  # fmt: skip
    paths = ("/api/v1/statuses", "/api/v1/timelines/public", "/auth/sign_in", "/settings", "/static/martlet.css", "/media/aa/bb/cc.webp", "/oauth/token", "/nowhere")  # fmt: skip
    begun = st.sampled_from(
        ["", "Bearer ", "Basic ", "bytes=", "martlet_session=", "multipart/form-data; ", "for=", "W/"]
    )

    @bent
    @given(
        st.sampled_from(("GET", "POST")),
        st.sampled_from(paths),
        st.dictionaries(st.sampled_from(names), st.tuples(begun, LATIN).map("".join), max_size=5),
    )
    def run(method: str, path: str, headers: dict[str, str]) -> None:
        reply = api.call(method, path, headers=headers)
        assert not bugs, bugs
        assert reply.status < 500

    run()


def test_addresses_bent_at_random(api: Api, bugs: list[str]) -> None:
    """B14"""
    ada = api.person("ada")
    operations = [door.routes.paths for door in api.built.application.doors]
    not_ready = "/health/ready"  # no runner works in this test, and it says so
    patterns = sorted(
        {path for paths in operations for method, path in paths if method == "GET"} - {not_ready}
    )
    odd = st.one_of(
        st.text(max_size=20),
        st.integers(-(2**70), 2**70).map(str),
        st.sampled_from(["%", "..", ".", "\0", "'", "null", "-1", "0", "1e9", "٣", "１", "²", "9" * 19, "9" * 5000, "\ud7ff", "@ada", "ada@localhost:3000"]),
        st.text(alphabet=string.hexdigits, max_size=8),
    )  # fmt: skip
    parts = st.lists(odd, min_size=4, max_size=4)
    query = st.lists(st.tuples(st.sampled_from(["limit", "max_id", "min_id", "since_id", "q", "id[]", "offset", "types[]", "page", "acct", "resource", "any[]", "timeline[]", "with_suspended", "next", "client_id"]), odd), max_size=4)  # fmt: skip

    @bent
    @given(st.sampled_from(patterns), parts, query, st.booleans())
    def run(pattern: str, values: list[str], asked: list[tuple[str, str]], is_signed_in: bool) -> None:  # noqa: FBT001 - drawn
        path = pattern
        for value in values:
            before, opened, rest = path.partition("{")
            path = before + value.replace("?", "") + rest.partition("}")[2] if opened else path
        reply = api.get(path, ada if is_signed_in else None, query=asked)
        assert not bugs, f"{path} {asked}: {bugs}"
        assert reply.status < 500

    run()


@bent
@given(
    st.from_regex(r"bytes=[0-9]{0,25}-[0-9]{0,25}", fullmatch=True) | st.text(max_size=20),
    st.integers(1, 1000),
)
def test_b14_a_range_lies_in_the_file_or_begins_after_it(asked: str, size: int) -> None:
    """B14"""
    bounds = _bounds(asked, size)
    assert bounds is None or bounds[0] >= size or 0 <= bounds[0] <= bounds[1] < size


@bent
@given(URLENCODED)
def test_form_values_are_read_or_refused(body: bytes) -> None:
    """C8"""
    with contextlib.suppress(MartletError):
        assert isinstance(forms.from_urlencoded(body), dict)


@bent
@given(
    st.binary(max_size=300) | st.text(alphabet='[]{}":,\\u0d8', max_size=200).map(lambda text: text.encode())
)
def test_json_is_read_or_refused(body: bytes) -> None:
    """C8"""
    with contextlib.suppress(MartletError):
        assert isinstance(forms.from_json(body), dict)
