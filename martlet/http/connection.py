"""
One connection of one client: HTTP/1.1 (RFC 9112) in and out.

The parser is llhttp, by way of httptools: it refuses what two servers could read
differently. Requests are answered one after the other; those a client sends ahead
wait, and nothing more is read from it meanwhile. What is held of a body is
bounded, and a client that neither sends nor reads is left (`look`).
"""

import asyncio
import logging
from collections import deque
from email.utils import formatdate
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, cast

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpRequestParser,
)

from martlet.http.answer import Answer, FilePart, Header
from martlet.http.body import Body
from martlet.http.request import Request
from martlet.http.streams import UNREAD as UNREAD_OF_STREAM
from martlet.http.streams import Stream

if TYPE_CHECKING:
    from martlet.http.serving import Serving

log = logging.getLogger("martlet.http")

HEAD_LIMIT: Final = 64 * 1024
TARGET_LIMIT: Final = 16 * 1024
HEADERS: Final = 100
BUFFERED: Final = 256 * 1024
"""Bytes of a body that are held for a handler that does not read yet; then reading from the client pauses."""
UNREAD: Final = 4 * 1024 * 1024
"""Bytes of a body nobody wants that are still read, so that the client hears the answer before the connection ends."""
FRAMING: Final = 32 * 1024
"""Bytes around a body's chunks (RFC 9112 section 7.1), beside eight for each of the body's own."""
JOINED: Final = 16 * 1024
"""Up to so many bytes, a body goes out in one piece with its head."""
CHUNK: Final = 64 * 1024

HEAD_SECONDS: Final = 20.0
"""How long a request's head may take."""
IDLE_SECONDS: Final = 75.0
"""How long a connection is kept between requests; more than proxies keep theirs, so that they end first."""
STALLED_SECONDS: Final = 60.0
"""How long a client may read nothing of its answer."""
LINGER_SECONDS: Final = 5.0
"""How long a body nobody wants is still read."""

VERSIONS: Final = ("1.1", "1.0")
SWITCHING: Final = 101
BODILESS: Final = frozenset({204, 304})
STATUS_LINES: Final = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


class _Refused(Exception):
    """A limit is passed. The parser wraps this in an error of its own, so the connection keeps the status to answer with."""


