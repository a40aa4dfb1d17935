"""
The door through which files of other servers are shown (`model.remote_media` says at which addresses).

What is in the cache costs no more to serve than a file of ours: which key it has is kept in memory, and the
file itself says whether that is still true. All leaves as `http.media` has it leave: under a type that was
recognised here, told to run nothing.
"""

import asyncio
from dataclasses import dataclass

from martlet.http import limits
from martlet.http.answer import Answer
from martlet.http.application import MethodNotAllowed, UnknownHost
from martlet.http.limits import Limiter, TooOften
from martlet.http.media import file_answer, nothing_to_see
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model import remote_media
from martlet.model.errors import MartletError, NotAllowed, NotFound, Unavailable
from martlet.model.ids import id_from
from martlet.model.remote_media import FileForm, FileUse
from martlet.proxy.errors import CannotBeHad, NotOurAddress, ProxyAsking, StillFetching
from martlet.proxy.fetching import VIA, Fetcher
from martlet.services import caching
from martlet.services.caching import Failed, Failure
from martlet.services.ports import Ground
from martlet.storage.remote_files import Named, RemoteFile

KEPT = 8192
"""Files whose keys a process keeps in memory."""
A_WHILE = 6 * 3_600_000
"""Milliseconds: whether a file was looked at is written down this often at most."""
NOTE_SECONDS = 5.0
"""So long notes of what was looked at are gathered, to be written together."""
FOR_A_WEEK = "public, max-age=604800"
_RETRY = "5"
_USES, _FORMS = frozenset(FileUse), frozenset(FileForm)

STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (UnknownHost, 400),
    (NotAllowed, 403),
    (MethodNotAllowed, 405),
    (NotFound, 404),
    (TooOften, 429),
    (StillFetching, 503),
    (Unavailable, 503),
)
FAILURES = {Failure.MISSING: 404, Failure.UNUSABLE: 415, Failure.UNREACHABLE: 502}


@dataclass(slots=True)
class Kept:
    """A file in the cache, as this process remembers it under an address that it has found good."""

    named: Named
    file: str
    small: str
    used_at: int

    def key(self, form: str) -> str:
        """Raises `NotFound` where there is no such form of it."""
        if form == FileForm.ORIGINAL and self.file:
            return self.file
        if form == FileForm.SMALL and self.small:
            return self.small
        raise NotFound


class ProxyDoor:
    """See `http.application.Door`."""

    prefixes: tuple[str, ...] = ("/proxy/",)

    def __init__(self, ground: Ground, fetcher: Fetcher, limiter: Limiter | None) -> None:
        self._ground, self._fetcher, self._limiter = ground, fetcher, limiter
        self._kept: dict[tuple[str, str, str], Kept] = {}
        self._used: set[Named] = set()
        self._noting: asyncio.Task[None] | None = None
        self.routes = Routes[Endpoint]()
        self.routes.add("GET", "/proxy/{use}/{id}/{token}/{form}", self._serve)

    async def _serve(self, request: Request, params: Params) -> Answer:
        if _is_proxy(request):
            raise ProxyAsking
        form = params["form"]
        kept = self._kept.get(_address(params))
        if kept is None:
            kept = await self._look(request, params)
        answer = file_answer(request, self._ground.cache, kept.key(form), FOR_A_WEEK)
        if answer.status == 404:  # noqa: PLR2004 - somebody has removed it
            kept = await self._look(request, params, kept.file)
            answer = file_answer(request, self._ground.cache, kept.key(form), FOR_A_WEEK)
        self._note(kept)
        return answer

    def failed(self, request: Request, error: Exception) -> Answer:
        del request
        if isinstance(error, CannotBeHad):
            answer = nothing_to_see(FAILURES[error.failure], error.message)
            seconds = max(1, (error.retry_at - self._ground.here.now_ms()) // 1000)
            answer.headers.append((b"retry-after", str(seconds).encode()))
        else:
            status = next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
            answer = nothing_to_see(status, error.message if isinstance(error, MartletError) else "")
            if status == 503:  # noqa: PLR2004 - come again
                answer.headers.append((b"retry-after", _RETRY.encode()))
        answer.headers.append((b"cache-control", b"no-store"))
        return answer

    # -- what is kept ----------------------------------------------------

    async def _look(self, request: Request, params: Params, lost: str = "") -> Kept:
        """What is in the cache, put there first if need be. Raises `NotOurAddress`."""
        ground = self._ground
        use, id = _named(params)
        if not remote_media.is_ours(ground.here.proxy_key, use, id, params["token"]):
            raise NotOurAddress
        found = await ground.store.reading(caching.look, use, id, ground.here, lost)
        if isinstance(found, Failed):
            raise CannotBeHad(found)
        if not isinstance(found, RemoteFile):
            if self._limiter is not None:
                self._limiter.count(limits.FETCHES, limits.network_of(request.address))
            found = await self._fetcher.file(use, id, lost)
        kept = Kept((use, id), found.file, found.small, found.used_at)
        address = _address(params)
        self._kept.pop(address, None)
        self._kept[address] = kept
        if len(self._kept) > KEPT:
            del self._kept[next(iter(self._kept))]
        return kept

    def _note(self, kept: Kept) -> None:
        """Remember that a file was looked at; written to the database now and then, for many together."""
        now = self._ground.here.now_ms()
        if now - kept.used_at < A_WHILE:
            return
        kept.used_at = now
        self._used.add(kept.named)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.get_running_loop().create_task(self._write_notes())

    async def _write_notes(self) -> None:
        await asyncio.sleep(NOTE_SECONDS)
        used, self._used = self._used, set()
        await self._ground.store.writing(caching.touch, used, self._ground.here)


def _address(params: Params) -> tuple[str, str, str]:
    return params["use"], params["id"], params["token"]


def _named(params: Params) -> Named:
    use, id = params["use"], id_from(params["id"])
    if id is None or use not in _USES or params["form"] not in _FORMS:
        raise NotFound
    return FileUse(use), id


def _is_proxy(request: Request) -> bool:
    """Whether a proxy like us asks: what it would show is shown here already (attacks E9)."""
    if VIA.encode() in request.headers.get(b"via", b"").lower():
        return True
    agent = request.headers.get(b"user-agent", b"").lower()
    return agent.startswith(b"martlet/") or b"misskey/" in agent
