"""
A load generator of our own, for machines without `wrk`: python -m bench.sending HOST PORT CONNECTIONS SECONDS FILE

Reads the same file and prints the same line as `rotate.lua`. It knows just enough HTTP/1.1 to find the end
of an answer: Content-Length or chunks.
"""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import msgspec

from bench.generators import Shot


@dataclass(slots=True)
class Tally:
    took_ms: list[float] = field(default_factory=list)
    bytes: int = 0
    bad_status: int = 0
    socket_errors: int = 0


class Connection(asyncio.Protocol):
    """Sends one request, waits for all of its answer, sends the next, until `ends_at`."""

    def __init__(self, requests: Iterator[bytes], tally: Tally, ends_at: float) -> None:
        self.closed = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._tally = tally
        self._ends_at = ends_at
        self._buffer = bytearray()
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        size = size_of_answer(self._buffer)
        if size is None or len(self._buffer) < size:
            return
        self._tally.took_ms.append((time.perf_counter() - self._sent_at) * 1000)
        self._tally.bytes += size
        self._tally.bad_status += self._buffer[9:12] >= b"400"
        self._buffer.clear()
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._tally.socket_errors += exc is not None or bool(
            self._sent_at and time.monotonic() < self._ends_at
        )
        if not self.closed.done():
            self.closed.set_result(None)

    def _send(self) -> None:
        assert self._transport is not None
        if time.monotonic() >= self._ends_at:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._requests))


def size_of_answer(received: bytearray) -> int | None:
    """Of headers and body together; None while that cannot be known."""
    head = received.find(b"\r\n\r\n")
    if head < 0:
        return None
    headers = received[:head].lower()
    _, has_length, rest = headers.partition(b"\r\ncontent-length:")
    if has_length:
        return head + 4 + int(rest.partition(b"\r\n")[0])
    if b"\r\ntransfer-encoding:" in headers:
        return len(received) if received.endswith(b"\r\n0\r\n\r\n") else None
    return head + 4


def _requests(file: Path, host: str) -> list[bytes]:
    found = []
    for line in file.read_text(encoding="utf-8").splitlines():
        method, path, token, cookie, accept, body = line.split("\t", 5)
        sent = body.encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: {host}",
            f"Accept: {accept}",
            "User-Agent: martlet-bench",
        ]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if cookie:
            lines.append(f"Cookie: {cookie}")
        if sent:
            lines += ["Content-Type: application/json", f"Content-Length: {len(sent)}"]
        found.append("\r\n".join((*lines, "", "")).encode() + sent)
    return found


async def run(host: str, port: int, connections: int, seconds: float, file: Path) -> Shot:
    loop, tally = asyncio.get_running_loop(), Tally()
    requests = cycle(_requests(file, os.environ.get("BENCH_HOST", f"{host}:{port}")))
    start = time.monotonic()
    opened = [
        await loop.create_connection(lambda: Connection(requests, tally, start + seconds), host, port)
        for _ in range(connections)
    ]
    await asyncio.wait([protocol.closed for _, protocol in opened], timeout=seconds + 30)
    took = sorted(tally.took_ms) or [0.0]
    return Shot(
        requests=len(tally.took_ms),
        seconds=round(time.monotonic() - start, 3),
        bytes=tally.bytes,
        p50_ms=statistics.median(took),
        p99_ms=took[int(len(took) * 0.99)],
        max_ms=took[-1],
        bad_status=tally.bad_status,
        socket_errors=tally.socket_errors,
    )


if __name__ == "__main__":
    host, port, connections, seconds, file = sys.argv[1:]
    shot = asyncio.run(run(host, int(port), int(connections), float(seconds), Path(file)))
    sys.stdout.write(f"JSON {msgspec.json.encode(shot).decode()}\n")
