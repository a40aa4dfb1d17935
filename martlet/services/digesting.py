"""
Files that were kept before their SHA-256 was written down: each is read once, and the documents of its post are signed
anew, so that they name it.
"""

import asyncio
import hashlib

from martlet.media.errors import MediaMissing
from martlet.media.store import LocalStore
from martlet.model.names import MediaId, PostId
from martlet.services import documenting
from martlet.services.ports import Ground
from martlet.storage import documents, media, posts
from martlet.storage.database import Writer

AT_ONCE = 50
CHUNK = 1 << 18
_NONE = bytes(32)
"""Written down for a file that is lost, so that it is not asked for again."""


async def digest_older(ground: Ground) -> None:
    """All files of ours of which no SHA-256 is known."""
    while True:
        rows = await ground.store.reading(media.undigested, AT_ONCE)
        for row in rows:
            digest = await asyncio.to_thread(_digest, ground, row.file)
            await ground.store.writing(_note, row.id, row.post_id, digest)
        if len(rows) < AT_ONCE:
            return


def digest_of(store: LocalStore, key: str) -> bytes:
    """The SHA-256 of a file as it lies there. Raises `MediaMissing`."""
    with store.open(key) as file:
        found = hashlib.sha256()
        while chunk := file.read(CHUNK):
            found.update(chunk)
        return found.digest()


def _digest(ground: Ground, key: str) -> bytes:
    try:
        return digest_of(ground.media, key)
    except MediaMissing:
        return _NONE


def _note(db: Writer, id: MediaId, shown: PostId | None, digest: bytes) -> None:
    media.update(db, id, digest=digest)
    post = posts.find_unfiltered(db, shown) if shown is not None else None
    if post is not None and post.is_local:
        documents.delete(db, post.uri)
        documents.delete(db, documenting.act_uri(post))
