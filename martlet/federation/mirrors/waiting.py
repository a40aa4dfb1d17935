"""
What is left at a mirror for an account whose own server is away, and how that server fetches it.

    POST /carry/v1/inbox?actor=…    an act with its actor's proof, in a signed request: kept, 202
    POST /carry/v1/sealed?actor=…   a post of the account's own, sealed and signed by a device of theirs: kept unread, 202
    GET  /carry/v1/queue?actor=…    a page of what was left, a line each; for the account itself, who signs
    POST /carry/v1/queue?actor=…    {"taken": [SHA-256 …]}: it has them

A mirror can carry, never speak: it takes only what proves itself, and nothing that is not for everybody, which it could
read. The same is the same by its digest, once its proof has been looked at; a name alone says nothing (attacks G19).
"""

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from martlet.activitypub import addressing, parse
from martlet.activitypub.things import (
    Act,
    Boost,
    ChangeProfile,
    Delete,
    Follow,
    Like,
    Publish,
    Revise,
    Undo,
    Writing,
)
from martlet.federation.asking import Asking, public
from martlet.federation.resolving import NetworkResolver
from martlet.http.answer import NOSNIFF, PRIVATE, Answer
from martlet.http.request import Request
from martlet.model.errors import (
    EvidenceRejected,
    InvalidInput,
    MalformedDocument,
    NotAllowed,
    NotFound,
    TooMany,
)
from martlet.model.names import Uri, host_of, origin_of
from martlet.services import continuing
from martlet.services.ports import Ground
from martlet.signing import canonical_json, proofs, sealed_posts
from martlet.signing.sealed_posts import Envelope
from martlet.storage import mirrored
from martlet.storage.database import Reader, Writer
from martlet.storage.mirrored import Mirrored, Waiting

LONGEST = 256 * 1024
"""Bytes of one act."""
OF_ONE_SERVER = (500, 5 * 1024 * 1024)
"""Acts, and bytes of them, that one server may leave for one account."""
OF_ALL = (5000, 20 * 1024 * 1024)
OF_ONE_DEVICE = (40, 32 * 1024 * 1024)
"""Sealed posts, and bytes of them, that one device may leave for its account's server."""
OF_ALL_DEVICES = (100, 64 * 1024 * 1024)
AT_ONCE = 100
PAGE_BYTES = 2 * 1024 * 1024
_LINES = (b"content-type", b"application/jsonl")
_LONGEST_ANSWER = 64 * 1024


class QueueFull(TooMany):
    code = "queue_full"

    def __init__(self) -> None:
        super().__init__("So much waits here already. Try again when it was fetched.")


class NotForAMirror(NotAllowed):
    code = "not_for_a_mirror"

    def __init__(self) -> None:
        super().__init__("A mirror takes only what everybody may read, and what its actor has signed.")


class Taken(msgspec.Struct):
    """Which of what was left has arrived, by hexadecimal SHA-256."""

    taken: list[str]


