"""Which status answers which failure, at every door for people and their apps."""

from martlet.http.application import MethodNotAllowed, UnknownHost
from martlet.http.forms import Malformed
from martlet.http.request import BodyCutOff, BodyTooLarge, BodyTooSlow
from martlet.model.errors import (
    Conflict,
    InvalidInput,
    MartletError,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooMany,
    Unavailable,
)

_STATUSES: tuple[tuple[type[MartletError], int], ...] = (
    (BodyTooLarge, 413),
    (BodyTooSlow, 408),
    (BodyCutOff, 400),
    (Malformed, 400),
    (UnknownHost, 400),
    (MethodNotAllowed, 405),
    (InvalidInput, 422),
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (TooMany, 429),
    (Unavailable, 503),
)


def status_of(error: Exception) -> int:
    """500 for what nobody foresaw."""
    return next((status for kind, status in _STATUSES if isinstance(error, kind)), 500)
