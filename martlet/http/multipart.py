"""
Multipart forms, read as they come in: fields in memory, files in temporary ones.

Everything is bounded: parts, headers, the size of fields and of the whole.
"""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from martlet.http.forms import Malformed, Value, _refuse_nul, nested
from martlet.http.request import BodyTooLarge, Request

FIELD_LIMIT = 256 * 1024
PARTS = 400
HEADER_LIMIT = 8 * 1024


@dataclass(slots=True)
class Upload:
    """A file that was sent. The name is the sender's and is good for nothing but showing."""

    file: IO[bytes]
    size: int
    name: str

    @property
    def path(self) -> Path:
        return Path(self.file.name)


@dataclass(slots=True)
class _Part:
    name: str = ""
    filename: str | None = None
    header: bytes = b""
    headers: dict[bytes, bytes] = field(default_factory=dict)
    header_size: int = 0
    value: bytearray = field(default_factory=bytearray)
    file: IO[bytes] | None = None
    size: int = 0


class _Reader:
    """Callbacks of the parser; collects (name, value or Upload)."""

    def __init__(self, folder: Path | None) -> None:
        self.found: list[tuple[str, Value]] = []
        self.files: list[IO[bytes]] = []
        self._folder = folder
        self._part = _Part()
        self._count = 0

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    def _begin(self) -> None:
        self._count += 1
        if self._count > PARTS:
            raise Malformed("The form has too many parts.")
        self._part = _Part()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        if part.headers.get(part.header) is not None:
            part.header = b""
        part.header += data[start:end].lower()
        self._measure(end - start)

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        part.headers[part.header] = part.headers.get(part.header, b"") + data[start:end]
        self._measure(end - start)

    def _measure(self, size: int) -> None:
        self._part.header_size += size
        if self._part.header_size > HEADER_LIMIT:
            raise Malformed("A part's header is too long.")

    def _headers_finished(self) -> None:
        part = self._part
        _, options = parse_options_header(part.headers.get(b"content-disposition", b""))
        part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            part.filename = options[b"filename"].decode("utf-8", "replace")
            if self._folder is None:
                raise Malformed("No file is wanted here.")
            part.file = tempfile.NamedTemporaryFile(dir=self._folder, prefix="upload-")  # noqa: SIM115 - closed by `parsed`
            self.files.append(part.file)

    def _data(self, data: bytes, start: int, end: int) -> None:
        part = self._part
        part.size += end - start
        if part.file is not None:
            part.file.write(data[start:end])
        else:
            if part.size > FIELD_LIMIT:
                raise BodyTooLarge(FIELD_LIMIT)
            part.value += data[start:end]

    def _end(self) -> None:
        part = self._part
        if part.file is not None:
            part.file.flush()
            self.found.append((part.name, Upload(part.file, part.size, part.filename or "")))
            return
        try:
            text = part.value.decode()
        except UnicodeDecodeError:
            raise Malformed("A form value is not valid UTF-8.") from None
        _refuse_nul([part.name, text])
        self.found.append((part.name, text))


async def fields(request: Request, limit: int) -> dict[str, Value]:
    """A form without files. Raises `Malformed` or `BodyTooLarge`."""
    reader = await _read(request, limit, _Reader(None))
    return nested(reader.found)


@contextmanager
def _closing(reader: _Reader) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for file in reader.files:
            file.close()
        raise


async def with_files(request: Request, limit: int, folder: Path) -> tuple[dict[str, Value], list[Upload]]:
    """
    A form with files, which are temporary ones in `folder` until they are closed.

    In the values a file stands as its `Upload`. Raises `Malformed` or `BodyTooLarge`.
    """
    reader = _Reader(folder)
    with _closing(reader):
        await _read(request, limit, reader)
    uploads = [value for _, value in reader.found if isinstance(value, Upload)]
    return nested(reader.found), uploads


async def _read(request: Request, limit: int, reader: _Reader) -> _Reader:
    _, options = parse_options_header(request.header(b"content-type"))
    boundary = options.get(b"boundary", b"")
    if not boundary or len(boundary) > 200:  # noqa: PLR2004 - RFC 2046 allows 70
        raise Malformed("The form has no boundary.")
    declared = request.headers.get(b"content-length", b"")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge(limit)
    parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]  # its type of callbacks is private
    size = 0
    try:
        async for chunk in request.chunks():
            size += len(chunk)
            if size > limit:
                raise BodyTooLarge(limit)
            if reader.files and len(chunk) > 64 * 1024:
                await asyncio.to_thread(parser.write, chunk)
            else:
                parser.write(chunk)
        parser.finalize()
    except MultipartParseError as error:
        raise Malformed(f"The form cannot be read: {error}") from None
    return reader
