"""Broadcasts on PostgreSQL: LISTEN on a connection of its own, in a thread of its own."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any, Final

import psycopg
from psycopg import sql

from martlet.storage.broadcasts import CHANNEL
from martlet.storage.database import DatabaseGone
from martlet.storage.feeds import Broke, Feed, Hear

log = logging.getLogger("martlet.storage")

PAUSE: Final = 0.5
"""Seconds until the thread looks whether it is to stop."""
ALIVE: Final = 30
"""So many pauses without a word, and the server is asked whether it is still there."""


class PostgresFeed(Feed):
    def __init__(self, address: str) -> None:
        self._address = address
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._hear: Hear
        self._broke: Broke

    async def start(self, hear: Hear, broke: Broke) -> None:
        self._loop = asyncio.get_running_loop()
        self._hear, self._broke = hear, broke
        ready: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._run, args=(ready,), name="broadcasts", daemon=True)
        self._thread.start()
        await ready

    def stop(self) -> None:
        """The thread ends by itself, a moment later."""
        self._is_stopped = True

    def join(self) -> None:
        """Wait until it has."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, ready: asyncio.Future[None]) -> None:
        try:
            with psycopg.connect(self._address, autocommit=True) as connection:
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
                self._call(_settle, ready, None)
                self._listen(connection)
        except psycopg.Error as error:
            if not self._is_stopped:
                log.warning("Broadcasts broke off: %s", error)
            self._call(_settle, ready, DatabaseGone())
        if not self._is_stopped:
            self._call(self._tell_broken)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        quiet = 0
        while not self._is_stopped:
            quiet += 1
            for one in connection.notifies(timeout=PAUSE, stop_after=1):
                self._call(self._tell, one.payload)
                quiet = 0
            if quiet > ALIVE:
                connection.execute("SELECT 1")
                quiet = 0

    def _call(self, function: Callable[..., None], *arguments: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(function, *arguments)

    def _tell(self, payload: str) -> None:
        if not self._is_stopped:
            kind, _, body = payload.partition(" ")
            self._hear([(kind, body)])

    def _tell_broken(self) -> None:
        if not self._is_stopped:
            self._is_stopped = True
            self._broke()


def _settle(ready: asyncio.Future[None], error: Exception | None) -> None:
    if ready.done():
        return
    if error is None:
        ready.set_result(None)
    else:
        ready.set_exception(error)
