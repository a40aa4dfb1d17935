"""
Form values as clients send them, decoded into a msgspec Struct.

JSON, urlencoded, multipart and the query string all end in the same nested
values; `a[]`, `a[0]`, `a[b][c]` build lists and objects. What a text means is
told by the Struct: "1", "on" and "true" are true where a flag is wanted, an
empty text is null where null is allowed.
"""

import functools
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import inspect

from martlet.model.errors import InvalidInput

S = TypeVar("S")
Value = Any

MAX_PAIRS = 2000
MAX_DEPTH = 5
MAX_JSON_DEPTH = 32
NUL = "The character NUL is not taken."
FALSE = frozenset({"0", "f", "false", "off", "no", ""})


class Malformed(InvalidInput):
    """Not even well-formed: answered with 400, where other bad input gets 422."""

    code = "malformed"


def from_query(query: bytes) -> dict[str, Value]:
    """Raises `Malformed`."""
    return nested(_pairs(query)) if query else {}


def from_json(body: bytes) -> dict[str, Value]:
    """An empty body is an empty form. Raises `Malformed`."""
    if not body.strip():
        return {}
    if body.count(b"[") + body.count(b"{") > MAX_JSON_DEPTH and _depth(body) > MAX_JSON_DEPTH:
        raise Malformed("The JSON is nested too deeply.")
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"The JSON cannot be read: {error}") from None
    if not isinstance(value, dict):
        raise Malformed("The JSON has to be an object.")
    _refuse_nul(value)
    return value


def from_urlencoded(body: bytes) -> dict[str, Value]:
    """Raises `Malformed`."""
    return nested(_pairs(body))


def _pairs(text: bytes) -> list[tuple[str, str]]:
    if b"\0" in text or b"%00" in text:
        raise Malformed(NUL)
    try:
        plain = text.decode("ascii")
        if b"%" in text or b"+" in text or text.count(b"&") >= MAX_PAIRS:
            return parse_qsl(plain, keep_blank_values=True, errors="strict", max_num_fields=MAX_PAIRS)
    except (ValueError, UnicodeDecodeError):
        raise Malformed("The form values cannot be read.") from None
    parts = [part.partition("=") for part in plain.split("&") if part]  # nothing is escaped: the quick way
    return [(name, value) for name, _, value in parts]


def nested(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """`[("a[b][]", "1"), ("a[b][]", "2")]` to `{"a": {"b": ["1", "2"]}}`. Raises `Malformed`."""
    root: dict[str, Value] = {}
    for name, value in pairs:
        if "[" not in name:
            root[name] = value
            continue
        head, _, rest = name.replace("[][]", "[]").partition("[")  # `id[][]`, as Mastodon.py says for `id[]`
        keys = [head, *(part.rstrip("]") for part in rest.split("["))]
        if len(keys) > MAX_DEPTH:
            raise Malformed("The form values are nested too deeply.")
        _put(root, keys, value)
    return root


def _put(place: dict[str, Value], keys: list[str], value: Value) -> None:
    """Lists are kept as objects with the keys 0, 1 … until the Struct says what they are."""
    key, rest = keys[0], keys[1:]
    if not rest:
        place[key] = value
        return
    inner = place.setdefault(key, {})
    if not isinstance(inner, dict):
        raise Malformed(f"The form value {key!r} is given in two ways.")
    if rest[0] != "":
        _put(inner, rest, value)
    elif len(rest) == 1:
        inner[str(len(inner))] = value
    else:  # a[][b]=1&a[][c]=2: the same object until one of its keys comes again
        last = inner.get(str(len(inner) - 1))
        goes_on = isinstance(last, dict) and rest[1] not in last
        _put(inner, [str(len(inner) - 1 if goes_on else len(inner)), *rest[1:]], value)


def to_form(values: dict[str, Value], form: type[S]) -> S:
    """
    The values as the Struct `form`; what it does not know is left out.

    Raises `InvalidInput` with the field at fault.
    """
    fields = _fields(form)  # type: ignore[arg-type]  # a class is hashable; mypy cannot tell of a type variable
    shaped = {
        name: _shape(value, fields[name])
        for name, value in values.items()
        if name in fields and (value is not None or _takes_null(fields[name]))
    }
    try:
        return msgspec.convert(shaped, form, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        field = where.strip("`.").replace("[...]", "")
        sentence = f"{field}: {what[:1].lower()}{what[1:]}" if field else what
        raise InvalidInput(f"Validation failed: {sentence}", field or None) from None


@functools.cache
def _fields(form: type[Any]) -> dict[str, inspect.Type]:
    info = inspect.type_info(form)
    assert isinstance(info, inspect.StructType)  # noqa: S101 - for the type checker; forms are Structs
    return {field.encode_name: field.type for field in info.fields}


def _shape(value: Value, info: inspect.Type) -> Value:
    """Bring what came as text or numbered keys into the form that `info` wants."""
    if isinstance(info, inspect.Metadata):
        info = info.type
    if isinstance(info, inspect.UnionType):
        return _shape_union(value, info)
    if isinstance(info, inspect.StructType) and isinstance(value, dict):
        return {
            field.encode_name: _shape(value[field.encode_name], field.type)
            for field in info.fields
            if field.encode_name in value
            and not (value[field.encode_name] is None and not _takes_null(field.type))
        }
    if isinstance(info, inspect.ListType):
        if isinstance(value, dict):
            value = list(value.values())
        elif isinstance(value, str):
            value = [value] if value else []
        return [_shape(one, info.item_type) for one in value] if isinstance(value, list) else value
    if isinstance(info, inspect.BoolType) and isinstance(value, str):
        return value.lower() not in FALSE
    if isinstance(info, inspect.BoolType) and isinstance(value, int):
        return bool(value)
    if isinstance(info, inspect.StrType) and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return value


def _shape_union(value: Value, info: inspect.UnionType) -> Value:
    takes_text = any(isinstance(one, inspect.StrType) for one in info.types)
    if value == "" and not takes_text and _takes_null(info):
        return None
    others = [one for one in info.types if not isinstance(one, inspect.NoneType)]
    if isinstance(value, (dict, list)):  # a text or a list of them: this is the list
        others = [one for one in others if isinstance(one, inspect.ListType)] or others
    return _shape(value, others[0]) if len(others) == 1 and value is not None else value


def _takes_null(info: inspect.Type) -> bool:
    if isinstance(info, inspect.Metadata):
        info = info.type
    return isinstance(info, (inspect.NoneType, inspect.AnyType)) or (
        isinstance(info, inspect.UnionType) and any(isinstance(one, inspect.NoneType) for one in info.types)
    )


def _depth(body: bytes) -> int:
    """How deeply brackets nest, strings left out; found without decoding."""
    deepest = depth = 0
    is_text = is_escaped = False
    for byte in body:
        if is_text:
            is_text = is_escaped or byte != 0x22  # noqa: PLR2004 - a quotation mark
            is_escaped = not is_escaped and byte == 0x5C  # noqa: PLR2004 - a backslash
        elif byte == 0x22:  # noqa: PLR2004
            is_text = True
        elif byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _refuse_nul(value: Value) -> None:
    """No database takes the character NUL."""
    if isinstance(value, str):
        if "\0" in value:
            raise Malformed(NUL)
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Malformed("A text is not valid Unicode.") from None
    elif isinstance(value, dict):
        for key, one in value.items():
            _refuse_nul(key)
            _refuse_nul(one)
    elif isinstance(value, list):
        for one in value:
            _refuse_nul(one)
