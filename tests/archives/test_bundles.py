"""The container of bundles: what is written can be read, also by others; anything else is refused, soon and cheaply."""

import contextlib
import hashlib
import io
import os
import random
import resource
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.archives import bundles
from martlet.archives.bundles import Bundle, Limits, Writing
from martlet.archives.errors import BundleRefused, BundleTooLarge

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
PICTURE = b"\x89PNG and so on"
LINES = [b'{"a":%d}' % number for number in range(300)]


def written(lines: list[bytes] = LINES, *, with_picture: bool = False) -> bytes:
    out = io.BytesIO()
    writing = Writing(out, "share", NOW, "home.example")
    writing.lines(bundles.OBJECTS, lines)
    if with_picture:
        writing.medium([PICTURE], hashlib.sha256(PICTURE).hexdigest())
    writing.finish()
    return out.getvalue()


def read(body: bytes, limits: Limits | None = None) -> list[bytes]:
    """All that is in it, read to the end."""
    with Bundle.read(io.BytesIO(body), limits) as opened:
        for digest in opened.media:
            b"".join(opened.medium(digest))
        return [line.body for line in opened.lines(*bundles.LINES)]


def test_what_is_written_is_read_by_us_and_by_others() -> None:
    body = written(with_picture=True)
    assert read(body) == LINES
    with zipfile.ZipFile(io.BytesIO(body)) as other:
        assert other.testzip() is None
        assert other.read("objects.jsonl") == b"\n".join(LINES) + b"\n"
        assert other.read(f"media/{hashlib.sha256(PICTURE).hexdigest()}") == PICTURE
    assert written(with_picture=True) == body


@given(st.lists(st.binary(max_size=200_000).map(lambda one: one.replace(b"\n", b"")), min_size=1, max_size=5))
def test_lines_of_any_length(lines: list[bytes]) -> None:
    assert read(written(lines)) == lines


def test_g3_a_bundle_that_ends_anywhere_is_refused() -> None:
    body = written(LINES[:20])
    for end in range(len(body)):
        with pytest.raises(BundleRefused) as refused:
            read(body[:end])
        assert refused.value.code == "bundle_refused", "damaged, and not too large"


def various(number: int) -> bytes:
    """A small bundle; each has other parts, packed in other ways."""
    dice = random.Random(number)
    out = io.BytesIO()
    writing = Writing(out, bundles.KINDS[number % 2], NOW, "home.example"[: number % 13])
    parts = [name for n, name in enumerate(bundles.LINES) if number % 15 + 1 & 1 << n]
    for name in parts:
        word = dice.choice(("noon", "ferry", "Grüße", "\U0001f426"))
        line = f'{{"content":"{word * dice.randint(1, 9)}","id":"https://home.example/{number}"}}'.encode()
        writing.lines(name, [line] * dice.randint(1, 3))
    if number % 3 == 0:
        picture = PICTURE + dice.randbytes(dice.randint(0, 40))
        writing.medium([picture], hashlib.sha256(picture).hexdigest())
    writing.finish()
    return out.getvalue()


def whole(body: bytes | bytearray) -> list[bytes]:
    """All that is signed, and all files."""
    with Bundle.read(io.BytesIO(body)) as opened:
        files = [b"".join(opened.medium(digest)) for digest in sorted(opened.media)]
        return [f"{line.part} {line.body!r}".encode() for line in opened.lines(*bundles.LINES)] + files


