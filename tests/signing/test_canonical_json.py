import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.model.errors import MalformedDocument
from martlet.signing import canonical_json
from tests.signing.vectors import FOLDER

JCS = FOLDER / "jcs"
EXAMPLES = sorted(path.stem for path in (JCS / "input").iterdir())

letters = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-canonical_json.MAX_INTEGER, canonical_json.MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | letters,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(letters, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_rfc_8785(name: str) -> None:
    value = canonical_json.parse((JCS / "input" / f"{name}.json").read_bytes())
    written = canonical_json.encode(value)
    assert written == (JCS / "output" / f"{name}.json").read_bytes().rstrip(b"\n")
    assert written == bytes.fromhex((JCS / "outhex" / f"{name}.txt").read_text())


# RFC 8785 appendix B
@pytest.mark.parametrize(
    ("bits", "written"),
    [
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"),
        (0xFFEFFFFFFFFFFFFF, "-1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0xC340000000000000, "-9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44B52D02C7E14AF5, "9.999999999999997e+22"),
        (0x44B52D02C7E14AF6, "1e+23"),
        (0x44B52D02C7E14AF7, "1.0000000000000001e+23"),
        (0x444B1AE4D6E2EF4E, "999999999999999700000"),
        (0x444B1AE4D6E2EF4F, "999999999999999900000"),
        (0x444B1AE4D6E2EF50, "1e+21"),
        (0x3EB0C6F7A0B5ED8C, "9.999999999999997e-7"),
        (0x3EB0C6F7A0B5ED8D, "0.000001"),
        (0x41B3DE4355555553, "333333333.3333332"),
        (0x41B3DE4355555554, "333333333.33333325"),
        (0x41B3DE4355555555, "333333333.3333333"),
        (0x41B3DE4355555556, "333333333.3333334"),
        (0x41B3DE4355555557, "333333333.33333343"),
        (0xBECBF647612F3696, "-0.0000033333333333333333"),
        (0x43143FF3C1CB0959, "1424953923781206.2"),
    ],
)
def test_numbers_as_ecmascript_writes_them(bits: int, written: str) -> None:
    import struct  # noqa: PLC0415 - for this table alone

    (number,) = struct.unpack(">d", bits.to_bytes(8, "big"))
    assert canonical_json.encode(number) == written.encode()


@given(values)
def test_what_is_written_means_the_same_and_is_canonical(value: Any) -> None:
    written = canonical_json.encode(value)
    read = canonical_json.parse(written)
    assert read == value
    assert canonical_json.encode(read) == written


@given(values)
def test_both_ways_to_write_agree(value: Any) -> None:
    assert canonical_json.encode(value) == canonical_json._written(value).encode()


def test_every_character_is_written_alike_by_both() -> None:
    for first in range(0, 0x110000, 4096):
        text = "".join(map(chr, range(first, first + 4096))).encode("utf-8", "ignore").decode()
        assert canonical_json.encode([text]) == canonical_json._written([text]).encode()


@given(st.dictionaries(letters, st.integers(0, 9), max_size=12), st.randoms())
def test_the_order_of_keys_does_not_matter(value: dict[str, int], random: Any) -> None:
    pairs = list(value.items())
    random.shuffle(pairs)
    assert canonical_json.encode(dict(pairs)) == canonical_json.encode(value)


def test_keys_are_sorted_by_their_utf16() -> None:
    assert canonical_json.encode({"\ufb33": 1, "\U0001f602": 2}) == '{"\U0001f602":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1,]",
        b"{'a':1}",
        b"// a\n1",
        b"NaN",
        b"[Infinity]",
        b"-Infinity",
        b"1e400",
        b"9007199254740993",
        b"-9007199254740993",
        b"100000000000000000001",
        b"295147905179352825856",
        b"9" * 5000,
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":1}',
        b'[{"b":{"a":1,"a":1}}]',
        b'"\\ud800"',
        b'{"\\udc00":1}',
        b'"\\ud800\\u0041"',
        b'"a\\u0000"',
        b'"a\nb"',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b"\xef\xbb\xbf1",
        '"a"'.encode("utf-16"),
        b"[" * 65 + b"]" * 65,
        b"[" * 100_000,
        b'{"a":' * 5000 + b"1" + b"}" * 5000,
        b"01",
        b"1 2",
    ],
)
def test_what_others_would_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedDocument):
        canonical_json.parse(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b' {"a" : 1.0}\n', {"a": 1.0}),
        (b'"\\ud83d\\ude02\\\\u0000"', "\U0001f602\\u0000"),
        (b"[" * 64 + b"]" * 64, None),
        (b"9007199254740991", 2**53 - 1),
        (b"9007199254740992", 2.0**53),
        (b"295147905179352830000", 2.0**68),
    ],
)
def test_what_is_unusual_but_plain_is_read(body: bytes, value: Any) -> None:
    read = canonical_json.parse(body)
    assert value is None or read == value


def test_a_document_is_read_as_it_is() -> None:
    assert canonical_json.parse_object(b'{"a":[1,null]}') == {"a": [1, None]}


def test_whole_numbers_stay_whole_as_long_as_they_are_sure() -> None:
    assert isinstance(canonical_json.parse(b"9007199254740991"), int)
    assert isinstance(canonical_json.parse(b"-999999999999999"), int)


def test_a_document_has_an_end() -> None:
    body = json.dumps(["x" * 100]).encode()
    assert canonical_json.parse(body, limit=len(body))
    with pytest.raises(MalformedDocument):
        canonical_json.parse(body, limit=len(body) - 1)


@pytest.mark.parametrize("body", [b"[]", b'"a"', b"null", b"1"])
def test_a_document_is_an_object(body: bytes) -> None:
    with pytest.raises(MalformedDocument):
        canonical_json.parse_object(body)


@pytest.mark.parametrize(
    "value", ["\ud800", {"\ud800": 1, "é": 1}, math.nan, math.inf, 2**53, {1: 1}, {"a": b""}, (1,)]
)
def test_what_has_no_canonical_form(value: Any) -> None:
    with pytest.raises(MalformedDocument):
        canonical_json.encode(value)


@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        value = canonical_json.parse(body)
    except MalformedDocument:
        return
    assert canonical_json.parse(canonical_json.encode(value)) == value


@given(values)
def test_what_is_canonical_is_read_as_everything_is(value: Any) -> None:
    body = canonical_json.encode({"value": value})
    found, encode = canonical_json.parse_canonical(body)
    assert found == canonical_json.parse_object(body)
    assert encode(found) == body


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a": 1}',
        b'{"a":1.0}',
        b'{"b":1,"a":1}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'{"a":1}\n',
        b'{"a":9007199254740993}',
        b'{"a":"\\u0000"}',
        b'{"a":"\\ud800"}',
        b'{"a":NaN}',
        b'{"a":1e400}',
        b'{"a":-0}',
        b'{"a":"\xff"}',
        b"[1]",
        b"1",
        b"",
        b"[" * 100_000,
    ],
)
def test_what_is_not_canonical_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedDocument):
        canonical_json.parse_canonical(body)
