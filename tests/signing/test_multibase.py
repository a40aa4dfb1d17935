from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import MalformedDocument
from martlet.signing import multibase


@given(st.binary(max_size=100))
def test_round_trip(raw: bytes) -> None:
    assert multibase.decode(multibase.encode(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"", "z"),
        (b"\0\0", "z11"),
        (b"Hello World!", "z2NEpo7TZRRrLZSi2U"),
        (bytes.fromhex("0000287fb4cd"), "z11233QC4"),
    ],
)
def test_published_examples(raw: bytes, text: str) -> None:
    assert multibase.encode(raw) == text
    assert multibase.decode(text) == raw


@pytest.mark.parametrize(
    "text", ["", "2NEpo7", "Z2NEpo7", "mAAAA", "z0", "zO", "zI", "zl", "z2NEpo7 ", "zé", "z" * 2049]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(MalformedDocument):
        multibase.decode(text)


@given(st.binary(min_size=1, max_size=64), st.integers(0), st.integers(0, 6))
def test_one_text_for_one_value(raw: bytes, at: int, bit: int) -> None:
    """No flipped bit of the text, its first letter included, leaves the value as it was."""
    text = multibase.encode(raw)
    at %= len(text)
    other = text[:at] + chr(ord(text[at]) ^ (1 << bit)) + text[at + 1 :]
    with suppress(MalformedDocument):
        assert multibase.decode(other) != raw
