"""
Fetching documents from other servers, signed as this server's own account.

A document is what it is called: it is believed only at the address that it
names as its own (attacks D2), and no document of ours is ever fetched.

While its server is away, another road may lead to it, or a mirror has it
(`roads/`): then it is believed for its proof, by a key that its own server has
named before, and for nothing else.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from martlet.activitypub.values import uri as uri_in
from martlet.federation.pausing import Pauses
from martlet.federation.roads.calling import Roads
from martlet.federation.roads.reading import MirrorReader
from martlet.federation.strangers import Strangers
from martlet.model.errors import EvidenceRejected, MalformedDocument, NotFound
from martlet.model.evidence import Evidence, FetchedFrom, IntegrityProof
from martlet.model.names import Uri, host_of, is_uri, origin_of
from martlet.network import signed
from martlet.network.answers import Answer
from martlet.network.client import Client
from martlet.network.errors import NoAnswer, Unreachable
from martlet.services.ports import Ground
from martlet.signing import canonical_json, proofs
from martlet.signing.http_signatures import Scheme, Signer
from martlet.signing.keys import Kind, PublicKey
from martlet.storage import keys, peer_policies, peers
from martlet.storage.database import Reader, Writer

GONE = frozenset({404, 410})
BUSY = frozenset({429, 503})
_FIRST_FAULT = 500
_JRD = ("application/jrd+json", "application/json")
_MOST_LINKS = 100


class Gone(NotFound):
    """Its own server says that it is no more, or never was."""

    code = "gone_there"


class NotHandedOut(NotFound):
    """Its server does not give it to us, for now perhaps."""

    code = "not_handed_out"


class AskedTooOften(NotHandedOut):
    """Its server wants to be left alone for a while."""

    code = "asked_too_often"


class FailedThere(NotHandedOut):
    """Its server stumbles over the question: perhaps it does not another time."""

    code = "failed_there"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document, and the address at which it was found."""

    document: dict[str, Any]
    address: Uri
    author: Uri | None = None
    """Who has signed it, where nothing but that says whose it is."""

    @property
    def evidence(self) -> Evidence:
        return FetchedFrom(self.address) if self.author is None else IntegrityProof(self.author)

    @property
    def is_named(self) -> bool:
        """Whether the document's own `id` is the address at which it was found."""
        return uri_in(self.document.get("id")) == self.address


class _Link(msgspec.Struct):
    rel: str = ""
    type: str | None = None
    href: str | None = None
    template: str | None = None


class _Jrd(msgspec.Struct):
    subject: str = ""
    links: list[_Link] = []


@dataclass(frozen=True, slots=True)
class Named:
    """What WebFinger says of a handle: the handle proper, and the account that goes by it."""

    handle: str
    uri: Uri


