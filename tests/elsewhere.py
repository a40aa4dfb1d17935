"""
Another server, made of what it would answer: accounts with keys, documents, and inboxes that keep what comes.

    there = Elsewhere()                                     # peer.example
    eve = there.person("eve")
    application = app.build_on(ground, settings, there)     # takes the place of the network
    api.run(there.send(api, eve.follow("http://localhost:3000/users/ada")))
    api.work()
    assert there.received[0]["type"] == "Accept"
"""

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlsplit

from martlet.activitypub.addressing import PUBLIC
from martlet.network import guard
from martlet.network.answers import Answer, Judge
from martlet.network.client import Client
from martlet.network.errors import AnswerTooLarge, Unreachable
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme, Signer
from martlet.signing.keys import PrivateKey
from tests.client import Api, Loop, Reply

Document = dict[str, Any]
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/data-integrity/v2"]
_numbers = count(1)


_make_rsa = PrivateKey.make_rsa  # none that anybody here may be given (`tests.quickly`)


@cache
def rsa(name: str) -> PrivateKey:
    """Making one takes long; one for each name is enough."""
    del name
    return _make_rsa()


@dataclass(slots=True)
class Person:
    """Somebody on another server."""

    uri: str
    username: str
    key: PrivateKey
    ed25519: PrivateKey
    extra: Document = field(default_factory=dict)

    @property
    def signer(self) -> Signer:
        return Signer(f"{self.uri}#main-key", self.key)

    @property
    def document(self) -> Document:
        return {
            "@context": CONTEXT,
            "id": self.uri,
            "type": "Person",
            "preferredUsername": self.username,
            "inbox": f"{self.uri}/inbox",
            "followers": f"{self.uri}/followers",
            "publicKey": {
                "id": f"{self.uri}#main-key",
                "owner": self.uri,
                "publicKeyPem": self.key.public.to_pem(),
            },
            "assertionMethod": [
                {
                    "id": f"{self.uri}#ed25519-key",
                    "type": "Multikey",
                    "controller": self.uri,
                    "publicKeyMultibase": self.ed25519.public.to_multibase(),
                }
            ],
            **self.extra,
        }

    def act(self, kind: str, what: Any, **more: Any) -> Document:
        return {
            "@context": CONTEXT,
            "id": f"{self.uri}/acts/{next(_numbers)}",
            "type": kind,
            "actor": self.uri,
            "object": what,
            **more,
        }

    def note(self, content: str = "<p>Hello</p>", **more: Any) -> Document:
        return {
            "@context": CONTEXT,
            "id": f"{self.uri}/posts/{next(_numbers)}",
            "type": "Note",
            "attributedTo": self.uri,
            "content": content,
            "to": [PUBLIC],
            "cc": [f"{self.uri}/followers"],
            **more,
        }


def _page(status: int, url: str) -> Answer:
    return Answer(status, {"content-type": "text/html"}, b"<h1>Not this way</h1>", url)


