"""
The items of a collection, one after the other, out of a JSON file that may be far larger than memory.

Only brackets and strings are looked at; an item is cut out by where it begins
and ends, and read by whoever wants it. So an item that is nonsense in itself
spoils no other one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from martlet.archives.errors import ArchiveRefused, ArchiveTooLarge

LARGEST = 1024 * 1024
"""Bytes of one item."""
DEEPEST = 64
_CHUNK = 256 * 1024
_TOKEN = re.compile(rb'[{}\[\],:"]')
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NAMES = (b'"orderedItems"', b'"items"')


def items(file: BinaryIO) -> Iterator[bytes]:
    """Objects and strings of the collection, each as it stands there. Raises `ArchiveRefused`."""
    window = _Window(file)
    if window.token() != b"{":
        raise ArchiveRefused
    depth, name, before = 1, b"", b"{"
    while token := window.token():
        if token == b"[" and depth == 1 and before == b":" and name in _NAMES:
            yield from _in_list(window)
            return
        if depth == 1 and token.startswith(b'"') and before in (b"{", b","):
            name = token
        depth = _deeper(depth, token)
        if depth == 0:
            return
        before = token
    raise ArchiveRefused


def _in_list(window: "_Window") -> Iterator[bytes]:
    depth = 0
    while token := window.token():
        if depth == 0 and token == b"]":
            return
        if depth == 0 and token.startswith(b'"'):
            yield token
        if depth == 0 and token == b"{":
            window.keep = window.start
        depth = _deeper(depth, token)
        if depth == 0 and window.keep is not None:
            yield window.kept()
    raise ArchiveRefused


def _deeper(depth: int, token: bytes) -> int:
    if token in (b"{", b"["):
        depth += 1
    elif token in (b"}", b"]"):
        depth -= 1
    if not 0 <= depth <= DEEPEST:
        raise ArchiveRefused
    return depth


@dataclass(slots=True)
class _Window:
    """The part of the file that is looked at: from the item that is kept, or the last token, on."""

    file: BinaryIO
    buffer: bytes = b""
    at: int = 0
    start: int = 0
    """Where the last token began."""
    keep: int | None = None

    def token(self) -> bytes:
        """The next bracket, comma, colon, or whole string; empty at the end."""
        while True:
            found = _TOKEN.search(self.buffer, self.at)
            if found is not None and found[0] == b'"':
                self.at = found.start()
                found = _STRING.match(self.buffer, self.at)
            elif found is None:
                self.at = len(self.buffer)
            if found is not None:
                self.start, self.at = found.span()
                return found[0]
            if not self._more():
                return b""

    def kept(self) -> bytes:
        item = self.buffer[self.keep : self.at]
        self.keep = None
        return item

    def _more(self) -> bool:
        begin = self.at if self.keep is None else self.keep
        if len(self.buffer) - begin > LARGEST:
            raise ArchiveTooLarge("bytes in one item")
        piece = self.file.read(_CHUNK)
        self.buffer = self.buffer[begin:] + piece
        self.at -= begin
        if self.keep is not None:
            self.keep = 0
        return bool(piece)
