"""
Signed requests: who sends them, and that nobody changed them on the way.

Two kinds are in use: the draft that all of the Fediverse speaks (`cavage.py`), and the standard that came of
it (`message_signatures.py`, RFC 9421). Either is taken, either can be sent.

    request = Received("POST", "/inbox", headers, body, "https://home.example")
    claim = http_signatures.read(request, now)     # SignatureRejected before any key is looked for
    key = …the key that claim.key_id names, out of its owner's actor…
    claim.verify(key)                              # SignatureRejected, or the owner of the key sent it

A signature has to cover the method, the address with its host and query, when it was made, and the body by
its digest; it is good for less than an hour; its algorithm follows from the key. Nothing may stand twice.
"""

import re
from datetime import datetime

from martlet.signing import cavage, message_signatures
from martlet.signing.keys import PublicKey
from martlet.signing.signed_requests import (
    Claim,
    Received,
    Scheme,
    SignatureMissing,
    SignatureRejected,
    SignatureStale,
    Signer,
)

__all__ = [
    "Claim",
    "Received",
    "Scheme",
    "SignatureMissing",
    "SignatureRejected",
    "SignatureStale",
    "Signer",
    "key_id_in",
    "read",
    "sign_request",
    "verify_request",
]

_GLANCE = 8192


def sign_request(
    method: str, url: str, body: bytes | None, signer: Signer, scheme: Scheme, now: datetime
) -> dict[str, str]:
    """
    The headers that make it a signed request: host, date, digest of the body, signature. Names are lower case.

    `url` as it is called: scheme and host in lower case, the port where it is unusual, a path always, no
    fragment (`network.guard.Target.url`). `body` is None for GET. Send no other `host` and `date`.
    """
    url_scheme, _, rest = url.partition("://")
    authority, _, target = rest.partition("/")
    if scheme is Scheme.CAVAGE:
        return cavage.sign(method, authority, f"/{target}", body, signer, now)
    return message_signatures.sign(method, f"{url_scheme}://{authority}", f"/{target}", body, signer, now)


def read(request: Received, now: datetime) -> Claim:
    """
    What the request's signature claims, all checked that needs no key.

    Raises `SignatureMissing`, `SignatureStale`, or `SignatureRejected` with a sentence for the other
    server's operator.
    """
    if "signature-input" in request.headers:
        return message_signatures.read(request, now)
    if "signature" in request.headers:
        return cavage.read(request, now)
    raise SignatureMissing("The request is not signed.")


_KEY_ID = re.compile(r'(?:^|[,;])[ \t]*key[iI]d[ \t]*=[ \t]*"([^"\\]*)"')


def key_id_in(signature: str, signature_input: str) -> str:
    """
    The first key that the headers `Signature` and `Signature-Input` name, seen at a glance.

    To be refused by, never to be believed: `read` says which one counts. Raises `SignatureMissing`,
    `SignatureRejected`.
    """
    if not signature:
        raise SignatureMissing("The request is not signed.")
    found = _KEY_ID.search((signature_input or signature)[:_GLANCE])
    if found is None:
        raise SignatureRejected("The signature does not name its key by a URI.")
    return found[1]


def verify_request(request: Received, key: PublicKey, now: datetime) -> Claim:
    """Both at once, where the key is known. The caller checks that `key_id` is the name of this key."""
    claim = read(request, now)
    claim.verify(key)
    return claim
