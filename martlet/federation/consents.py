"""
Whether a quote has its author's consent, as the server of the quoted post says (FEP-044f).

A consent is believed at its own address only; whose it is and for which posts
is looked at when it is recorded (`services.consenting`).
"""

import logging
from dataclasses import dataclass

import msgspec

from martlet.federation.resolving import NetworkResolver
from martlet.model.server import Server
from martlet.services import consenting
from martlet.services.consenting import Look

log = logging.getLogger("martlet.federation")


@dataclass(slots=True)
class Consents:
    resolver: NetworkResolver

    async def look_again(self, body: str, here: Server) -> None:
        """The job that asks for what a quote still lacks: the quoted post, or a consent that could not be had."""
        store, look = self.resolver.fetcher.ground.store, msgspec.json.decode(body, type=Look)
        quoted = await store.reading(consenting.sought, look)
        if quoted is None:
            return
        verified = await self.resolver.consent(quoted, look.consent)
        await store.writing(consenting.looked, look, verified, here)
