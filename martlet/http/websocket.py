"""
WebSockets (RFC 6455), the server's side of them.

The frames are read by the `websockets` library, which does no input or output
of its own. No extension is agreed on, so nothing is ever inflated; messages are
small and few, or the connection ends. Frames that many are sent are made once
(`text_frame`). Where a page comes from that opens a WebSocket is not asked: no
cookie opens one, only a token.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request as Handshake
from websockets.protocol import Protocol, Side, State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from martlet.http.answer import Answer, Header
from martlet.http.forms import Malformed
from martlet.http.request import Request
from martlet.http.streams import Wire

log = logging.getLogger("martlet.http.websocket")
log.setLevel(logging.WARNING)  # what people send is nobody's to write down

LIMIT: Final = 8 * 1024
"""Bytes of a message, in however many frames."""
SLICE: Final = 4 * 1024
"""Bytes that are read before it is asked whether there is too much."""
FRAMES: Final = 60
"""Frames that a client may send between two looks, about a second apart."""
PING_SECONDS: Final = 30.0
"""Between two pings; whoever has not answered one by the next is gone."""
GOODBYE_SECONDS: Final = 3.0
"""How long we wait for the other side to close as well."""


class HandshakeRefused(Malformed):
    code = "handshake_refused"

    def __init__(self) -> None:
        super().__init__("This is no request for a WebSocket that can be understood.")


def is_asked_for(request: Request) -> bool:
    """Whether the client wants to change to a WebSocket."""
    return request.headers.get(b"upgrade", b"").lower() == b"websocket"


def offered(request: Request) -> list[str]:
    """The protocols that a client offers; browsers have no other place for a token."""
    return [one.strip() for one in request.header(b"sec-websocket-protocol").split(",") if one.strip()]


def accepting(request: Request, socket: "WebSocket") -> Answer:
    """The answer with which a connection becomes a WebSocket. Raises `HandshakeRefused`."""
    server = ServerProtocol(select_subprotocol=_first, logger=log)
    headers = Headers()
    for name in (
        b"connection",
        b"upgrade",
        b"sec-websocket-key",
        b"sec-websocket-version",
        b"sec-websocket-protocol",
    ):
        if name in request.headers:
            headers[name.decode()] = request.header(name)
    response = server.accept(Handshake(request.path, headers, request.method))
    if response.status_code != 101:  # noqa: PLR2004 - Switching Protocols
        raise HandshakeRefused
    told: list[Header] = [
        (name.lower().encode(), value.encode("latin-1"))
        for name, value in response.headers.raw_items()
        if name.lower() != "date"
    ]
    return Answer(status=101, headers=told, stream=socket)


def _first(_: ServerProtocol, protocols: Sequence[Subprotocol]) -> Subprotocol | None:
    return protocols[0] if protocols else None


def text_frame(text: bytes) -> bytes:
    """A message as it is sent, to however many."""
    return Frame(Opcode.TEXT, text).serialize(mask=False)


class WebSocket(ABC):
    """See `streams.Stream`."""

    def __init__(self) -> None:
        self._protocol = Protocol(Side.SERVER, max_size=LIMIT, logger=log)
        self._wire: Wire
        self._fragments: list[bytes] = []
        self._frames = 0
        self._pinged_at: float | None = None
        self._is_answered = True
        self._closing_since: float | None = None

    # -- for whoever talks -----------------------------------------------

    @abstractmethod
    def opened(self) -> None: ...

    @abstractmethod
    def heard(self, text: str) -> None:
        """A message has come."""

    @abstractmethod
    def closed(self) -> None:
        """It is over. Called once."""

    def send(self, frame: bytes) -> None:
        """What `text_frame` has made. Nothing happens once it is being closed."""
        if self._protocol.state is State.OPEN:
            self._wire.send(frame)

    def close(self, code: int, reason: str = "") -> None:
        """RFC 6455 section 7.4 has the codes."""
        if self._protocol.state is State.OPEN:
            self._protocol.send_close(code, reason)
            self._flush()

    # -- for the connection ----------------------------------------------

    def begin(self, wire: Wire) -> None:
        self._wire = wire
        self.opened()

    def received(self, data: bytes) -> None:
        for start in range(0, len(data), SLICE):
            if self._protocol.state is State.CLOSED or self._protocol.eof_sent:
                return
            self._protocol.receive_data(data[start : start + SLICE])
            for event in self._protocol.events_received():
                if isinstance(event, Frame):
                    self._take(event)
            self._flush()

    def look(self, now: float) -> None:
        self._frames = 0
        if self._protocol.state is not State.OPEN:
            self._closing_since = self._closing_since or now
            if now - self._closing_since > GOODBYE_SECONDS:
                self._wire.drop()
        elif self._pinged_at is None:
            self._pinged_at = now
        elif now - self._pinged_at >= PING_SECONDS:
            if not self._is_answered:
                self._wire.drop()
                return
            self._pinged_at, self._is_answered = now, False
            self._protocol.send_ping(b"")
            self._flush()

    def stop(self) -> None:
        self.close(CloseCode.GOING_AWAY)

    def ended(self) -> None:
        self.closed()

    def _take(self, frame: Frame) -> None:
        self._frames += 1
        self._is_answered = True
        if self._protocol.state is not State.OPEN:
            return
        if self._frames > FRAMES:
            self.close(CloseCode.POLICY_VIOLATION, "Too many messages")
        elif frame.opcode is Opcode.BINARY:
            self.close(CloseCode.UNSUPPORTED_DATA, "Only text is understood")
        elif frame.opcode in (Opcode.TEXT, Opcode.CONT):
            self._fragments.append(bytes(frame.data))
            if frame.fin:
                self._hear()

    def _hear(self) -> None:
        whole = b"".join(self._fragments)
        self._fragments.clear()
        try:
            text = whole.decode()
        except UnicodeDecodeError:
            self.close(CloseCode.INVALID_DATA, "Not UTF-8")
            return
        self.heard(text)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._wire.send(data)
            else:
                self._wire.finish()
