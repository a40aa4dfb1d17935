"""
A bundle of ten thousand documents: checked, brought in, and refused where it is made to harm.

One author whose key the server knows; notes of a usual size, every tenth an answer to one before. CPU seconds are those of
this process, in which everything happens.
"""

import asyncio
import resource
import shutil
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from martlet.activitypub import contexts
from martlet.activitypub.addressing import PUBLIC
from martlet.activitypub.things import Profile
from martlet.archives import bundles
from martlet.archives.bundles import Bundle, Writing
from martlet.archives.errors import BundleRefused
from martlet.model.names import Uri
from martlet.services import acquainting, importing_bundles
from martlet.services.acquainting import Acquaintance
from martlet.services.importing_bundles import Found
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import canonical_json, proofs
from martlet.signing.keys import PrivateKey
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for

T = TypeVar("T")
Do = Callable[..., Coroutine[None, None, Found]]
ADA = Uri("https://bench.example/users/ada")
WORDS = "The ferry came at noon and brought the post, two crates of lemons and somebody nobody knew. "
EVERY_ANSWER = 10


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds of CPU and of the clock, and by how many MB the process grew meanwhile."""

    what: str
    cpu: float
    clock: float
    grown: float


def measured(folder: Path, count: int) -> Iterator[Took]:
    """Each step in turn, in an empty server of its own."""
    file, key = folder / "bench.zip", PrivateKey.make_ed25519()
    yield _timed("made by hand", lambda: _write(file, key, count))[0]
    settings = Settings(data=str(folder / "data"))
    store = open_store("sqlite", settings.folder)
    migrate(store)
    ground = ground_for(settings, store)
    with store.write() as db:
        acquainting.keep(db, ada(key), ground.here)
    took, _ = _timed("container read", lambda: _read(file))
    yield took
    for what, do in (
        ("checked", importing_bundles.look),
        ("brought in", importing_bundles.take_in),
        ("brought in again", importing_bundles.take_in),
    ):
        took, found = _timed(what, partial(_run, do, ground, file))
        if found.refused or found.new + found.known != count:
            raise RuntimeError(found)
        yield took
    yield _timed("damaged, refused", lambda: _refused(file))[0]
    ground.workshop.close()
    store.close()


def _run(do: Do, ground: Ground, file: Path) -> Found:
    return asyncio.run(do(ground, file, _quietly))


def _timed(what: str, do: Callable[[], T]) -> tuple[Took, T]:
    before, cpu, clock = _memory(), time.process_time(), time.monotonic()
    found = do()
    took = Took(what, time.process_time() - cpu, time.monotonic() - clock, _memory() - before)
    return took, found


def _memory() -> float:
    """The most that the process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _quietly(*_: object) -> None:
    """Nobody wants to hear of progress."""


def ada(key: PrivateKey) -> Acquaintance:
    """The author, as their own server would name them."""
    profile = Profile(
        uri=ADA, kind="person", username="ada", inbox=Uri(f"{ADA}/inbox"), followers=f"{ADA}/followers"
    )
    named = (Uri(f"{ADA}#ed25519-key"), "ed25519", key.public.to_multibase())
    return Acquaintance(profile, (named,), "bench.example")


def notes(key: PrivateKey, count: int) -> Iterator[bytes]:
    """Signed notes of hers, a usual size each."""
    begin = datetime.now(UTC) - timedelta(days=300)
    for number in range(count):
        at = begin + timedelta(minutes=number * 40)
        uri = f"{ADA}/posts/{number}"
        note = {
            "@context": contexts.DOCUMENT,
            "id": uri,
            "type": "Note",
            "attributedTo": ADA,
            "content": f"<p>{WORDS * (1 + number % 4)}{number}</p>",
            "contentMap": {"en": f"<p>{WORDS * (1 + number % 4)}{number}</p>"},
            "published": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "to": [PUBLIC],
            "cc": [f"{ADA}/followers"],
            "url": f"https://bench.example/@ada/{number}",
            "replies": f"{uri}/replies",
            "likes": f"{uri}/likes",
            "shares": f"{uri}/shares",
            "sensitive": False,
            "tag": [],
            "attachment": [],
        }
        if number % EVERY_ANSWER == 0 and number:
            note["inReplyTo"] = f"{ADA}/posts/{number - 1}"
        yield canonical_json.encode(proofs.sign(note, key, f"{ADA}#ed25519-key", at))


def _write(file: Path, key: PrivateKey, count: int) -> None:
    with file.open("wb") as out:
        writing = Writing(out, "share", datetime.now(UTC))
        writing.lines(bundles.OBJECTS, notes(key, count))
        writing.finish()


def _read(file: Path) -> int:
    with Bundle.open(file) as bundle:
        return sum(1 for _ in bundle.lines(*bundles.LINES))


def _refused(file: Path) -> None:
    damaged = file.with_suffix(".damaged")
    shutil.copy(file, damaged)
    with damaged.open("r+b") as out:
        out.seek(damaged.stat().st_size // 2)
        out.write(b"?")
    try:
        Bundle.open(damaged)
    except BundleRefused:
        return
    raise RuntimeError("A damaged bundle was taken.")
