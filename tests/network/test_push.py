import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding as Form
from cryptography.hazmat.primitives.serialization import PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey

from martlet.model.errors import InvalidInput
from martlet.network import push
from martlet.network.client import Client
from martlet.network.push import Outcome, Result, Urgency
from martlet.signing import base64url
from martlet.signing.server_keys import VapidKey
from martlet.signing.subscriptions import Encoding, Sender, Subscription
from tests.network.servers import Authority, Listener, Request, answer, connecting, here, listening, saying

pytestmark = pytest.mark.anyio

PHONE = ec.generate_private_key(ec.SECP256R1())
AUTH = bytes(range(16))
SENDER = Sender(VapidKey.make(), "mailto:ada@home.example")
NEWS = json.dumps({"title": "Ada 喜欢你的帖子", "notification_type": "favourite"}).encode()


def subscription(endpoint: str, encoding: Encoding = Encoding.STANDARD) -> Subscription:
    point = PHONE.public_key().public_bytes(Form.X962, PublicFormat.UncompressedPoint)
    return Subscription(endpoint, point, AUTH, encoding)


def trial() -> Client:
    return Client("home.example", allow_private=True)


def read_by_phone(request: Request) -> bytes:
    """What the app makes of a message, with a library of its own and nothing of ours."""
    headers = request.headers
    older: dict[str, object] = {}
    if headers["content-encoding"] == "aesgcm":
        ours = headers["crypto-key"].split(";")[0].removeprefix("dh=")
        older = {
            "salt": base64url.decode(headers["encryption"].removeprefix("salt=")),
            "dh": base64url.decode(ours),
            "keylabel": "P-256",
        }
    plain: bytes = http_ece.decrypt(
        request.body, private_key=PHONE, auth_secret=AUTH, version=headers["content-encoding"], **older
    )
    return plain


def checked_by_service(request: Request, there: Listener) -> None:
    """What a push service checks before it takes a message (RFC 8292)."""
    scheme, _, credentials = request.headers["authorization"].partition(" ")
    if scheme == "vapid":
        token, key = (part.split("=", 1)[1] for part in credentials.split(","))
    else:
        assert scheme == "WebPush"
        token, key = credentials, request.headers["crypto-key"].split("p256ecdsa=")[1]
    point = base64url.decode(key)
    numbers: dict[str, str | list[str]] = {"kty": "EC", "crv": "P-256"}
    numbers |= {"x": base64url.encode(point[1:33]), "y": base64url.encode(point[33:])}
    claims = jwt.decode(token, ECKey.import_key(numbers), ["ES256"]).claims
    assert claims["aud"] == there.url
    assert claims["sub"] == "mailto:ada@home.example"
    left = claims["exp"] - datetime.now(UTC).timestamp()
    assert 0 < left <= 86400


@pytest.mark.parametrize("encoding", Encoding)
async def test_the_phone_reads_it_and_the_service_believes_it(encoding: Encoding) -> None:
    async with listening(saying(answer(201))) as there, trial() as client:
        outcome = await push.send(client, subscription(f"{there.url}/abc", encoding), NEWS, SENDER)
    (request,) = there.requests
    assert outcome == Outcome(Result.DELIVERED, 201)
    assert (request.method, request.path) == ("POST", "/abc")
    assert read_by_phone(request) == NEWS
    checked_by_service(request, there)


@pytest.mark.parametrize("encoding", Encoding)
async def test_nothing_of_the_news_is_readable_on_the_way(encoding: Encoding) -> None:
    async with listening(saying(answer(201))) as there, trial() as client:
        await push.send(client, subscription(there.url, encoding), NEWS, SENDER)
    (request,) = there.requests
    assert b"favourite" not in request.body
    assert "favourite" not in str(request.headers)


