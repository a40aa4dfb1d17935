"""
Speaking to other servers in the name of an account here, or of this server: signed GET and POST.

    answered = await signed.get(client, uri, signer, peer.scheme)
    if answered.accepted not in (None, peer.scheme): …remember it for the host…

There are two ways to sign (`signing/http_signatures.py`), and servers that take only one. Who refuses the
first (401 or 403) is asked once more in the other way: the double knock. The draft goes first to whom we
do not know, since all read it; Misskey does not refuse what it cannot read but answers with half an actor.

Every request is signed for where it goes, at the moment it goes there: a redirect of a GET is followed
within its origin and signed anew, and a POST follows none.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from martlet.network.answers import Answer
from martlet.network.client import DEADLINE, MAX_BYTES, Client, Sign
from martlet.network.errors import AnswerRefused, AnswerTooLarge
from martlet.network.guard import Target
from martlet.network.proxies import Proxy
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme, Signer

ACTIVITY = "application/activity+json"
PROFILE = "https://www.w3.org/ns/activitystreams"
DOCUMENTS = (ACTIVITY, f'application/ld+json; profile="{PROFILE}"')
"""What ActivityPub documents come as. Nothing else is one, whatever is in it (attacks D3)."""

_REFUSALS = frozenset((401, 403))
_MAX_ANSWER = 65536


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and the scheme it was a success with: None if it was none, so that nothing is learnt."""

    answer: Answer
    accepted: Scheme | None

    @property
    def is_of_a_gateway(self) -> bool:
        return self.answer.is_of_a_gateway


async def get(
    client: Client,
    url: str,
    signer: Signer,
    scheme: Scheme = Scheme.CAVAGE,
    *,
    max_bytes: int = MAX_BYTES,
    deadline: timedelta = DEADLINE,
    via: Proxy | None = None,
) -> Answered:
    """
    The document at `url`, as bytes; `scheme` is what its host took last. `answer.url` is where it was found.

    A success has one of the types in `DOCUMENTS`. Redirects within the origin are followed; one that leads
    away raises `LedElsewhere`, and its `url` may be fetched as a document of that other server. Both knocks
    end within `deadline`. Raises `NoAnswer`.
    """
    ends_at = _now() + deadline.total_seconds()
    answer = await _get(client, url, _sign("GET", None, signer, scheme), max_bytes, deadline, via)
    if answer.status in _REFUSALS:
        left = timedelta(seconds=max(0.0, ends_at - _now()))
        second = await _get(client, url, _sign("GET", None, signer, scheme.other), max_bytes, left, via)
        if second.status not in _REFUSALS:
            answer, scheme = second, scheme.other
    return Answered(answer, scheme if answer.is_success else None)


async def post(
    client: Client,
    url: str,
    body: bytes,
    signer: Signer,
    scheme: Scheme = Scheme.CAVAGE,
    *,
    deadline: timedelta = DEADLINE,
    via: Proxy | None = None,
) -> Answered:
    """
    Hand the activity `body` in at the inbox `url`; `scheme` is what its host took last.

    What a server says to a success is not kept where it is long. Raises `NoAnswer` if it was not handed in.
    """
    ends_at = _now() + deadline.total_seconds()
    answer = await _post(client, url, body, _sign("POST", body, signer, scheme), deadline, via)
    if answer.status in _REFUSALS:
        left = timedelta(seconds=max(0.0, ends_at - _now()))
        second = await _post(client, url, body, _sign("POST", body, signer, scheme.other), left, via)
        if second.status not in _REFUSALS:
            answer, scheme = second, scheme.other
    return Answered(answer, scheme if answer.is_success else None)


def _now() -> float:
    return asyncio.get_running_loop().time()


def _sign(method: str, body: bytes | None, signer: Signer, scheme: Scheme) -> Sign:
    def sign(target: Target) -> dict[str, str]:
        return http_signatures.sign_request(method, target.url, body, signer, scheme, datetime.now(UTC))

    return sign


async def _get(
    client: Client, url: str, sign: Sign, max_bytes: int, deadline: timedelta, via: Proxy | None
) -> Answer:
    answer = await client.get(
        url, accept=DOCUMENTS, max_bytes=max_bytes, deadline=deadline, sign=sign, via=via
    )
    if answer.is_success and answer.media_type != ACTIVITY and not _has_profile(answer):
        raise AnswerRefused("There is linked data, but no ActivityPub document.")
    return answer


async def _post(
    client: Client, url: str, body: bytes, sign: Sign, deadline: timedelta, via: Proxy | None
) -> Answer:
    try:
        return await client.post(
            url,
            body,
            headers={"content-type": ACTIVITY},
            max_bytes=_MAX_ANSWER,
            deadline=deadline,
            sign=sign,
            via=via,
        )
    except (AnswerTooLarge, AnswerRefused):  # only the answer to a success is too long, or packed oddly
        return Answer(202, {}, b"", url)


def _has_profile(answer: Answer) -> bool:
    """Whether `profile`, a list in quotes with spaces between, has ActivityStreams in it (RFC 6906)."""
    _, *parameters = answer.headers.get("content-type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.strip().partition("=")
        if name.strip().lower() == "profile":
            return PROFILE in value.strip().strip('"').split(" ")
    return False
