"""
What is added to an activity just before it is first sent: a linked-data signature, where `martlet[ld]` is installed.

Once for each activity, however many servers it goes to: it is kept with it. Only what everybody may read gets
one, which is what carries a proof (`services/documenting.py`).
"""

import asyncio
import logging
from dataclasses import dataclass, field

from martlet.activitypub import build
from martlet.model.names import Uri
from martlet.services.ports import Ground
from martlet.signing import canonical_json, linked_data
from martlet.signing.http_signatures import Signer
from martlet.signing.linked_data import NotLinkedData
from martlet.storage import deliveries
from martlet.storage.deliveries import Delivery

log = logging.getLogger("martlet.federation")


@dataclass(slots=True)
class Finisher:
    ground: Ground
    _under_way: dict[int, asyncio.Task[bytes]] = field(default_factory=dict)

    async def finished(self, delivery: Delivery, signer: Signer) -> bytes:
        """The bytes to send."""
        if delivery.is_finished or not linked_data.is_installed() or b'"proof":' not in delivery.body:
            return delivery.body
        id = delivery.outgoing_id
        task = self._under_way.get(id)
        if task is None:
            task = self._under_way[id] = asyncio.create_task(self._finish(delivery, signer))
            task.add_done_callback(lambda _: self._under_way.pop(id, None))
        return await asyncio.shield(task)

    async def _finish(self, delivery: Delivery, signer: Signer) -> bytes:
        store, id = self.ground.store, delivery.outgoing_id
        kept = await store.reading(deliveries.find_finished, id)
        if kept is not None:
            return kept
        body = await asyncio.to_thread(self._with_signature, delivery.body, signer)
        await store.writing(deliveries.finish, id, body)
        return body

    def _with_signature(self, body: bytes, signer: Signer) -> bytes:
        document = canonical_json.parse_object(body)
        if "proof" not in document or signer.key_id != build.rsa_key_id(Uri(str(document.get("actor")))):
            return body
        try:
            signed = linked_data.sign(document, signer.key, signer.key_id, self.ground.here.now())
        except NotLinkedData as error:
            log.info("%s goes without a signature for old servers: %s", document.get("id"), error)
            return body
        except Exception:  # whatever the library stumbles over: what goes out is good without it
            log.exception("%s goes without a signature for old servers", document.get("id"))
            return body
        return canonical_json.encode(signed)
