"""
Asking mirrors what the root key of an account has said since, while its server is away: which keys count no more, which mirrors
there are, and under which name it goes on. So readers follow somebody whose server was taken though nobody could tell them.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from martlet.federation.resolving import NetworkResolver
from martlet.federation.roads.reading import DOCUMENT, MIRRORS, PATIENCE, MirrorReader
from martlet.model.errors import MartletError
from martlet.model.names import Uri
from martlet.services import hearing_statements
from martlet.signing import continuity

log = logging.getLogger("martlet.federation")

PATH = "/carry/v1/statement"
PAUSE = 300.0
"""Seconds until the mirrors of an account are asked again."""
MOST = 1000
"""Accounts of which is remembered when their mirrors were asked."""


@dataclass(slots=True)
class Hearer:
    reader: MirrorReader
    resolver: NetworkResolver
    _asked_at: dict[Uri, float] = field(default_factory=dict)

    async def hear(self, actors: Sequence[Uri]) -> None:
        now = time.monotonic()
        for actor in actors:
            if now - self._asked_at.get(actor, float("-inf")) < PAUSE:
                continue
            self._asked_at[actor] = now
            if len(self._asked_at) > MOST:
                del self._asked_at[next(iter(self._asked_at))]
            if await self.reader.ground.store.reading(hearing_statements.of_account, actor) is not None:
                await self._ask(actor)

    async def _ask(self, actor: Uri) -> None:
        ground = self.reader.ground
        for gateway in (await self.reader.usable(actor))[:MIRRORS]:
            url = f"{gateway.address}{PATH}?{urlencode({'actor': actor})}"
            try:
                answer = await self.reader.client.get(
                    url, accept=(DOCUMENT,), max_bytes=continuity.LIMIT, deadline=PATIENCE
                )
                if not answer.is_success:
                    continue
                name = await ground.store.writing(hearing_statements.take_in, actor, answer.body, ground.here)
                if name is not None:
                    await self.resolver.account(name, anew=True)
            except MartletError as error:
                log.info("Nothing came of %s: %s", url[:200], error.message)
