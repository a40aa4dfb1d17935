"""
Backups of single accounts, encrypted to their owners' root keys, made by themselves once a week and after each statement.

What is in one: the keys with which this server signs for the account, its actor document, where its followers' servers
take what is sent to them, its lists as CSV, and all its posts for everybody as a bundle. Posts for few are not in it.
"""

import asyncio
import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from martlet.activitypub.build import Keys
from martlet.archives import tables
from martlet.archives.errors import BundleTooLarge
from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.model.server import Server
from martlet.services import bundling, documenting, exporting, identities, root_keys
from martlet.services.bundling import NothingToCarry
from martlet.services.ports import Ground
from martlet.signing import recovery_words, root_boxes
from martlet.signing.keys import PublicKey
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, adoptions, events, remotes
from martlet.storage.adoptions import Backup
from martlet.storage.database import Reader, Writer

MAKE = "back_up_account"
DAY = 86_400_000
EVERY = 7 * DAY
KEYS, ACTOR, INBOXES, POSTS = "keys.json", "actor.json", "inboxes.json", "posts.martlet.zip"


def want(db: Writer, account: AccountId, at: int) -> None:
    events.add_job(db, MAKE, msgspec.json.encode(account).decode(), at)


def path(ground: Ground, one: Backup) -> Path:
    return ground.transfers / one.file


async def make(ground: Ground, body: str, here: Server) -> None:
    """
    The job. It asks for the next one itself, as long as the account has a root key.

    Where the server's keys were changed and the root key has not signed that yet, the last backup is the one that is of use.
    """
    account = AccountId(msgspec.json.decode(body, type=int))
    root = await ground.store.reading(_root, account)
    if not root:
        return
    if not await ground.store.writing(_is_signed, account, ground.secret, here):
        await ground.store.writing(_ask_again, account, here.now_ms())
        return
    content = await _content(ground, account)
    uri = (await ground.store.reading(accounts.get, account)).uri
    sealed = await asyncio.to_thread(root_boxes.seal, PublicKey.from_did(root), uri, content, here.now())
    one = Backup(account, f"backup-{account}", len(sealed), here.now_ms())
    await asyncio.to_thread(_put, path(ground, one), sealed)
    await ground.store.writing(_made, one)


def _root(db: Reader, account: AccountId) -> str:
    found = accounts.find(db, account)
    return "" if found is None or found.is_gone else root_keys.root_of(db, account)


def _is_signed(db: Writer, account: AccountId, secret: ServerSecret, here: Server) -> bool:
    """Whether the statement that stands names the key with which this server signs."""
    standing = root_keys.published(db, accounts.get(db, account).uri)
    public = identities.document_key(db, account, secret, here).private.public.to_multibase()
    return standing is not None and any(one.public == public for one in standing.keys)


def _made(db: Writer, one: Backup) -> None:
    adoptions.put_backup(db, one)
    _ask_again(db, one.account_id, one.made_at)


def _ask_again(db: Writer, account: AccountId, now: int) -> None:
    events.add_job(db, MAKE, msgspec.json.encode(account).decode(), now + EVERY, key=f"{MAKE}:{account}")


def _put(place: Path, content: bytes) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_suffix(".part")
    aside.write_bytes(content)
    aside.replace(place)


async def _content(ground: Ground, account: AccountId) -> bytes:
    keys = await identities.public_keys(ground, account)
    rsa = await identities.request_key(ground, account)
    signing = await ground.store.writing(identities.document_key, account, ground.secret, ground.here)
    actor = await ground.store.writing(_actor, account, keys, ground.secret, ground.here)
    lists = await ground.store.reading(_lists, account, ground.here)
    inboxes = await ground.store.reading(remotes.inboxes_of_followers, account)
    parts = {
        KEYS: json.dumps({"ed25519": recovery_words.text_of(signing.private), "rsa": rsa.raw.hex()}).encode(),
        ACTOR: actor,
        INBOXES: json.dumps(sorted(inboxes)).encode(),
        **lists,
    }
    with tempfile.TemporaryDirectory(dir=_folder(ground)) as folder:
        posts = Path(folder) / POSTS
        try:
            await bundling.share_accounts(ground, [account], 0, posts, _quietly)
        except (NothingToCarry, BundleTooLarge):
            return await asyncio.to_thread(_zipped, parts, None)
        return await asyncio.to_thread(_zipped, parts, posts)


def _folder(ground: Ground) -> Path:
    ground.transfers.mkdir(parents=True, exist_ok=True)
    return ground.transfers


def _quietly(what: str, done: int, total: int) -> None:
    """Nobody looks on."""


def _actor(db: Writer, account: AccountId, keys: Keys, secret: ServerSecret, here: Server) -> bytes:
    return documenting.profile_document(db, accounts.get(db, account), keys, secret, here)


def _lists(db: Reader, account: AccountId, here: Server) -> dict[str, bytes]:
    return {tables.FILE_NAMES[kind]: exporting.table(db, account, kind, here) for kind in tables.KINDS}


def _zipped(parts: Mapping[str, bytes], posts: Path | None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        if posts is not None:
            archive.write(posts, POSTS, zipfile.ZIP_STORED)
    return out.getvalue()


async def get_ready(ground: Ground, account: AccountId) -> Path:
    """The file of the newest backup. Raises `NotFound`."""
    one = await ground.store.reading(adoptions.find_backup, account)
    if one is None or not await asyncio.to_thread(path(ground, one).is_file):
        raise NotFound
    return path(ground, one)
