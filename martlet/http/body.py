"""A request's body on its way from the connection, which adds to it, to the handler, which reads."""

import asyncio
from collections import deque
from collections.abc import Callable

from martlet.http.request import BodyCutOff


class Body:
    """`read_on` is called when something was taken, `say_continue` when the client waits to be asked for it."""

    __slots__ = (
        "_is_cut", "_pieces", "_read_on", "_say_continue", "_waiter", "awaits_continue", "framing", "is_whole", "size"
    )  # fmt: skip

    def __init__(self, read_on: Callable[[], None], say_continue: Callable[[], None]) -> None:
        self._read_on, self._say_continue = read_on, say_continue
        self._pieces: deque[bytes] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._is_cut = False
        self.is_whole = False
        self.size = 0
        """Bytes that wait to be read."""
        self.framing = 0
        """Bytes that came and were no part of it, less eight for each that was."""
        self.awaits_continue = False

    async def read(self) -> bytes:
        """The next piece; empty at the end. Raises `BodyCutOff`."""
        if self.awaits_continue:
            self.awaits_continue = False
            self._say_continue()
        while not self._pieces:
            if self.is_whole:
                return b""
            if self._is_cut:
                raise BodyCutOff
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        piece = self._pieces.popleft()
        self.size -= len(piece)
        self._read_on()
        return piece

    def take_whole(self) -> bytes | None:
        """All that was not read yet, if nothing more comes; else None."""
        if not self.is_whole:
            return None
        whole = b"".join(self._pieces)
        self._pieces.clear()
        self.size = 0
        self._read_on()
        return whole

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.size += len(piece)
        self._wake()

    def end(self) -> None:
        self.is_whole = True
        self._wake()

    def cut_off(self) -> None:
        """Nothing more comes: the client has gone, or what it sent is no HTTP."""
        if not self.is_whole:
            self._is_cut = True
            self._pieces.clear()
            self.size = 0
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
