"""
The door of a mirror: documents by the names that their authors gave them, whoever hands them out.

    GET  /.well-known/martlet                     that this is a Martlet, and what it takes
    GET  /carry/v1/actor?id=…                     an actor document
    GET  /carry/v1/outbox?actor=…&after=…         the log of an account, a document a line, a checkpoint at its end
    GET  /carry/v1/statement?actor=…              what stands of the root key of an account, of anybody's
    GET  /carry/v1/object?id=…                    a post; 410 and its tombstone where it was deleted
    GET  /.well-known/apgateway/hl:…              a file that one of these documents names, by its SHA-256 (FEP-ef61)
    POST /carry/v1/inbox?actor=…                  what is left here for somebody who is mirrored (`waiting`)
    POST /carry/v1/sealed?actor=…                 a post of theirs that a device of theirs leaves, for their own server alone
    POST /carry/v1/push?actor=…                   what is to be brought to servers that the author's does not reach
    GET, POST /carry/v1/queue?actor=…             and how their server fetches it
    POST /carry/v1/reached                        another server, signed: it reaches us again, and may be reached
    GET, POST /carry/v1/deliveries                what waits for the server that asks, and could not be brought (`roads.offering`)

Every Martlet hands out so the documents of its own people and of those whom it mirrors, and nobody else's but statements: what
somebody only brought along in a file is nobody's business. None of it comes as an ActivityPub document, so that nobody
takes the carrier for the author (attacks G11).
"""

import hashlib
from datetime import UTC, datetime
from email.utils import formatdate
from urllib.parse import parse_qs, quote, urlencode

from martlet.federation.answering import CACHED, GoneHere
from martlet.federation.asking import Asking, SignerSuspended
from martlet.federation.door import STATUSES
from martlet.federation.mirrors.pushing import Pushing
from martlet.federation.mirrors.waiting import WaitingRoom
from martlet.federation.roads.circuits import Circuits
from martlet.federation.roads.offering import Offering
from martlet.http.answer import JSON, NOSNIFF, PRIVATE, Answer, Header, json_answer
from martlet.http.application import MethodNotAllowed
from martlet.http.media import file_answer
from martlet.http.request import Request
from martlet.http.routes import Endpoint, Params, Routes
from martlet.model.errors import InvalidInput, MartletError, NotAllowed, NotFound
from martlet.model.names import AccountId, Uri
from martlet.model.server import milliseconds
from martlet.services import handing_out, hearing_statements, identities
from martlet.services.ports import Ground
from martlet.signing import digests, sealed_posts
from martlet.storage import accounts, handed_out, mirrored_media, peer_policies, remotes
from martlet.storage.database import Reader
from martlet.storage.handed_out import Source

LINES: Header = (b"content-type", b"application/jsonl")
BRIEFLY: Header = (b"cache-control", b"public, max-age=15")
EXPOSED: Header = (b"access-control-expose-headers", b"ETag, Martlet-Trust")
ORIGIN: Header = (b"martlet-trust", b"origin")
CONFIRMED: Header = (b"martlet-trust", b"confirmed")
"""How far this server is certain whose a document is: it is the author's own, or was told the key by it. No proof for others."""
VERSION = 1
FOR_A_DAY = "public, max-age=86400"
"""How long a file of somebody else's may be kept by whoever has it: it may be taken down."""
_LONGEST_NAME = 2048
_MOST_SAID = 4096
_SAFE = "%/:?#[]@!$&'()*+,;=~"