def test_g3_whatever_bit_is_changed_nothing_else_is_read() -> None:
    """Every bit of twenty bundles; of two hundred with MARTLET_TEST_LONG."""
    for number in range(200 if os.environ.get("MARTLET_TEST_LONG") else 20):
        body = various(number)
        expected, kept, changed = whole(body), 0, bytearray(body)
        for bit in range(len(body) * 8):
            changed[bit // 8] ^= 1 << bit % 8
            with contextlib.suppress(BundleRefused):
                assert whole(changed) == expected, (number, bit)
                kept += 1
            changed[bit // 8] ^= 1 << bit % 8
        # Only what the manifest says for people, and bits behind the end of what is packed.
        assert kept < len(body), number


def _zip(*entries: tuple[str, bytes], **more: object) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in entries:
            archive.writestr(name, body, **more)  # type: ignore[arg-type]
    return out.getvalue()


def _tar() -> bytes:
    return b"datapackage.json".ljust(257, b"\0") + b"ustar" + bytes(1000)


def _link(body: bytes) -> bytes:
    """The objects as a symbolic link."""
    at = body.index(b"PK\x01\x02")
    return body[: at + 38] + struct.pack("<I", 0o120777 << 16) + body[at + 42 :]


def _overlapping(body: bytes) -> bytes:
    """Two names for the same bytes."""
    at, end = body.index(b"PK\x01\x02"), body.index(b"PK\x05\x06")
    entry = body[at : body.index(b"PK\x01\x02", at + 1)]
    twin = entry.replace(b"objects.jsonl", b"objects.jsonl".replace(b"objects", b"actors."))
    directory = body[at:end] + twin
    return body[:at] + directory + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 3, 3, len(directory), at, 0)


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "only an end": lambda _: struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0),
    "something before": lambda body: b"#!/bin/sh\n" + body,
    "something behind": lambda body: body + b"x",
    "a comment": lambda body: body[:-2] + b"\x05\0hello",
    "a tar": lambda _: _tar(),
    "one written by others": lambda _: _zip(("datapackage.json", b"{}"), ("objects.jsonl", b"{}\n")),
    "a name that leads elsewhere": lambda body: body.replace(b"objects.jsonl", b"../../x.jsonl"),
    "a name from the root": lambda body: body.replace(b"objects.jsonl", b"/bjects.jsonl"),
    "a name with a backslash": lambda body: body.replace(b"objects.jsonl", b"o\\jects.jsonl"),
    "another case": lambda body: body.replace(b"objects.jsonl", b"OBJECTS.jsonl"),
    "a bundle in a bundle": lambda body: body.replace(b"objects.jsonl", b"objectsxx.zip"),
    "a link": _link,
    "two names for the same bytes": _overlapping,
    "encrypted": lambda body: body.replace(b"PK\x03\x04\x14\0\0", b"PK\x03\x04\x14\0\1"),
    "a folder": lambda _: _zip(("media/", b""), ("datapackage.json", b"{}")),
    "deep": lambda _: written([b"[" * 100_000 + b"]" * 100_000])[:-1],
    "42.zip": lambda _: _zip(*((f"lib {number}.zip", bytes(1000)) for number in range(16))),
    "ten thousand parts": lambda _: _zip(*((f"{number}", b"") for number in range(10_000))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_g2_g3_what_no_honest_bundle_is(name: str) -> None:
    with pytest.raises(BundleRefused):
        read(HOSTILE[name](written()))


def _raw(name: str, packed: bytes, size: int, crc: int, method: int = 8) -> bytes:
    """A bundle with one part that says of itself what we want."""
    part = bundles._Part(name, method, crc, len(packed), size, 0)
    body = part.local() + packed
    manifest = (
        b'{"created":"","kind":"share","profile":"martlet-bundle","resources":[{"bytes":%d,"hash":"sha256:%s",'
        b'"name":"objects","path":"%s"}],"title":"","version":1}\n' % (size, b"0" * 64, name.encode())
    )
    last = bundles._Part(bundles.MANIFEST, 0, zlib.crc32(manifest), len(manifest), len(manifest), len(body))
    body += last.local() + manifest
    directory = part.central() + last.central()
    return body + directory + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(body), 0)


def _bomb(size: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    chunk = bytes(1 << 20)
    return b"".join([packer.compress(chunk) for _ in range(size >> 20)]) + packer.flush()


def test_g1_bombs_cost_a_refusal_and_no_memory() -> None:
    """Whatever they say of themselves; `ru_maxrss` is in kilobytes."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = _bomb(128 << 20)
    said = (1 << 30, 1000, 90 << 20)
    bodies = [_raw(bundles.OBJECTS, bomb, size, 0) for size in said]
    bodies.append(_raw(bundles.OBJECTS, bytes(100), 1 << 31, 0, 0))
    bodies.append(_raw(f"media/{'0' * 64}", bytes(100), 2_000_000_000, 0, 0))
    for body in bodies:
        with pytest.raises(BundleRefused):
            read(body)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


def test_g1_too_much_is_too_much() -> None:
    with pytest.raises(BundleTooLarge):
        read(written(), Limits(lines=299))
    with pytest.raises(BundleTooLarge):
        read(written(), Limits(line=7))
    with pytest.raises(BundleTooLarge):
        read(written(), Limits(file=100))
    with pytest.raises(BundleTooLarge):
        read(written([bytes(200_000)] * 9))
    assert read(written(), Limits(lines=300, line=9)) == LINES
