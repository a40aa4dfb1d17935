import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from martlet.network import signed
from martlet.network.client import Client
from martlet.network.errors import AnswerRefused, LedElsewhere, TimedOut
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Received, Scheme, SignatureRejected, Signer
from tests.elsewhere import rsa
from tests.network.servers import Listener, Request, answer, listening, saying

pytestmark = pytest.mark.anyio

SIGNER = Signer("https://home.example/users/ada#main-key", rsa("any"))
NOTE = b'{"type":"Note"}'
BODY = b'{"type":"Follow"}'
DOCUMENT = answer(200, NOTE, content_type=signed.ACTIVITY)


def trial(**settings: object) -> Client:
    return Client("home.example", allow_private=True, **settings)  # type: ignore[arg-type] # as the caller says


def claim(request: Request, listener: Listener) -> http_signatures.Claim:
    """The signature of `request`, checked as another server would. Raises `SignatureRejected`."""
    received = Received(request.method, request.path, request.headers, request.body, listener.url)
    return http_signatures.verify_request(received, SIGNER.key.public, datetime.now(UTC))


@asynccontextmanager
async def only(*schemes: Scheme, refusal: int = 401) -> AsyncIterator[Listener]:
    """A server that takes requests signed in these ways, and no others."""

    async def handle(request: Request, writer: asyncio.StreamWriter) -> None:
        try:
            is_good = claim(request, listener).scheme in schemes
        except SignatureRejected:
            is_good = False
        if not is_good:
            writer.write(answer(refusal, b"Sign!"))
        elif request.method == "POST":
            writer.write(answer(202))
        else:
            writer.write(DOCUMENT)

    async with listening(handle) as listener:
        yield listener


@pytest.mark.parametrize("scheme", Scheme)
async def test_what_is_sent_is_signed(scheme: Scheme) -> None:
    async with only(scheme) as there, trial() as client:
        got = await signed.get(client, f"{there.url}/users/bob?page=1&x=%2F", SIGNER, scheme)
        sent = await signed.post(client, f"{there.url}/inbox", BODY, SIGNER, scheme)
    assert (got.answer.status, got.answer.body, got.accepted) == (200, NOTE, scheme)
    assert (sent.answer.status, sent.accepted) == (202, scheme)
    asked, posted = there.requests
    assert asked.headers["accept"] == (
        'application/activity+json, application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
    )
    assert (posted.body, posted.headers["content-type"]) == (BODY, "application/activity+json")
    assert there.connections == 1


@pytest.mark.parametrize("first", Scheme)
@pytest.mark.parametrize("refusal", [401, 403])
async def test_who_refuses_one_signature_is_asked_with_the_other(first: Scheme, refusal: int) -> None:
    async with only(first.other, refusal=refusal) as there, trial() as client:
        got = await signed.get(client, f"{there.url}/users/bob", SIGNER, first)
        sent = await signed.post(client, f"{there.url}/inbox", BODY, SIGNER, first)
        assert len(there.requests) == 4
        again = await signed.post(client, f"{there.url}/inbox", BODY, SIGNER, first.other)
    assert got.accepted is sent.accepted is again.accepted is first.other
    assert got.answer.body == NOTE
    assert len(there.requests) == 5


async def test_who_refuses_both_is_asked_no_more() -> None:
    async with only() as there, trial() as client:
        got = await signed.get(client, there.url, SIGNER)
        sent = await signed.post(client, there.url, BODY, SIGNER)
    assert (got.answer.status, got.accepted) == (401, None)
    assert (sent.answer.status, sent.answer.body, sent.accepted) == (401, b"Sign!", None)
    assert len(there.requests) == 4


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
async def test_other_failures_say_nothing_of_signatures(status: int) -> None:
    async with listening(saying(answer(status))) as there, trial() as client:
        got = await signed.get(client, there.url, SIGNER)
        sent = await signed.post(client, there.url, BODY, SIGNER)
    assert (got.answer.status, got.accepted, sent.answer.status, sent.accepted) == (
        status,
        None,
        status,
        None,
    )
    assert len(there.requests) == 2


