"""
Who sends a signed request: the account whose key made the signature.

The key is looked for in what we know, then in its owner's actor document; a
signature that does not fit is tried once more with the key that is there now,
because keys change. Where that was fetched a moment ago, the sender is told to
come back: the key may be newer still, and what it signs may tell of the change.
So it is where the key's server does not answer: what is refused with 401 is given
up by many, and lost.
"""

from dataclasses import dataclass
from functools import lru_cache

from martlet.federation.fetching import AskedTooOften, FailedThere
from martlet.federation.resolving import NetworkResolver
from martlet.http.limits import TooOften
from martlet.http.request import Request
from martlet.model.errors import EvidenceRejected, MartletError, Unavailable
from martlet.model.names import Uri, host_of, is_uri
from martlet.model.server import Server
from martlet.network.errors import Unreachable
from martlet.services import continuing
from martlet.services.ports import Ground
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Claim, Received, SignatureRejected
from martlet.signing.keys import Kind, PublicKey
from martlet.storage import accounts, keys, peer_policies, peers, remotes
from martlet.storage.database import Reader
from martlet.storage.keys import RemoteKey

RENEWED = 60_000
"""Milliseconds within which an actor is not fetched again because a signature does not fit."""
_KEY_ENDS = ("/main-key", "/publickey")
"""How addresses of keys end that are no fragments of their owner's."""


class SignerSuspended(EvidenceRejected):
    code = "signer_suspended"

    def __init__(self) -> None:
        super().__init__("This server does not speak to yours.")


class KeyMayBeNewer(SignatureRejected):
    """
    The signature fits no key that we know, and its owner was fetched too recently to be asked again.

    How long to wait is always the same: the moment of the last fetch is nobody's business.
    """

    code = "key_may_be_newer"
    retry_after = RENEWED // 1000
    """Seconds."""

    def __init__(self) -> None:
        super().__init__("The signature fits no key that is known here. Keys are fetched once a minute.")


