"""Failures in Mastodon's words: `{"error": …, "error_description": …}` and the statuses its clients expect."""

from martlet.http.answer import PRIVATE, Answer, Header, json_answer
from martlet.http.application import MethodNotAllowed
from martlet.http.limits import TooOften
from martlet.http.statuses import status_of
from martlet.model.errors import (
    InvalidInput,
    MartletError,
    NotSignedIn,
    TooMany,
    Unavailable,
)
from martlet.services.authorizing import GrantRefused
from martlet.services.packing import PackRefused

OAUTH_STATUSES = {"invalid_client": 401, "unauthorized_client": 403}
"""RFC 6749 section 5.2; everything else is 400."""


def answer(error: Exception) -> Answer:
    """The answer to a failure; a bare 500 for a bug."""
    if isinstance(error, GrantRefused):
        return _grant_refused(error)
    if not isinstance(error, MartletError):
        return json_answer({"error": "Something went wrong on our side. It has been written down."}, 500)
    status = status_of(error)
    body: dict[str, object] = {"error": error.message}
    if isinstance(error, InvalidInput) and error.details:
        body["details"] = {
            field: [{"error": code, "description": sentence} for code, sentence in found]
            for field, found in error.details.items()
        }
    if isinstance(error, PackRefused) and error.details:
        body = {"error": body}  # so documented of collections, and of nothing else
    return json_answer(body, status, _headers(error))


def _grant_refused(error: GrantRefused) -> Answer:
    status = OAUTH_STATUSES.get(error.code, 400)
    headers: tuple[Header, ...] = (PRIVATE,)
    if error.code == "invalid_client":
        headers += ((b"www-authenticate", b'Basic realm="Martlet"'),)
    return json_answer({"error": error.code, "error_description": error.message}, status, headers)


def _headers(error: MartletError) -> tuple[Header, ...]:
    if isinstance(error, NotSignedIn):
        return ((b"www-authenticate", b'Bearer realm="Martlet"'),)
    if isinstance(error, MethodNotAllowed):
        return ((b"allow", ", ".join(error.methods).encode()),)
    if isinstance(error, TooOften):
        return error.allowance.headers()
    if isinstance(error, TooMany) and error.retry_at is not None:
        return ((b"x-ratelimit-reset", error.retry_at.isoformat().encode()),)
    if isinstance(error, Unavailable):
        return ((b"retry-after", b"5"),)
    return ()