@pytest.mark.parametrize("scheme", Scheme)
async def test_redirects_are_signed_anew(scheme: Scheme) -> None:
    async with listening(saying(answer(302, location="/users/bob"), DOCUMENT)) as there, trial() as client:
        got = await signed.get(client, f"{there.url}/@bob", SIGNER, scheme)
    assert got.answer.url == f"{there.url}/users/bob"
    first, second = there.requests
    assert (first.path, second.path) == ("/@bob", "/users/bob")
    assert claim(first, there).scheme is claim(second, there).scheme is scheme


async def test_a_redirect_away_says_where_it_leads() -> None:
    async with listening(saying(DOCUMENT)) as other:
        away = answer(301, location=f"{other.url}/users/bob")
        async with listening(saying(away)) as there, trial() as client:
            with pytest.raises(LedElsewhere) as led:
                await signed.get(client, f"{there.url}/@bob@other.example", SIGNER)
            assert led.value.url == f"{other.url}/users/bob"
            assert other.requests == []
            assert (await signed.get(client, led.value.url, SIGNER)).answer.body == NOTE


@pytest.mark.parametrize(
    "content_type",
    [
        "application/activity+json",
        "Application/Activity+JSON; charset=utf-8",
        'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
        'application/ld+json;charset=utf-8; profile="https://example.com/x https://www.w3.org/ns/activitystreams"',
        "application/ld+json; profile=https://www.w3.org/ns/activitystreams",
    ],
)
async def test_documents_come_as_what_they_are(content_type: str) -> None:
    page = answer(200, NOTE, content_type=content_type)
    async with listening(saying(page)) as there, trial() as client:
        assert (await signed.get(client, there.url, SIGNER)).answer.body == NOTE


@pytest.mark.parametrize("plain", [NOTE, b" " * 10_000 + NOTE], ids=["small", "padded"])
async def test_answers_may_be_packed(plain: bytes) -> None:
    packed = gzip.compress(plain)
    page = answer(200, packed, content_type=signed.ACTIVITY, content_encoding="gzip")
    async with listening(saying(page)) as there, trial() as client:
        assert (await signed.get(client, there.url, SIGNER)).answer.body.endswith(NOTE)


@pytest.mark.parametrize(
    "said", [answer(200, b"x" * 100_000), answer(202, b"?", content_encoding="br"), answer(200, b"<p>", content_type="text/html")]
)  # fmt: skip
async def test_what_is_said_to_a_success_does_not_matter(said: bytes) -> None:
    async with listening(saying(said)) as there, trial() as client:
        sent = await signed.post(client, there.url, BODY, SIGNER)
    assert sent.answer.is_success
    assert sent.accepted is Scheme.CAVAGE


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_post_is_not_led_anywhere(status: int) -> None:
    async with listening(saying(answer(status, location="/elsewhere"))) as there, trial() as client:
        sent = await signed.post(client, there.url, BODY, SIGNER)
    assert (sent.answer.status, sent.accepted) == (status, None)
    assert len(there.requests) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_both_knocks_end_in_time(method: str) -> None:
    knocks = 0

    async def slow_to_refuse(_request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal knocks
        knocks += 1
        await asyncio.sleep(0.25)
        writer.write(answer(401))

    async with listening(slow_to_refuse) as there, trial() as client:
        short = timedelta(seconds=0.4)
        asking = signed.get(client, there.url, SIGNER, deadline=short)
        handing_in = signed.post(client, there.url, BODY, SIGNER, deadline=short)
        chosen, other = (asking, handing_in) if method == "GET" else (handing_in, asking)
        other.close()
        with pytest.raises(TimedOut):
            await chosen
    assert knocks in (1, 2)  # a busy machine may not get to the second in time


async def test_many_at_once_keep_their_turns() -> None:
    async with only(Scheme.CAVAGE) as there, trial(per_host=2) as client:
        await asyncio.gather(*(signed.post(client, f"{there.url}/{n}", BODY, SIGNER) for n in range(20)))
    assert len(there.requests) == 20
    assert there.connections <= 2


async def test_linked_data_without_its_profile_is_no_document() -> None:
    page = answer(200, NOTE, content_type="application/ld+json")
    async with listening(saying(page)) as there, trial() as client:
        with pytest.raises(AnswerRefused):
            await signed.get(client, there.url, SIGNER)
