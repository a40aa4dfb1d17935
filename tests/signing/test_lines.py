"""Lines are read the quick way as they are read the slow way."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from martlet.activitypub import contexts
from martlet.model.errors import MalformedDocument
from martlet.signing import canonical_json, proofs
from martlet.signing.lines import Line, Lines

CONTEXT = contexts.DOCUMENT
OTHER = ["https://www.w3.org/ns/activitystreams"]
PROOF = {"type": "DataIntegrityProof", "created": "2026-11-01T00:00:00Z", "proofValue": "z1"}
TRICKY = '","proof":{"@context":'

a_context = st.sampled_from([CONTEXT, OTHER])
a_proof = st.fixed_dictionaries(
    {},
    optional={
        "@context": a_context,
        "!": st.just(1),
        **{name: st.just(value) for name, value in PROOF.items()},
    },
)
a_text = st.sampled_from(["Hello", TRICKY, "Grüße 🐦", "\u2028"])
inside = st.recursive(
    a_text | st.integers(-9, 9) | st.just(1.5),
    lambda some: (
        st.dictionaries(st.sampled_from(["proof", "@context", "name", "ä"]), some, max_size=3)
        | st.lists(some, max_size=2)
    ),
    max_leaves=6,
)
a_document = st.fixed_dictionaries(
    {"id": a_text},
    optional={"@context": a_context, "proof": a_proof | inside, "object": inside, "!": inside, "0": inside},
)
PLAIN = {"@context": CONTEXT, "id": "x", "proof": {"@context": CONTEXT, **PROOF}}


def slowly(body: bytes) -> tuple[dict[str, Any], bytes | None] | None:
    try:
        document, encode = canonical_json.parse_canonical(body)
    except MalformedDocument:
        return None
    return document, proofs.message(document, encode) if isinstance(document.get("proof"), dict) else None


def quickly(body: bytes) -> tuple[dict[str, Any], bytes | None] | None:
    """By somebody who has read such a document before."""
    lines = Lines()
    for context in (CONTEXT, OTHER):
        lines.read(canonical_json.encode({**PLAIN, "@context": context}))
    try:
        line = lines.read(body)
    except MalformedDocument:
        return None
    return line.document, line.message if isinstance(line.document.get("proof"), dict) else None


@given(a_document)
@example(PLAIN)
@example({**PLAIN, "object": {"proof": {"@context": CONTEXT, **PROOF}}, "proof": PROOF})
@example({**PLAIN, "proof": {"@context": CONTEXT, **PROOF, "!": 1}})
@example({"@context": CONTEXT, "proof": {"@context": CONTEXT, "type": "x"}})
def test_both_ways_read_the_same(document: dict[str, Any]) -> None:
    body = canonical_json.encode(document)
    assert quickly(body) == slowly(body)


def test_whatever_bit_is_changed() -> None:
    body = canonical_json.encode({**PLAIN, "@context": OTHER, "proof": {"@context": OTHER, **PROOF}})
    for bit in range(len(body) * 8):
        changed = bytearray(body)
        changed[bit // 8] ^= 1 << bit % 8
        assert quickly(bytes(changed)) == slowly(bytes(changed)), bit


def test_the_quick_way_is_taken() -> None:
    lines = Lines()
    first, second = (lines.read(canonical_json.encode({**PLAIN, "id": name})) for name in ("a", "b"))
    assert (first._cut, isinstance(second, Line), second._cut is not None) == (None, True, True)
