"""Servers with one person on each, in processes of their own, that may call one another on this machine."""

import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from martlet.services import here as this_server
from martlet.settings import Settings
from martlet.storage.migrating import migrate
from martlet.storage.opening import open_store
from tests.journeys.conftest import eventually
from tests.make import insert_person
from tests.running import Running


@dataclass(slots=True)
class Town:
    """A server, and somebody on it."""

    server: Running
    name: str
    token: str

    @property
    def handle(self) -> str:
        return f"{self.name}@localhost:{self.server.port}"

    @property
    def uri(self) -> str:
        return f"{self.server.url}/users/{self.name}"

    def get(self, path: str) -> Any:
        status, found = self.server.call("GET", path, self.token)
        assert status == 200, (status, found)
        return found

    def post(self, path: str, body: object = None) -> Any:
        status, found = self.server.call("POST", path, self.token, body if body is not None else {})
        assert status == 200, (status, found)
        return found

    def put(self, path: str, body: object) -> Any:
        status, found = self.server.call("PUT", path, self.token, body)
        assert status == 200, (status, found)
        return found

    def delete(self, path: str) -> None:
        assert self.server.call("DELETE", path, self.token)[0] == 200

    def status_of(self, path: str) -> int:
        return self.server.call("GET", path, self.token)[0]

    def publish(self, text: str, **more: Any) -> Any:
        return self.post("/api/v1/statuses", {"status": text, **more})

    def upload(self, picture: bytes, description: str) -> str:
        """The id of a PNG that may be put into a post."""
        mark = "a-line-between"
        parts = (
            (b'name="description"', description.encode()),
            (b'name="file"; filename="a.png"\r\ncontent-type: image/png', picture),
        )
        body = b"".join(
            b"--%b\r\ncontent-disposition: form-data; %b\r\n\r\n%b\r\n" % (mark.encode(), name, value)
            for name, value in parts
        )
        request = urllib.request.Request(  # noqa: S310 - on this machine
            f"{self.server.url}/api/v2/media",
            body + f"--{mark}--\r\n".encode(),
            {
                "authorization": f"Bearer {self.token}",
                "content-type": f"multipart/form-data; boundary={mark}",
            },
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - on this machine
            id: str = json.load(answer)["id"]
            return id

    def find(self, handle: str) -> Any:
        """Somebody elsewhere, asked for at their server."""
        found = self.get(f"/api/v2/search?q=@{handle}&resolve=true&type=accounts")["accounts"]
        assert len(found) == 1, found
        return found[0]

    def home(self) -> list[Any]:
        found: list[Any] = self.get("/api/v1/timelines/home")
        return found

    def told(self, kind: str) -> list[Any]:
        found: list[Any] = self.get(f"/api/v1/notifications?types[]={kind}")
        return found

    def sees(self, text: str) -> Any:
        """The one post at home that says so, once it is there."""
        return eventually(lambda: with_text(self.home(), text))

    def relation(self, other: Any, name: str) -> Callable[[], bool]:
        return lambda: bool(self.get(f"/api/v1/accounts/relationships?id[]={other['id']}")[0][name])


def settle(folder: Path, name: str, database: str = "sqlite") -> Town:
    """A server with somebody on it; not started yet."""
    data = folder / "data"
    data.mkdir(parents=True)
    server = Running(data, database, extra={"MARTLET_ALLOW_PRIVATE_ADDRESSES": "on"})
    return Town(server, name, add_person(server, name))


def add_person(server: Running, name: str) -> str:
    """Somebody more; their token."""
    store = open_store(server.database, server.data)
    try:
        migrate(store)
        here = this_server.server(Settings(url=server.url, data=str(server.data)), store.take_slot())
        with store.write() as db:
            return insert_person(db, name, here)[1]
    finally:
        store.close()


def with_text(posts: list[Any], text: str) -> Any:
    """The one post that says so."""
    found = [post for post in posts if text in post["content"]]
    assert len(found) <= 1, found
    return found[0] if found else None


def befriend(ada: Town, bob: Town) -> tuple[Any, Any]:
    """Each follows the other; returns Bob as Ada's server knows him, and the reverse."""
    bob_there, ada_there = ada.find(bob.handle), bob.find(ada.handle)
    for town, other in ((ada, bob_there), (bob, ada_there)):
        town.post(f"/api/v1/accounts/{other['id']}/follow")
    for town, other in ((ada, bob_there), (bob, ada_there)):
        eventually(town.relation(other, "following"))
        eventually(town.relation(other, "followed_by"))
    return bob_there, ada_there