@dataclass(slots=True)
class Fetcher:
    ground: Ground
    roads: Roads
    reader: MirrorReader
    strangers: Strangers = field(default_factory=Strangers)
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def client(self) -> Client:
        return self.roads.client

    async def signer(self) -> Signer:
        """This server's own account."""
        return await self.roads.signer()

    async def document(self, address: str) -> Fetched:
        """
        What is at an address, or what the document there calls itself.

        Raises `Gone`, `NotHandedOut`, `NoAnswer`, `MalformedDocument`, `EvidenceRejected`, `TooOften`.
        """
        found = await self._get(address)
        name = uri_in(found.document.get("id"))
        if name is None:
            raise MalformedDocument("The document has no name.")
        if name != found.address:
            found = await self._get(name)
            if not found.is_named:
                raise EvidenceRejected("The document is not at the address by which it calls itself.")
        return found

    async def listing(self, address: str) -> Fetched:
        """
        A collection or a page of one, whatever it calls itself. Raises as `document` does.

        Only names may be taken from it, unless it is called what it was found at (`Fetched.is_named`).
        """
        return await self._get(address)

    async def _get(self, address: str) -> Fetched:
        address = address.partition("#")[0]
        host = host_of(Uri(address))
        await self._check_may_be_asked(address, host)
        known = await self.ground.store.reading(peers.find, host)
        if known is None:
            self.strangers.host(host)
        scheme = Scheme(known.signature) if known is not None and known.signature else Scheme.CAVAGE
        try:
            reached = await self.roads.get(address, await self.signer(), scheme)
        except NoAnswer:
            carried = await self._carried(Uri(address))
            if carried is None:
                raise
            return carried
        answer = reached.answered.answer
        if not reached.is_origin and not answer.is_success:
            raise NotHandedOut(f"The other server answers {answer.status}.")
        self._check_handed_out(host, answer)
        if not reached.is_origin:
            return await self._proven(canonical_json.parse_object(answer.body), Uri(address))
        accepted = reached.answered.accepted
        if accepted is not None and (known is None or known.signature != accepted):
            await self.ground.store.writing(_note, host, accepted.value, self.ground.here.now_ms())
        return Fetched(canonical_json.parse_object(answer.body), Uri(answer.url))

    async def _check_may_be_asked(self, address: str, host: str) -> None:
        """Raises `NotHandedOut`, `AskedTooOften`."""
        if not is_uri(address) or host == self.ground.here.host:
            raise NotHandedOut("There is nothing to fetch.")
        if await self.ground.store.reading(peer_policies.is_refused, host, self.ground.here):
            raise NotHandedOut("We do not speak to this server.")
        if self.pauses.has(host, self.ground.here.now_ms()):
            raise AskedTooOften("The other server wants to be left alone for a while.")

    def _check_handed_out(self, host: str, answer: Answer) -> None:
        """Raises `Gone`, `NotHandedOut`, `AskedTooOften`, `FailedThere`."""
        if answer.status in GONE:
            raise Gone
        if answer.status in BUSY:
            self.pauses.note(host, answer.headers, self.ground.here.now_ms())
            raise AskedTooOften(f"The other server answers {answer.status}.")
        if answer.status >= _FIRST_FAULT:
            raise FailedThere(f"The other server answers {answer.status}.")
        if not answer.is_success:
            raise NotHandedOut(f"The other server answers {answer.status}.")

    async def _carried(self, name: Uri) -> Fetched | None:
        """What mirrors have; None where they have nothing. Raises `Gone`, `EvidenceRejected`."""
        found = await self.reader.document(name)
        if found is None:
            return None
        proven = await self._proven(found[0], name)
        if found[1]:
            raise Gone
        return proven

    async def _proven(self, document: dict[str, Any], name: Uri) -> Fetched:
        """Raises `EvidenceRejected` for what has another name, or no proof by a key that is known as its author's."""
        proof = proofs.find(document)
        key = None if proof is None else await self.ground.store.reading(keys.find_remote, Uri(proof.key_id))
        author = uri_in(document.get("attributedTo")) or uri_in(document.get("actor")) or name
        if (
            key is None
            or key.kind != Kind.ED25519
            or key.owner != author
            or origin_of(author) != origin_of(name)
        ):
            raise EvidenceRejected("The document is not signed with a key of its author that is known here.")
        if uri_in(document.get("id")) != name:
            raise EvidenceRejected("The document is called otherwise.")
        proofs.verify(document, PublicKey.from_multibase(key.public), self.ground.here.now())
        return Fetched(document, name, author)

    async def web_finger(self, origin: str, handle: str) -> Named | None:
        """RFC 7033, asked of `origin`; None for no or no good answer. Raises `NoAnswer`."""
        found = await self._descriptor(origin, handle)
        for link in () if found is None else found.links[:_MOST_LINKS]:
            kind = (link.type or "").replace(" ", "")
            is_document = kind == signed.ACTIVITY or kind.startswith("application/ld+json")
            if found and link.rel == "self" and is_document and link.href is not None and is_uri(link.href):
                return Named(found.subject.removeprefix("acct:"), Uri(link.href))
        return None

    async def templates(self, origin: str, handle: str) -> dict[str, str] | None:
        """Its templates by `rel`, RFC 6415 section 3.1.1; None for no good answer. Raises `NoAnswer`."""
        found = await self._descriptor(origin, handle)
        if found is None:
            return None
        links = reversed(found.links[:_MOST_LINKS])  # the first of a kind counts
        return {one.rel: one.template for one in links if one.template is not None}

    async def _descriptor(self, origin: str, handle: str) -> _Jrd | None:
        host = host_of(Uri(f"{origin}/"))
        if await self.ground.store.reading(peer_policies.is_refused, host, self.ground.here):
            return None
        if self.pauses.has(host, self.ground.here.now_ms()):
            raise Unreachable("The other server wants to be left alone for a while.")
        answer = await self.roads.ask(
            f"{origin}/.well-known/webfinger?resource=acct:{handle}", _JRD, max_bytes=65_536
        )
        if answer.status in BUSY:
            self.pauses.note(host, answer.headers, self.ground.here.now_ms())
        if not answer.is_success:
            return None
        try:
            return msgspec.json.decode(answer.body, type=_Jrd)
        except msgspec.DecodeError:
            return None

    def origins(self, host: str) -> list[str]:
        """Where a host may be asked: by plain http only in trials on one machine."""
        return [f"https://{host}", f"http://{host}"] if self.client.allow_private else [f"https://{host}"]


def _note(db: Writer, host: str, scheme: str, now: int) -> None:
    peers.note(db, host, now)
    peers.note_signature(db, host, scheme)


def scheme_of(db: Reader, host: str) -> Scheme:
    """What a server accepted last; the older one where it is not known."""
    known = peers.find(db, host)
    return Scheme(known.signature) if known is not None and known.signature else Scheme.CAVAGE
