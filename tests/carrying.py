"""
Servers without a network between them, and files that are carried from one to the other.

    sea, shore = islands("sea.example"), islands("shore.example")
    shore.knows(sea, "ada")                       # as if it had asked her server before the block
    file = sea.packed("ada")
    found = shore.bring(file)
"""

import asyncio
import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image

from martlet import app
from martlet.archives import bundles
from martlet.archives.bundles import Writing
from martlet.model.carrying import Trust
from martlet.model.names import AccountId, Uri
from martlet.services import bundling, importing_bundles
from martlet.services.importing_bundles import Found
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import canonical_json, proofs
from martlet.storage import accounts, carried
from tests.client import Api, Person
from tests.elsewhere import CONTEXT, Document, Elsewhere
from tests.elsewhere import Person as Stranger

ACTIVITY = {"accept": "application/activity+json"}
Islands = Callable[..., "Island"]


def quietly(*_: object) -> None:
    """Nobody wants to hear of progress."""


@dataclass(slots=True)
class Island:
    """A server that reaches nobody."""

    ground: Ground
    api: Api
    beyond: Elsewhere
    folder: Path
    people: dict[str, Person] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=count)

    @classmethod
    def on(
        cls, ground: Ground, settings: Settings, folder: Path, beyond: Elsewhere | None = None
    ) -> "Island":
        if beyond is None:
            beyond = Elsewhere()
            beyond.is_down = True
        api = Api(app.build_on(ground, settings, beyond), host=ground.here.host, _loop=beyond.loop())
        return cls(ground, api, beyond, folder)

    def person(self, name: str) -> Person:
        if name not in self.people:
            self.people[name] = self.api.person(name)
        return self.people[name]

    def uri(self, name: str) -> str:
        return str(self.ground.here.account_uri(name))

    def publish(self, name: str, text: str, **more: Any) -> Any:
        reply = self.api.post("/api/v1/statuses", self.person(name), json={"status": text, **more})
        assert reply.status == 200, reply.body
        self.api.work()
        return reply.json

    def knows(self, other: "Island", name: str) -> str:
        """The other server was asked for somebody before nothing got through any more. Returns their id here."""
        other.person(name)
        uri = other.uri(name)
        self.beyond.documents[uri] = other.api.get(f"/users/{name}", headers=ACTIVITY).json
        self.asks_for(uri)
        found = self.api.get("/api/v2/search", self.person("asker"), query={"q": uri, "resolve": "true"}).json
        id: str = found["accounts"][0]["id"]
        return id

    def stranger(self, name: str, *, is_known: bool) -> Stranger:
        """Somebody of peer.example, whose server was asked for their keys before, or never."""
        found = self.beyond.person(name)
        if is_known:
            self.asks_for(found.uri)
        return found

    def asks_for(self, uri: str) -> None:
        """For a moment the other server answers."""
        self.beyond.is_down = False
        self.api.get("/api/v2/search", self.person("asker"), query={"q": uri, "resolve": "true"})
        self.api.work()
        self.beyond.is_down = True

    def follows(self, name: str, other: "Island", followed: str) -> str:
        """Somebody here has followed somebody there, who has accepted. Returns their id here."""
        id = self.knows(other, followed)
        self.api.post(f"/api/v1/accounts/{id}/follow", self.person(name))
        with self.ground.store.write() as db:
            db.run("UPDATE follow SET is_accepted = 1 WHERE followed_id = :id", id=int(id))
        self.api.get("/api/v1/timelines/home", self.person(name))
        self.api.work()
        return id

    def picture(self, name: str, colour: str = "teal") -> str:
        """An upload of somebody's; its id."""
        file = {"file": ("a.png", picture(colour), "image/png")}
        reply = self.api.post("/api/v2/media", self.person(name), files=file)
        return str(reply.json["id"])

    # -- files -----------------------------------------------------------

    def file(self) -> Path:
        return self.folder / f"{self.ground.here.host}-{next(self._numbers)}.zip"

    def packed(self, *names: str, since: int = 0) -> Path:
        self.api.work()
        file = self.file()
        who = [self.account(name) for name in names]
        asyncio.run(bundling.share_accounts(self.ground, who, since, file, quietly))
        return file

    def answers(self, name: str, to: "Island") -> Path:
        self.api.work()
        file = self.file()
        asyncio.run(bundling.take_back(self.ground, self.account(name), to.ground.here.host, file))
        return file

    def bring(self, file: Path) -> Found:
        found = asyncio.run(importing_bundles.take_in(self.ground, file, quietly))
        self.api.work()
        return found

    def take(self, file: Path) -> None:
        """The same, and nothing that follows from it."""
        asyncio.run(importing_bundles.take_in(self.ground, file, quietly))

    def forget_carried(self) -> None:
        """As if no file had ever come, nor a post."""
        with self.ground.store.write() as db:
            for table in ("carried_document", "carried_key", "waiting_boost", "tombstone", "event", "post"):
                db.run(f"DELETE FROM {table}")

    def account(self, name: str) -> AccountId:
        with self.ground.store.read() as db:
            found = accounts.find_by_handle(db, name)
        assert found is not None
        return found.id

    # -- what is there ---------------------------------------------------

    def post(self, uri: str) -> Any:
        """A post by what the network calls it, as anybody sees it; None where it is not here."""
        with self.ground.store.read() as db:
            id = db.value("SELECT id FROM post WHERE uri = :uri", uri=uri)
        return None if id is None else self.api.get(f"/api/v1/statuses/{id}").json

    def kept(self, uri: str) -> tuple[Trust, str] | None:
        """How far something that came in a file is certain, and what it is."""
        with self.ground.store.read() as db:
            found = carried.find(db, Uri(uri))
        return None if found is None else (found.trust, found.kind)

    def digests(self) -> set[tuple[str, bytes]]:
        """All that came in files and was kept."""
        with self.ground.store.read() as db:
            return {(row[0], bytes(row[1])) for row in db.rows("SELECT uri, digest FROM carried_document")}


