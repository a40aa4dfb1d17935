"""
A mirror of one account with many documents: how many it hands out in a second of CPU, as pages of the log and one by one.

Requests go into the application as the server reads them from the wire, and answers are taken as it would send them; HTTP
itself is not in the figures (`python -m bench small` has that).
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from bench.bundles import ADA, ada, notes
from martlet import app
from martlet.activitypub.things import Offer
from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.http.answer import Answer
from martlet.http.application import Application
from martlet.http.request import Request
from martlet.model.mirrors import DAY, Grant
from martlet.model.names import Uri
from martlet.services import acquainting, mirroring
from martlet.services.checking_bundles import Checker
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing.keys import PrivateKey
from martlet.storage import accounts, mirrored
from martlet.storage.database import Writer
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from martlet.wiring.ground import ground_for

AT_ONCE = 50
SINGLE = 5000
OK = 200


@dataclass(frozen=True, slots=True)
class Served:
    """Documents handed out, in seconds of CPU."""

    what: str
    documents: int
    cpu: float

    @property
    def each_second(self) -> float:
        return self.documents / self.cpu


def measured(folder: Path, count: int) -> list[Served]:
    """In an empty server of its own."""
    settings = Settings(data=str(folder / "data"), url="https://mirror.bench", rate_limits=False)
    store = open_store("sqlite", settings.folder)
    migrate(store)
    ground = ground_for(settings, store)
    names = _fill(ground, count)
    application = app.build_on(ground, settings).application
    return asyncio.run(_serve(application, names))


def _fill(ground: Ground, count: int) -> list[str]:
    key, here = PrivateKey.make_ed25519(), ground.here
    with ground.store.write() as db:
        acquainting.keep(db, ada(key), here)
        _agree(db, ground)
    lines = [Line(bundles.OBJECTS, number, body) for number, body in enumerate(notes(key, count))]
    for begin in range(0, count, AT_ONCE):
        with ground.store.write() as db:
            one = mirrored.find_accepted(db, ADA)
            if one is None:
                raise RuntimeError
            mirroring.keep(db, one, Checker(here, "share").checked(db, lines[begin : begin + AT_ONCE]), here)
    return [f"{ADA}/posts/{number}" for number in range(count)]


def _agree(db: Writer, ground: Ground) -> None:
    here, author = ground.here, accounts.find_by_uri(db, ADA)
    if author is None:
        raise RuntimeError
    now = here.now_ms()
    grant = Grant(ADA, 0, 1 << 40, now + 365 * DAY)
    mirroring.offered(db, Offer(Uri(f"{ADA}#mirrors/1"), ADA, grant, now), author, here)
    mirroring.accept(db, author.id, here)


async def _serve(application: Application, names: list[str]) -> list[Served]:
    path, documents, begun = f"/carry/v1/outbox?actor={quote(ADA, safe='')}", 0, time.process_time()
    async for answer in _pages(application, path):
        documents += answer.body.count(b"\n")
    pages = Served("pages of the log", documents, time.process_time() - begun)
    begun = time.process_time()
    for name in names[:SINGLE]:
        answer = await _get(application, f"/carry/v1/object?id={quote(name, safe='')}")
        if answer.status != OK:
            raise RuntimeError(answer)
    return [pages, Served("one by one", len(names[:SINGLE]), time.process_time() - begun)]


async def _pages(application: Application, path: str) -> AsyncIterator[Answer]:
    while True:
        answer = await _get(application, path)
        if answer.status != OK:
            raise RuntimeError(answer)
        if not answer.body:
            return
        yield answer
        link = dict(answer.headers)[b"link"].decode()
        path = link[1:].partition(">")[0].removeprefix("https://mirror.bench")


async def _get(application: Application, path: str) -> Answer:
    async def nothing() -> bytes:
        return b""

    request = Request("GET", path.encode(), [(b"host", b"mirror.bench")], "127.0.0.1", nothing)
    return await application.answer(request)
