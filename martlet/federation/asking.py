"""
Who sends a signed request: the account whose key made the signature.

The key is looked for in what we know, then in its owner's actor document; a
signature that does not fit is tried once more with the key that is there now,
because keys change.
"""

from dataclasses import dataclass

from martlet.federation.resolving import NetworkResolver
from martlet.http.request import Request
from martlet.model.errors import EvidenceRejected, MartletError
from martlet.model.names import Uri, host_of, is_uri
from martlet.services.ports import Ground
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Claim, Received, SignatureRejected
from martlet.signing.keys import Kind, PublicKey
from martlet.storage import accounts, keys, peers, remotes
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


@dataclass(slots=True)
class Asking:
    ground: Ground
    resolver: NetworkResolver

    def claim(self, request: Request, body: bytes) -> Claim:
        """What the signature claims, before any key is looked for. Raises `SignatureRejected`."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request.headers.items()}
        origin = self.ground.here.url
        received = Received(request.method, request.target, headers, body, origin)
        return http_signatures.read(received, self.ground.here.now())

    async def check_host(self, claim: Claim) -> None:
        """Suspended servers cost no more than this. Raises `SignerSuspended`, `SignatureRejected`."""
        host = host_of(Uri(claim.key_id))
        if not is_uri(claim.key_id) or host == self.ground.here.host:
            raise SignatureRejected("The signature names a key that no other server can have.")
        if await self.ground.store.reading(peers.is_suspended, host):
            raise SignerSuspended

    async def signer(self, claim: Claim) -> RemoteKey:
        """The key that made the signature, with its owner. Raises `SignatureRejected`."""
        key = await self.known_key(Uri(claim.key_id))
        if key is None:
            key = await self._renewed(Uri(claim.key_id))
        try:
            claim.verify(public(key))
        except SignatureRejected:
            if not await self.ground.store.reading(_may_be_old, key, self.ground.here.now_ms() - RENEWED):
                raise
            key = await self._renewed(Uri(claim.key_id))
            claim.verify(public(key))
        if await self.ground.store.reading(_is_gone, key):
            raise SignerSuspended
        return key

    async def known_key(self, uri: Uri) -> RemoteKey | None:
        return await self.ground.store.reading(keys.find_remote, uri)

    async def _renewed(self, uri: Uri) -> RemoteKey:
        """The key as its owner's actor document has it now. Raises `SignatureRejected`."""
        owner = uri.partition("#")[0]
        for end in _KEY_ENDS:
            owner = owner.removesuffix(end)
        try:
            await self.resolver.account(Uri(owner), anew=True)
        except MartletError as error:
            raise SignatureRejected(f"The key cannot be had: {error.message}") from error
        found = await self.known_key(uri)
        if found is None:
            raise SignatureRejected("The owner of the key does not name it.")
        return found


def public(key: RemoteKey) -> PublicKey:
    return PublicKey.from_pem(key.public) if key.kind == Kind.RSA else PublicKey.from_multibase(key.public)


def _may_be_old(db: Reader, key: RemoteKey, since: int) -> bool:
    remote = remotes.find(db, key.account_id)
    return remote is None or remote.fetched_at < since


def _is_gone(db: Reader, key: RemoteKey) -> bool:
    account = accounts.find(db, key.account_id)
    return account is None or account.is_gone
