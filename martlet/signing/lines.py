"""
Signed documents as they are carried: each a line that is exactly its own canonical form.

    lines = Lines()                     # one for a bundle
    line = lines.read(body)             # NotCanonical, MalformedDocument
    proof = proofs.find(line.document)
    proofs.check(proof, key, line.message, now)

Because the bytes are canonical, what was signed is cut out of them and not written anew. And because nearly all documents
say twice what their words mean, in one of few ways, a `@context` that was read once is recognised by its bytes after that.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from martlet.model.errors import MalformedDocument
from martlet.signing import canonical_json, proofs
from martlet.signing.canonical_json import Encode

MOST_CONTEXTS = 8
LONGEST_CONTEXT = 8 * 1024
_CONTEXT, _PROOF = "@context", b'"proof":'
_BEGINS, _PROOF_BEGINS = b'{"@context":', b'"proof":{"@context":'


@dataclass(slots=True)
class Line:
    """A document, and what writes parts of it in their canonical form."""

    document: dict[str, Any]
    encode: Encode
    _cut: tuple[bytes, bytes] | None = None
    """What was signed, where it could be cut out: the options of the proof, and the document without it."""

    @property
    def message(self) -> bytes:
        """What the proof signs. Raises `MalformedDocument`; only for a document that has a proof."""
        if self._cut is None:
            return proofs.message(self.document, self.encode)
        return b"".join(hashlib.sha256(part).digest() for part in self._cut)


class Lines:
    """Reads lines, one after the other."""

    __slots__ = ("_contexts",)

    def __init__(self) -> None:
        self._contexts: dict[bytes, Any] = {}

    def read(self, body: bytes) -> Line:
        """Raises `NotCanonical`, `MalformedDocument`."""
        for text, context in self._contexts.items():
            found = _recognised(body, text, context)
            if found is not None:
                return found
        document, encode = canonical_json.parse_canonical(body)
        self._remember(document, encode)
        return Line(document, encode)

    def _remember(self, document: dict[str, Any], encode: Encode) -> None:
        context = document.get(_CONTEXT)
        if isinstance(context, list) and len(self._contexts) < MOST_CONTEXTS:
            text = encode(context)
            if len(text) <= LONGEST_CONTEXT:
                self._contexts[text] = context


def _recognised(body: bytes, text: bytes, context: Any) -> Line | None:
    """
    A document that begins with a known `@context`, and whose one proof does, too; None for all others.

    There is no other `"proof":` in it, and in a text the quotation marks would be escaped: so it is the document's own.
    """
    begins, proof_begins = _BEGINS + text + b",", _PROOF_BEGINS + text + b","
    if not body.startswith(begins) or body.count(_PROOF) != 1:
        return None
    at = body.find(proof_begins)
    if at < 0:
        return None
    behind = at + len(proof_begins)
    rest = b"{" + body[len(begins) : at] + _PROOF + b"{" + body[behind:]
    try:
        document, encode = canonical_json.parse_canonical(rest)
    except MalformedDocument:
        return None
    proof = document.get("proof")
    if not isinstance(proof, dict) or not proof or min(next(iter(document)), next(iter(proof))) <= _CONTEXT:
        return None
    end = behind + len(encode(proof)) - 1
    options = encode({name: value for name, value in proof.items() if name != "proofValue"})
    document[_CONTEXT] = proof[_CONTEXT] = context
    return Line(document, encode, (_BEGINS + text + b"," + options[1:], body[: at - 1] + body[end:]))