class MirrorDoor:
    """See `http.application.Door`."""

    prefixes: tuple[str, ...] = ("/carry/", "/.well-known/martlet", "/.well-known/apgateway/")

    def __init__(self, ground: Ground, asking: Asking, circuits: Circuits, offering: Offering) -> None:
        self._ground, self._asking, self._circuits, self._offering = ground, asking, circuits, offering
        self._room, self._pushing = WaitingRoom(ground, asking, asking.resolver), Pushing(ground, asking)
        self.routes = Routes[Endpoint]()
        add = self.routes.add
        add("GET", "/.well-known/martlet", self._about)
        add("GET", "/carry/v1/actor", self._actor)
        add("GET", "/carry/v1/statement", self._statement)
        add("GET", "/carry/v1/outbox", self._outbox)
        add("GET", "/carry/v1/object", self._object)
        add("GET", "/.well-known/apgateway/{name}", self._file)
        add("POST", "/carry/v1/inbox", self._leave)
        add("POST", "/carry/v1/sealed", self._leave_sealed)
        add("POST", "/carry/v1/push", self._push)
        add("GET", "/carry/v1/queue", self._waiting)
        add("POST", "/carry/v1/queue", self._taken)
        add("POST", "/carry/v1/reached", self._reached)
        add("GET", "/carry/v1/deliveries", self._offered)
        add("POST", "/carry/v1/deliveries", self._delivered)

    def failed(self, request: Request, error: Exception) -> Answer:
        del request
        if isinstance(error, GoneHere):
            return Answer(error.tombstone, 410, [JSON, NOSNIFF, EXPOSED])
        status = next((status for kind, status in STATUSES if isinstance(error, kind)), 0)
        if not status:
            status = 400 if isinstance(error, InvalidInput) else 403 if isinstance(error, NotAllowed) else 500
        said = error.message if isinstance(error, MartletError) else "Something went wrong here."
        allowed = (
            ((b"allow", ", ".join(error.methods).encode()),) if isinstance(error, MethodNotAllowed) else ()
        )
        return json_answer({"error": said}, status, allowed)

    # -- what is handed out ----------------------------------------------

    async def _about(self, request: Request, params: Params) -> Answer:
        del request, params
        here = self._ground.here
        said = {
            "version": VERSION,
            "mirror": here.mirror_requests != "none",
            "alternates": list(here.alternate_urls),
            "onion": here.onion or None,
            "actor": identities.server_uri(here),
            "sealing": sealed_posts.recipient_of(self._ground.secret),
            "limits": {
                "documents": handing_out.MOST,
                "bytes": handing_out.MOST_BYTES,
                "mirrored": here.limits.mirror_bytes,
            },
        }
        return json_answer(said, headers=(CACHED,))

    async def _reached(self, request: Request, params: Params) -> Answer:
        """What waits for the server that says so is sent now. Raises `SignerSuspended`, `SignatureRejected`, `TooOften`."""
        del params
        self._asking.resolver.fetcher.strangers.request(request.address)
        named = await self._asking.check_sender(request)
        body = await request.body(_MOST_SAID)
        key = await self._asking.signer(self._asking.claim(request, body), named, request.address)
        await self._circuits.heard_from(key.owner)
        return Answer(b"", 204)

    async def _actor(self, request: Request, params: Params) -> Answer:
        del params
        source = await self._source(request, _asked(request, "id"))
        found = await handing_out.actor(self._ground, source)
        if found is None:
            raise NotFound
        body, made_at = found
        modified = formatdate(made_at / 1000, usegmt=True).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        more = [(b"last-modified", modified), _canonical(source.uri)]
        return self._answer(request, body, [JSON, CACHED, *more], etag, is_here=source.is_here)

    async def _statement(self, request: Request, params: Params) -> Answer:
        """Of any account that is known here: whose it is, it proves itself."""
        del params
        await self._check_reader(request, None)
        body = await self._ground.store.reading(hearing_statements.of_account, _asked(request, "actor"))
        if body is None:
            raise NotFound
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return self._answer(request, body, [JSON, BRIEFLY], etag, is_here=False)

    async def _outbox(self, request: Request, params: Params) -> Answer:
        del params
        source = await self._source(request, _asked(request, "actor"))
        after = await self._after(request, source)
        is_old = handing_out.has_old_checkpoint(source, self._ground.here)
        etag = f'"{source.last_sequence}.{after}.{source.checkpoint}"'
        if not is_old and _has(request, etag):
            return self._answer(request, b"", [LINES, BRIEFLY], etag, is_here=source.is_here)
        page = await handing_out.page(self._ground, source, after)
        checkpoint = await handing_out.checkpoint(self._ground, source, renews=page.is_end)
        if is_old:
            source = await self._source(request, source.uri)
            etag = f'"{source.last_sequence}.{after}.{source.checkpoint}"'
        lines = page.bodies if checkpoint is None else [*page.bodies, checkpoint]
        onward = f"/carry/v1/outbox?{urlencode({'actor': source.uri, 'after': page.last})}"
        link = (b"link", f'<{self._ground.here.url}{onward}>; rel="next"'.encode())
        body = b"".join(line + b"\n" for line in lines)
        return self._answer(request, body, [LINES, BRIEFLY, link], etag, is_here=source.is_here)

    async def _object(self, request: Request, params: Params) -> Answer:
        del params
        uri = _asked(request, "id")
        found = await handing_out.document(self._ground, uri)
        if found is None:
            await self._check_reader(request, None)
            raise NotFound
        document, author = found
        await self._check_reader(request, author)
        if document.is_gone:
            raise GoneHere(document.body)
        etag = f'"{hashlib.sha256(document.body).hexdigest()[:32]}"'
        headers = [JSON, CACHED, _canonical(uri)]
        return self._answer(request, document.body, headers, etag, is_here=author is not None)

    async def _file(self, request: Request, params: Params) -> Answer:
        """A file is only handed out while a document for everybody shows it."""
        digest = digests.from_multihash(params["name"].removeprefix("hl:"))
        if digest is None or not params["name"].startswith("hl:"):
            raise NotFound
        store = self._ground.store
        own = await store.reading(handed_out.own_file, digest)
        if own is not None:
            return file_answer(request, self._ground.media, own)
        kept = await store.reading(mirrored_media.find, digest)
        if kept is None:
            raise NotFound
        return file_answer(request, self._ground.mirrored, kept, FOR_A_DAY)

    def _answer(
        self, request: Request, body: bytes, headers: list[Header], etag: str, *, is_here: bool
    ) -> Answer:
        if self._ground.here.authorized_fetch and is_here:
            headers = [*(one for one in headers if one[0] != CACHED[0]), PRIVATE]
        headers = [*headers, NOSNIFF, EXPOSED, ORIGIN if is_here else CONFIRMED, (b"etag", etag.encode())]
        return Answer(b"", 304, headers) if _has(request, etag) else Answer(body, 200, headers)

    # -- what is left here -----------------------------------------------

    async def _leave(self, request: Request, params: Params) -> Answer:
        del params
        return await self._room.leave(request, _asked(request, "actor"))

    async def _leave_sealed(self, request: Request, params: Params) -> Answer:
        del params
        return await self._room.leave_sealed(request, _asked(request, "actor"))

    async def _push(self, request: Request, params: Params) -> Answer:
        del params
        return await self._pushing.take(request, _asked(request, "actor"))

    async def _offered(self, request: Request, params: Params) -> Answer:
        del params
        return await self._offering.show(request)

    async def _delivered(self, request: Request, params: Params) -> Answer:
        del params
        return await self._offering.note_taken(request)

    async def _waiting(self, request: Request, params: Params) -> Answer:
        del params
        return await self._room.show(request, _asked(request, "actor"), _number(_query(request)))

    async def _taken(self, request: Request, params: Params) -> Answer:
        del params
        return await self._room.note_taken(request, _asked(request, "actor"))

    # -- who may read it -------------------------------------------------

    async def _source(self, request: Request, uri: Uri) -> Source:
        """Raises `NotFound`, `SignerSuspended`, `SignatureRejected`."""
        source = await self._ground.store.reading(handed_out.source, uri)
        own = source.account_id if source is not None and source.is_here else None
        await self._check_reader(request, own)
        if source is None:
            raise NotFound
        return source

    async def _check_reader(self, request: Request, own: AccountId | None) -> None:
        """
        What is open to all is not for servers that say who they are and are not spoken with. With `authorized_fetch`
        the documents of our own people are for those who sign, and whom they do not block.

        Raises `NotFound`, `SignerSuspended`, `SignatureRejected`.
        """
        store, here = self._ground.store, self._ground.here
        if here.authorized_fetch and own is not None:
            key = await self._asking.reader(request)
            if await store.reading(_is_unwelcome, key.account_id, own):
                raise NotFound
            return
        sender = self._asking.host_of_signer(request)
        if not sender:
            return
        if await store.reading(peer_policies.is_refused, sender, here):
            raise SignerSuspended

    async def _after(self, request: Request, source: Source) -> int:
        """Where in a log to begin: after a sequence, or with what has changed since a moment. Raises `InvalidInput`."""
        asked = _query(request)
        if "since" in asked:
            moment = milliseconds(_moment(asked["since"]))
            return await self._ground.store.reading(handed_out.sequence_before, source, moment)
        return _number(asked)