async def test_how_long_and_how_urgent() -> None:
    async with listening(saying(answer(201))) as there, trial() as client:
        where = subscription(there.url)
        await push.send(client, where, NEWS, SENDER)
        await push.send(client, where, NEWS, SENDER, ttl=timedelta(minutes=5), urgency=Urgency.HIGH)
    first, second = (request.headers for request in there.requests)
    assert (first["ttl"], first["urgency"]) == ("172800", "normal")
    assert (second["ttl"], second["urgency"]) == ("300", "high")


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (200, Result.DELIVERED),
        (201, Result.DELIVERED),
        (202, Result.DELIVERED),
        (301, Result.REFUSED),
        (400, Result.REFUSED),
        (401, Result.REFUSED),
        (403, Result.REFUSED),
        (404, Result.GONE),
        (408, Result.RETRY),
        (410, Result.GONE),
        (413, Result.REFUSED),
        (429, Result.RETRY),
        (500, Result.RETRY),
        (503, Result.RETRY),
    ],
)
async def test_what_the_service_makes_of_it(status: int, result: Result) -> None:
    async with listening(saying(answer(status, b"because", location="/x"))) as there, trial() as client:
        assert await push.send(client, subscription(there.url), NEWS, SENDER) == Outcome(result, status)
    assert len(there.requests) == 1


async def test_the_service_says_when_to_come_back() -> None:
    async with listening(saying(answer(429, retry_after="90"))) as there, trial() as client:
        outcome = await push.send(client, subscription(there.url), NEWS, SENDER)
    assert outcome == Outcome(Result.RETRY, 429, timedelta(seconds=90))


async def test_a_chatty_success_is_a_success() -> None:
    for page in (answer(201, b"x" * 2_000_000), answer(201, b"?", content_encoding="br")):
        async with listening(saying(page)) as there, trial() as client:
            outcome = await push.send(client, subscription(there.url), NEWS, SENDER)
        assert outcome.result is Result.DELIVERED


async def test_nobody_there_is_tried_again() -> None:
    async with connecting(_hang_up) as there, trial() as client:
        assert await push.send(client, subscription(there.url), NEWS, SENDER) == Outcome(Result.RETRY)


async def _hang_up(*_ends: object) -> None:
    return


@pytest.mark.parametrize(
    "endpoint",
    ["http://push.example/x", "https://127.0.0.1/x", "https://push.local/x", "", "javascript:alert(1)"],
)
async def test_what_is_no_push_service_is_not_called(endpoint: str) -> None:
    async with Client("home.example") as client:
        assert await push.send(client, subscription(endpoint), NEWS, SENDER) == Outcome(Result.REFUSED)


async def test_over_https(authority: Authority) -> None:
    async with (
        listening(saying(answer(201)), authority.context_for("push.example")) as there,
        Client("h.example", allow_private=True, lookup=here, authorities=authority.pem) as client,
    ):
        outcome = await push.send(client, subscription(f"https://push.example:{there.port}/x"), NEWS, SENDER)
    assert outcome.result is Result.DELIVERED
    assert read_by_phone(there.requests[0]) == NEWS


async def test_what_is_too_long_is_our_fault() -> None:
    async with trial() as client:
        with pytest.raises(InvalidInput):
            await push.send(client, subscription("http://127.0.0.1:9/"), bytes(4000), SENDER)


NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 0 ", 0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0),
        ("999999999999999999999", 86400),
        ("Sun, 22 Nov 9999 12:00:00 GMT", 86400),
        ("-1", None),
        ("soon", None),
        ("", None),
    ],
)
def test_when_to_come_back(header: str | None, seconds: int | None) -> None:
    wait = push.retry_after(header, NOW)
    assert wait == (None if seconds is None else timedelta(seconds=seconds))


@given(
    st.text(max_size=40)
    | st.from_regex(r"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d+ \d+:\d+:\d+ [-+]?\w+", fullmatch=True)
)
def test_no_header_is_worse_than_useless(header: str) -> None:
    wait = push.retry_after(header, NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)
