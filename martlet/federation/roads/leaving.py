"""
Leaving at a mirror what is for somebody whose server is away, so that the server can fetch it there.

It stays queued for the server itself, which takes each once, whichever way it comes. A mirror's operator reads what is left
with them: so only what everybody may read is, and likes and follows, which are signed for it. What is for few waits.
"""

import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from martlet.activitypub import build
from martlet.activitypub.values import uri as uri_in
from martlet.federation import fetching
from martlet.federation.roads.reading import MirrorReader
from martlet.model.errors import MalformedDocument
from martlet.model.names import Uri, host_of
from martlet.model.server import Server
from martlet.network import signed
from martlet.network.client import Client
from martlet.network.errors import NoAnswer
from martlet.services import documenting, identities
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.signing.http_signatures import Signer
from martlet.signing.server_keys import ServerSecret
from martlet.storage import accounts, deliveries, gateways, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.deliveries import Delivery

log = logging.getLogger("martlet.federation")

AT_ONCE = 100
"""Activities for one server that are left in one go."""
MOST_NAMED = 50
_SIGNED_FOR_IT = frozenset({"Like", "Follow", "Undo"})


@dataclass(slots=True)
class Leaver:
    ground: Ground
    client: Client
    reader: MirrorReader

    async def leave_all(self, host: str) -> int:
        """What waits for a server that is away and was not left anywhere yet; returns how much was left now."""
        left = 0
        for delivery in await self.ground.store.reading(deliveries.not_left, host, AT_ONCE):
            actor, body = await self.ground.store.writing(
                _addressed, delivery, self.ground.secret, self.ground.here
            )
            if actor is None:
                await self.ground.store.writing(deliveries.note_left, delivery, 0)
            elif await self._leave(delivery, actor, body):
                left += 1
                await self.ground.store.writing(deliveries.note_left, delivery, self.ground.here.now_ms())
        return left

    async def _leave(self, delivery: Delivery, actor: Uri, body: bytes) -> bool:
        """At the first mirror that takes it."""
        uri = await self.ground.store.reading(_uri, delivery)
        if uri is None:
            return False
        signer = Signer(build.rsa_key_id(uri), await identities.request_key(self.ground, delivery.sender_id))
        for gateway in await self.reader.usable(actor):
            if not gateway.is_listed:
                continue
            scheme = await self.ground.store.reading(fetching.scheme_of, host_of(Uri(gateway.address)))
            url = f"{gateway.address}/carry/v1/inbox?{urlencode({'actor': actor})}"
            try:
                answered = await signed.post(self.client, url, body, signer, scheme)
            except NoAnswer as error:
                log.info("%s does not answer: %s", gateway.address, error.message)
                continue
            if answered.answer.is_success:
                return True
            log.info("%s does not take what is for %s: %d", gateway.address, actor, answered.answer.status)
        return False


def _uri(db: Reader, delivery: Delivery) -> Uri | None:
    found = accounts.find(db, delivery.sender_id)
    return None if found is None else found.uri


def _addressed(
    db: Writer, delivery: Delivery, secret: ServerSecret, here: Server
) -> tuple[Uri | None, bytes]:
    """For whom an activity can be left, and its signed bytes; None where it is not for mirrors."""
    try:
        document = canonical_json.parse_object(delivery.body)
    except MalformedDocument:
        return None, b""
    actor = next(
        (
            name
            for name in _named(db, document)
            if host_of(name) == delivery.host and gateways.of_actor(db, name)
        ),
        None,
    )
    if actor is None or "proof" in document:
        return actor, delivery.body
    sender = accounts.find(db, delivery.sender_id)
    if document.get("type") not in _SIGNED_FOR_IT or sender is None or sender.is_gone:
        return None, b""
    return actor, documenting.signed(db, document, sender, secret, here)


def _named(db: Reader, document: dict[str, Any]) -> list[Uri]:
    """Whom an activity is for: those it is addressed to, whom its post answers, whose post it likes or boosts."""
    thing = document.get("object")
    inner: dict[str, Any] = thing if isinstance(thing, dict) else {}
    found: list[object] = []
    for value in (document.get("to"), document.get("cc"), thing, inner.get("object")):
        found += value if isinstance(value, list) else [value]
    names = [name for name in map(uri_in, found[:MOST_NAMED]) if name is not None]
    answered = uri_in(inner.get("inReplyTo")) or uri_in(inner.get("object")) or uri_in(thing)
    post = uris.find_post(db, answered) if answered is not None else None
    author = accounts.find(db, post.author_id) if post is not None else None
    return [*([] if author is None else [author.uri]), *names]