def _query(request: Request) -> dict[str, str]:
    try:
        found = parse_qs(request.query.decode("ascii"), max_num_fields=10, errors="strict")
    except ValueError as error:
        raise InvalidInput("The question cannot be read.") from error
    return {name: values[0] for name, values in found.items()}


def _number(asked: dict[str, str]) -> int:
    """Raises `InvalidInput`."""
    after = asked.get("after", "0")
    if not after.isascii() or not after.isdigit() or len(after) > 18:  # noqa: PLR2004 - digits of 2⁶³
        raise InvalidInput("`after` is not a number that this server gave.")
    return int(after)


def _asked(request: Request, name: str) -> Uri:
    """Raises `InvalidInput`."""
    value = _query(request).get(name, "")
    if not value or len(value) > _LONGEST_NAME or "\0" in value:
        raise InvalidInput(f"`{name}` is missing: the name of what you ask for.")
    return Uri(value)


def _moment(text: str) -> datetime:
    """Raises `InvalidInput`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput("`since` is no moment.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _has(request: Request, etag: str) -> bool:
    return etag in [one.strip().removeprefix("W/") for one in request.header(b"if-none-match").split(",")]


def _canonical(uri: Uri) -> Header:
    return (b"link", f'<{quote(uri, safe=_SAFE)}>; rel="canonical"'.encode())


def _is_unwelcome(db: Reader, signer: AccountId, account: AccountId) -> bool:
    return remotes.is_unwelcome(db, signer, accounts.get(db, account).username)
