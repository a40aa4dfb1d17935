"""
Fetching a file of another server, once for everybody who waits for it.

Within a process those who want the same file wait for one task; among processes the database says who
fetches (`services.caching`). A fetch goes on when whoever asked for it has gone. Of one host few files are
fetched at a time, and its time is counted from when its turn has come, so that a slow server has only its
own files wait.

Where a server does not answer, a proxy that is there for the case is asked (`network/detours.py`). Where that does not help, or
the server has not got the file any more, its other addresses and the mirrors of its author are asked for what has the digest that
the author named; where it is known to be away they are asked first. What they give is a stranger's file like any other.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from martlet.media import received
from martlet.media.avatars import Shape
from martlet.media.errors import StorageFull, writing
from martlet.media.kinds import Family, sniff
from martlet.media.received import Received
from martlet.media.store import sweep_folder
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import MediaId
from martlet.model.remote_media import FileUse
from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.network.detours import Detour
from martlet.network.errors import AddressRefused, AnswerTooLarge, NoAnswer, Unreachable
from martlet.network.proxies import Proxy
from martlet.proxy.errors import CannotBeHad, StillFetching
from martlet.services import caching, finding_copies
from martlet.services.caching import Begun, Failed, Failure
from martlet.services.finding_copies import Copies
from martlet.services.ports import Ground
from martlet.storage.remote_files import Named, RemoteFile, Source

log = logging.getLogger(__name__)

VIA = "martlet-media"
"""By which a proxy like us is known in `Via`, so that two of them do not ask each other for ever."""
PATIENCE = 25.0
"""Seconds somebody waits for a file; browsers and apps give up soon after."""
UNDER_WAY = 128
"""Files that a process fetches at a time, or has wait for their turn."""
OF_ONE_HOST = 4
LOOK_AGAIN = 0.3
"""Seconds between looks at whether another process has fetched a file."""
LEFT_BEHIND = timedelta(days=1)
SHORTEST_ROOM = 256 << 20
"""Bytes free on the disk, below which nothing is fetched."""
GONE = frozenset((401, 403, 404, 410, 451))

NO_DETOUR = Detour()
SHAPES = {FileUse.AVATAR: Shape.AVATAR, FileUse.HEADER: Shape.HEADER, FileUse.EMOJI: Shape.EMOJI}


@dataclass(slots=True)
class _Turns:
    """Those who want a file of one host. Kept only while there is somebody in it."""

    free: asyncio.Semaphore
    length: int = 0


class Fetcher:
    """One for each process. Close it at the end."""

    def __init__(self, ground: Ground, client: Client, detour: Detour = NO_DETOUR) -> None:
        self._ground, self._client, self._detour = ground, client, detour
        self._flights: dict[Named, asyncio.Task[RemoteFile]] = {}
        self._turns: dict[str, _Turns] = {}
        self._folder = ground.workshop.workers.scratch / "fetched"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        sweep_folder(self._folder, LEFT_BEHIND)  # by processes that were killed
        ground.cache.sweep(LEFT_BEHIND)
        # Of their own, so that neither keeps files from being sent, nor films pictures from being shown.
        self._pictures = ThreadPoolExecutor(2, "remote-pictures")
        self._recordings = ThreadPoolExecutor(1, "remote-recordings")

    async def close(self) -> None:
        flights = list(self._flights.values())
        for task in flights:
            task.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        for pool in (self._pictures, self._recordings):
            pool.shutdown(wait=False, cancel_futures=True)

    async def file(self, use: FileUse, id: int, lost: str = "") -> RemoteFile:
        """
        The file, fetched if need be; `lost` is the key of one that should be there and is not.

        Raises `NotFound`, `CannotBeHad`, `StillFetching`, and a kind of `Unavailable`.
        """
        flight = self._flights.get((use, id))
        if flight is None:
            if len(self._flights) >= UNDER_WAY:
                raise StillFetching
            flight = asyncio.get_running_loop().create_task(self._fetched(use, id, lost))
            self._flights[use, id] = flight
            flight.add_done_callback(lambda task: self._landed((use, id), task))
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(flight)
        except TimeoutError:
            raise StillFetching from None

    def _landed(self, named: Named, task: asyncio.Task[RemoteFile]) -> None:
        self._flights.pop(named, None)
        if not task.cancelled():
            task.exception()  # whoever waited has been told

    async def _fetched(self, use: FileUse, id: int, lost: str) -> RemoteFile:
        ground = self._ground
        standing = await ground.store.writing(caching.begin, use, id, ground.here, lost)
        while isinstance(standing, caching.UnderWay):
            await asyncio.sleep(LOOK_AGAIN)
            looked = await ground.store.reading(caching.look, use, id, ground.here, lost)
            if looked is None:
                standing = await ground.store.writing(caching.begin, use, id, ground.here, lost)
            else:
                standing = looked
        if isinstance(standing, Begun):
            standing = await self._fetch(use, id, standing.source)
        if isinstance(standing, Failed):
            raise CannotBeHad(standing)
        return standing

    async def _fetch(self, use: FileUse, id: int, source: Source) -> RemoteFile | Failed:
        """Fetch a file that this process has claimed, and record what became of it."""
        ground = self._ground
        try:
            got = await self._got(use, id, source)
            if isinstance(got, Failure):
                return await ground.store.writing(caching.fail, use, id, source, got, ground.here)
            try:
                kept = await ground.store.writing(caching.keep, use, id, source, got, ground.here)
            except BaseException:
                await self._remove(got)
                raise
        except BaseException:
            await asyncio.shield(ground.store.writing(caching.give_up, use, id))
            raise
        if kept is None:
            await self._remove(got)
            raise NotFound
        return kept

    async def _got(self, use: FileUse, id: int, source: Source) -> Received | Failure:
        """The file in the cache, or why it is not. Raises a kind of `Unavailable`."""
        await self._check_room()
        copies = None
        if use == FileUse.MEDIA:
            copies = await self._ground.store.reading(finding_copies.of_media, MediaId(id), self._ground.here)
        if copies is not None and copies.come_first:
            return await self._copied(use, copies) or await self._tried(use, source.url)
        got = await self._tried(use, source.url)
        if copies is not None and (got is Failure.UNREACHABLE or got is Failure.MISSING):
            return await self._copied(use, copies) or got
        return got

    async def _copied(self, use: FileUse, copies: Copies) -> Received | None:
        """The file as mirrors of its author have it. None where none of them has."""
        for url in copies.urls:
            got = await self._tried(use, url, copies.digest)
            if isinstance(got, Received):
                return got
        return None

    async def _tried(self, use: FileUse, url: str, digest: bytes | None = None) -> Received | Failure:
        """What is at an address, or why that is nothing; a file with another digest is nothing."""
        async with self._turn(urlsplit(url).hostname or ""):
            file = self._folder / secrets.token_hex(8)
            try:
                return await self._saved(use, url, file, digest)
            except (AddressRefused, AnswerTooLarge, InvalidInput) as error:
                log.info("Nothing to show at %s: %s", url[:200], error.message)
                return Failure.UNUSABLE
            except NoAnswer as error:
                log.info("%s was not fetched: %s", url[:200], error.message)
                return Failure.UNREACHABLE
            finally:
                file.unlink(missing_ok=True)

    async def _saved(self, use: FileUse, url: str, file: Path, digest: bytes | None) -> Received | Failure:
        workshop = self._ground.workshop
        family = Family.PICTURE

        def judge(head: bytes) -> int:
            nonlocal family
            family = sniff(head).family
            return workshop.most_bytes(head)

        with writing(), file.open("wb") as into:
            headers = {"via": f"1.1 {VIA} ({self._ground.here.host})"}

            async def fetch(via: Proxy | None) -> Answer:
                if into.tell():  # its server does answer, if too slowly, and for a second go there is no time
                    raise Unreachable("The file broke off.")
                return await self._client.save(url, into, judge, headers=headers, via=via)

            answer = await self._detour.ask(url, fetch)
        if not answer.is_success:
            return Failure.MISSING if answer.status in GONE else Failure.UNREACHABLE
        pool = self._pictures if family is Family.PICTURE else self._recordings
        return await asyncio.get_running_loop().run_in_executor(pool, self._made_ready, use, file, digest)

    def _made_ready(self, use: FileUse, file: Path, digest: bytes | None) -> Received | Failure:
        if digest is not None and _digest(file) != digest:
            return Failure.UNUSABLE
        ground = self._ground
        shape = SHAPES.get(use)
        if shape is not None:
            return received.keep_fitted(file, shape, ground.workshop, ground.cache)
        if use == FileUse.PREVIEW:
            return received.keep_picture(file, ground.workshop, ground.cache)
        return received.keep_media(file, ground.workshop, ground.cache)

    async def _check_room(self) -> None:
        """Raises `StorageFull`: what people write here comes first."""
        ground = self._ground
        free = await asyncio.to_thread(ground.cache.free_bytes)
        if free is None or free >= caching.FREE_BYTES:
            return
        await ground.store.writing(caching.make_room, ground.here)
        if free < SHORTEST_ROOM:
            raise StorageFull

    async def _remove(self, got: Received) -> None:
        for key in got.keys:
            await asyncio.to_thread(self._ground.cache.delete, key)

    @asynccontextmanager
    async def _turn(self, host: str) -> AsyncIterator[None]:
        turns = self._turns.setdefault(host, _Turns(asyncio.Semaphore(OF_ONE_HOST)))
        turns.length += 1
        try:
            async with turns.free:
                yield
        finally:
            turns.length -= 1
            if turns.length == 0:
                del self._turns[host]


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
