"""
Going on here as an account whose server is gone (roads D.8).

    adopt     what is in its backup is brought here: its posts under their old names, its lists, its old keys; what is
              newer than the backup is read at its mirrors, before the old key is revoked
    publish   once its root key has signed that it goes on here: the old keys are revoked, followers' servers are told,
              and what was left for the old name at its mirrors is fetched (`federation/mirrors/draining.py`)

Martlets believe the statement alone. Others are told by a `Move` in the old name, signed with its old key for requests;
whoever has taken the server can do the same there.
"""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from martlet.activitypub import build, parse
from martlet.activitypub.things import Move
from martlet.archives import tables
from martlet.archives.errors import BundleRefused
from martlet.model.continuity import Statement
from martlet.model.errors import Conflict, EvidenceRejected, InvalidInput, MalformedDocument
from martlet.model.names import AccountId, Uri, host_of, is_uri, origin_of
from martlet.model.server import Server
from martlet.services import (
    account_backups,
    acquainting,
    delivering,
    identities,
    importing,
    importing_bundles,
    root_keys,
)
from martlet.services.account_backups import ACTOR, INBOXES, KEYS, POSTS
from martlet.services.acquainting import Acquaintance
from martlet.services.importing import ImportUnderWay
from martlet.services.ports import Adopting
from martlet.signing import actor_keys, canonical_json, continuity, proofs, recovery_words, root_boxes
from martlet.signing.keys import Kind, PrivateKey
from martlet.signing.root_boxes import NotABackup
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, adoptions, events, gateways, moves
from martlet.storage.database import Reader, Writer

READ = "read_old_log"
DRAIN = "drain_old_name"
DRAIN_PAUSE = 600_000
"""Milliseconds until a mirror is asked again for what was left there for an old name; longer from time to time."""
DRAIN_LASTS = 30 * 86_400_000
"""Milliseconds after which nobody leaves anything for the old name any more."""
READ_WITHIN = 600_000
"""Milliseconds for which the signature that revokes the old keys waits for what is read by them."""
FILE_LIMIT = 160 * 1024 * 1024
_MB = 1024 * 1024
_LIMITS = {KEYS: 64 * 1024, ACTOR: _MB, INBOXES: 8 * _MB, POSTS: FILE_LIMIT} | dict.fromkeys(
    tables.FILE_NAMES.values(), tables.MOST_BYTES
)
MOST_INBOXES = 50_000
BROUGHT: tables.Kind = "follows"
"""The list that is brought at once; the others are in the file for whoever wants them."""


class StillReading(Conflict):
    code = "still_reading"

    def __init__(self) -> None:
        super().__init__(
            "What you wrote after the backup was made is still being fetched from your mirrors. Try once more in a minute."
        )


class NotFromElsewhere(InvalidInput):
    code = "not_from_elsewhere"

    def __init__(self) -> None:
        super().__init__("The backup is of an account of this server.", "file")


@dataclass(frozen=True, slots=True)
class Brought:
    """What was in a backup, and proved itself."""

    acquaintance: Acquaintance
    statement: Statement
    rsa: PrivateKey
    inboxes: tuple[str, ...]
    parts: Mapping[str, bytes]


async def adopt(ground: Adopting, account: AccountId, file: bytes, unlocking: str) -> Uri:
    """
    Bring here what is in a backup, for an account that is to go on as it. Returns the old name.

    Raises `NotABackup`, `DoesNotOpen`, `NotFromElsewhere`, `EvidenceRejected`.
    """
    box = root_boxes.read(file)
    found = _looked_through(root_boxes.open_box(box, unlocking), ground.here)
    if (found.statement.root, found.acquaintance.profile.uri) != (box.root, box.account):
        raise NotABackup
    await ground.store.writing(_record, account, found, ground.secret, ground.here)
    with tempfile.TemporaryDirectory() as folder:
        await _take_in(ground, account, found, Path(folder))
    return found.acquaintance.profile.uri


def _looked_through(content: bytes, here: Server) -> Brought:
    """Raises `NotABackup`, `NotFromElsewhere`: anybody can make such a file, so it has to have the keys that are stated."""
    parts = _unzipped(content)
    try:
        document = canonical_json.parse_object(parts[ACTOR])
        said = json.loads(parts[KEYS])
        signing = recovery_words.read(said["ed25519"])
        rsa = PrivateKey(Kind.RSA, bytes.fromhex(said["rsa"]))
        inboxes = json.loads(parts[INBOXES])
        profile, statement = parse.profile(document), continuity.of_actor(document, here.now())
        named = actor_keys.of_actor(document)
        proof = proofs.find(document)
        if statement is None or proof is None:
            raise NotABackup
        stated = statement.key(proof.key_id)
        if stated is None or stated.public != signing.public.to_multibase():
            raise NotABackup
        proofs.verify(document, signing.public, here.now())
        if named.get(build.rsa_key_id(profile.uri)) != rsa.public:
            raise NotABackup
    except (EvidenceRejected, MalformedDocument, KeyError, TypeError, ValueError, InvalidInput) as error:
        raise NotABackup from error
    if host_of(profile.uri) == here.host:
        raise NotFromElsewhere
    told = tuple(one for one in inboxes[:MOST_INBOXES] if isinstance(one, str) and is_uri(one))
    known = tuple(
        (Uri(name), key.kind.value, key.to_pem() if key.kind is Kind.RSA else key.to_multibase())
        for name, key in named.items()
    )
    return Brought(Acquaintance(profile, known, host_of(profile.uri), statement), statement, rsa, told, parts)


