"""
Pictures, films and sounds in bundles: which are taken along, and what becomes of those that came.

A file is in a bundle by its SHA-256. It belongs there if a signed document names that digest, and nobody's word is needed
for anything else. What came is a stranger's file all the same: it is recognised by its bytes, decoded and encoded anew like
one that is fetched from its server, and shown where that one would be shown (attacks G9). Until somebody's post is certain,
nothing is kept of its files.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from martlet.activitypub import parse_attachments
from martlet.activitypub.things import Writing
from martlet.archives.bundles import Bundle, Limits
from martlet.media import received
from martlet.media.errors import MediaMissing
from martlet.media.received import Received
from martlet.media.store import LocalStore
from martlet.model.carrying import Refusal
from martlet.model.errors import InvalidInput, NotFound
from martlet.model.names import Uri
from martlet.model.remote_media import FileUse
from martlet.model.server import Server
from martlet.services import caching, digesting
from martlet.services.ports import Packing, Unpacking
from martlet.signing import canonical_json, digests
from martlet.storage import media, mirrored, remote_files
from martlet.storage.database import Reader
from martlet.storage.remote_files import Source

CHUNK = 1 << 18
SPARE = 1 << 20
"""Bytes of a bundle that are left for its manifest and directory."""
MOST_PLACES = 4
"""Posts of one bundle in which the same file is shown; others fetch theirs."""
_SAID = b'"digestMultibase"'


# -- taken along -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class File:
    """One of ours."""

    digest: bytes
    key: str
    store: LocalStore

    def chunks(self) -> Iterator[bytes]:
        with self.store.open(self.key) as file:
            while chunk := file.read(CHUNK):
                yield chunk


def named_in(body: bytes) -> list[bytes]:
    """The SHA-256 of each file that a document of ours names."""
    if _SAID not in body:
        return []
    said = parse_attachments.digests(canonical_json.parse_object(body))
    return [one for one in map(digests.from_multihash, said) if one is not None]


async def fitting(ground: Packing, named: Iterable[bytes], limits: Limits, size: int) -> list[File]:
    """Those files that fit beside `size` bytes of documents: as many as a bundle may hold, the last ones first."""
    found: list[File] = []
    left = limits.file - size - SPARE
    for digest in reversed(list(named)):
        row = await ground.store.reading(media.find_own, digest)
        if row is None:
            continue
        weight = await asyncio.to_thread(_weight, ground.media, row.file, digest)
        if weight is not None and weight <= min(limits.medium, left):
            left -= weight
            found.append(File(digest, row.file, ground.media))
        if len(found) == limits.media:
            break
    return found


def _weight(store: LocalStore, key: str, digest: bytes) -> int | None:
    """How many bytes a file has; None where it is lost, or another one than it was."""
    try:
        return store.size(key) if digesting.digest_of(store, key) == digest else None
    except MediaMissing:
        return None


# -- brought in --------------------------------------------------------------


@dataclass(slots=True)
class Named:
    """Which files of a bundle signed documents name, and where these show them."""

    there: frozenset[str]
    """The files that are in it, by the hexadecimal digits of their SHA-256."""
    places: dict[str, dict[Uri, str]] = field(default_factory=dict)
    """Posts that are certain, and the address that each gives of the file."""
    aside: set[str] = field(default_factory=set)
    """Files that posts name which are not certain."""

    def note(self, name: Uri, said: Writing, *, is_certain: bool) -> None:
        for one in said.attachments:
            digest = digests.from_multihash(one.digest)
            if digest is None or digest.hex() not in self.there:
                continue
            if not is_certain:
                self.aside.add(digest.hex())
                continue
            places = self.places.setdefault(digest.hex(), {})
            if len(places) < MOST_PLACES:
                places[name] = one.url

    @property
    def unnamed(self) -> list[str]:
        return sorted(self.there - self.places.keys() - self.aside)


async def take_in(
    ground: Unpacking, bundle: Bundle, digest: str, places: Mapping[Uri, str]
) -> bool | Refusal:
    """Show a file where posts name it; whether it was not there before. Raises `BundleRefused`, a kind of `Unavailable`."""
    if await ground.store.reading(mirrored.is_taken_down, bytes.fromhex(digest)):
        return Refusal.TAKEN_DOWN
    wanted = await ground.store.reading(_wanted, digest, places, ground.here)
    if not wanted:
        return False
    file = ground.workshop.workers.scratch / f"carried-{secrets.token_hex(8)}"
    try:
        await asyncio.to_thread(_unpack, bundle, digest, file)
        for id, source in wanted[:MOST_PLACES]:
            got = await asyncio.to_thread(_made_ready, ground, file)
            await _keep(ground, id, source, got)
    except InvalidInput:
        return Refusal.NOT_SHOWABLE
    finally:
        file.unlink(missing_ok=True)
    return True


def _wanted(db: Reader, digest: str, places: Mapping[Uri, str], here: Server) -> list[tuple[int, Source]]:
    """The rows that show a file, and where it would be fetched; those that have it already are left out."""
    found: list[tuple[int, Source]] = []
    for uri, url in places.items():
        for row in media.elsewhere_of(db, uri, bytes.fromhex(digest), url):
            with contextlib.suppress(NotFound):  # nothing of that server is shown
                standing = caching.look(db, FileUse.MEDIA, row.id, here)
                source = remote_files.find_source(db, FileUse.MEDIA, row.id)
                if source is not None and not isinstance(standing, remote_files.RemoteFile):
                    found.append((row.id, source))
    return found


def _unpack(bundle: Bundle, digest: str, file: Path) -> None:
    with file.open("xb") as into:
        for chunk in bundle.medium(digest):
            into.write(chunk)


def _made_ready(ground: Unpacking, file: Path) -> Received:
    ground.workshop.recognise(file)
    return received.keep_media(file, ground.workshop, ground.cache)


async def _keep(ground: Unpacking, id: int, source: Source, got: Received) -> None:
    try:
        kept = await ground.store.writing(caching.keep, FileUse.MEDIA, id, source, got, ground.here)
    except BaseException:
        await asyncio.to_thread(_remove, ground.cache, got)
        raise
    if kept is None:  # the post has gone meanwhile
        await asyncio.to_thread(_remove, ground.cache, got)


def _remove(cache: LocalStore, got: Received) -> None:
    for key in got.keys:
        cache.delete(key)