class Elsewhere(Client):
    """One or more servers; stands in for the network."""

    def __init__(self, host: str = "peer.example") -> None:
        super().__init__("localhost:3000")
        self.host = host
        self.documents: dict[str, Document] = {}
        self.people: dict[str, Person] = {}
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.received: list[Document] = []
        self.delivered: list[tuple[str, Document]] = []
        self.is_down = False
        self.asks_to_wait: int | None = None
        """Seconds in the Retry-After of a 429 that answers whatever is brought."""
        self.doubted: dict[str, bytes] = {}
        """Whose activities are answered 429, and what that answer says."""
        self.asks_readers_to_wait: str | None = None
        """The Retry-After of a 429 that answers whoever asks for something."""
        self.silent: set[str] = set()
        """Hosts that do not answer while the others do."""
        self.before: dict[str, int] = {}
        """With which status something that stands before a host answers everything with a page of its own."""
        self.finger: dict[str, str] = {}
        """What WebFinger calls an account, by its uri, where that is not its handle."""
        self.gone: set[str] = set()
        self.broken: set[str] = set()
        self.relays: dict[str, Api] = {}
        """Hosts whose requests another Martlet answers."""
        self._one_at_a_time = threading.Lock()

    def loop(self) -> Loop:
        """What the server runs in that has this network."""
        return asyncio.Runner()

    def person(self, name: str, host: str = "", **extra: Any) -> Person:
        uri = f"https://{host or self.host}/users/{name}"
        found = Person(uri, name, rsa(uri), PrivateKey.make_ed25519(), extra)
        self.people[uri] = found
        return found

    def keep(self, document: Document) -> Document:
        """Have it there for whoever asks."""
        self.documents[document["id"]] = document
        return document

    # -- as a client -----------------------------------------------------

    async def get(self, url: str, **options: Any) -> Answer:
        self.asked.append(url)
        parts = urlsplit(url)
        if self.is_down or url in self.broken or parts.netloc in self.silent:
            raise Unreachable("It does not answer.")
        if parts.netloc in self.before:
            return _page(self.before[parts.netloc], url)
        if parts.netloc in self.relays:
            return await self._relay("GET", url, b"", options)
        if self.asks_readers_to_wait is not None:
            return Answer(429, {"retry-after": self.asks_readers_to_wait}, b"", url)
        if parts.path == "/.well-known/webfinger":
            return self._web_finger(dict(parse_qsl(parts.query))["resource"], parts.netloc, url)
        if url in self.gone:
            return Answer(410, {}, b"", url)
        found = self.documents.get(url) or (self.people[url].document if url in self.people else None)
        if found is None:
            return Answer(404, {}, b"", url)
        kind = {"content-type": "application/activity+json"}
        return Answer(200, kind, json.dumps(found).encode(), found.get("_address", url))

    async def save(
        self,
        url: str,
        into: BinaryIO,
        judge: Judge,
        *,
        headers: Mapping[str, str] | None = None,
        via: object = None,
    ) -> Answer:
        del headers, via
        self.asked.append(url)
        if self.is_down or urlsplit(url).netloc in self.silent:
            raise Unreachable("It does not answer.")
        found = self.files.get(url)
        if found is None or url in self.gone:
            return Answer(410 if url in self.gone else 404, {}, b"", url)
        if len(found) > judge(found[:1024]):
            raise AnswerTooLarge("It is too large.")
        into.write(found)
        return Answer(200, {}, b"", url)

    def _web_finger(self, resource: str, host: str, url: str) -> Answer:
        name = resource.removeprefix("acct:").partition("@")[0]
        uri = f"https://{host}/users/{name}"
        if uri not in self.people:
            return Answer(404, {}, b"", url)
        link = {"rel": "self", "type": "application/activity+json", "href": uri}
        subject = self.finger.get(uri, f"acct:{name}@{host}")
        body = json.dumps({"subject": subject, "links": [link]}).encode()
        return Answer(200, {"content-type": "application/jrd+json"}, body, url)

    async def _relay(self, method: str, url: str, body: bytes, options: dict[str, Any]) -> Answer:
        """What another Martlet answers, which is called by the name that it has for itself."""
        parts, target = urlsplit(url), guard.parse(url)
        api, signed = self.relays[parts.netloc], options.get("sign")
        headers = {"accept": ", ".join(options.get("accept") or ("*/*",)), **(options.get("headers") or {})}
        headers |= {"host": api.host, **(signed(target) if signed is not None else {})}
        path = parts.path + (f"?{parts.query}" if parts.query else "")

        def call() -> Reply:
            with self._one_at_a_time:  # it has one loop, and we may want several things at once
                return api.call(method, path, body=body, headers=headers)

        reply = await asyncio.to_thread(call)
        return Answer(reply.status, reply.headers, reply.body, url)

    async def post(self, url: str, body: bytes, **options: Any) -> Answer:
        if self.is_down or urlsplit(url).netloc in self.silent:
            self.asked.append(url)
            raise Unreachable("It does not answer.")
        if urlsplit(url).netloc in self.before:
            return _page(self.before[urlsplit(url).netloc], url)
        if urlsplit(url).netloc in self.relays and "/carry/v1/inbox" not in url:
            return await self._relay("POST", url, body, options)
        if self.asks_to_wait is not None:
            self.asked.append(url)
            return Answer(429, {"retry-after": str(self.asks_to_wait)}, b"", url)
        if self.doubted and (said := self.doubted.get(json.loads(body)["actor"])) is not None:
            self.asked.append(url)
            return Answer(429, {"retry-after": "7200"}, said, url)
        self.received.append(json.loads(body))
        self.delivered.append((url, json.loads(body)))
        return Answer(202, {}, b"", url)

    async def close(self) -> None:
        pass

    # -- as a server -----------------------------------------------------

    def send(
        self,
        api: Api,
        document: Document,
        signer: Person | None = None,
        *,
        path: str = "/inbox",
        signed_for: str = "",
        in_place_of_body: bytes | None = None,
        scheme: Scheme = Scheme.CAVAGE,
        changed: Mapping[str, str] | None = None,
        body: bytes | None = None,
        at: datetime | None = None,
    ) -> Reply:
        """Bring an act to an inbox, signed by its actor or whoever else."""
        sender = signer or self.people[document["actor"]]
        sent = body if body is not None else json.dumps(document).encode()
        signed = http_signatures.sign_request(
            "POST",
            f"http://localhost:3000{signed_for or path}",
            sent,
            sender.signer,
            scheme,
            at or datetime.now(UTC),
        )
        headers = {**signed, "content-type": "application/activity+json", **(changed or {})}
        return api.post(path, body=in_place_of_body or sent, headers=headers)

    def fetch(self, api: Api, path: str, signer: Person) -> Reply:
        """A document, asked for in somebody's name."""
        url, now = f"http://localhost:3000{path}", datetime.now(UTC)
        signed = http_signatures.sign_request("GET", url, None, signer.signer, Scheme.CAVAGE, now)
        return api.get(path, headers={**signed, "accept": "application/activity+json"})

    def bring(self, api: Api, document: Document, signer: Person | None = None) -> None:
        """The same, and have it worked off."""
        reply = self.send(api, document, signer)
        assert reply.status == 202, reply.body
        api.work()
