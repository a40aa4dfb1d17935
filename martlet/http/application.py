"""
The application: finds the endpoint for a request, and lets nothing escape but an answer.

Doors bring their routes and say how they put a failure; a path that no door
knows is put by the door whose prefix it has.
"""

import asyncio
import itertools
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from martlet.http.answer import Answer, Header
from martlet.http.logs import speakable
from martlet.http.measures import Measures
from martlet.http.request import Network, Request, client_address, is_trusted
from martlet.http.routes import Endpoint, Route, Routes, RouteTree
from martlet.model.causes import CAUSE
from martlet.model.errors import MartletError, NotAllowed, NotFound, Unavailable
from martlet.model.tracing import Tracer

log = logging.getLogger("martlet.http")

ID = re.compile(rb"[A-Za-z0-9_.-]{1,128}")
"""What a proxy may call a request."""
CORS_PREFIXES = (
    "/api/",
    "/oauth/token",
    "/oauth/revoke",
    "/oauth/userinfo",
    "/nodeinfo",
    "/.well-known/",
    "/carry/",
)
CORS: tuple[Header, ...] = (
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-expose-headers",
        b"Link, Mastodon-Async-Refresh, X-RateLimit-Reset, X-RateLimit-Limit, X-RateLimit-Remaining, X-Request-Id, Idempotency-Key",
    ),
)
PREFLIGHT: tuple[Header, ...] = (
    *CORS,
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Idempotency-Key, *"),
    (b"access-control-max-age", b"86400"),
)


REFUSED: tuple[Header, ...] = (
    (b"content-type", b"text/plain; charset=utf-8"),
    (b"cache-control", b"no-store"),
)


class MethodNotAllowed(NotFound):
    code = "method_not_allowed"

    def __init__(self, methods: Sequence[str]) -> None:
        super().__init__("This address does not answer to that method.")
        self.methods = methods


class UnknownHost(MartletError):
    code = "unknown_host"

    def __init__(self) -> None:
        super().__init__("This server has another name.")


SERVICE_WORKER = "/service-worker.js"


class ServiceWorker(NotAllowed):
    """A browser asks for a script that would stand between it and us from then on: there is but one."""

    code = "service_worker"

    def __init__(self) -> None:
        super().__init__("This is no service worker.")


class Door(Protocol):
    """A part of the server that speaks one language to one kind of visitor."""

    prefixes: tuple[str, ...]
    """Paths whose failures this door puts into words; the empty prefix takes what is left."""

    routes: Routes[Endpoint]

    def failed(self, request: Request, error: Exception) -> Answer:
        """Put a failure into the door's words. A bug comes as whatever exception it is."""
        ...


@dataclass(frozen=True, slots=True)
class Lifespan:
    """What runs beside the requests: called at start and at the end of each process."""

    start: Callable[[], Awaitable[None]]
    stop: Callable[[], Awaitable[None]]


class Gate(Protocol):
    """Asked before anything else of each request; in two steps, because nearly always there is nothing to wait for."""

    def is_due(self) -> bool:
        """Whether it is time to `renew` what is known."""
        ...

    async def renew(self) -> None: ...

    def refuses(self, address: str) -> bool:
        """Whether an address gets no answer but that there is none for it."""
        ...


@dataclass(slots=True)
class Application:
    """All doors of a server together."""

    doors: Sequence[Door]
    hosts: frozenset[str]
    lifespan: Lifespan
    trusted: Sequence[Network] = ()
    """Our own proxies, whose word on whose request it is we take."""
    measures: Measures | None = None
    """Where it is counted what was answered, if anywhere."""
    tracer: Tracer | None = None
    """Who is told how long answers take, if anybody."""
    gate: Gate | None = None
    _process: str = field(default_factory=lambda: secrets.token_hex(4))
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _routes: RouteTree[tuple[Door, Endpoint]] = field(init=False)

    def __post_init__(self) -> None:
        goals: dict[Route, tuple[Door, Endpoint]] = {}
        for door in reversed(self.doors):  # the first door that knows a path has it
            goals |= {route: (door, endpoint) for route, endpoint in door.routes.items()}
        self._routes = RouteTree(goals)

    async def answer(self, request: Request) -> Answer:
        """The answer to a request, whatever happens on the way."""
        id = self._id_of(request)
        CAUSE.set(id)
        if self.tracer is None:
            return await self._answered(request, id)
        said = {"http.request.method": request.method[:20], "url.path": speakable(request.path)[:200]}
        with self.tracer.span(f"{request.method[:20]} request", "server", said) as span:
            answer = await self._answered(request, id)
            span.set("http.response.status_code", answer.status)
            return answer

    async def _answered(self, request: Request, id: str) -> Answer:
        if b"x-forwarded-for" in request.headers:
            request.address = client_address(request, self.trusted)
        gate = self.gate
        if gate is not None:
            if gate.is_due():
                await gate.renew()
            if gate.refuses(request.address):
                return Answer(b"Your network is not served here.\n", 403, list(REFUSED))
        if self.measures is None:
            _, answer = await self._answer(request)
        else:
            began = time.perf_counter()
            door, answer = await self._answer(request)
            self.measures.answer(name_of(door), request.method, answer.status, time.perf_counter() - began)
        answer.headers.append((b"x-request-id", id.encode()))
        if request.path.startswith(CORS_PREFIXES):
            answer.headers.extend(CORS)
        return answer

    def _id_of(self, request: Request) -> str:
        """The one that our own proxy gave it, or a new one."""
        given = request.headers.get(b"x-request-id")
        if given is not None and ID.fullmatch(given) and is_trusted(request.peer, self.trusted):
            return given.decode("ascii")
        return f"{self._process}-{next(self._numbers):x}"

    async def _answer(self, request: Request) -> tuple[Door, Answer]:
        if request.method == "OPTIONS" and request.path.startswith(CORS_PREFIXES):
            return self._door_of(request.path), Answer(b"", 204, list(PREFLIGHT[2:]))
        method = "GET" if request.method == "HEAD" else request.method
        try:
            if request.headers.get(b"host", b"").decode("latin-1").lower() not in self.hosts:
                raise UnknownHost
            if b"service-worker" in request.headers and request.path != SERVICE_WORKER:
                raise ServiceWorker
            found = self._routes.find(method, request.path)
            if found is None or "\0" in request.path:  # no database takes NUL in a text
                raise self._no_route(request.path)
        except MartletError as error:
            door = self._door_of(request.path)
            return door, door.failed(request, error)
        (door, endpoint), params = found
        try:
            return door, await endpoint(request, params)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if not isinstance(error, MartletError):
                log.exception("%s %s failed", request.method, speakable(request.path))
            elif isinstance(error, Unavailable):
                log.error("%s %s: %s", request.method, speakable(request.path), error)  # noqa: TRY400 - no bug of ours
            return door, door.failed(request, error)

    def _no_route(self, path: str) -> MartletError:
        methods = [] if "\0" in path else self._routes.methods(path)
        return MethodNotAllowed(methods) if methods else NotFound()

    def _door_of(self, path: str) -> Door:
        for door in self.doors:
            if any(path.startswith(prefix) for prefix in door.prefixes):
                return door
        return self.doors[-1]


def name_of(door: Door) -> str:
    """The room a door stands in: `mastodon`, `federation`, `web` …; some of the plainest share `http`."""
    return type(door).__module__.split(".")[1]
