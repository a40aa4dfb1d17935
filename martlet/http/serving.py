"""
One process that answers: its listening sockets, its connections, its beginning and its end.

It ends when it is told to (SIGTERM, SIGINT): nothing new is taken, what is being
answered is finished, and what runs beside the requests comes to its end.
"""

import asyncio
import contextlib
import ipaddress
import logging
import resource
import signal
import socket
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, cast

from martlet.http.answer import Answer
from martlet.http.application import Application
from martlet.http.connection import Connection, date_line
from martlet.http.request import Request

log = logging.getLogger("martlet.http")

TICK: Final = 1.0
"""Seconds between two looks at the clock and at all connections."""
MOST_CONNECTIONS: Final = 20_000
SPARE_FILES: Final = 200
"""Open files that are kept for everything but connections."""
GRACE: Final = 5.0
"""Seconds in which answers may be finished when the server stops."""
FIRST_REQUEST: Final = 1.0
"""Seconds in which a connection that has only begun may still send its request then."""
BACKLOG: Final = 2048
LOOPBACK: Final = "127.0.0.1"


class Serving:
    """The connections of one process and what they have in common."""

    def __init__(self, answer: Callable[[Request], Awaitable[Answer]], limit: int = MOST_CONNECTIONS) -> None:
        self.answer = answer
        self.loop = asyncio.get_running_loop()
        self.connections: set[Connection] = set()
        self.is_stopping = False
        self.now = self.loop.time()
        """The loop's time, good to a second."""
        self.date = date_line(time.time())
        self._limit = limit
        self._servers: list[asyncio.Server] = []
        self._tick = self.loop.call_later(TICK, self._look)

    async def listen(self, sockets: Sequence[socket.socket]) -> None:
        for each in sockets:
            self._servers.append(await self.loop.create_server(self._connection, sock=each, backlog=BACKLOG))

    async def stop(self) -> None:
        """Take no new connection, finish what is being asked and answered, but not for ever."""
        self.is_stopping = True
        for server in self._servers:
            server.close()
        for _ in range(2):
            await asyncio.sleep(0)  # those that were accepted last are made
        since, passed = self.loop.time(), 0.0
        while self.connections and passed < GRACE:
            await asyncio.sleep(0.02)  # what lies ready is read
            passed = self.loop.time() - since
            for connection in list(self.connections):
                if not connection.is_busy and (passed > FIRST_REQUEST or not connection.is_new):
                    connection.close()
        self._tick.cancel()

    def _connection(self) -> asyncio.BaseProtocol:
        return Connection(self) if len(self.connections) < self._limit else _Full()

    def _look(self) -> None:
        self.now = self.loop.time()
        self.date = date_line(time.time())
        for connection in list(self.connections):
            connection.look(self.now)
        self._tick = self.loop.call_later(TICK, self._look)


class _Full(asyncio.Protocol):
    """Answers 503 to a connection for which there is no room."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        there = cast("asyncio.Transport", transport)
        there.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        there.close()


LAST_PORT = 65535


def bind(listen: str) -> socket.socket:
    """A socket that listens at `address:port`. Raises OSError; ValueError for what is no address."""
    name, _, port = listen.rpartition(":")
    address = ipaddress.ip_address(LOOPBACK if name == "localhost" else name.strip("[]"))
    if not port.isascii() or not port.isdigit() or int(port) > LAST_PORT:
        raise ValueError(port)
    listening = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6)  # noqa: PLR2004 - IPv4
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((str(address), int(port)))
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


async def serve(
    application: Application, sockets: Sequence[socket.socket], is_listening: Callable[[], None]
) -> None:
    """Answer until a signal says stop; `is_listening` is called when the sockets are heard."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await application.lifespan.start()
    try:
        serving = Serving(application.answer, _room())
        await serving.listen(sockets)
        is_listening()
        await stopped.wait()
        await serving.stop()
    finally:
        await application.lifespan.stop()


def _room() -> int:
    """How many connections there is room for, with as many open files as this process may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        soft = hard
    return max(10, min(MOST_CONNECTIONS, soft - SPARE_FILES))
