"""One thing that is told, as it is sent: made once for all who are told the same."""

import msgspec

from martlet.http.websocket import text_frame

NOTHING = b"undefined"
"""What clients know as no payload, where there has to be one."""


class Message:
    """An event and its payload: JSON, or an id; None where there is none."""

    __slots__ = ("_event", "_frames", "_lines", "_payload")

    def __init__(self, event: str, payload: bytes | None) -> None:
        self._event, self._payload = event, payload
        self._lines: bytes | None = None
        self._frames: dict[bytes, bytes] = {}

    def lines(self) -> bytes:
        """As a server-sent event. JSON as we write it has no line breaks."""
        if self._lines is None:
            payload = NOTHING if self._payload is None else self._payload
            self._lines = b"event: %b\ndata: %b\n\n" % (self._event.encode(), payload)
        return self._lines

    def frame(self, stream: bytes) -> bytes:
        """As a frame of a WebSocket; `stream` is the stream's name, a JSON list."""
        frame = self._frames.get(stream)
        if frame is None:
            payload = b"" if self._payload is None else b',"payload":' + _quoted(self._payload)
            text = b'{"stream":%b,"event":%b%b}' % (stream, _quoted(self._event.encode()), payload)
            frame = self._frames[stream] = text_frame(text)
        return frame


def _quoted(json: bytes) -> bytes:
    return msgspec.json.encode(json.decode())


def error(message: str, status: int) -> bytes:
    """What a client is told that asked for something it cannot have."""
    return text_frame(msgspec.json.encode({"error": message, "status": status}))
