"""
Changing the keys with which this server signs for somebody here: because they may have been stolen, or in good time.

    rotate       both keys are others from now on; followers' servers are told of the new ones
    sign_anew    the job that has all documents signed again, some at a time, so that they prove themselves by the new key

The Ed25519 key gets another name, because what somebody has signed under the old one was signed with the old key. The RSA
key keeps its name: servers that know no other look for it there, and ask for the account anew when a signature does not fit.
Who has a root key has it say so, too, or other Martlets go on believing the old key (`root_keys.proposal`).
"""

import asyncio

import msgspec

from martlet.model.errors import Conflict, NotFound
from martlet.model.events import AccountChanged
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import identities
from martlet.services.ports import Signing
from martlet.services.root_keys import StolenLater
from martlet.signing.keys import Kind, PrivateKey, PublicKey
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, documents, events, keys, logs
from martlet.storage.database import Store, Writer
from martlet.storage.keys import OwnKey, RetiredKey

SIGN_ANEW = "sign_anew"
PAUSE = 3_600_000
"""Milliseconds between two changes."""
AT_ONCE = 100


class RotatedLately(Conflict):
    code = "rotated_lately"

    def __init__(self) -> None:
        super().__init__("The keys were changed within the last hour.")


async def rotate(ground: Signing, account: AccountId, stolen_since: int | None = None) -> None:
    """
    Sign with other keys from now on. `stolen_since`: the moment in milliseconds from which the old ones count for nothing.

    Raises `NotFound`, `RotatedLately`, `StolenLater`.
    """
    await identities.public_keys(
        ground, account
    )  # whatever nobody has needed yet is made, and known as the old one
    rsa = await asyncio.to_thread(PrivateKey.make_rsa)
    made = (PrivateKey.make_ed25519(), rsa)
    await ground.store.writing(_rotate, account, made, stolen_since, ground.secret, ground.here)


def _rotate(
    db: Writer,
    account: AccountId,
    made: tuple[PrivateKey, ...],
    stolen_since: int | None,
    secret: ServerSecret,
    here: Server,
) -> None:
    found, now = accounts.get(db, account), here.now_ms()
    if found.is_gone or not found.is_here:
        raise NotFound
    before = keys.retired(db, account)
    if before and before[-1].retired_at > now - PAUSE:
        raise RotatedLately
    if stolen_since is not None and stolen_since > now:
        raise StolenLater
    after = now if stolen_since is None else stolen_since
    own = keys.own(db, account)
    number = sum(one.kind == Kind.ED25519 for one in before) + 2
    for key in made:
        keys.put_retired(db, account, _retired(own[key.kind], after // 1000 * 1000, now))
        name = f"#ed25519-key-{number}" if key.kind is Kind.ED25519 else ""
        keys.replace_own(db, account, identities.sealed(account, key, secret, name), now)
    accounts.touch(db, account)
    db.emit(AccountChanged(account))
    body = msgspec.json.encode((account, now, logs.last_sequence(db, account))).decode()
    events.add_job(db, SIGN_ANEW, body, now)


def _retired(old: OwnKey, after: int, now: int) -> RetiredKey:
    if old.kind == Kind.RSA:
        return RetiredKey(old.kind, PublicKey.from_pem(old.public).to_multibase(), "#main-key", after, now)
    return RetiredKey(old.kind, old.public, old.name or "#ed25519-key", after, now)


async def sign_anew(store: Store, body: str, here: Server) -> None:
    """The job that drops what the old key has signed; it is signed again when somebody asks for it."""
    account, until, last = msgspec.json.decode(body, type=tuple[AccountId, int, int])
    while await store.writing(documents.delete_older, account, until, AT_ONCE) == AT_ONCE:
        pass
    while await store.writing(_list_anew, account, last, here):
        pass


def _list_anew(db: Writer, account: AccountId, last: int, here: Server) -> bool:
    """Those who read the log are handed these again, in their order; whether there are more."""
    found = [one for one in logs.entries(db, account, 0, AT_ONCE) if one.sequence <= last]
    for one in found:
        logs.append(db, account, one.uri, here.now_ms())
    return len(found) == AT_ONCE
