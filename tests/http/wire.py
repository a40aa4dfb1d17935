"""HTTP as it lies on the wire, for what no client library would send."""

import contextlib
import re
import socket

PATIENCE = 60.0
"""Seconds, on a busy machine."""


def raw(port: int, sent: bytes) -> bytes:
    """All that comes back until the other end closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        got = bytearray()
        with contextlib.suppress(OSError):  # it may close before all was sent
            connection.sendall(sent)
        with contextlib.suppress(OSError):
            while piece := connection.recv(65536):
                got += piece
        return bytes(got)


def statuses(answer: bytes) -> list[int]:
    """The status of each answer that stands in what came back."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]
