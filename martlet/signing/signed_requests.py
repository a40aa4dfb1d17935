"""
What both kinds of signatures on requests share: what a request is, what a signature claims, what is refused.

    EvidenceRejected
    └── SignatureRejected       it does not prove what it has to
        ├── SignatureMissing    there is none
        └── SignatureStale      it is too old, or from the future: clocks differ, or it is a replay
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from martlet.model.errors import EvidenceRejected
from martlet.signing.keys import Kind, PrivateKey, PublicKey

MAX_AGE = timedelta(minutes=45)
"""A request is sent when it is signed. This is for clocks that are slow, and for what waits at our door."""
SKEW = timedelta(minutes=15)
"""How far the other server's clock may be ahead of ours."""

_MAX_KEY_ID = 2048
_USUAL_PORTS = {"https": ":443", "http": ":80"}
_BODILESS = frozenset(("GET", "HEAD"))


class SignatureRejected(EvidenceRejected):
    code = "signature_rejected"


class SignatureMissing(SignatureRejected):
    code = "signature_missing"


class SignatureStale(SignatureRejected):
    code = "signature_stale"


class Scheme(StrEnum):
    """Which of the two. The values are what is kept of a peer: what it last accepted."""

    CAVAGE = "cavage"
    """draft-cavage-http-signatures-12: Mastodon since 2018, and all others."""
    RFC9421 = "rfc9421"

    @property
    def other(self) -> "Scheme":
        return Scheme.RFC9421 if self is Scheme.CAVAGE else Scheme.CAVAGE


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs a request of ours: the key, and the name it has in its owner's actor document."""

    key_id: str
    key: PrivateKey


@dataclass(frozen=True, slots=True)
class Received:
    """
    A request as it came.

    `target` is path and query as they were sent, not decoded. Names of `headers` are lower case; a header
    that came several times is joined by commas. `origin` is ours, as others write it
    (`https://home.example`, no slash behind it): what was signed for another host is refused.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    origin: str

    @property
    def scheme(self) -> str:
        return self.origin.partition("://")[0]

    @property
    def authority(self) -> str:
        """Host in lower case, and the port where it is not the usual one (RFC 9421 section 2.2.3)."""
        return _authority(self.origin)

    @property
    def has_body(self) -> bool:
        """Whether a signature has to cover the body: it has one, or could have had one."""
        return bool(self.body) or self.method not in _BODILESS

    def check_host(self) -> None:
        """Raises `SignatureRejected` unless the Host header names us."""
        host = self.headers.get("host", "").strip().lower()
        if _authority(f"{self.scheme}://{host}") != self.authority:
            raise SignatureRejected("The request was signed for another server.")


@lru_cache(maxsize=256)
def _authority(origin: str) -> str:
    scheme, _, host = origin.partition("://")
    return host.lower().removesuffix(_USUAL_PORTS.get(scheme, ""))


@dataclass(frozen=True, slots=True)
class Claim:
    """
    What a signature claims, after everything about it was checked that needs no key.

    `key_id` is the URI by which the key is found in its owner's actor document. Nothing is proven before
    `verify` returned; and then, that the owner of that key sent this request.
    """

    key_id: str
    created_at: datetime
    scheme: Scheme
    kind: Kind | None
    """What kind of key it says it was made with, if it says so."""
    _messages: tuple[bytes, ...] = field(repr=False)
    """What may have been signed: the request, or for a GET with a query what some sign in its place."""
    _signature: bytes = field(repr=False)

    def verify(self, key: PublicKey) -> None:
        """
        Raises `SignatureRejected` unless the owner of `key` made this signature.

        Before giving up, fetch the owner's actor anew, once, and try the key that is there now.
        """
        if self.kind not in (None, key.kind):
            raise SignatureRejected("The signature says it was made with another kind of key.")
        if not any(key.verifies(self._signature, message) for message in self._messages):
            raise SignatureRejected("The signature does not fit the request.")


def checked_key_id(text: object) -> str:
    """Raises `SignatureRejected` unless `text` can be the URI of a key."""
    if not isinstance(text, str) or not text.startswith(("https://", "http://")):
        raise SignatureRejected("The signature does not name its key by a URI.")
    if len(text) > _MAX_KEY_ID or not text.isascii() or not text.isprintable() or " " in text:
        raise SignatureRejected("The signature does not name its key by a URI.")
    return text


def checked_moment(seconds: int) -> datetime:
    """Raises `SignatureRejected` for a number that is no moment."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SignatureRejected("The signature has a time that is none.") from error


def check_age(created_at: datetime, expires_at: datetime | None, now: datetime) -> None:
    """Raises `SignatureStale`."""
    if not now - MAX_AGE <= created_at <= now + SKEW:
        raise SignatureStale(
            f"The signature is of {created_at:%Y-%m-%dT%H:%M:%SZ}, and here it is {now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}."
        )
    if expires_at is not None and now > expires_at + SKEW:
        raise SignatureStale("The signature has expired.")
