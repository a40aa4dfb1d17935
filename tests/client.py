"""
A client of the whole server in one process, without a network.

    ada, bob = api.person("ada"), api.person("bob")
    reply = api.post("/api/v1/statuses", token=ada, form={"status": "Hello"})
    assert reply.status == 200
    assert api.get(f"/api/v1/statuses/{reply.json['id']}", token=bob).json["content"] == "<p>Hello</p>"
    api.work()                                   # reactions and jobs that are due

Every 200 of a method of the client API is checked on the way: its JSON has to
be exactly the entity that the method promises, attribute by attribute.
"""

import asyncio
import contextlib
import json as json_module
import re
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec

from martlet.app import Built
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.http.routes import RouteTree
from martlet.mastodon import methods
from martlet.mastodon.openapi import alternatives
from martlet.mastodon.routing import Operation
from martlet.model.names import AccountId, AppId, TokenId, UserId
from martlet.services import registering
from martlet.services.registering import Newcomer
from martlet.signing import passwords, tokens
from martlet.signing.tokens import Kind
from martlet.storage import oauth
from martlet.storage.database import Writer

T = TypeVar("T")
PASSWORD = "sturdy lime kiln"
ALL_SCOPES = "read write follow push"
Files = Mapping[str, tuple[str, bytes, str]]
"""Form field to (file name, bytes, content type)."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has an account and is signed in."""

    id: AccountId
    username: str
    token: str


Bearer = Person | str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Header names are lower case; of headers that come twice the last is kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()
    """Set-Cookie headers, each whole."""

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json_module.loads(self.body)

    @property
    def links(self) -> dict[str, str]:
        """The Link header: relation to path and query, ready to be asked for."""
        found = re.findall(r'<([^>]+)>; rel="(\w+)"', self.headers.get("link", ""))
        return {relation: _path_of(address) for address, relation in found}

    def entity(self, type: type[T]) -> T:
        """The JSON as an entity; nothing may be missing from it and nothing be in it besides."""
        return strictly(self.body, type)


@cache
def _hashed(password: str) -> str:
    """Hashing is slow on purpose: once is enough."""
    return passwords.hash_password(password)


def strictly(body: bytes, type: type[T]) -> T:
    value = msgspec.json.decode(body, type=type)
    told, kept = json_module.loads(body), msgspec.to_builtins(value)
    assert kept == told, f"not the promised attributes: {_differences(told, kept)}"
    return value


