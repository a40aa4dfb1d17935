"""
Files of mirrored accounts: fetched by their SHA-256, so that it does not matter from where, and kept as they are, because
another file would be another digest. They are recognised by their bytes, and handed out under that type, as something that
runs nothing (`media.serving`).
"""

import asyncio
import hashlib
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path

from martlet.media import store as stores
from martlet.media.kinds import Format, sniff
from martlet.media.store import new_key
from martlet.model.errors import MartletError
from martlet.model.names import AccountId
from martlet.network.client import Client
from martlet.services.ports import Ground
from martlet.signing import digests
from martlet.storage import mirrored_media
from martlet.storage.mirrored import Mirrored

log = logging.getLogger("martlet.federation")

AT_ONCE = 20
"""Files fetched in one go; the rest follows at the next."""
REMOVED_AT_ONCE = 100
_TYPES = frozenset(stores.CONTENT_TYPES.values())


class AnotherFile(MartletError):
    code = "another_file"

    def __init__(self) -> None:
        super().__init__("The file is another one than was asked for, or of a kind that is not shown.")


@dataclass(slots=True)
class Files:
    ground: Ground
    client: Client

    async def fetch_some(self, one: Mirrored, base: str) -> None:
        """Fetch files that are named and not here, as long as there is room for them."""
        store = self.ground.store
        for digest in await store.reading(mirrored_media.wanted, one.account_id, AT_ONCE):
            try:
                await self._fetch(one.account_id, base, digest)
            except MartletError as error:
                log.info("A file of %s was not had: %s", one.uri[:200], error.message)
                await store.writing(mirrored_media.failed, one.account_id, digest)

    async def _fetch(self, account: AccountId, base: str, digest: bytes) -> None:
        """Raises `MartletError`."""
        file = self.ground.workshop.workers.scratch / f"mirrored-{secrets.token_hex(8)}"
        formats: list[Format] = []

        def judge(head: bytes) -> int:
            formats.append(sniff(head))
            return self.ground.here.limits.video_bytes

        try:
            with file.open("xb") as into:
                answer = await self.client.save(
                    f"{base}/.well-known/apgateway/hl:{digests.multihash(digest)}", into, judge
                )
            if not answer.is_success or not formats:
                raise AnotherFile
            said = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            kind = _type_of(formats[0], said)
            if await asyncio.to_thread(_digest, file) != digest:
                raise AnotherFile
            await self._keep(account, digest, file, new_key(kind))
        finally:
            file.unlink(missing_ok=True)

    async def _keep(self, account: AccountId, digest: bytes, file: Path, key: str) -> None:
        await asyncio.to_thread(self.ground.mirrored.put, key, file)
        size = await asyncio.to_thread(self.ground.mirrored.size, key)
        if not await self.ground.store.writing(mirrored_media.fetched, account, digest, key, size):
            await asyncio.to_thread(self.ground.mirrored.delete, key)

    async def remove_dropped(self, account: AccountId) -> None:
        """Remove the files that are handed out no more."""
        store = self.ground.store
        while found := await store.reading(mirrored_media.dropped, account, REMOVED_AT_ONCE):
            for one in found:
                if one.file:
                    await asyncio.to_thread(self.ground.mirrored.delete, one.file)
                await store.writing(mirrored_media.removed, account, one.digest)


def _type_of(format: Format, said: str) -> str:
    """As it is handed out: what its server says, where its bytes may be that. Raises `AnotherFile`."""
    for kind in (said, *format.content_types):
        if kind in format.content_types and kind in _TYPES:
            return kind
    raise AnotherFile


def _digest(file: Path) -> bytes:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").digest()
