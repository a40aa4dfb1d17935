"""
What can go wrong, as the people and peers we serve would put it.

    MartletError
    ├── InvalidInput       the request cannot be understood or is out of bounds
    │   └── MalformedDocument   bytes from another server that are no document we read
    ├── EvidenceRejected   a document or request whose claimed author we cannot believe
    ├── NotSignedIn        nobody is signed in, or what they showed is no longer good
    ├── NotAllowed         understood, but not for this account
    ├── NotFound           absent, or hidden from this viewer: never say which
    ├── Conflict           somebody else was faster, or it has been done already
    ├── TooMany            asked too often; `retry_at` says when to come back
    └── Unavailable        our own ground gives way: disk full, database locked

A door turns these into its own dialect in one place. Anything else that
escapes is a bug, and is answered with a bare 500. Each has a public,
permanent `code` and a message for people.
"""

from datetime import datetime


class MartletError(Exception):
    """The root of all expected failures."""

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(MartletError):
    """
    The request cannot be understood or is out of bounds.

    `field` names the culprit, where there is one, in the words of whoever
    raised it; `details` maps fields to (code, sentence) pairs for forms that
    report several at once.
    """

    code = "invalid_input"

    def __init__(
        self, message: str, field: str | None = None, details: dict[str, list[tuple[str, str]]] | None = None
    ) -> None:
        super().__init__(message)
        self.field = field
        self.details = details or {}


class MalformedDocument(InvalidInput):
    """Bytes from another server that are no document we read. To answer 400; sending it again is no use."""

    code = "malformed_document"


class EvidenceRejected(MartletError):
    """A document or request whose claimed author we cannot believe. To answer 401."""

    code = "evidence_rejected"


class NotSignedIn(MartletError):
    code = "not_signed_in"


class NotAllowed(MartletError):
    code = "not_allowed"


class NotFound(MartletError):
    code = "not_found"

    def __init__(self, message: str = "Record not found") -> None:
        super().__init__(message)


class Conflict(MartletError):
    code = "conflict"


class TooMany(MartletError):
    code = "too_many"

    def __init__(self, message: str, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class Unavailable(MartletError):
    code = "unavailable"
