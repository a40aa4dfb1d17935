"""
Signatures on requests after RFC 9421, HTTP Message Signatures.

    Content-Digest: sha-256=:…base64…:
    Signature-Input: sig1=("@method" "@target-uri" "content-digest");created=…;keyid="https://…#main-key"
    Signature: sig1=:…base64…:

A request may carry several signatures, from proxies on the way for instance. The first one that covers
what has to be covered is the one that counts; the others are not looked at.

Components that are made from others (`;sf`, `;key`, `;bs`, `;tr`) and those of other messages (`;req`) are
refused: no server of the Fediverse uses them, and each is a second way to write one thing.
"""

import base64
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, quote

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
from martlet.signing.structured_fields import InnerList, Item, MalformedField, parse_dictionary, serialize

_LABEL = "sig1"
_MOST_SIGNATURES = 4
_MOST_COVERED = 32
_ALGORITHMS: Mapping[str, Kind] = {"rsa-v1_5-sha256": Kind.RSA, "ed25519": Kind.ED25519}
_NAMES = {kind: name for name, kind in _ALGORITHMS.items()}
_PARAMETERS = frozenset(("created", "expires", "keyid", "alg", "nonce", "tag"))
_WHERE = ({"@target-uri"}, {"@authority", "@path"}, {"@authority", "@request-target"})
_DERIVED: Mapping[str, Callable[[Received], str]] = {
    "@method": lambda request: request.method,
    "@target-uri": lambda request: f"{request.scheme}://{request.authority}{request.target}",
    "@authority": lambda request: request.authority,
    "@scheme": lambda request: request.scheme,
    "@request-target": lambda request: request.target,
    "@path": lambda request: request.target.partition("?")[0] or "/",
    "@query": lambda request: f"?{request.target.partition('?')[2]}",
}


def sign(
    method: str, origin: str, target: str, body: bytes | None, signer: Signer, now: datetime
) -> dict[str, str]:
    """The headers to send along."""
    authority = origin.partition("://")[2]
    headers = {"host": authority, "date": format_datetime(now.astimezone(UTC), usegmt=True)}
    covered = ["@method", "@target-uri"]
    if body is not None:
        headers["content-digest"] = digests.content_digest(body)
        covered.append("content-digest")
    inner = InnerList(
        tuple(Item(name, {}) for name in covered),
        {"created": int(now.timestamp()), "keyid": signer.key_id, "alg": _NAMES[signer.key.kind]},
    )
    base = signature_base(Received(method, target, headers, body or b"", origin), inner)
    signature = base64.b64encode(signer.key.sign(base.encode())).decode()
    headers["signature-input"] = f"{_LABEL}={serialize(inner)}"
    headers["signature"] = f"{_LABEL}=:{signature}:"
    return headers


def read(request: Received, now: datetime) -> Claim:
    """What the first signature that is good enough claims. Raises `SignatureRejected`."""
    try:
        inputs = parse_dictionary(request.headers["signature-input"])
        signatures = parse_dictionary(request.headers.get("signature", ""))
    except MalformedField as error:
        raise SignatureRejected(str(error)) from error
    if len(inputs) > _MOST_SIGNATURES or inputs.keys() != signatures.keys():
        raise SignatureRejected("The signatures are too many, or do not fit what they cover.")
    reason: SignatureRejected | None = None
    for label, inner in inputs.items():
        try:
            return _claim(request, inner, signatures[label], now)
        except SignatureRejected as error:
            reason = reason or error
    raise reason or SignatureRejected("There is no signature.")


def _claim(request: Received, inner: Item | InnerList, value: Item | InnerList, now: datetime) -> Claim:
    if not isinstance(inner, InnerList) or not isinstance(value, Item) or not isinstance(value.value, bytes):
        raise SignatureRejected("The signature is malformed.")
    parameters = inner.parameters
    if not parameters.keys() <= _PARAMETERS:
        raise SignatureRejected("The signature has a parameter we do not know.")
    created, expires, algorithm = (parameters.get(name) for name in ("created", "expires", "alg"))
    if type(created) is not int or type(expires) not in (int, type(None)):
        raise SignatureRejected("The signature does not say when it was made.")
    if algorithm is not None and (not isinstance(algorithm, str) or algorithm not in _ALGORITHMS):
        raise SignatureRejected("The signature is made by an algorithm we do not use.")
    _check_covered(request, inner)
    created_at = checked_moment(created)
    check_age(created_at, checked_moment(expires) if isinstance(expires, int) else None, now)
    base = signature_base(request, inner)
    if request.has_body and not digests.fits_content_digest(request.headers["content-digest"], request.body):
        raise SignatureRejected("The body is not the one that was signed.")
    return Claim(
        checked_key_id(parameters.get("keyid")),
        created_at,
        Scheme.RFC9421,
        None if algorithm is None else _ALGORITHMS[str(algorithm)],
        (base.encode("latin-1", "replace"),),
        value.value,
    )


def _check_covered(request: Received, inner: InnerList) -> None:
    """Raises `SignatureRejected` unless the signature binds what matters (attacks D5)."""
    if len(inner.items) > _MOST_COVERED:
        raise SignatureRejected("The signature covers too much.")
    covered = {item.value for item in inner.items if not item.parameters}
    has_query = "?" in request.target
    is_placed = any(
        where <= covered and ("@path" not in where or not has_query or "@query" in covered)
        for where in _WHERE
    )
    if "@method" not in covered or not is_placed:
        raise SignatureRejected("The signature does not cover method and address.")
    if request.has_body and "content-digest" not in covered:
        raise SignatureRejected("The signature does not cover the body.")


def signature_base(request: Received, inner: InnerList) -> str:
    """What is signed (section 2.5). Raises `SignatureRejected` if any of it is not there."""
    lines: dict[str, str] = {}
    for item in inner.items:
        name = serialize(item)
        if name in lines:
            raise SignatureRejected(f"The signature covers {name} twice.")
        lines[name] = _value(request, item)
    lines['"@signature-params"'] = serialize(inner)
    return "\n".join(f"{name}: {value}" for name, value in lines.items())


def _value(request: Received, item: Item) -> str:
    name = item.value
    if type(name) is not str or name != name.lower():
        raise SignatureRejected("The signature covers something without a name.")
    if name == "@query-param":
        return _query_parameter(request, item)
    if item.parameters:
        raise SignatureRejected("The signature covers parts of headers, which we do not read.")
    if name.startswith("@"):
        if name not in _DERIVED:
            raise SignatureRejected(f"The signature covers {name}, which a request does not have.")
        return _DERIVED[name](request)
    value = request.headers.get(name)
    if value is None:
        raise SignatureRejected(f"The signature covers {name}, which is not there.")
    return value.strip()


def _query_parameter(request: Received, item: Item) -> str:
    """Section 2.2.8. A parameter that stands twice has no value to sign."""
    wanted = item.parameters.get("name")
    pairs = parse_qsl(request.target.partition("?")[2], keep_blank_values=True)
    values = [value for name, value in pairs if _percent(name) == wanted]
    if len(item.parameters) != 1 or len(values) != 1:
        raise SignatureRejected("The signature covers a parameter that is not there once.")
    return _percent(values[0])


def _percent(text: str) -> str:
    return quote(text, safe="*").replace("~", "%7E")