class Loop(Protocol):
    """What `asyncio.Runner` can; where servers call one another, see `tests.linked`."""

    def run(self, coro: Coroutine[Any, Any, T]) -> T: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Api:
    """Calls methods as clients do. A token is a `Person` or the token itself."""

    built: Built
    host: str = "localhost:3000"
    _loop: Loop = field(default_factory=asyncio.Runner)
    _app: AppId | None = None

    # -- people ----------------------------------------------------------

    def person(self, username: str, scopes: str = ALL_SCOPES, role: str = "user") -> Person:
        """A new account with a token. The password is `PASSWORD`."""
        newcomer = Newcomer(username, f"{username}@mail.example", _hashed(PASSWORD), role=role)
        with self.built.ground.store.write() as db:
            account = registering.register(db, newcomer, self.built.ground.here)
            token = self._token(db, account, scopes)
        return Person(account, username, token)

    def token(self, account: AccountId, scopes: str = ALL_SCOPES) -> str:
        """A further token of somebody's."""
        with self.built.ground.store.write() as db:
            return self._token(db, account, scopes)

    def app_token(self, scopes: str = "read write") -> str:
        """A token of an app's own, without a person."""
        with self.built.ground.store.write() as db:
            return self._token(db, None, scopes)

    def _token(self, db: Writer, account: AccountId | None, scopes: str) -> str:
        here = self.built.ground.here
        if self._app is None:
            id = AppId(here.next_id())
            app = oauth.App(
                id, f"tests-{id}", b"", "Tests", "https://tests.example", "[]", ALL_SCOPES, here.now_ms()
            )
            oauth.insert_app(db, app)
            self._app = id
        user = db.value("SELECT id FROM users WHERE account_id = :account", account=account or 0)
        token = tokens.make(Kind.ACCESS)
        oauth.insert_token(
            db,
            TokenId(here.next_id()),
            tokens.digest(token),
            self._app,
            UserId(user) if user else None,
            account,
            scopes,
            here.now_ms(),
        )
        return token

    # -- calls -----------------------------------------------------------

    def get(self, path: str, token: Bearer = None, **options: Any) -> Reply:
        return self.call("GET", path, token, **options)

    def post(self, path: str, token: Bearer = None, **options: Any) -> Reply:
        return self.call("POST", path, token, **options)

    def put(self, path: str, token: Bearer = None, **options: Any) -> Reply:
        return self.call("PUT", path, token, **options)

    def patch(self, path: str, token: Bearer = None, **options: Any) -> Reply:
        return self.call("PATCH", path, token, **options)

    def delete(self, path: str, token: Bearer = None, **options: Any) -> Reply:
        return self.call("DELETE", path, token, **options)

    def call(self, method: str, path: str, token: Bearer = None, **options: Any) -> Reply:
        return self._loop.run(self.calling(method, path, token, **options))

    def at_once(self, calls: Iterable[Awaitable[Reply]]) -> list[Reply]:
        """Several calls side by side: `api.at_once([api.calling("POST", path, ada) for _ in range(50)])`."""

        async def run() -> list[Reply]:
            return list(await asyncio.gather(*calls))

        return self._loop.run(run())

    async def calling(
        self,
        method: str,
        path: str,
        token: Bearer = None,
        *,
        query: Mapping[str, Any] | list[tuple[str, Any]] | None = None,
        json: Any = None,
        form: Mapping[str, Any] | list[tuple[str, Any]] | None = None,
        files: Files | None = None,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """One call. `json`, `form` (urlencoded; multipart with `files`) or `body` as it is; `path` may hold a query."""
        bare, _, asked = path.partition("?")
        if query:
            asked = "&".join(part for part in (asked, urlencode(query, doseq=True)) if part)
        sent = {"host": self.host, **(headers or {})}
        if token is not None:
            sent["authorization"] = f"Bearer {token.token if isinstance(token, Person) else token}"
        if json is not None:
            sent["content-type"], body = "application/json", json_module.dumps(json).encode()
        elif files is not None:
            sent["content-type"], body = _multipart(form or {}, files)
        elif form is not None:
            sent["content-type"] = "application/x-www-form-urlencoded"
            body = urlencode(form, doseq=True).encode()
        target = f"{bare}?{asked}" if asked else bare
        sent_headers = [(name.lower().encode(), value.encode()) for name, value in sent.items()]
        request = Request(method, target.encode(), sent_headers, "127.0.0.1", whole(body))
        reply = _heard(await self.built.application.answer(request), method)
        if reply.status == 200:
            _check_promise(method, bare, reply)
        return reply

    # -- what follows ----------------------------------------------------

    def work(self) -> None:
        """Do everything that is due: reactions to events, jobs, renderings to be kept."""

        async def run() -> None:
            await self.built.runner.run_until_idle()
            await _settled()

        self._loop.run(run())

    def run(self, coroutine: Any) -> Any:
        """Run something of one's own where the calls run."""
        return self._loop.run(coroutine)

    def close(self) -> None:
        self._loop.run(_settled())
        self._loop.close()


async def _settled() -> None:
    """
    What goes on behind an answer comes to its end.

    Nothing is given up silently: a thread that goes on behind a cancelled task would still be writing while the test
    looks at what it expects.
    """
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        _, unfinished = await asyncio.wait(others, timeout=60)
        assert not unfinished, f"this has no end: {unfinished}"


def whole(body: bytes) -> Callable[[], Awaitable[bytes]]:
    """A request's body that is there at once."""
    left = [body] if body else []

    async def read() -> bytes:
        return left.pop() if left else b""

    return read


def _heard(answer: Answer, method: str) -> Reply:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
    cookies = tuple(value.decode("latin-1") for name, value in answer.headers if name == b"set-cookie")
    body, part = answer.body, answer.file
    if part is not None:
        body = part.path.read_bytes()[part.start : part.start + part.length]
    headers["content-length"] = str(len(body))
    return Reply(answer.status, headers, b"" if method == "HEAD" else body, cookies)


def _multipart(fields: Mapping[str, Any] | list[tuple[str, Any]], files: Files) -> tuple[str, bytes]:
    """Content type and body."""
    line = secrets.token_hex(12)
    parts: list[bytes] = []
    for name, value in fields.items() if isinstance(fields, Mapping) else fields:
        head = f'--{line}\r\nContent-Disposition: form-data; name="{name}"'
        parts.extend(
            f"{head}\r\n\r\n{one}\r\n".encode() for one in (value if isinstance(value, list) else [value])
        )
    for name, (filename, content, kind) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: {kind}'
        parts.append(f"--{line}\r\n{head}\r\n\r\n".encode() + content + b"\r\n")
    parts.append(f"--{line}--\r\n".encode())
    return f"multipart/form-data; boundary={line}", b"".join(parts)


def _check_promise(method: str, path: str, reply: Reply) -> None:
    if not reply.headers.get("content-type", "").startswith("application/json"):
        return
    found = _operations().find(method, path)
    if found is not None and found[0].returns is not None:
        _one_of(reply.body, alternatives(found[0].returns))


@cache
def _operations() -> RouteTree[Operation]:
    """Every method of the client API."""
    return RouteTree(
        {
            (method, one.path): one
            for api in methods.ALL
            for one in api.operations
            for method in (one.method, *one.aliases)
        }
    )


def _one_of(body: bytes, types: tuple[Any, ...]) -> None:
    """It is one of the entities; the first one's faults are told if not."""
    for one in types[1:]:
        with contextlib.suppress(msgspec.ValidationError, AssertionError):
            strictly(body, one)
            return
    strictly(body, types[0])


def _path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _differences(told: Any, kept: Any, where: str = "$") -> list[str]:
    """What was sent (`told`) beside what the entity has room for (`kept`)."""
    if isinstance(told, dict) and isinstance(kept, dict):
        return [
            difference
            for key in sorted(told.keys() | kept.keys())
            for difference in (
                _differences(told[key], kept[key], f"{where}.{key}")
                if key in told and key in kept
                else [f"{where}.{key} is {'not promised' if key in told else 'missing'}"]
            )
        ]
    if isinstance(told, list) and isinstance(kept, list) and len(told) == len(kept):
        return [
            difference
            for at, (one, other) in enumerate(zip(told, kept, strict=True))
            for difference in _differences(one, other, f"{where}[{at}]")
        ]
    return [] if told == kept else [f"{where}: {told!r} became {kept!r}"]
