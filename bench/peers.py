"""
Other servers, as far as ours must meet them: people with keys, inboxes that count what comes, signed requests.

All of them are one listener at one port of this machine: the whole of 127.0.0.0/8 leads to it, so each address
is a server of its own to ours.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import uvloop

from bench.words import WORDS
from martlet.activitypub.addressing import PUBLIC
from martlet.activitypub.things import Profile
from martlet.http import serving
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.model.names import Uri
from martlet.services.acquainting import Acquaintance
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme, Signer
from martlet.signing.keys import PrivateKey

FIRST_NETWORK = 1
ACTIVITY = "application/activity+json"
Document = dict[str, Any]
_numbers = count(1)


@cache
def key() -> PrivateKey:
    """One for all: making them takes long, and is nothing that is measured."""
    return PrivateKey.make_rsa()


def host(number: int, port: int) -> str:
    """The name of a server, from 0."""
    return f"127.{FIRST_NETWORK + number // 250}.0.{number % 250 + 1}:{port}"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on another server."""

    host: str
    name: str

    @property
    def uri(self) -> Uri:
        return Uri(f"http://{self.host}/users/{self.name}")

    @property
    def signer(self) -> Signer:
        return Signer(f"{self.uri}#main-key", key())

    @property
    def acquaintance(self) -> Acquaintance:
        """As our server would know them after it has read their document."""
        profile = Profile(
            uri=self.uri,
            kind="person",
            username=self.name,
            inbox=Uri(f"{self.uri}/inbox"),
            url=f"http://{self.host}/@{self.name}",
            name=self.name.title(),
            shared_inbox=f"http://{self.host}/inbox",
            followers=f"{self.uri}/followers",
        )
        return Acquaintance(
            profile, ((Uri(f"{self.uri}#main-key"), "rsa", key().public.to_pem()),), self.host
        )

    def note(self) -> Document:
        """The act of publishing a post of the usual size."""
        number = next(_numbers)
        uri = f"{self.uri}/statuses/{number}"
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        words = " ".join(WORDS[(number * 7 + place * place) % len(WORDS)] for place in range(60))
        to, cc = [PUBLIC], [f"{self.uri}/followers"]
        note: Document = {
            "id": uri,
            "type": "Note",
            "summary": None,
            "inReplyTo": None,
            "published": now,
            "url": f"http://{self.host}/@{self.name}/{number}",
            "attributedTo": self.uri,
            "to": to,
            "cc": cc,
            "sensitive": False,
            "content": f"<p>{number} {words}</p>",
            "contentMap": {"en": f"<p>{number} {words}</p>"},
            "attachment": [],
            "tag": [],
            "replies": {
                "id": f"{uri}/replies",
                "type": "Collection",
                "first": {
                    "type": "CollectionPage",
                    "next": f"{uri}/replies?page=2",
                    "partOf": f"{uri}/replies",
                    "items": [],
                },
            },
        }
        return {
            "@context": ["https://www.w3.org/ns/activitystreams", {"sensitive": "as:sensitive"}],
            "id": f"{uri}/activity",
            "type": "Create",
            "actor": self.uri,
            "published": now,
            "to": to,
            "cc": cc,
            "object": note,
        }


def signed_post(base_url: str, person: Person, document: Document) -> bytes:
    """A request to the shared inbox, as it goes over the wire."""
    body = json.dumps(document).encode()
    return _request("POST", f"{base_url}/inbox", person, body)


def signed_get(url: str, person: Person) -> bytes:
    return _request("GET", url, person, None)


def _request(method: str, url: str, person: Person, body: bytes | None) -> bytes:
    headers = http_signatures.sign_request(
        method, url, body, person.signer, Scheme.CAVAGE, datetime.now(UTC)
    ) | {"accept": ACTIVITY}
    if body is not None:
        headers |= {"content-type": ACTIVITY, "content-length": str(len(body))}
    path = urlsplit(url).path
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + (body or b"")


@dataclass(slots=True)
class Sink:
    """Takes what comes, and counts it: when each came, and by whom it was addressed."""

    port: int = 0
    came_at: list[float] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    async def answer(self, request: Request) -> Answer:
        if request.method == "POST":
            await request.body(1024 * 1024)
            self.hosts.add(request.header(b"host"))
            self.came_at.append(time.monotonic())
            return Answer(b"", 202)
        return Answer(b"", 404)


@contextmanager
def sink() -> Iterator[Sink]:
    """Listens in a thread of its own."""
    found, loop = Sink(), uvloop.new_event_loop()
    listening = serving.bind("0.0.0.0:0")
    found.port = listening.getsockname()[1]

    async def run() -> None:
        there = serving.Serving(found.answer)
        await there.listen([listening])
        await ended.wait()
        await there.stop()

    ended = asyncio.Event()
    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
        loop.close()
