"""
A standby's side: keeping a copy in step, in the folder `standby` of the data folder.

    following.json    whom it follows, the secret, how old the copy is
    copy.sqlite3      the database, whole, at one moment; replaced at once by the next
    incoming.sqlite3  the next one, as far as it has come
    copy.index        the same of a server on PostgreSQL: which blocks it is made of
    blocks/…          these blocks (`following_tables`)
    secret.key        the key that stored secrets are protected by
    media/…           files by their keys

A database is asked for only when it was written to; of it, the blocks that differ. Files never change under their key, so only
new ones are fetched. Whatever was fetched is kept when the line breaks, and looked at by its digest before it is used.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from martlet.federation.standby import following_tables
from martlet.federation.standby.following_tables import NotFollowed
from martlet.media import store as media_store
from martlet.model.errors import EvidenceRejected
from martlet.model.standby import (
    BLOCK,
    DATABASE,
    LONGEST_ANSWER,
    MOST_AT_ONCE,
    MOST_BLOCKS,
    MOST_PARTS,
    PATH,
    Ask,
    Part,
    Said,
)
from martlet.network.client import Client
from martlet.signing import standby_boxes
from martlet.storage import secret_file, standby

INCOMING = "incoming.sqlite3"
PAUSE = 0.03
"""Seconds between two requests: below what the other side's limit lets through."""
PATIENCE = timedelta(minutes=10)
"""For one answer; SQLite's snapshot is made while we wait."""
LOOKS = 5.0
MOST_LOOKS = 6
"""Looks for which a snapshot is waited for that is not older than what it is to have: servers make none more often than every 20 seconds."""
"""Seconds between two questions whether a snapshot is ready."""
_ONE_DIGEST = 32
_LARGEST_FILE = 16 * 1024**3


class Following(msgspec.Struct, kw_only=True):
    """`at`: the last request's moment. `copied_at`: of which moment the copy is, 0 as long as there is none."""

    url: str
    invitation: str
    at: int = 0
    copied_at: int = 0
    looked_at: int = 0
    state: str = ""
    every: int = 0
    """Minutes between two looks."""
    server: str = ""
    version: str = ""
    has_own_secret: bool = False


@dataclass(slots=True)
class Follower:
    """`folder` is the data folder; `clock` gives milliseconds."""

    folder: Path
    following: Following
    client: Client
    clock: Callable[[], int]

    @property
    def place(self) -> Path:
        return self.folder / standby.FOLDER

    async def ask(self, **asked: object) -> Said:
        """Raises `NoAnswer`, `NotFollowed`."""
        following = self.following
        following.at = max(self.clock(), following.at + 1)
        secret = standby_boxes.read_invitation(following.invitation)
        request = standby_boxes.seal_request(secret, msgspec.convert({"at": following.at, **asked}, Ask))
        answer = await self.client.post(
            following.url.rstrip("/") + PATH, request, max_bytes=LONGEST_ANSWER, deadline=PATIENCE
        )
        if not answer.is_success:
            raise NotFollowed(
                f"{following.url} does not know this machine: is that one of its own names (`url`, `alternate_urls`), is the "
                "invitation its newest, and are both clocks right?"
            )
        try:
            said = standby_boxes.open_answer(secret, request, answer.body, Said)
        except EvidenceRejected as error:
            raise NotFollowed(f"What answers at {following.url} does not have the secret.") from error
        if said.problem:
            raise NotFollowed(f"{following.url} says: {said.problem}")
        return said

    async def follow(self) -> bool:
        """Bring the copy up to date; returns whether anything had changed. Raises `NoAnswer`, `NotFollowed`."""
        self.place.mkdir(mode=0o700, parents=True, exist_ok=True)
        said = await self.ask(do="state", every=self.following.every)
        if said.role != "primary":
            raise NotFollowed("That machine has taken this server's place itself. Ask it for an invitation.")
        if self.following.copied_at and said.state == self.following.state:
            self.following.copied_at = self.following.looked_at = said.at
            self._save()
            return False
        taken = await self._snapshot(said.at)
        if taken.form == "sqlite":
            _check(taken)
            await self._database(taken)
        else:
            await following_tables.fetch(self.place, taken, self.ask)
        wanted = await self._files()
        self._swap(taken, said, wanted)
        return True

    async def _snapshot(self, since: int) -> Said:
        """Have one made, however long that takes: of a moment after `since`, if it can be. Raises `NoAnswer`, `NotFollowed`."""
        taken, looks = await self.ask(do="snapshot"), 0
        while taken.is_making or (taken.at < since and looks < MOST_LOOKS):
            looks += not taken.is_making
            await asyncio.sleep(LOOKS)
            taken = await self.ask(do="snapshot")
        return taken

    def _save(self) -> None:
        save(self.folder, self.following)

    # -- the database --------------------------------------------------------

    async def _database(self, taken: Said) -> None:
        path, copy = self.place / INCOMING, self.place / standby.COPY
        if not path.exists() and copy.exists():
            await asyncio.to_thread(_copy, copy, path)
        if shutil.disk_usage(self.place).free < taken.size - _size(path) + standby.ROOM_LEFT:
            raise NotFollowed("The disk has no room for the database.")
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.truncate(taken.size)
            have = await asyncio.to_thread(standby.digests, path)
            for at in _differing(taken, have):
                parts = tuple(
                    Part(DATABASE, number * BLOCK, min(BLOCK, taken.size - number * BLOCK)) for number in at
                )
                said = await self.ask(do="parts", snapshot=taken.snapshot, parts=parts)
                for number, part, block in zip(at, parts, said.parts, strict=True):
                    if hashlib.sha256(block).digest() != _digest_of(taken, number):
                        raise NotFollowed("A part of the database came damaged.")
                    file.seek(part.start)
                    file.write(block)
                await asyncio.sleep(PAUSE)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())

    def _swap(self, taken: Said, before: Said, wanted: set[str]) -> None:
        """The new copy takes the old one's place; `state` is of before it was taken, so nothing written since is missed."""
        if taken.secret:
            standby.write_private(self.place / secret_file.NAME, taken.secret)
        if taken.form == "sqlite":
            (self.place / INCOMING).replace(self.place / standby.COPY)
            standby.sync_folder(self.place)
            following_tables.forget(self.place)
        else:
            following_tables.swap(self.place, taken)
            (self.place / standby.COPY).unlink(missing_ok=True)
            (self.place / INCOMING).unlink(missing_ok=True)
        following = self.following
        following.copied_at, following.looked_at = taken.at, before.at
        following.state = before.state if taken.at >= before.at else ""
        following.server, following.version = taken.server, taken.version
        following.has_own_secret = taken.has_own_secret
        self._save()
        for path in (self.place / "media").glob("??/??/*"):
            if path.relative_to(self.place / "media").as_posix() not in wanted:
                path.unlink()  # it was deleted there
        shutil.rmtree(self.place / "incoming", ignore_errors=True)

    # -- files ---------------------------------------------------------------

    async def _files(self) -> set[str]:
        """Fetch the files that are not here; returns the keys of all that should be."""
        wanted, after = set[str](), ""
        while True:
            said = await self.ask(do="names", after=after)
            new = []
            for name, size in said.names:
                if not media_store.is_key(name) or name <= after or not 0 <= size <= _LARGEST_FILE:
                    raise NotFollowed("The list of files cannot be used.")
                after = name
                wanted.add(name)
                if not (self.place / "media" / name).exists():
                    new.append((name, size))
            for parts in _portions(new, self._begun):
                await self._fetch(parts, dict(new))
            if said.is_last or not said.names:
                return wanted
            await asyncio.sleep(PAUSE)

    def _begun(self, name: str) -> int:
        """Bytes of a file that have come already."""
        return _size(self._draft(name))

    def _draft(self, name: str) -> Path:
        return self.place / "incoming" / name.rpartition("/")[2]

    async def _fetch(self, parts: tuple[Part, ...], sizes: dict[str, int]) -> None:
        said = await self.ask(do="parts", parts=parts)
        for part, piece in zip(parts, said.parts, strict=True):
            if len(piece) != part.length:
                continue  # it was deleted meanwhile
            draft, target = self._draft(part.name), self.place / "media" / part.name
            draft.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "wb" if not part.start else "ab"
            ) as file:
                file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            if part.start + part.length == sizes[part.name]:
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft.replace(target)
        await asyncio.sleep(PAUSE)


