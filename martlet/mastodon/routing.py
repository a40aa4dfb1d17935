"""
The plumbing under every method of the client API.

    @api.post("/api/v1/statuses", scope="write:statuses", form=StatusForm, returns=Status)
    def create_status(db: Writer, call: Call[StatusForm]) -> bytes: …

A handler says by its first argument how it is run: one that takes a `Reader`
reads, one that takes a `Writer` is one transaction, and an `async` one that
takes only the call does its own (to hash a password, say, or read an upload).
The token is looked at before the body is; the same definitions make the
OpenAPI description (`mastodon/openapi.py`).
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any, Generic, Literal, TypeVar, get_type_hints
from urllib.parse import quote

import msgspec

from martlet.http import forms, limits, multipart
from martlet.http.answer import JSON, NOSNIFF, PRIVATE, Answer, Header
from martlet.http.limits import Limiter, Rule
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.mastodon.serialize.statuses import StatusPages
from martlet.mastodon.streams import Streams
from martlet.model import scopes
from martlet.model.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn
from martlet.model.names import AccountId
from martlet.model.roles import Actor, Permission
from martlet.model.server import Server
from martlet.services import permitting, signing_in
from martlet.services.ports import Ground, Resolver
from martlet.services.signing_in import Viewer
from martlet.services.translating import Translator
from martlet.services.visiting import Visits
from martlet.storage.database import Reader, Store, Writer

F = TypeVar("F")
Access = Literal["public", "app", "user", "unchecked"]
"""
Who may call: anybody, any token's holder, somebody who is signed in.

"unchecked": the method looks at what is shown to it itself, as OAuth's own do.
"""
Handler = Callable[..., Any]
TokenOf = Callable[[Request], str | None]
"""Where a method looks for the token; None: it was shown none."""

BODY_LIMIT = 1024 * 1024
QUERIES_KEPT = 128
"""Decoded, for each form; none of more than `KEPT_QUERY` bytes."""
KEPT_QUERY = 200
LONGEST_WISH = 200
"""Bytes of an Accept-Language that are read."""
_NUMBER = re.compile(r"-?[0-9]{1,18}|")
ANONYMOUS = Viewer()


class NoForm(msgspec.Struct, frozen=True):
    """A method without parameters."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What every method has at hand; one for each process. Without a limiter people may ask as often as they like."""

    ground: Ground
    pages: StatusPages
    visits: Visits
    streams: Streams
    limiter: Limiter | None = None
    resolver: Resolver | None = None
    translator: Translator | None = None


class Call(msgspec.Struct, Generic[F]):
    """One call of a method: who calls, with what, on which ground."""

    form: F
    viewer: Viewer
    params: Params
    request: Request
    desk: Desk
    headers: list[Header] = []

    @property
    def ground(self) -> Ground:
        return self.desk.ground

    @property
    def pages(self) -> StatusPages:
        return self.desk.pages

    @property
    def here(self) -> Server:
        return self.desk.ground.here

    @property
    def store(self) -> Store:
        return self.desk.ground.store

    @property
    def streams(self) -> Streams:
        return self.desk.streams

    @property
    def resolver(self) -> Resolver | None:
        """Who asks other servers; None where there are none."""
        return self.desk.resolver

    @property
    def translator(self) -> Translator:
        """Who translates; where no service is named, it translates nothing."""
        return self.desk.translator or Translator(self.ground, None)

    @property
    def account(self) -> AccountId:
        """Who calls; `NOBODY` where a public method is called without a token."""
        return self.viewer.account

    @property
    def bearer(self) -> str:
        """The token itself, as it was sent."""
        return _bearer(self.request)

    def actor(self, db: Reader) -> Actor:
        """Whoever calls, with what their role allows at this moment."""
        return permitting.actor_of(db, self.account)

    @property
    def id(self) -> int:
        """The `{id}` in the path. Raises `NotFound` where it cannot be one."""
        return id_in(self.params["id"])

    def link(self, newest: int, oldest: int | None) -> None:
        """Tell where the pages before and after this one are; no `oldest`: nothing comes after."""
        self.headers.append(
            page_links(self.here.url + _quoted(self.request.path), self.request.query, newest, oldest)
        )