class KeyOutOfReach(SignatureRejected):
    """The key is not known here, and its owner's server does not hand it out just now: the sender may come again."""

    code = "key_out_of_reach"
    retry_after = 60
    """Seconds."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The key cannot be had just now: {why}")


@dataclass(frozen=True, slots=True)
class Named:
    """The key that a request names, as we know it; nothing is proven yet."""

    key_id: Uri
    key: RemoteKey | None


@dataclass(slots=True)
class Asking:
    ground: Ground
    resolver: NetworkResolver

    def claim(self, request: Request, body: bytes) -> Claim:
        """What the signature claims, before any key is looked for. Raises `SignatureRejected`."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.items()}
        origin = self.ground.here.url_at(headers.get("host", ""))
        received = Received(request.method, request.target, headers, body, origin)
        return http_signatures.read(received, self.ground.here.now())

    async def check_sender(self, request: Request) -> Named:
        """
        Servers that are not spoken with cost no more than this, before the body is read or a key is looked for.

        Raises `SignerSuspended`, `SignatureRejected`.
        """
        signature, covered = request.header(b"signature"), request.header(b"signature-input")
        return await self._named(http_signatures.key_id_in(signature, covered))

    async def _named(self, key_id: str) -> Named:
        host = _host_of_key(key_id)
        if not host or host == self.ground.here.host:
            raise SignatureRejected("The signature names a key that no other server can have.")
        store, here = self.ground.store, self.ground.here
        if here.federation == "open":
            key = await store.reading_at_once(keys.find_remote_unless_decided, Uri(key_id), host)
            if key is not None:
                return Named(key.uri, key)
        return await store.reading(_look_up, Uri(key_id), host, here)

    async def signer(self, claim: Claim, named: Named, address: str) -> RemoteKey:
        """
        The key that made the signature, with its owner.

        `named`: what `check_sender` found; `address`: where the request comes from. Raises `SignerSuspended`,
        `SignatureRejected`, `TooOften`.
        """
        if claim.key_id != named.key_id:  # at a glance it seemed to be another
            named = await self._named(claim.key_id)
        key = named.key
        if key is None:
            key = await self._first_met(Uri(claim.key_id), address)
        try:
            claim.verify(public(key))
        except SignatureRejected:
            if not await self.ground.store.reading(_may_be_old, key, self.ground.here.now_ms() - RENEWED):
                raise KeyMayBeNewer from None
            key = await self._renewed(Uri(claim.key_id))
            claim.verify(public(key))
        if key.is_gone:
            raise SignerSuspended
        return key

    async def reader(self, request: Request) -> RemoteKey:
        """Who asks for a document, by a signature that is good. Raises `SignerSuspended`, `SignatureRejected`."""
        named = await self.check_sender(request)
        return await self.signer(self.claim(request, b""), named, request.address)

    def host_of_signer(self, request: Request) -> str:
        """The server that a request says it comes from, looked at and not believed; empty where it says none."""
        if b"signature" not in request.headers:
            return ""
        try:
            key_id = http_signatures.key_id_in(
                request.header(b"signature"), request.header(b"signature-input")
            )
        except SignatureRejected:
            return ""
        return _host_of_key(key_id)

    async def known_key(self, uri: Uri) -> RemoteKey | None:
        return await self.ground.store.reading(keys.find_remote, uri)

    async def look_again(self, key: RemoteKey) -> None:
        """What its owner says of itself may have changed: it is fetched anew, unless it was lately. Raises as `signer`."""
        if await self.ground.store.reading(_may_be_old, key, self.ground.here.now_ms() - RENEWED):
            await self._renewed(key.uri)

    async def _first_met(self, uri: Uri, address: str) -> RemoteKey:
        """A key that we do not know. Raises `SignatureRejected`, `TooOften`."""
        owner, host = _owner(uri), host_of(uri)
        since = self.ground.here.now_ms() - RENEWED
        is_known, is_fresh, is_new_host = await self.ground.store.reading(_known, owner, host, since)
        if await self.ground.store.reading(continuing.goes_on_as, owner) != owner:
            raise SignatureRejected("The account goes on under another name.")
        if is_fresh:
            raise KeyMayBeNewer
        if not is_known:
            self.resolver.fetcher.strangers.sender(host, address, is_new_host=is_new_host)
        return await self._renewed(uri)

    async def _renewed(self, uri: Uri) -> RemoteKey:
        """The key as its owner's actor document has it now. Raises `SignatureRejected`, `TooOften`, `Unavailable`."""
        try:
            await self.resolver.account(_owner(uri), anew=True, is_counted=True)
        except (TooOften, Unavailable):
            raise
        except (Unreachable, AskedTooOften, FailedThere) as error:
            raise KeyOutOfReach(error.message) from error
        except MartletError as error:
            raise SignatureRejected(f"The key cannot be had: {error.message}") from error
        found = await self.known_key(uri)
        if found is None:
            raise SignatureRejected("The owner of the key does not name it.")
        return found


@lru_cache(maxsize=4096)
def _host_of_key(key_id: str) -> str:
    return host_of(Uri(key_id)) if is_uri(key_id) else ""


def public(key: RemoteKey) -> PublicKey:
    return PublicKey.from_pem(key.public) if key.kind == Kind.RSA else PublicKey.from_multibase(key.public)


def _look_up(db: Reader, key_id: Uri, host: str, here: Server) -> Named:
    """Raises `SignerSuspended` before the key is looked for."""
    if peer_policies.is_refused(db, host, here):
        raise SignerSuspended
    return Named(key_id, keys.find_remote(db, key_id))


def _owner(key: Uri) -> Uri:
    owner = key.partition("#")[0]
    for end in _KEY_ENDS:
        owner = owner.removesuffix(end)
    return Uri(owner)


def _known(db: Reader, owner: Uri, host: str, since: int) -> tuple[bool, bool, bool]:
    """Whether we know an account, whether it was fetched since, and whether its host is new."""
    account = accounts.find_by_uri(db, owner)
    remote = remotes.find(db, account.id) if account is not None else None
    is_fresh = remote is not None and remote.fetched_at >= since
    return account is not None, is_fresh, peers.find(db, host) is None


def _may_be_old(db: Reader, key: RemoteKey, since: int) -> bool:
    remote = remotes.find(db, key.account_id)
    return remote is None or remote.fetched_at < since
