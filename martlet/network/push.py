"""
Sending Web Push messages (RFC 8030), and reading what the push service makes of them.

What is sent is ciphertext: the push service learns who is told and when, not what (`signing/webpush.py`).
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum

from martlet.network.client import Client
from martlet.network.errors import AddressRefused, AnswerRefused, AnswerTooLarge, Unreachable
from martlet.signing.subscriptions import Sender, Subscription

TTL = timedelta(days=2)
MAX_WAIT = timedelta(days=1)

_SIGNATURE_LASTS = timedelta(hours=12)
_GONE = frozenset((404, 410))
_LATER = frozenset((408, 425, 429))
_FIRST_REDIRECT = 300
_FIRST_FAULT_OF_THEIRS = 500


class Urgency(StrEnum):
    """How much of the phone's battery it is worth (RFC 8030 section 5.3)."""

    VERY_LOW = "very-low"
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Result(StrEnum):
    DELIVERED = "delivered"
    """The push service has it, and passes it on when it can."""
    GONE = "gone"
    """The app is no longer there: delete the subscription."""
    RETRY = "retry"
    """Not now. `Outcome.wait` says when, if the service did."""
    REFUSED = "refused"
    """This message never: trying again is useless. If every message is refused, the subscription is dead."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message. `status` is the push service's, None if we did not reach it."""

    result: Result
    status: int | None = None
    wait: timedelta | None = None


async def send(
    client: Client,
    subscription: Subscription,
    payload: bytes,
    sender: Sender,
    *,
    ttl: timedelta = TTL,
    urgency: Urgency = Urgency.NORMAL,
) -> Outcome:
    """
    Encrypt `payload` for `subscription` and hand it to its push service, which keeps it for `ttl`.

    Never raises for what the push service does. Raises `InvalidInput` for a payload that is too long.
    Only https is spoken to, unless the client may call private addresses.
    """
    from martlet.signing import webpush  # noqa: PLC0415 - loads cryptography, which the start does not wait for

    if not subscription.endpoint.lower().startswith("https://") and not client.allow_private:
        return Outcome(Result.REFUSED)
    now = datetime.now(UTC)
    message = webpush.message(subscription, payload, sender, now + _SIGNATURE_LASTS)
    headers = message.headers | {"ttl": str(int(ttl.total_seconds())), "urgency": urgency.value}
    try:
        answer = await client.post(subscription.endpoint, message.body, headers=headers)
    except AddressRefused:
        return Outcome(Result.REFUSED)
    except (AnswerTooLarge, AnswerRefused):  # only a success has a body that we would mind
        return Outcome(Result.DELIVERED)
    except Unreachable:
        return Outcome(Result.RETRY)
    wait = retry_after(answer.headers.get("retry-after"), now)
    return Outcome(_result(answer.status), answer.status, wait)


def retry_after(header: str | None, now: datetime) -> timedelta | None:
    """How long a Retry-After header (RFC 9110 section 10.2.3) asks to wait: at most a day, never less than 0."""
    if header is None:
        return None
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), MAX_WAIT)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), MAX_WAIT)


def _result(status: int) -> Result:
    if status < _FIRST_REDIRECT:
        return Result.DELIVERED
    if status in _GONE:
        return Result.GONE
    if status in _LATER or status >= _FIRST_FAULT_OF_THEIRS:
        return Result.RETRY
    return Result.REFUSED
