"""
What waits for a server that this one does not reach is offered to it: it may fetch what could not be brought.

    GET  /carry/v1/deliveries      a line each: {"id": …, "sender": …, "activity": …}; for a server's own account, which signs
    POST /carry/v1/deliveries      {"taken": [id …]}: it has them

So a block of one direction only is no block: whoever still gets through asks. Others hear that something waits from the
header `Martlet-Deliveries` of the answer to what they bring. In the ordinary case nothing waits, and one look into an
index says so.
"""

import logging
from dataclasses import dataclass, field

import msgspec

from martlet.federation.asking import Asking, SignerSuspended
from martlet.federation.roads.calling import HINT
from martlet.federation.roads.circuits import Circuits
from martlet.http.answer import NOSNIFF, PRIVATE, Answer, Header
from martlet.http.request import Request
from martlet.model.errors import EvidenceRejected, InvalidInput
from martlet.model.ids import first_id_in, id_from
from martlet.model.names import Uri, host_of, origin_of
from martlet.services import delivering, identities
from martlet.services.ports import Ground
from martlet.signing.http_signatures import SignatureRejected
from martlet.storage import accounts, deliveries
from martlet.storage.database import Reader, Writer

log = logging.getLogger("martlet.federation")

PATH = "/carry/v1/deliveries"
LINES: Header = (b"content-type", b"application/jsonl")
AT_ONCE = 100
PAGE_BYTES = 512 * 1024
WAITED = 5000
"""Milliseconds that something waits before it is offered: mostly it is being brought just now."""
_LONGEST_ANSWER = 16 * 1024


class Offered(msgspec.Struct):
    """One activity, byte for byte as it would have been brought; `sender`: the account that brings it."""

    id: str
    sender: str
    activity: msgspec.Raw


class Taken(msgspec.Struct):
    taken: list[str]


@dataclass(slots=True)
class Offering:
    ground: Ground
    asking: Asking
    circuits: Circuits
    _encoder: msgspec.json.Encoder = field(default_factory=msgspec.json.Encoder)

    async def show(self, request: Request) -> Answer:
        """
        What waits for the server that asks. Raises `SignerSuspended`, `SignatureRejected`, `TooOften`.

        Whoever only says that they are that server hears the same as where nothing waits.
        """
        self.asking.resolver.fetcher.strangers.request(request.address)
        named = await self.asking.check_sender(request)
        host = host_of(named.key_id)
        if named.key is not None and not await self._has(host):
            return _lines([])
        try:
            await self._server(request, b"")
        except SignerSuspended:
            raise
        except EvidenceRejected as error:
            log.info("What waits for %s was asked for by somebody else: %s", host, error.message)
            return _lines([])
        return _lines(await self.ground.store.reading(self._offered, host))

    async def note_taken(self, request: Request) -> Answer:
        """Raises `EvidenceRejected`, `InvalidInput`, `TooOften`."""
        self.asking.resolver.fetcher.strangers.request(request.address)
        body = await request.body(_LONGEST_ANSWER)
        server = await self._server(request, body)
        try:
            ids = [id_from(one) for one in msgspec.json.decode(body, type=Taken).taken[:AT_ONCE]]
        except msgspec.DecodeError as error:
            raise InvalidInput("It does not say what was taken.") from error
        await self.ground.store.writing(
            _forget, host_of(server), [id for id in ids if id is not None], self._now
        )
        await self.circuits.heard_from(server)
        return Answer(b"", 204, [PRIVATE])

    async def hint(self, host: str) -> list[Header]:
        """What whoever has just brought something is told besides; nothing where nothing waits."""
        if not await self.circuits.is_open(host) or not await self._has(host):
            return []
        return [(HINT.encode(), b"waiting")]

    async def _has(self, host: str) -> bool:
        return await self.ground.store.reading(deliveries.are_older, host, self._until)

    async def _server(self, request: Request, body: bytes) -> Uri:
        """
        The server whose own account has signed, and nobody on it: the key of a person may have left it. Raises `SignerSuspended`,
        `SignatureRejected`, `TooOften`.
        """
        named = await self.asking.check_sender(request)
        key = await self.asking.signer(self.asking.claim(request, body), named, request.address)
        if key.owner != identities.server_uri_at(origin_of(key.owner)):
            raise SignatureRejected("What waits for a server is for its own account.")
        return key.owner

    @property
    def _now(self) -> int:
        return self.ground.here.now_ms()

    @property
    def _until(self) -> int:
        return first_id_in(self._now - WAITED)

    def _offered(self, db: Reader, host: str) -> list[bytes]:
        found, size, senders = list[bytes](), 0, dict[int, Uri | None]()
        for one in deliveries.next_for(db, host, AT_ONCE):
            if one.outgoing_id >= self._until:
                break
            if one.sender_id not in senders:
                sender = accounts.find(db, one.sender_id)
                senders[one.sender_id] = None if sender is None else sender.uri
            uri = senders[one.sender_id]
            if uri is None:
                continue
            line = self._encoder.encode(Offered(str(one.outgoing_id), uri, msgspec.Raw(one.body)))
            size += len(line)
            if found and size > PAGE_BYTES:
                break
            found.append(line)
        return found


def _lines(lines: list[bytes]) -> Answer:
    return Answer(b"".join(line + b"\n" for line in lines), 200, [LINES, NOSNIFF, PRIVATE])


def _forget(db: Writer, host: str, ids: list[int], now: int) -> None:
    """It has them, and it is alive: the direct road is tried with whatever comes next."""
    deliveries.fetched(db, host, ids)
    delivering.hurry(db, host, now)