class Connection(asyncio.Protocol):
    """The connection of one client; `serving` holds all connections of the process."""

    __slots__ = (
        "_body", "_drained", "_early", "_has_asked", "_has_ended", "_head_since", "_head_size", "_headers", "_heard_at", "_is_old", "_is_paused",
        "_linger", "_loop", "_parser", "_peer", "_refusal", "_serving", "_stream", "_taking", "_target", "_task", "_transport", "_unsent",
        "_waiting", "_writing_since",
    )  # fmt: skip

    def __init__(self, serving: "Serving") -> None:
        self._serving = serving
        self._loop = serving.loop
        self._parser = HttpRequestParser(self)
        # The request that is coming in.
        self._target = b""
        self._headers: list[Header] = []
        self._body: Body | None = None
        self._head_size = 0
        self._head_since = self._heard_at = serving.now
        self._refusal = 400
        self._is_old = False
        """It speaks HTTP/1.0, and has to be told that the connection is kept."""
        self._has_asked = False
        """A request has come."""
        self._has_ended = False
        """Nothing more is read as a request."""
        self._is_paused = False
        self._linger: int | None = None
        """Bytes of an unwanted body that may still come."""
        # The one that is being answered, and those behind it: with their bodies, and whether the connection is kept.
        self._task: asyncio.Task[None] | None = None
        self._taking: Body | None = None
        self._waiting: deque[tuple[Request, Body, bool]] = deque()
        self._drained: asyncio.Future[None] | None = None
        """There while the client does not read on."""
        self._unsent = 0
        self._writing_since = 0.0
        # What the connection has become, and what the client sent ahead of that.
        self._stream: Stream | None = None
        self._early: bytes | None = None
        """There once the client has asked for another protocol."""

    # -- what the loop calls ---------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer: Any = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else "127.0.0.1"
        self._serving.connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._has_ended = True
        self._serving.connections.discard(self)
        self._waiting.clear()
        for body in (self._body, self._taking):
            if body is not None:
                body.cut_off()
        self.resume_writing()
        stream, self._stream = self._stream, None
        if stream is not None:
            stream.ended()

    def data_received(self, data: bytes) -> None:
        if self._has_ended:
            if self._stream is not None and self._early is not None:
                self._stream.received(data)
            else:
                self._discard(len(data))
            return
        self._heard_at = self._serving.now
        if self._body is not None:
            self._body.framing += len(data)
        else:
            if not self._head_size:
                self._head_since = self._heard_at
            self._head_size += len(data)
        fault = self._parse(data)
        if fault is None and self._body is not None and self._body.framing > FRAMING:
            fault = 400
        elif fault is None and self._head_size > HEAD_LIMIT:
            fault = 431
        if fault is not None:
            self._refuse(fault)

    def _parse(self, data: bytes) -> int | None:
        """Feed the parser, which calls `on_…`; returns the status with which to refuse what is no HTTP."""
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._end()  # where we do not change to what is asked for, the answer is in HTTP/1.1, and the last one
            self._early = data[upgrade.args[0] :]
            self._pause_reading()
        except HttpParserCallbackError:
            return self._refusal
        except HttpParserError:
            return 400
        return None

    def eof_received(self) -> bool:
        """The client has closed its sending side; it may still read its answers."""
        self._end()
        return self._task is not None  # a stream ends with its client

    def pause_writing(self) -> None:
        self._drained = self._loop.create_future()
        self._writing_since = self._serving.now
        self._unsent = self._transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    # -- what the parser calls -------------------------------------------

    def on_url(self, part: bytes) -> None:
        self._target += part
        if len(self._target) > TARGET_LIMIT:
            self._refusal = 414
            raise _Refused

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._body is not None:
            return  # a trailer, which is nobody's header
        self._headers.append((name.lower(), value))
        if len(self._headers) > HEADERS:
            self._refusal = 431
            raise _Refused

    def on_headers_complete(self) -> None:
        parser, body = self._parser, Body(self._read_on, self._say_continue)
        version = parser.get_http_version()
        if version not in VERSIONS:
            raise _Refused
        self._is_old = version == "1.0"
        method = parser.get_method().decode("ascii")
        request = Request(method, self._target, self._headers, self._peer, body.read, body.take_whole)
        body.awaits_continue = b"expect" in request.headers and not self._is_old
        self._target, self._headers, self._body, self._head_size = b"", [], body, 0
        is_kept = parser.should_keep_alive()
        if self._task is None:
            self._begin(request, body, is_kept)
        else:
            self._waiting.append((request, body, is_kept))
            self._pause_reading()

    def on_body(self, piece: bytes) -> None:
        body = self._body
        if body is None:
            return
        body.framing -= 9 * len(piece)
        body.add(piece)
        if body.size > BUFFERED:
            self._pause_reading()

    def on_message_complete(self) -> None:
        if self._body is not None:
            self._body.end()
            self._body = None

    # -- reading ---------------------------------------------------------

    def _read_on(self) -> None:
        """The handler took a piece of the body: resume reading from the client if there is room."""
        if self._is_paused and not self._waiting and (self._body is None or self._body.size <= BUFFERED):
            self._is_paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()

    def _say_continue(self) -> None:
        """RFC 9110 section 10.1.1."""
        if not self._transport.is_closing():
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _pause_reading(self) -> None:
        if not self._is_paused and not self._transport.is_closing():
            self._is_paused = True
            self._transport.pause_reading()

    def _end(self) -> None:
        """Nothing that comes now is a request; those that came are still answered."""
        self._has_ended = True
        if self._body is not None:
            self._body.cut_off()
            self._body = None

    def _refuse(self, status: int) -> None:
        """What comes is no HTTP, or too much of it."""
        self._end()
        if self._task is None:
            self._write(Answer(status=status), is_head=False, is_kept=False)
            self._wait_for_end()

    def _wait_for_end(self) -> None:
        """
        The last answer is out. What the client still sends is read and thrown away for a while.

        A connection that is closed while something lies unread is reset, and the
        client may never see the answer (RFC 9112 section 9.6).
        """
        self._has_ended = True
        self._linger = UNREAD
        self._heard_at = self._serving.now
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _discard(self, size: int) -> None:
        if self._linger is not None:
            self._linger -= size
            if self._linger < 0:
                self._transport.close()

    # -- answering -------------------------------------------------------

    def _begin(self, request: Request, body: Body, is_kept: bool) -> None:  # noqa: FBT001 - as it waits
        self._taking, self._has_asked = body, True
        self._task = self._loop.create_task(self._respond(request, body, is_kept))

    async def _respond(self, request: Request, body: Body, is_kept: bool) -> None:  # noqa: FBT001 - as it waits
        try:
            answer = await self._serving.answer(request)
            is_kept = is_kept and body.is_whole and not self._serving.is_stopping
            is_kept = is_kept and (not self._has_ended or bool(self._waiting))
            if self._transport.is_closing():
                return
            is_head = request.method == "HEAD"
            stream = answer.stream
            is_kept = is_kept and stream is None
            self._write(answer, is_head=is_head, is_kept=is_kept)
            if stream is not None and not is_head:
                self._begin_stream(stream)
                return
            if answer.file is not None and not is_head:
                await self._write_file(answer.file)
            if self._drained is not None:
                await self._drained
        except Exception:
            log.exception("An answer could not be sent")
            self._transport.abort()
            return
        finally:
            self._task = self._taking = None
        if self._transport.is_closing():
            return
        if not is_kept:
            self._end()
            if body.is_whole:
                self._transport.close()
            else:
                body.cut_off()
                self._wait_for_end()
        elif self._waiting:
            self._begin(*self._waiting.popleft())
            self._read_on()
        else:
            self._heard_at = self._serving.now

    def _write(self, answer: Answer, *, is_head: bool, is_kept: bool) -> None:
        status, headers, body = answer.status, answer.headers, answer.body
        lines = [b": ".join(header) for header in headers]
        if status not in BODILESS and answer.stream is None:
            length = len(body) if answer.file is None else answer.file.length
            lines.append(b"content-length: %d" % length)
        if status == SWITCHING:
            pass
        elif not is_kept:
            lines.append(b"connection: close")
        elif self._is_old:
            lines.append(b"connection: keep-alive")
        lines.append(self._serving.date)
        told, between = b"\r\n".join(lines), len(lines) - 1
        if told.count(b"\n") != between or told.count(b"\r") != between:
            raise ValueError(headers)  # something that was sent would add a header
        head = STATUS_LINES[status] + told + b"\r\n\r\n"
        if is_head or status in BODILESS or answer.file is not None or answer.stream is not None:
            self._transport.write(head)
        elif len(body) <= JOINED:
            self._transport.write(head + body)
        else:
            self._transport.writelines((head, body))

    # -- a connection that has become a stream ----------------------------

    def _begin_stream(self, stream: Stream) -> None:
        """Nothing that the client sends is a request any more."""
        self._end()
        self._stream = stream
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        stream.begin(self)
        if self._early:
            stream.received(self._early)

    def send(self, data: bytes) -> None:
        """See `streams.Wire`."""
        if self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > UNREAD_OF_STREAM:
            self.drop()

    def finish(self) -> None:
        self._transport.close()

    def drop(self) -> None:
        self._transport.abort()

    async def _write_file(self, part: FilePart) -> None:
        """Piece by piece, read out of the event loop's way. A file that is shorter now ends the connection."""
        left = part.length
        with part.path.open("rb") as file:
            file.seek(part.start)
            while left > 0:
                piece = await asyncio.to_thread(file.read, min(CHUNK, left))
                if not piece or self._transport.is_closing():
                    self._transport.abort()
                    return
                left -= len(piece)
                self._transport.write(piece)
                if self._drained is not None:
                    await self._drained

    # -- time ------------------------------------------------------------

    def look(self, now: float) -> None:
        """Called every now and then: leave a client that takes too long."""
        if self._drained is not None:
            unsent = self._transport.get_write_buffer_size()
            if unsent < self._unsent:
                self._unsent, self._writing_since = unsent, now
            elif now - self._writing_since > STALLED_SECONDS:
                self._transport.abort()
        elif self._stream is not None:
            self._stream.look(now)
        elif self._task is None and self._is_late(now):
            self._transport.close()

    def _is_late(self, now: float) -> bool:
        if self._linger is not None:
            return now - self._heard_at > LINGER_SECONDS
        if self._head_size:
            return now - self._head_since > HEAD_SECONDS
        return now - self._heard_at > IDLE_SECONDS

    @property
    def is_busy(self) -> bool:
        """A request is coming in or being answered."""
        return self._task is not None or (self._head_size > 0 and not self._has_ended)

    @property
    def is_new(self) -> bool:
        """It was made for a request that has not come yet."""
        return not self._has_asked and not self._has_ended

    def close(self) -> None:
        """The server stops, and nothing is being answered."""
        if self._stream is not None:
            self._stream.stop()
        else:
            self._transport.close()


def date_line(now: float) -> bytes:
    """RFC 9110 section 6.6.1."""
    return b"date: " + formatdate(now, usegmt=True).encode()
