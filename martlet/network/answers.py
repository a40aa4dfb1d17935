"""Reading an answer: as much of it as was asked for, and nothing that was not."""

import asyncio
import zlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from martlet.network.errors import AnswerRefused, AnswerTooLarge, NoAnswer, Unreachable
from martlet.network.guard import Target

if TYPE_CHECKING:
    import httpcore2

_FIRST_FAILURE = 300
_OF_A_GATEWAY = frozenset((451, 502, 503, 504, 511, *range(520, 531)))
"""Blocked by order (RFC 7725), no server behind it, sign in to the network first (RFC 6585), and what Cloudflare has for the second."""
_MAX_ERROR_BYTES = 4096
_GZIP = 16 + zlib.MAX_WBITS
_SPARE_BYTES = 1024
"""What compression may cost where there is nothing to compress."""


_HEAD = 1024
_AT_ONCE = 256 * 1024
"""Bytes written to disk together."""

Judge: TypeAlias = Callable[[bytes], int]
"""Given the first bytes of a file: how many bytes it may have in all. Raises where the file is not wanted."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """
    What a success may be: its media types (any, if there are none), and how many bytes at most.

    Of one that is longer, its beginning is taken where that is enough.
    """

    types: Sequence[str]
    max_bytes: int
    is_beginning_enough: bool = False

    async def take(self, response: "httpcore2.Response", target: Target) -> "Answer":
        return await read(response, target, self)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What came back, from `url`, where the redirects ended.

    Header names are lower case; one that came several times is joined by commas. The body of a failure
    (status 300 and above) is cut at 4 KiB: its status says what we need to know.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def is_success(self) -> bool:
        return self.status < _FIRST_FAILURE

    @property
    def is_of_a_gateway(self) -> bool:
        """Whether something that stands before the server says that one does not get through to it."""
        return self.status in _OF_A_GATEWAY

    @property
    def media_type(self) -> str:
        """`text/html` and the like, without its parameters; empty if the answer does not say."""
        return _essence(self.headers.get("content-type", ""))


async def read(response: "httpcore2.Response", target: Target, wanted: Wanted) -> Answer:
    """Read `response` as far as `wanted` allows. Raises `AnswerRefused`, `AnswerTooLarge`, `Unreachable`."""
    headers = _headers(response)
    if response.status >= _FIRST_FAILURE:
        return await _failure(response, headers, target)
    media_type = _essence(headers.get("content-type", ""))
    if wanted.types and not any(_fits(media_type, type_) for type_ in wanted.types):
        raise AnswerRefused(f"{target.host} sent {media_type or 'something without a type'}, unasked.")
    try:
        body = await _body(response, headers, wanted.max_bytes)
    except _Full as full:
        if not wanted.is_beginning_enough:
            raise AnswerTooLarge(f"{target.host} sent more than {wanted.max_bytes} bytes.") from full
        body = full.so_far
    return Answer(response.status, headers, body, target.url)


async def save(
    response: "httpcore2.Response", target: Target, into: BinaryIO, judge: Judge, heard: Callable[[int], None]
) -> Answer:
    """
    Write the body to `into`, as much of it as `judge` allows; `heard` is told how much has come so far.

    Raises `AnswerRefused`, `AnswerTooLarge`, `Unreachable`, and what `judge` raises.
    """
    headers = _headers(response)
    if response.status >= _FIRST_FAILURE:
        return await _failure(response, headers, target)
    if headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        raise AnswerRefused("The answer comes in an encoding we did not ask for.")
    waiting, taken = bytearray(), 0
    most: int | None = None
    async with aclosing(response.aiter_stream()) as chunks:
        async for chunk in chunks:
            taken += len(chunk)
            waiting += chunk
            if most is None and taken >= _HEAD:
                most = judge(bytes(waiting[:_HEAD]))
            if most is not None and taken > most:
                raise AnswerTooLarge(f"{target.host} sent more than {most} bytes.")
            heard(taken)
            if len(waiting) >= _AT_ONCE:
                await asyncio.to_thread(into.write, bytes(waiting))
                waiting.clear()
    if most is None and taken > judge(bytes(waiting)):
        raise AnswerTooLarge(f"{target.host} sent {taken} bytes.")
    await asyncio.to_thread(into.write, bytes(waiting))
    return Answer(response.status, headers, b"", target.url)


def _headers(response: "httpcore2.Response") -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in response.headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


async def _failure(response: "httpcore2.Response", headers: Mapping[str, str], target: Target) -> Answer:
    try:
        body = await _body(response, headers, _MAX_ERROR_BYTES)
    except _Full as full:
        body = full.so_far
    except NoAnswer:
        body = b""
    return Answer(response.status, headers, body, target.url)


class _Full(Exception):
    def __init__(self, so_far: bytes) -> None:
        super().__init__()
        self.so_far = so_far


async def _body(response: "httpcore2.Response", headers: Mapping[str, str], limit: int) -> bytes:
    """At most `limit` bytes, counted as they come out of their one layer of gzip. Raises `_Full`."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "", "gzip", "x-gzip"):
        raise AnswerRefused("The answer comes in an encoding we did not ask for.")
    unzip = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
    body = bytearray()
    taken = 0
    async with aclosing(response.aiter_stream()) as chunks:
        async for chunk in chunks:
            taken += len(chunk)
            body += chunk if unzip is None else _unzipped(unzip, chunk, limit + 1 - len(body))
            if len(body) > limit or taken > limit + _SPARE_BYTES:
                raise _Full(bytes(body[:limit]))
    if unzip is not None and taken and not unzip.eof:
        raise Unreachable("The answer broke off.")
    return bytes(body)


def _unzipped(unzip: "zlib._Decompress", chunk: bytes, room: int) -> bytes:
    try:
        return unzip.decompress(chunk, room)
    except zlib.error as error:
        raise Unreachable("The answer is damaged.") from error


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _fits(media_type: str, wanted: str) -> bool:
    kind = _essence(wanted)
    return kind in (media_type, "*/*") or (kind.endswith("/*") and media_type.startswith(kind[:-1]))
