"""
JSON for what is signed: one text for one value, in and out.

`parse` reads what a stranger sent, strictly, so that what we understand is what they signed. Refused are:
a key twice in one object, numbers that other languages would read differently (9007199254740993, NaN,
infinities), halves of surrogate pairs, NUL, anything deeper than 64, and anything but UTF-8.

`encode` writes the canonical form (RFC 8785, "JCS"): no white space, keys in the order of their UTF-16
code units, numbers as ECMAScript prints them. A document without fractions and with ASCII keys, which is
nearly every one, is written by msgspec (a note in some 8 µs); the rest by hand. The two agree
(`tests/signing/test_canonical_json.py`).
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from json.encoder import encode_basestring
from typing import Any

import msgspec

from martlet.model.errors import MalformedDocument

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_INTEGER = 2**53 - 1

_CONSTANTS = {None: "null", True: "true", False: "false"}
_LEAVES = frozenset((str, int, float, bool, type(None)))
_FEW_DIGITS = 15
_PLAIN_DIGITS = 21
_MOST_DIGITS = 30
_PLAIN_ZEROS = -6
# The only ways to write half a surrogate pair or NUL; where none stands, the texts need no look.
_SUSPECT = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
_SURROGATE = re.compile("[\ud800-\udfff\0]")
_fast = msgspec.json.Encoder(order="sorted")
_reader = msgspec.json.Decoder()


def parse(body: bytes, limit: int = MAX_BYTES) -> Any:
    """
    The value that `body` means. Raises `MalformedDocument`.

    Whole numbers up to 2⁵³ come as `int`, those beyond or with a fraction or an exponent as `float`.
    """
    if len(body) > limit:
        raise MalformedDocument(f"The document has {len(body):,} bytes; {limit:,} are allowed.")
    try:
        text = body.decode()
        value = _decoder.decode(text)
    except (ValueError, RecursionError) as error:  # ValueError: no UTF-8, no JSON, a number of 5,000 digits
        raise MalformedDocument("The document is not JSON as we read it.") from error
    try:
        _is_plain(value, MAX_DEPTH)
        if _SUSPECT.search(text):
            _check_texts(value)
    except _Unsignable as error:
        raise MalformedDocument(f"The document has {error}.") from error
    return value


def parse_object(body: bytes, limit: int = MAX_BYTES) -> dict[str, Any]:
    """The same for what has to be an object, as every document is."""
    value = parse(body, limit)
    if not isinstance(value, dict):
        raise MalformedDocument("The document is not an object.")
    return value


def encode(value: Any) -> bytes:
    """
    The canonical form of `value`: dict, list, str, int, float, bool, None, and no other type.

    Raises `MalformedDocument` for what has no canonical form, from whomever it came.
    """
    try:
        if _is_plain(value, MAX_DEPTH):
            return _fast.encode(value)
        return _written(value).encode()
    except (UnicodeEncodeError, _Unsignable) as error:
        raise MalformedDocument(f"This has no canonical form: {error}.") from error


Encode = Callable[[Any], bytes]


class NotCanonical(MalformedDocument):
    """The same value could be written in another way, and was."""

    code = "not_canonical"

    def __init__(self) -> None:
        super().__init__("The document is not written in its canonical form.")


def parse_canonical(body: bytes) -> tuple[dict[str, Any], Encode]:
    """
    The object that `body` means, where that is its canonical form, and what writes parts of it in that form.

    Raises `NotCanonical`, `MalformedDocument`. What is canonical has no key twice and every number in one form, so it
    needs no second look: this takes a tenth of the time of `parse`.
    """
    try:
        value = _reader.decode(body)
        if isinstance(value, dict) and b"\\u0000" not in body and _is_plain(value, MAX_DEPTH):
            if _fast.encode(value) != body:
                raise NotCanonical
            return value, _fast.encode
    except (ValueError, RecursionError, _Unsignable):
        pass  # `parse` says what is wrong, if anything is
    value = parse_object(body)
    if encode(value) != body:
        raise NotCanonical
    return value, encode


class _Unsignable(Exception):
    """The sentence says what is in the way."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice in one object")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _whole(digits: str) -> int | float:
    """What these digits mean to all: a large one only as ECMAScript would write it."""
    if len(digits) <= _FEW_DIGITS:
        return int(digits)
    number = float(digits[:_MOST_DIGITS])
    if abs(number) <= MAX_INTEGER:
        return int(digits)
    if _number(number) != digits:
        raise ValueError("a number too large to be read alike by all")
    return number


_decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant, parse_int=_whole)


def _is_plain(value: Any, room: int) -> bool:
    """Whether `value` has neither fractions nor keys beyond ASCII. Raises `_Unsignable`."""
    kind = type(value)
    if kind is dict:
        is_plain, inside = _are_ascii(value), value.values()
    elif kind is list:
        is_plain, inside = True, value
    else:
        return _is_plain_leaf(value)
    if not room:
        raise _Unsignable(f"more than {MAX_DEPTH} levels")
    for inner in inside:
        if type(inner) is not str and not _is_plain(inner, room - 1):
            is_plain = False
    return is_plain


def _is_plain_leaf(value: Any) -> bool:
    kind = type(value)
    if kind is int and not -MAX_INTEGER <= value <= MAX_INTEGER:
        raise _Unsignable("a number too large to be read alike by all")
    if kind is float and not math.isfinite(value):
        raise _Unsignable("a number that is none")
    if kind not in _LEAVES:
        raise _Unsignable(f"a value of the type {kind.__name__}")
    return kind is not float


def _are_ascii(keys: dict[Any, Any]) -> bool:
    try:
        return "".join(keys).isascii()
    except TypeError:
        raise _Unsignable("a key that is no text") from None


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if _SURROGATE.search(value):
            raise _Unsignable("half a character, or NUL")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _check_texts(key)
            _check_texts(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner)


def _written(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is dict:
        keys = sorted(value, key=_utf16)
        return "{" + ",".join([f"{encode_basestring(key)}:{_written(value[key])}" for key in keys]) + "}"
    if kind is list:
        return "[" + ",".join([_written(inner) for inner in value]) + "]"
    if kind is int:
        return str(value)
    if kind is float:
        return _number(value)
    return _CONSTANTS[value]


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")


def _number(number: float) -> str:
    """As ECMAScript's Number::toString writes it. The shortest digits that mean `number` are Python's too."""
    if number == 0:
        return "0"
    sign = "-" if number < 0 else ""
    mantissa, _, exponent = repr(abs(number)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    digits = (whole + fraction).lstrip("0")
    point = int(exponent or 0) + len(whole) - (len(whole + fraction) - len(digits))
    digits = digits.rstrip("0")
    if len(digits) <= point <= _PLAIN_DIGITS:
        return sign + digits.ljust(point, "0")
    if 0 < point <= _PLAIN_DIGITS:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if _PLAIN_ZEROS < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"
