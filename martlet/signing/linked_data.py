"""
Linked-data signatures (`RsaSignature2017`), for old Mastodons: made and never believed.

A Mastodon that does not know FEP-8b32 takes an activity from somebody else than its author only with such a
signature, and passes on only what carries one. What is signed is not the bytes but the graph that they mean
as JSON-LD, its proof included: RSA over the hashes of the signature's options and of the document, both as
URDNA2015 writes them. The proof stays good, because a `signature` is no part of what it covers (`proofs`).

It takes the extra `martlet[ld]` (pyld: 30 MB of memory, some 10 ms for an activity). Contexts come from the
folder beside this file and from nowhere else.

What comes with such a signature is worth what it is worth without (attacks D6): there is nothing to verify here.
"""

import base64
import hashlib
import importlib.util
import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from martlet.signing.keys import Kind, PrivateKey

IDENTITY = "https://w3id.org/identity/v1"
CONTEXTS: Mapping[str, str] = {
    "https://www.w3.org/ns/activitystreams": "activitystreams.json",
    "https://www.w3.org/ns/cid/v1": "cid-v1.json",
    "https://w3id.org/security/data-integrity/v2": "data-integrity-v2.json",
    "https://w3id.org/security/v1": "security-v1.json",
    IDENTITY: "identity-v1.json",
}
"""Whose meaning is bundled, and in which file."""


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ONE_AT_A_TIME = threading.Lock()
"""pyld keeps what it has read of contexts, and does not expect several threads."""


class NotLinkedData(ValueError):
    """
    JSON-LD cannot say what the document means, or only with a context that is not bundled; or it has control
    characters, which one half of the libraries writes as they are and the other escaped.
    """


@cache
def is_installed() -> bool:
    return importlib.util.find_spec("pyld") is not None


def sign(document: Mapping[str, Any], key: PrivateKey, key_id: str, now: datetime) -> dict[str, Any]:
    """
    `document` with a `signature` of its actor, whose RSA key it is.

    Takes some 10 ms, the first time 300: call it from a thread. Raises `NotLinkedData`, and `ValueError` for
    a document that has a signature or a key of another kind: that is a bug of ours.
    """
    if "signature" in document or key.kind is not Kind.RSA:
        raise ValueError("A document is signed once, with RSA.")
    options = {
        "@context": IDENTITY,
        "creator": key_id,
        "created": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    message = f"{_hashed(options)}{_hashed(document)}"
    signature = {
        "type": "RsaSignature2017",
        "creator": options["creator"],
        "created": options["created"],
        "signatureValue": base64.b64encode(key.sign(message.encode())).decode(),
    }
    return {**document, "signature": signature}


def _hashed(document: Mapping[str, Any]) -> str:
    from pyld import jsonld  # noqa: PLC0415 - 300 ms and 30 MB, and not everybody has it

    options = {
        "algorithm": "URDNA2015",
        "format": "application/n-quads",
        "documentLoader": _bundled,
    }
    try:
        with _ONE_AT_A_TIME:
            found: str = jsonld.normalize(dict(document), options)
    except (
        jsonld.JsonLdError,
        ValueError,
        TypeError,
        LookupError,
    ) as error:  # it is not careful with nonsense
        raise NotLinkedData("The document is no linked data.") from error
    if _CONTROL.search(found):
        raise NotLinkedData("The document has control characters.")
    return hashlib.sha256(found.encode()).hexdigest()


def _bundled(url: str, _options: object = None) -> dict[str, Any]:
    """A context for pyld. Raises what pyld takes for one that cannot be had."""
    from pyld import jsonld  # noqa: PLC0415 - as above

    if url not in CONTEXTS:
        raise jsonld.JsonLdError("The context is not bundled.", "jsonld.LoadDocumentError", {"url": url})
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": url,
        "document": _context(CONTEXTS[url]),
    }


@cache
def _context(file: str) -> Any:
    return msgspec.json.decode((resources.files("martlet.signing") / "contexts" / file).read_bytes())
