"""
Servers without a network between them, and files that are carried from one to the other.

    sea, shore = islands("sea.example"), islands("shore.example")
    shore.knows(sea, "ada")                       # as if it had asked her server before the block
    file = sea.packed("ada")
    found = shore.bring(file)
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from martlet import app
from martlet.model.names import AccountId
from martlet.services import bundling, importing_bundles
from martlet.services.importing_bundles import Found
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import accounts
from tests.client import Api, Person
from tests.elsewhere import Elsewhere

ACTIVITY = {"accept": "application/activity+json"}
Islands = Callable[[str], "Island"]


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
    def on(cls, ground: Ground, settings: Settings, folder: Path) -> "Island":
        beyond = Elsewhere()
        beyond.is_down = True
        api = Api(app.build_on(ground, settings, beyond), host=ground.here.host)
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
        self.beyond.is_down = False
        asker = self.person("asker")
        found = self.api.get("/api/v2/search", asker, query={"q": uri, "resolve": "true"}).json
        self.api.work()
        self.beyond.is_down = True
        id: str = found["accounts"][0]["id"]
        return id

    def follows(self, name: str, other: "Island", followed: str) -> str:
        """Somebody here has followed somebody there, who has accepted. Returns their id here."""
        id = self.knows(other, followed)
        self.api.post(f"/api/v1/accounts/{id}/follow", self.person(name))
        with self.ground.store.write() as db:
            db.run("UPDATE follow SET is_accepted = 1 WHERE followed_id = :id", id=int(id))
        self.api.get("/api/v1/timelines/home", self.person(name))
        self.api.work()
        return id

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
        found = asyncio.run(importing_bundles.take_in(self.ground.store, file, self.ground.here, quietly))
        self.api.work()
        return found

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

    def digests(self) -> set[tuple[str, bytes]]:
        """All that came in files and was kept."""
        with self.ground.store.read() as db:
            return {(row[0], bytes(row[1])) for row in db.rows("SELECT uri, digest FROM carried_document")}