@dataclass(slots=True)
class WaitingRoom:
    ground: Ground
    asking: Asking
    resolver: NetworkResolver

    # -- left here -------------------------------------------------------

    async def leave(self, request: Request, actor: Uri) -> Answer:
        """Raises `NotFound`, `EvidenceRejected`, `NotForAMirror`, `QueueFull`, `MalformedDocument`, `BodyTooLarge`."""
        one = await self._mirrored(actor)
        self.resolver.fetcher.strangers.request(request.address)
        named = await self.asking.check_sender(request)
        body = await request.body(LONGEST)
        claim = self.asking.claim(request, body)
        document = canonical_json.parse_object(body)
        act = parse.act(document)
        check_fit(document, act, actor)
        key = await self.asking.signer(claim, named, request.address)
        host = host_of(key.owner)
        if host_of(act.actor) != host:
            raise EvidenceRejected("A server leaves here what its own people have done.")
        await self._check_proof(document, act.actor)
        said = canonical_json.encode({name: document[name] for name in document if name != "signature"})
        waiting = Waiting(self.ground.here.next_id(), hashlib.sha256(said).digest(), said)
        await self.ground.store.writing(_leave, one, waiting, host, self.ground.here.now_ms())
        return Answer(b"", 202, [PRIVATE])

    async def leave_sealed(self, request: Request, actor: Uri) -> Answer:
        """
        The request needs no signature: the device has signed what it leaves, and its account's statement names the device.

        Raises `NotFound`, `EvidenceRejected`, `QueueFull`, `MalformedDocument`, `BodyTooLarge`.
        """
        one = await self._mirrored(actor)
        self.resolver.fetcher.strangers.request(request.address)
        body = await request.body(sealed_posts.LONGEST)
        said, envelope = await asyncio.to_thread(_read_sealed, body)
        if envelope.account != actor:
            raise EvidenceRejected("This is left for somebody else than it is by.")
        public = await self.ground.store.reading(continuing.device_of, actor, envelope.device)
        await asyncio.to_thread(sealed_posts.check, envelope, public)
        waiting = Waiting(self.ground.here.next_id(), hashlib.sha256(said).digest(), said)
        await self.ground.store.writing(_leave_sealed, one, waiting, envelope, self.ground.here.now_ms())
        return Answer(b"", 202, [PRIVATE])

    async def _check_proof(self, document: dict[str, Any], actor: Uri) -> None:
        """Raises `EvidenceRejected`."""
        await self.resolver.account(actor, is_counted=True)
        proof = proofs.find(document)
        key = await self.asking.known_key(Uri(proof.key_id)) if proof is not None else None
        if key is None or key.owner != actor or key.is_gone:
            raise EvidenceRejected("The proof names no key of its actor.")
        proofs.verify(document, public(key), self.ground.here.now())

    # -- fetched ---------------------------------------------------------

    async def show(self, request: Request, actor: Uri, after: int) -> Answer:
        """Raises `NotFound`, `EvidenceRejected`."""
        one = await self._own(request, actor, b"")
        found = await self.ground.store.reading(mirrored.waiting, one.account_id, after, AT_ONCE, PAGE_BYTES)
        lines = [waiting.body + b"\n" for waiting in found]
        last = found[-1].id if found else after
        onward = f"/carry/v1/queue?{urlencode({'actor': actor, 'after': last})}"
        link = (b"link", f'<{self.ground.here.url}{onward}>; rel="next"'.encode())
        return Answer(b"".join(lines), 200, [_LINES, NOSNIFF, PRIVATE, link])

    async def note_taken(self, request: Request, actor: Uri) -> Answer:
        """Raises `NotFound`, `EvidenceRejected`, `InvalidInput`."""
        body = await request.body(_LONGEST_ANSWER)
        one = await self._own(request, actor, body)
        try:
            digests = [bytes.fromhex(each) for each in msgspec.json.decode(body, type=Taken).taken[:AT_ONCE]]
        except (msgspec.DecodeError, ValueError) as error:
            raise InvalidInput("It does not say what was taken.") from error
        await self.ground.store.writing(_forget, one, digests)
        return Answer(b"", 204, [PRIVATE])

    async def _own(self, request: Request, actor: Uri, body: bytes) -> Mirrored:
        """
        What waits for somebody is for themselves, under the name that their root key says is theirs now.

        Raises `NotFound`, `EvidenceRejected`.
        """
        one = await self._mirrored(actor)
        named = await self.asking.check_sender(request)
        key = await self.asking.signer(self.asking.claim(request, body), named, request.address)
        if key.owner == await self.ground.store.reading(continuing.goes_on_as, actor):
            return one
        await self.asking.look_again(key)
        if key.owner != await self.ground.store.reading(continuing.goes_on_as, actor):
            raise NotFound
        return one

    async def _mirrored(self, actor: Uri) -> Mirrored:
        one = await self.ground.store.reading(_accepted, actor)
        if one is None:
            raise NotFound
        return one


def check_fit(document: dict[str, Any], act: Act, actor: Uri) -> None:
    """
    Only what is for everybody, proves itself, and concerns the account. Raises `NotForAMirror`, `MalformedDocument`.

    What is between two people only is left elsewhere: a mirror could read it.
    """
    if "proof" not in document or not isinstance(
        act, Publish | Revise | Delete | Like | Boost | Follow | Undo | ChangeProfile
    ):
        raise NotForAMirror
    if isinstance(act, Publish | Revise):
        said = act.post
        if not isinstance(said, Writing) or said.author != act.actor:
            raise NotForAMirror
        if said.is_for_circle or not addressing.PUBLIC_NAMES.intersection((*said.to, *said.cc)):
            raise NotForAMirror
    if origin_of(act.uri) != origin_of(act.actor):
        raise MalformedDocument("This is called as if another server had sent it.")
    if origin_of(actor).encode() not in canonical_json.encode(document):
        raise NotForAMirror


def _accepted(db: Reader, actor: Uri) -> Mirrored | None:
    return mirrored.find_accepted(db, actor)


def _leave(db: Writer, one: Mirrored, waiting: Waiting, host: str, now: int) -> None:
    """Raises `QueueFull`."""
    _check_room(mirrored.left_by(db, one.account_id, host), OF_ONE_SERVER, waiting)
    _check_room(mirrored.left_for(db, one.account_id), OF_ALL, waiting)
    mirrored.leave(db, one.account_id, waiting, host, now)


def _leave_sealed(db: Writer, one: Mirrored, waiting: Waiting, envelope: Envelope, now: int) -> None:
    """Raises `QueueFull`."""
    _check_room(mirrored.left_by_device(db, one.account_id, envelope.device), OF_ONE_DEVICE, waiting)
    _check_room(mirrored.left_by_devices(db, one.account_id), OF_ALL_DEVICES, waiting)
    mirrored.leave(db, one.account_id, waiting, host_of(envelope.account), now, envelope.device)


def _check_room(left: tuple[int, int], most: tuple[int, int], waiting: Waiting) -> None:
    """Raises `QueueFull`."""
    if left[0] >= most[0] or left[1] + len(waiting.body) > most[1]:
        raise QueueFull


def _read_sealed(body: bytes) -> tuple[bytes, Envelope]:
    """The canonical form, and what it says. Raises `MalformedDocument`."""
    document = canonical_json.parse_object(body, sealed_posts.LONGEST)
    return canonical_json.encode(document), sealed_posts.read(document)


def _forget(db: Writer, one: Mirrored, digests: list[bytes]) -> None:
    for digest in digests:
        mirrored.taken(db, one.account_id, digest)
