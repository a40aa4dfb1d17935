"""
Posts that devices of people here have left at mirrors, because they did not reach this server: opened, and published.

The device has to be in force, by what is known here and by the statement that its account hands out. Its posts keep their
order: one that comes before the one with the number below waits for it, for a while. What is published has the key that it
has in the device's outbox, so whoever sends the same again directly is told of the post that is there.
"""

import asyncio
import logging
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from martlet.model.errors import EvidenceRejected, MalformedDocument, MartletError, Unavailable
from martlet.model.names import AccountId, MediaId, Uri
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.model.visibility import Visibility
from martlet.services import continuing, posting, root_keys, scheduling, uploading
from martlet.services.ports import Ground
from martlet.services.uploading import Description
from martlet.signing import sealed_posts
from martlet.signing.keys import PublicKey
from martlet.signing.sealed_posts import Entry, Envelope, Opened
from martlet.storage import accounts, mirrors, own_roots
from martlet.storage import sealed_posts as kept
from martlet.storage.database import Reader, Writer
from martlet.storage.own_roots import DeviceKey

log = logging.getLogger("martlet.federation")

PATIENCE = 10 * 60 * 1000
"""Milliseconds for which a post waits for the one before it."""
LIFETIME = posting.WEEK_MS
"""Milliseconds after which none is taken any more: its key may be forgotten, and it would be posted twice."""
AHEAD = 86_400_000
"""Milliseconds that a device's clock may be fast."""
KEY_LIMIT = 40
VISIBILITIES = {
    "public": Visibility.PUBLIC,
    "unlisted": Visibility.UNLISTED,
    "private": Visibility.FOLLOWERS,
    "direct": Visibility.MENTIONED,
}
"""The words of the client API."""
Turn = Literal["now", "later", "known"]


@dataclass(frozen=True, slots=True)
class Device:
    """One whose posts are taken. `public`: 32 bytes of Ed25519. `last`: the highest number that has come of it."""

    name: Uri
    public: bytes
    last: int


@dataclass(frozen=True, slots=True)
class Roads:
    """Where devices of an account leave posts while this server is out of their reach."""

    actor: Uri
    mirrors: tuple[str, ...]
    devices: tuple[Device, ...]


def roads(db: Reader, account: AccountId) -> Roads:
    actor = accounts.get(db, account).uri
    there = [
        Device(name, PublicKey.from_multibase(one.public).raw, kept.last(db, one.id))
        for name, one in _in_force(db, actor, account)
    ]
    return Roads(actor, tuple(one.base for one in mirrors.accepted(db, account)), tuple(there))


async def take(ground: Ground, document: dict[str, Any], name: Uri) -> bool:
    """
    Publish what was left at a mirror for the account `name`; whether the mirror needs to keep it no longer.

    What cannot be published, now or ever, is not tried again: it is still in the device's outbox, which will be told why.
    Raises `EvidenceRejected`, `MalformedDocument`, `NotAllowed`, `Unavailable`.
    """
    envelope = await asyncio.to_thread(sealed_posts.read, document)
    if envelope.account != name:
        raise EvidenceRejected("This is by somebody else than it was left for.")
    _check_age(envelope, ground.here)
    account, device = await ground.store.reading(_device, envelope)
    await asyncio.to_thread(sealed_posts.check, envelope, device.public)
    opened = await asyncio.to_thread(sealed_posts.open_box, envelope, ground.secret)
    turn = await ground.store.writing(_turn, envelope, device, ground.here)
    if turn != "now":
        return turn == "known"
    try:
        draft = await _draft(ground, account, opened)
        await ground.store.writing(_publish, draft, envelope, device, ground.here)
    except Unavailable:
        raise
    except MartletError as error:
        log.info("A post that was left at a mirror cannot be published: %s", error.message)
        await ground.store.writing(kept.note_done, device.id, envelope.number)
    return True


def _check_age(envelope: Envelope, here: Server) -> None:
    """Raises `EvidenceRejected`."""
    if not -LIFETIME < envelope.created_at - here.now_ms() < AHEAD:
        raise EvidenceRejected("This was sealed too long ago, or is still to be.")


def _device(db: Reader, envelope: Envelope) -> tuple[AccountId, DeviceKey]:
    """Raises `EvidenceRejected`, and `NotAllowed` for somebody who could not come in to post it."""
    account = accounts.find_by_uri(db, envelope.account)
    if account is None or not account.is_here:
        raise EvidenceRejected("There is no such account here.")
    for name, one in _in_force(db, account.uri, account.id):
        if name == envelope.device:
            scheduling.check_author(db, account.id)
            return account.id, one
    raise EvidenceRejected("This device is not in force.")


def _in_force(db: Reader, actor: Uri, account: AccountId) -> Iterator[tuple[Uri, DeviceKey]]:
    """By the statement that the account hands out, and by what is known here, where a revocation counts at once."""
    for one in own_roots.devices(db, account):
        name = Uri(root_keys.device_key_id(actor, one.id))
        with suppress(EvidenceRejected):
            if one.revoked_at is None and one.public == continuing.device_of(db, actor, name):
                yield name, one


def _turn(db: Writer, envelope: Envelope, device: DeviceKey, here: Server) -> Turn:
    now = here.now_ms()
    seen_at = kept.see(db, device.id, envelope.number, now)
    if kept.is_done(db, device.id, envelope.number):
        return "known"
    is_next = envelope.number == 1 or kept.is_done(db, device.id, envelope.number - 1)
    return "now" if is_next or now - seen_at >= PATIENCE else "later"


async def _draft(ground: Ground, author: AccountId, opened: Opened) -> Draft:
    """With its files uploaded. Raises `MalformedDocument` and what `uploading.upload` raises."""
    entry = opened.entry
    if entry.visibility not in VISIBILITIES or not 0 < len(entry.key) <= KEY_LIMIT:
        raise MalformedDocument("What was sealed does not say for whom it is, or has no key.")
    if len(opened.files) > ground.here.limits.media_per_post:
        raise MalformedDocument("There are too many files.")
    media = [
        await _upload(ground, author, content, said.description)
        for content, said in zip(opened.files, entry.files, strict=True)
    ]
    return _drafted(author, entry, tuple(media))


def _drafted(author: AccountId, entry: Entry, media: tuple[MediaId, ...]) -> Draft:
    return Draft(
        author=author,
        text=entry.text,
        visibility=VISIBILITIES[entry.visibility],
        warning=entry.warning,
        is_sensitive=True if entry.sensitive else None,
        language=entry.language or None,
        media=media,
        idempotency_key=f"{posting.PATIENT_KEY}{entry.key}",
    )


async def _upload(ground: Ground, author: AccountId, content: bytes, said: str) -> MediaId:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "file"
        await asyncio.to_thread(file.write_bytes, content)
        return await uploading.upload(ground, author, file, None, Description(said))


def _publish(db: Writer, draft: Draft, envelope: Envelope, device: DeviceKey, here: Server) -> None:
    """Once, whoever else was faster. Raises what `posting.publish` raises."""
    if not kept.is_done(db, device.id, envelope.number):
        posting.publish(db, draft, here)
        kept.note_done(db, device.id, envelope.number)
