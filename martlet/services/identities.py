"""
With which keys accounts here, and the server itself, sign.

The Ed25519 key signs documents and is made in the transaction that first needs
it; the RSA key signs requests and takes long to make, so it is made beside the
transactions.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from martlet.activitypub.build import Keys
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services.ports import Signing
from martlet.signing.keys import Kind, PrivateKey
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, keys
from martlet.storage.database import AlreadyThere, Reader, Writer
from martlet.storage.keys import OwnKey

SERVER = AccountId(-99)
"""The server's own account, which fetches what nobody in particular asked for. No id in the client API is negative."""


def server_uri(here: Server) -> Uri:
    return server_uri_at(here.url)


def server_uri_at(origin: str) -> Uri:
    """What a Martlet's own account is called, here and elsewhere."""
    return Uri(f"{origin}/actor")


def ensure_server(db: Writer, here: Server) -> None:
    """Have the server's own account. It is called as the server is, so it is nobody's handle."""
    if accounts.find(db, SERVER) is None:
        uri = server_uri(here)
        with suppress(AlreadyThere), db.part():  # of two that make it at once, the first does
            accounts.insert(db, SERVER, here.host, "", uri, f"{here.url}/about", here.now_ms(), "application")


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """The key that signs an account's documents. `name`: what it is called behind the account's uri."""

    private: PrivateKey
    name: str


def document_key(db: Writer, account: AccountId, secret: ServerSecret, here: Server) -> DocumentKey:
    kept = keys.own(db, account).get(Kind.ED25519)
    if kept is None:
        kept = _keep(db, account, PrivateKey.make_ed25519(), secret, here)
    return _unsealed(kept, account, secret)


def find_document_key(db: Reader, account: AccountId, secret: ServerSecret) -> DocumentKey | None:
    """The same; None where it is still to be made."""
    kept = keys.own(db, account).get(Kind.ED25519)
    return None if kept is None else _unsealed(kept, account, secret)


def _unsealed(kept: OwnKey, account: AccountId, secret: ServerSecret) -> DocumentKey:
    return DocumentKey(PrivateKey.unseal(secret, kept.private, _context(account)), kept.name)


async def request_key(ground: Signing, account: AccountId) -> PrivateKey:
    """The key that signs the requests an account makes."""
    found = await ground.store.reading(_find_request_key, account)
    if found is None:
        made = await asyncio.to_thread(PrivateKey.make_rsa)
        found = await ground.store.writing(_keep, account, made, ground.secret, ground.here)
    return PrivateKey.unseal(ground.secret, found.private, _context(account))


async def public_keys(ground: Signing, account: AccountId) -> Keys:
    """The public halves, made if need be."""
    await request_key(ground, account)
    return await ground.store.writing(_public_keys, account, ground.secret, ground.here)


def find_public_keys(db: Reader, account: AccountId) -> Keys | None:
    """None where they are still to be made."""
    found = keys.own(db, account)
    if Kind.RSA not in found or Kind.ED25519 not in found:
        return None
    return Keys(found[Kind.RSA].public, found[Kind.ED25519].public, found[Kind.ED25519].name)


def _find_request_key(db: Reader, account: AccountId) -> OwnKey | None:
    return keys.own(db, account).get(Kind.RSA)


def _public_keys(db: Writer, account: AccountId, secret: ServerSecret, here: Server) -> Keys:
    document_key(db, account, secret, here)
    found = keys.own(db, account)
    return Keys(found[Kind.RSA].public, found[Kind.ED25519].public, found[Kind.ED25519].name)


def _keep(db: Writer, account: AccountId, key: PrivateKey, secret: ServerSecret, here: Server) -> OwnKey:
    """Of two that are made at once, the first stays."""
    if account == SERVER:
        ensure_server(db, here)
    return keys.put_first(db, account, sealed(account, key, secret), here.now_ms())


def sealed(account: AccountId, key: PrivateKey, secret: ServerSecret, name: str = "") -> OwnKey:
    """A key as it is kept for an account."""
    public = key.public.to_pem() if key.kind is Kind.RSA else key.public.to_multibase()
    return OwnKey(key.kind.value, key.seal(secret, _context(account)), public, name)


def keep_old(db: Writer, account: AccountId, key: PrivateKey, secret: ServerSecret, here: Server) -> None:
    """The key of an account elsewhere that goes on here: with it the old name says where it has gone."""
    _keep(db, account, key, secret, here)


def _context(account: AccountId) -> str:
    return f"account {account}"
