"""The door for client apps, all of its methods behind it."""

from collections.abc import Sequence

import msgspec

from martlet.http.answer import JSON, NOSNIFF, Answer
from martlet.http.limits import Limiter
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.mastodon import errors, openapi
from martlet.mastodon.routing import Api, Desk, Operation, add
from martlet.mastodon.serialize.accounts import AccountBytes
from martlet.mastodon.serialize.filters import FilterResults
from martlet.mastodon.serialize.pieces import Pieces
from martlet.mastodon.serialize.statuses import StatusPages
from martlet.mastodon.streams import Streams
from martlet.mastodon.streams.voice import StreamVoice
from martlet.services import naming, rendering
from martlet.services.ports import Ground, Resolver
from martlet.services.translating import Translator
from martlet.services.visiting import Visits
from martlet.streaming.hub import Hub


class MastodonDoor:
    """See `http.application.Door`."""

    prefixes: tuple[str, ...] = (
        "/api/",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/userinfo",
        "/.well-known/",
        "/nodeinfo/",
    )

    def __init__(
        self,
        apis: Sequence[Api],
        ground: Ground,
        hub: Hub,
        limiter: Limiter | None = None,
        resolver: Resolver | None = None,
        translator: Translator | None = None,
    ) -> None:
        self.routes = Routes[Endpoint]()
        self.operations = [operation for api in apis for operation in api.operations]
        accounts = AccountBytes(ground.here)
        pieces = Pieces(ground.here, accounts, rendering.keeper(ground.store))
        filters = FilterResults(ground.here)
        pages = StatusPages(ground.here, accounts, pieces, filters)
        streams = Streams(hub, StreamVoice(pages, filters.matcher))
        desk = Desk(ground, pages, Visits(ground.store, ground.here), streams, limiter, resolver, translator)
        for operation in self.operations:
            add(self.routes, operation, desk)
        self.routes.add("GET", "/api/openapi.json", _Description(self.operations, ground).answer)

    def failed(self, request: Request, error: Exception) -> Answer:
        del request
        return errors.answer(error)


class _Description:
    """Made at the first call, then kept: while the server runs, nothing of it changes but the server's name."""

    def __init__(self, operations: Sequence[Operation], ground: Ground) -> None:
        self._operations = operations
        self._ground = ground
        self._described: tuple[str, bytes] = ("", b"")

    async def answer(self, request: Request, params: Params) -> Answer:
        del request, params
        here = self._ground.here
        name, body = await self._ground.store.reading(naming.server_name, here), self._described[1]
        if name != self._described[0]:
            body = msgspec.json.encode(openapi.describe(self._operations, here, name))
            self._described = (name, body)
        return Answer(body, 200, [JSON, NOSNIFF, (b"cache-control", b"public, max-age=3600")])