def _unzipped(content: bytes) -> dict[str, bytes]:
    """Raises `NotABackup`. Of the names that we know, and no more of each than it may have."""
    parts: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name, limit in _LIMITS.items():
                if name in archive.namelist():
                    with archive.open(name) as part:
                        parts[name] = part.read(limit + 1)
                    if len(parts[name]) > limit:
                        raise NotABackup
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise NotABackup from error
    return parts


def _record(db: Writer, account: AccountId, found: Brought, secret: ServerSecret, here: Server) -> None:
    """Raises `EvidenceRejected`."""
    old = acquainting.keep(db, found.acquaintance, here)
    identities.keep_old(db, old, found.rsa, secret, here)
    moves.put_alias(db, account, found.acquaintance.profile.uri, here.next_id())
    accounts.touch(db, account)
    now, name = here.now_ms(), found.acquaintance.profile.uri
    adoptions.put(db, account, old, found.statement.root, found.inboxes, now)
    events.add_job(db, READ, msgspec.json.encode(name).decode(), now, key=f"{READ}:{name}")


async def _take_in(ground: Adopting, account: AccountId, found: Brought, folder: Path) -> None:
    """Posts under their old names, and whom the account follows. What cannot be taken in is left out."""
    if POSTS in found.parts:
        file = folder / POSTS
        file.write_bytes(found.parts[POSTS])
        try:
            await importing_bundles.take_in(ground, file, _quietly)
        except BundleRefused as error:
            raise NotABackup from error
    name = tables.FILE_NAMES[BROUGHT]
    if name in found.parts:
        file = folder / name
        file.write_bytes(found.parts[name])
        try:
            await importing.take_list(ground, account, BROUGHT, file, is_overwrite=False)
        except (ImportUnderWay, InvalidInput):
            return


def _quietly(what: str, done: int, total: int) -> None:
    """Nobody looks on."""


# -- signed --------------------------------------------------------------


def is_reading(db: Reader, account: AccountId, now: int) -> bool:
    """Whether what was written after the backup is being fetched: once the old keys are revoked, it could be by anybody."""
    adopted = adoptions.find(db, account)
    if adopted is None or adopted.told_at is not None or now > adopted.adopted_at + READ_WITHIN:
        return False
    name = accounts.get(db, adopted.old_account_id).uri
    return bool(events.with_keys(db, [f"{READ}:{name}"], now))


def publish(db: Writer, account: AccountId, statement: Statement, secret: ServerSecret, here: Server) -> None:
    """
    `root_keys.publish`, and what follows from it: a backup, and for an account brought back the move of its followers.

    Raises `StillReading` besides.
    """
    if is_reading(db, account, here.now_ms()):
        raise StillReading
    root_keys.publish(db, account, statement, secret, here)
    account_backups.want(db, account, here.now_ms())
    adopted = adoptions.find(db, account)
    if adopted is None or adopted.told_at is not None or adopted.root != statement.root:
        return
    old, new = accounts.get(db, adopted.old_account_id), accounts.get(db, account)
    act = Move(Uri(f"{old.uri}#moves/{here.next_id()}"), old.uri, new.uri)
    body = canonical_json.encode(build.moved(act, [f"{old.uri}/followers"]))
    delivering.send(db, old.id, body, set(adopted.inboxes), here)
    adoptions.note_told(db, account, here.now_ms())
    for one in gateways.of_actor(db, old.uri):
        if one.address not in (here.url, origin_of(old.uri)):
            _drain(db, Draining(account, one.address), here.now_ms())


class Draining(msgspec.Struct):
    """An account that goes on here, and a mirror of its old name."""

    account: AccountId
    base: str


def drain_again(db: Writer, wanted: Draining, here: Server) -> None:
    """Others leave things for an old name until they hear of the new one: ask again after as long as it has been told of."""
    adopted = adoptions.find(db, wanted.account)
    if adopted is None or adopted.told_at is None:
        return
    age = here.now_ms() - adopted.told_at
    if age < DRAIN_LASTS:
        _drain(db, wanted, here.now_ms() + max(age, DRAIN_PAUSE))


def _drain(db: Writer, wanted: Draining, at: int) -> None:
    body = msgspec.json.encode(wanted).decode()
    events.add_job(db, DRAIN, body, at, key=f"{DRAIN}:{wanted.account}:{wanted.base}:{at // DRAIN_PAUSE}")