def picture(colour: str) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(made, "PNG")
    return made.getvalue()


# -- files made by hand ------------------------------------------------------


def signed(author: Stranger, document: Document, at: datetime | None = None) -> bytes:
    """A document with its author's proof, as it stands in a bundle."""
    made = proofs.sign(document, author.ed25519, f"{author.uri}#ed25519-key", at or datetime.now(UTC))
    return canonical_json.encode(made)


def note(author: Stranger, **more: Any) -> bytes:
    """A public note of the author's, signed."""
    said = {"published": "2026-11-01T12:00:00Z", **more}
    return signed(author, author.note(**said))


def boost(author: Stranger, name: str, target: str) -> bytes:
    said = author.act("Announce", target, id=name, published="2026-11-03T12:00:00Z")
    return signed(author, said | {"to": ["https://www.w3.org/ns/activitystreams#Public"]})


def tombstone(author: Stranger, name: str) -> bytes:
    return signed(
        author,
        {
            "@context": CONTEXT,
            "id": name,
            "type": "Tombstone",
            "attributedTo": author.uri,
            "deleted": "2026-11-02T12:00:00Z",
        },
    )


def bundle(
    file: Path, *objects: bytes, kind: str = "share", media: Sequence[bytes] = (), **parts: Sequence[bytes]
) -> Path:
    """A bundle of any lines and files; `parts`: actors, tombstones, checkpoints."""
    with file.open("wb") as out:
        writing = Writing(out, kind, datetime(2026, 11, 29, tzinfo=UTC))
        for name in bundles.LINES:
            lines = objects if name == bundles.OBJECTS else parts.get(name.removesuffix(".jsonl"), ())
            writing.lines(name, lines)
        for one in media:
            writing.medium([one], hashlib.sha256(one).hexdigest())
        writing.finish()
    return file
