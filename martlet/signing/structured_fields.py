"""
Structured fields (RFC 8941), as much of them as signatures need: dictionaries of items and inner lists,
whose values are whole numbers, strings, tokens, bytes and booleans.

Read strictly. A name twice, which the standard lets the later one win, is refused: where two readers may
choose differently, an attacker chooses.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

MAX_FIELD = 8192

_KEY = re.compile(r"[a-z*][a-z0-9_.*-]*")
_INTEGER = re.compile(r"-?[0-9]{1,15}(?![0-9.])")
_STRING = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"')
_TOKEN = re.compile(r"[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*")
_BYTES = re.compile(r":([A-Za-z0-9+/]*={0,2}):")
_BOOLEAN = re.compile(r"\?([01])")
_COMMA = re.compile(r"[ \t]*,[ \t]*")
_SPACES = re.compile(r" *")


class MalformedField(ValueError):
    """The text is no dictionary as we read them."""


class Token(str):
    """A word that stands without quotes."""

    __slots__ = ()


Bare: TypeAlias = int | str | Token | bytes | bool
Parameters: TypeAlias = Mapping[str, Bare]


@dataclass(frozen=True, slots=True)
class Item:
    value: Bare
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class InnerList:
    items: tuple[Item, ...]
    parameters: Parameters


def parse_dictionary(text: str) -> dict[str, Item | InnerList]:
    """The members of a dictionary, in their order. Raises `MalformedField`."""
    if len(text) > MAX_FIELD:
        raise MalformedField("A header is too long.")
    reader = _Reader(text.strip(" \t"))
    members: dict[str, Item | InnerList] = {}
    while True:
        key = reader.take(_KEY)
        reader.expect("=")
        if key in members:
            raise MalformedField(f"{key} stands twice.")
        members[key] = reader.member()
        if reader.is_done:
            return members
        reader.take(_COMMA)


def serialize(value: Item | InnerList) -> str:
    """The one way to write `value` (RFC 8941 section 4.1)."""
    if isinstance(value, Item):
        return _bare(value.value) + _parameters(value.parameters)
    return f"({' '.join(map(serialize, value.items))}){_parameters(value.parameters)}"


def _parameters(parameters: Parameters) -> str:
    return "".join(
        f";{key}" if value is True else f";{key}={_bare(value)}" for key, value in parameters.items()
    )


def _bare(value: Bare) -> str:
    match value:
        case bool():
            return f"?{value:d}"
        case int() | Token():
            return str(value)
        case bytes():
            return f":{base64.b64encode(value).decode()}:"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._text)

    def take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise MalformedField("A header is not a structured field.")
        self._at = found.end()
        return found[pattern.groups]

    def expect(self, letter: str) -> None:
        if not self._has(letter):
            raise MalformedField("A header is not a structured field.")

    def member(self) -> Item | InnerList:
        if not self._has("("):
            return self._item()
        items: list[Item] = []
        while True:
            spaces = self.take(_SPACES)
            if self._has(")"):
                return InnerList(tuple(items), self._read_parameters())
            if items and not spaces:
                raise MalformedField("A header is not a structured field.")
            items.append(self._item())

    def _item(self) -> Item:
        return Item(self._read_bare(), self._read_parameters())

    def _read_parameters(self) -> Parameters:
        parameters: dict[str, Bare] = {}
        while self._has(";"):
            self.take(_SPACES)
            key = self.take(_KEY)
            if key in parameters:
                raise MalformedField(f"{key} stands twice.")
            parameters[key] = self._read_bare() if self._has("=") else True
        return parameters

    def _read_bare(self) -> Bare:
        match self._text[self._at : self._at + 1]:
            case '"':
                return re.sub(r"\\(.)", r"\1", self.take(_STRING))
            case ":":
                try:
                    return base64.b64decode(self.take(_BYTES), validate=True)
                except binascii.Error as error:
                    raise MalformedField("A header has base64 that is none.") from error
            case "?":
                return self.take(_BOOLEAN) == "1"
            case letter if letter.isdigit() or letter == "-":
                return int(self.take(_INTEGER))
            case _:
                return Token(self.take(_TOKEN))

    def _has(self, letter: str) -> bool:
        """Take `letter` if it is next."""
        is_next = self._text.startswith(letter, self._at)
        self._at += is_next
        return is_next