@dataclass(frozen=True, slots=True)
class Later:
    """What a handler with a `Reader` returns where reading is not enough, for once: the call goes on with this."""

    go_on: Callable[[Call[Any]], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of the API, as it was defined."""

    method: str
    path: str
    handler: Handler
    access: Access
    scope: str | None
    form: type[Any]
    returns: Any
    is_slow: bool
    body_limit: int | None
    aliases: tuple[str, ...]
    rule: Rule | None
    permission: Permission | None
    """The role of whoever calls it has to allow one of these; None: everybody who is signed in may call it."""
    content: str
    """The type of what it answers."""
    token_of: TokenOf


class Api:
    """The methods of one module."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []

    def _define(self, method: str, path: str, **options: Any) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.operations.append(_operation(method, path, handler, **options))
            return handler

        return keep

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._define("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._define("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Answered to PATCH as well: clients send either."""
        return self._define("PUT", path, aliases=("PATCH",), **options)

    def patch(
        self, path: str, *, aliases: tuple[str, ...] = ("PUT",), **options: Any
    ) -> Callable[[Handler], Handler]:
        """Answered to PUT as well."""
        return self._define("PATCH", path, aliases=aliases, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        return self._define("DELETE", path, **options)


def _operation(
    method: str,
    path: str,
    handler: Handler,
    *,
    scope: str | None = None,
    access: Access | None = None,
    form: type[Any] = NoForm,
    returns: Any = None,
    is_slow: bool = False,
    body_limit: int | None = BODY_LIMIT,
    aliases: tuple[str, ...] = (),
    rule: Rule | None = None,
    content: str = "application/json",
    token_of: TokenOf | None = None,
    permission: Permission | None = None,
) -> Operation:
    """
    `scope` without `access` means that somebody has to be signed in; with `permission`, with a role that allows it.

    `body_limit` None: the handler reads the body itself. `rule` limits this
    method more than the others. `content` is the type of an answer that is no
    JSON; `token_of` looks for the token elsewhere than in its header.
    """
    chosen: Access = access or ("user" if scope else "public")
    return Operation(
        method, path, handler, chosen, scope, form, returns, is_slow, body_limit, aliases, rule, permission,
        content, token_of or sent_token,
    )  # fmt: skip


def add(routes: Routes[Endpoint], operation: Operation, desk: Desk) -> None:
    endpoint = _endpoint(operation, desk)
    for method in (operation.method, *operation.aliases):
        routes.add(method, operation.path, endpoint)


def _endpoint(operation: Operation, desk: Desk) -> Endpoint:
    handler, store = operation.handler, desk.ground.store
    if _is_awaited(handler):
        return _awaiting(operation, desk)
    if _first_argument(handler) is Writer:

        async def write(request: Request, params: Params) -> Answer:
            call = await _prepared(operation, desk, request, params)
            return _finished(call, await store.writing(handler, call))

        return write
    if operation.method != "GET":
        raise TypeError(f"{operation.path} changes something, but takes a Reader")
    run = store.reading_aside if operation.is_slow else store.reading
    form_of = _query_decoder(operation.form)  # type: ignore[arg-type]  # a class is hashable; mypy cannot tell of Any

    def read_all(db: Reader, request: Request, params: Params) -> tuple[Call[Any], Any]:
        viewer, headers = _admitted(db, operation, desk, request)
        call = Call(form_of(request.query), viewer, params, request, desk, headers)
        return call, handler(db, call)

    async def read(request: Request, params: Params) -> Answer:
        call, result = await run(read_all, request, params)
        if desk.visits.new:
            desk.visits.write_down()
        if isinstance(result, Later):
            result = await result.go_on(call)
        return _finished(call, result)

    return read


@cache
def _is_awaited(handler: Handler) -> bool:
    return inspect.iscoroutinefunction(handler)


@cache
def _first_argument(handler: Handler) -> type[Any]:
    """Its type. To read all hints of a handler takes longer than the rest of its route; they do not change."""
    found: type[Any] = next(iter(get_type_hints(handler).values()))
    return found


@cache
def _query_decoder(form: type[Any]) -> Callable[[bytes], Any]:
    """Forms are frozen, and the same few queries come again and again, for all methods that read the same form."""

    def decode(query: bytes) -> Any:
        return forms.to_form(_asked_for(query), form)

    kept = lru_cache(maxsize=QUERIES_KEPT)(decode)
    return lambda query: kept(query) if len(query) <= KEPT_QUERY else decode(query)


def _asked_for(query: bytes) -> dict[str, Any]:
    """A `limit` that is no number asks for nothing, as with Mastodon: clients send `limit=undefined`. Raises `Malformed`."""
    values = forms.from_query(query)
    limit = values.get("limit")
    if isinstance(limit, str) and not _NUMBER.fullmatch(limit):
        del values["limit"]
    return values


def _awaiting(operation: Operation, desk: Desk) -> Endpoint:
    async def wait(request: Request, params: Params) -> Answer:
        call = await _prepared(operation, desk, request, params)
        return _finished(call, await operation.handler(call))

    return wait


async def _prepared(operation: Operation, desk: Desk, request: Request, params: Params) -> Call[Any]:
    viewer, headers = await desk.ground.store.reading(_admitted, operation, desk, request)
    if desk.visits.new:
        desk.visits.write_down()
    values = _asked_for(request.query)
    if operation.body_limit is not None and request.method != "GET":
        values |= await _body(request, operation.body_limit)
    return Call(forms.to_form(values, operation.form), viewer, params, request, desk, headers)


async def _body(request: Request, limit: int) -> dict[str, Any]:
    kind = request.header(b"content-type").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await multipart.fields(request, limit)
    body = await request.body(limit)
    if kind == "application/json" or (not kind and body[:1] == b"{"):
        return forms.from_json(body)
    return forms.from_urlencoded(body)


def _admitted(db: Reader, operation: Operation, desk: Desk, request: Request) -> tuple[Viewer, list[Header]]:
    """Who calls, and the headers that say how often they still may. Raises `TooOften` beside what `_viewer` does."""
    if desk.limiter is None:
        return _speaking(_viewer(db, operation, desk, request), request), []
    try:
        viewer = _speaking(_viewer(db, operation, desk, request), request)
    except NotSignedIn:
        desk.limiter.count(limits.ADDRESS, request.address)
        raise
    who = str(viewer.account) if viewer.account else request.address
    allowance = desk.limiter.count(limits.ACCOUNT if viewer.account else limits.ADDRESS, who)
    if operation.rule is not None:
        allowance = desk.limiter.count(operation.rule, who)
    return viewer, list(allowance.headers())


def _viewer(db: Reader, operation: Operation, desk: Desk, request: Request) -> Viewer:
    """Who calls. Raises `NotSignedIn`, `NotAllowed` or `InvalidInput`, as Mastodon would."""
    if operation.access == "unchecked":
        return ANONYMOUS
    token = operation.token_of(request)
    if token is None:
        if operation.access != "public":
            raise NotSignedIn("The access token is invalid")
        return ANONYMOUS
    now = desk.ground.here.now_ms()
    try:
        viewer = signing_in.viewer_of(db, token, now)
    except NotSignedIn:
        if operation.access == "public" and operation.scope is None:  # nobody asks who calls
            return ANONYMOUS
        raise
    if operation.scope is not None and not scopes.covers(scopes.parse(viewer.scopes), operation.scope):
        raise NotAllowed("This action is outside the authorized scopes")
    if operation.access == "user" and not viewer.account:
        raise InvalidInput("This method requires an authenticated user")
    if operation.permission is not None:
        permitting.check(db, viewer, operation.permission)
    desk.visits.look(viewer, now)
    return viewer


def _speaking(viewer: Viewer, request: Request) -> Viewer:
    """The viewer with the languages that the request asks for."""
    accepts = request.headers.get(b"accept-language")
    return _with_languages(viewer, accepts) if accepts else viewer


@lru_cache(maxsize=4096)
def _with_languages(viewer: Viewer, accepts: bytes) -> Viewer:
    return replace(viewer, accepts=accepts[:LONGEST_WISH].decode("latin-1"))


def _bearer(request: Request) -> str:
    """RFC 6750 section 2.1."""
    return request.headers.get(b"authorization", b"")[7:].decode("latin-1").strip()


def sent_token(request: Request) -> str | None:
    """The token in the header that is meant for it; what a proxy in front wants to know is none."""
    is_bearer = request.headers.get(b"authorization", b"")[:7].lower() == b"bearer "
    return _bearer(request) if is_bearer else None


def _finished(call: Call[Any], result: Any) -> Answer:
    if isinstance(result, Answer):
        return result
    body = result if isinstance(result, bytes) else msgspec.json.encode(result)
    headers = [JSON, NOSNIFF, PRIVATE] if b"authorization" in call.request.headers else [JSON, NOSNIFF]
    return Answer(body, 200, headers + call.headers)


@lru_cache(maxsize=1024)
def _quoted(path: str) -> str:
    return quote(path, safe="/:@")


def id_in(text: str) -> int:
    """An id as it stands in a path. Raises `NotFound`."""
    if not text.isascii() or not text.isdigit() or len(text) > 19:  # noqa: PLR2004 - digits of 2**63
        raise NotFound
    return min(int(text), 2**63 - 1)


def page_links(address: str, query: bytes, newest: int, oldest: int | None) -> Header:
    """RFC 8288, as Mastodon pages: `max_id` goes to older ones, `min_id` to newer."""
    beginning = f"<{address}?{_without_bounds(query)}"
    prev = f'{beginning}min_id={newest}>; rel="prev"'
    link = prev if oldest is None else f'{beginning}max_id={oldest}>; rel="next", {prev}'
    return (b"link", link.encode("latin-1"))


@lru_cache(maxsize=1024)
def _without_bounds(query: bytes) -> str:
    """What goes on from page to page, with an `&` after each."""
    return "".join(
        f"{part}&"
        for part in query.decode("latin-1").split("&")
        if part and part.partition("=")[0] not in ("max_id", "min_id", "since_id")
    )
