"""
Signatures on requests after draft-cavage-http-signatures-12, as the Fediverse has used them since 2018.

    Signature: keyId="https://…#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",
               signature="…base64…"

Whatever the draft says of `hs2019`, here it means what it means everywhere: RSASSA-PKCS1-v1_5 over SHA-256
for RSA keys, and Ed25519 for those. The kind of the key decides; an algorithm that contradicts it is refused.

Mastodon before 4.3 and Fedify sign the path of a GET without its query. We take that too, for GET alone: it
says which page of a collection somebody may read who may read all of them. What we send has the query.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache

from martlet.signing import digests
from martlet.signing.keys import Kind
from martlet.signing.signed_requests import (
    Claim,
    Received,
    Scheme,
    SignatureRejected,
    Signer,
    check_age,
    checked_key_id,
    checked_moment,
)

_MAX_HEADER = 8192
_MOST_COVERED = 32
_PARAMETER = re.compile(
    r'[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(?:"([^"\\]*)"|([0-9]{1,15}(?:\.[0-9]{1,9})?))[ \t]*(,|$)'
)
_SECONDS = re.compile(r"[0-9]{1,12}(\.[0-9]{1,9})?")
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_ALGORITHMS: Mapping[str, Kind | None] = {
    "": None,
    "hs2019": None,
    "rsa-sha256": Kind.RSA,
    "ed25519": Kind.ED25519,
}
_OLD = frozenset(("rsa-sha256",))
"""Those under which `(created)` and `(expires)` may not be used (section 2.3)."""
_TARGET = "(request-target)"
_CREATED = "(created)"
_EXPIRES = "(expires)"


def sign(
    method: str, authority: str, target: str, body: bytes | None, signer: Signer, now: datetime
) -> dict[str, str]:
    """The headers to send along, `host` among them."""
    headers = {"host": authority, "date": format_datetime(now.astimezone(UTC), usegmt=True)}
    if body is not None:
        headers["digest"] = digests.digest(body)
    covered = (_TARGET, *headers)
    lines = {_TARGET: f"{method.lower()} {target}"} | headers
    message = "\n".join(f"{name}: {lines[name]}" for name in covered).encode()
    algorithm = "rsa-sha256" if signer.key.kind is Kind.RSA else "hs2019"
    signature = base64.b64encode(signer.key.sign(message)).decode()
    headers["signature"] = (
        f'keyId="{signer.key_id}",algorithm="{algorithm}",headers="{" ".join(covered)}",signature="{signature}"'
    )
    return headers


def read(request: Received, now: datetime) -> Claim:
    """What the Signature header claims. Raises `SignatureRejected`."""
    parameters = _parse(request.headers["signature"])
    algorithm = parameters.get("algorithm", "").lower()
    if algorithm not in _ALGORITHMS:
        raise SignatureRejected("The signature is made by an algorithm we do not use.")
    covered = _covered(parameters.get("headers", ""), algorithm, has_body=request.has_body)
    absent = [name for name in covered if not name.startswith("(") and name not in request.headers]
    if absent:
        raise SignatureRejected(f"The signature covers {', '.join(absent)}, which is not there.")
    created_at = _created_at(request, covered, parameters)
    expires = parameters.get("expires")
    check_age(created_at, None if expires is None else _moment(expires), now)
    if request.has_body and not digests.fits_digest(request.headers["digest"], request.body):
        raise SignatureRejected("The body is not the one that was signed.")
    request.check_host()
    try:
        signature = base64.b64decode(parameters.get("signature", ""), validate=True)
    except binascii.Error as error:
        raise SignatureRejected("The signature is not base64.") from error
    return Claim(
        checked_key_id(parameters.get("keyId")),
        created_at,
        Scheme.CAVAGE,
        _ALGORITHMS[algorithm],
        tuple(
            signing_string(one, covered, parameters).encode("latin-1", "replace")
            for one in _as_signed(request)
        ),
        signature,
    )


def _as_signed(request: Received) -> tuple[Received, ...]:
    """The request, and how some see it."""
    path, has_query, _ = request.target.partition("?")
    return (request, replace(request, target=path)) if has_query and request.method == "GET" else (request,)


def signing_string(request: Received, covered: Sequence[str], parameters: Mapping[str, str]) -> str:
    """What is signed (section 2.3). Raises `SignatureRejected` if any of it is not there."""
    lines: list[str] = []
    for name in covered:
        match name:
            case "(request-target)":
                value: str | None = f"{request.method.lower()} {request.target}"
            case "(created)" | "(expires)":
                value = parameters.get(name.strip("()"))
            case _:
                value = request.headers.get(name)
        if value is None:
            raise SignatureRejected(f"The signature covers {name}, which is not there.")
        lines.append(f"{name}: {value.strip()}")
    return "\n".join(lines)


def _parse(header: str) -> dict[str, str]:
    if len(header) > _MAX_HEADER:
        raise SignatureRejected("The Signature header is too long.")
    found: dict[str, str] = {}
    at = 0
    while at < len(header) or not found:
        parameter = _PARAMETER.match(header, at)
        if parameter is None or parameter[1] in found:
            raise SignatureRejected("The Signature header cannot be read in one way only.")
        found[parameter[1]] = parameter[2] if parameter[3] is None else parameter[3]
        at = parameter.end()
    return found


@lru_cache(maxsize=256)
def _covered(headers: str, algorithm: str, *, has_body: bool) -> tuple[str, ...]:
    """What the signature covers. Raises `SignatureRejected` unless it binds what matters (attacks D5)."""
    covered = tuple(headers.lower().split(" "))
    if len(set(covered)) != len(covered) or len(covered) > _MOST_COVERED:
        raise SignatureRejected("The signature covers a header twice.")
    required = {_TARGET, "host"} | ({"digest"} if has_body else set())
    missing = required.difference(covered)
    if missing:
        raise SignatureRejected(f"The signature does not cover {', '.join(sorted(missing))}.")
    if algorithm in _OLD and (_CREATED in covered or _EXPIRES in covered):
        raise SignatureRejected(f"{algorithm} does not go with {_CREATED} and {_EXPIRES}.")
    return covered


def _created_at(request: Received, covered: Sequence[str], parameters: Mapping[str, str]) -> datetime:
    """When the request was signed, as far as that is signed."""
    if _CREATED in covered and "created" in parameters:
        return _moment(parameters["created"])
    if "date" not in covered:
        raise SignatureRejected("The signature does not cover when it was made.")
    return _http_date(request.headers["date"].strip())


@lru_cache(maxsize=64)
def _http_date(date: str) -> datetime:
    """Kept, since many requests are of one second."""
    if not _HTTP_DATE.fullmatch(date):
        raise SignatureRejected("The Date header is not a date.")
    try:
        return datetime.strptime(date, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError as error:
        raise SignatureRejected("The Date header is not a date.") from error


def _moment(seconds: str) -> datetime:
    if not _SECONDS.fullmatch(seconds):
        raise SignatureRejected("The signature has a time that is none.")
    return checked_moment(int(float(seconds)))