def load(folder: Path) -> Following | None:
    """Whom the machine with this data folder follows."""
    try:
        return msgspec.json.decode((folder / standby.FOLDER / standby.FOLLOWING).read_bytes(), type=Following)
    except FileNotFoundError:
        return None


def has_copy(folder: Path) -> bool:
    """Whether there is a whole copy of a database, of either form."""
    place = folder / standby.FOLDER
    return (place / standby.COPY).exists() or following_tables.index_of(place) is not None


def save(folder: Path, following: Following) -> None:
    (folder / standby.FOLDER).mkdir(mode=0o700, parents=True, exist_ok=True)
    standby.write_private(folder / standby.FOLDER / standby.FOLLOWING, msgspec.json.encode(following))


def _check(taken: Said) -> None:
    """Raises `NotFollowed`."""
    count = -(-taken.size // BLOCK)
    if not 0 < count <= MOST_BLOCKS or len(taken.blocks) != count * _ONE_DIGEST:
        raise NotFollowed("The database is too large, or what is said of it does not fit.")


def _differing(taken: Said, have: bytes) -> Iterator[list[int]]:
    """Numbers of blocks that are not here yet, so many at a time as one answer may bring."""
    count = len(taken.blocks) // _ONE_DIGEST
    missing = [
        number
        for number in range(count)
        if have[number * _ONE_DIGEST : (number + 1) * _ONE_DIGEST] != _digest_of(taken, number)
    ]
    at_once = min(MOST_AT_ONCE // BLOCK, MOST_PARTS)
    for start in range(0, len(missing), at_once):
        yield missing[start : start + at_once]


def _digest_of(taken: Said, number: int) -> bytes:
    return taken.blocks[number * _ONE_DIGEST : (number + 1) * _ONE_DIGEST]


def _portions(new: list[tuple[str, int]], begun: Callable[[str], int]) -> Iterator[tuple[Part, ...]]:
    """The stretches of files that are missing, in order, so many at a time as one answer may bring."""
    parts, room = list[Part](), MOST_AT_ONCE
    for name, size in new:
        start = begun(name)
        start = start if start < size else 0
        while True:
            length = min(size - start, room)
            parts.append(Part(name, start, length))
            start, room = start + length, room - length
            if room == 0 or len(parts) == MOST_PARTS:
                yield tuple(parts)
                parts, room = [], MOST_AT_ONCE
            if start >= size:
                break
    if parts:
        yield tuple(parts)


def _copy(source: Path, target: Path) -> None:
    draft = target.with_name(f".{target.name}")
    with (
        os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
        source.open("rb") as old,
    ):
        shutil.copyfileobj(old, file, 1 << 20)
    draft.replace(target)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
