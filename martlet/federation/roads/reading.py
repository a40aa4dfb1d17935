"""
Reading the logs of people whose server is away, at their mirrors.

Two mirrors are read where there are two: one that has fallen behind, or keeps something back, is made up for by the other. None
of them can say anything that the author has not signed (`services/reading_mirrors.py`).
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from martlet.federation.mirrors import reading
from martlet.model.errors import MalformedDocument, MartletError
from martlet.model.names import Uri, host_of
from martlet.model.server import Server
from martlet.network.client import Client
from martlet.network.errors import NoAnswer
from martlet.services import finding_copies, reading_mirrors
from martlet.services.ports import Ground
from martlet.signing import canonical_json
from martlet.storage import gateways
from martlet.storage.gateways import Gateway

log = logging.getLogger("martlet.federation")

DOCUMENT = "application/json"
MIRRORS = 2
"""Read for one account, of those that answer."""
PAGES = 20
"""Read in one go; the rest the next time."""
TIMES = 5
"""In which the whole log of an old name is read."""
PATIENCE = timedelta(seconds=10)
_GONE = 410


@dataclass(slots=True)
class MirrorReader:
    ground: Ground
    client: Client

    async def read(self, actor: Uri, since: int, *, is_news: bool = True) -> bool:
        """
        What an account has written since a moment in milliseconds, as far as it was not read already.

        Returns whether a mirror has answered.
        """
        answered = 0
        for gateway in await self.usable(actor):
            try:
                await self._read_at(gateway, since, is_news=is_news)
            except MartletError as error:
                log.info("Nothing came of %s, which carries %s: %s", gateway.address, actor, error.message)
                continue
            answered += 1
            if answered == MIRRORS:
                break
        return answered > 0

    async def read_old(self, body: str, here: Server) -> None:
        """The job that fetches what somebody who goes on here has written under an old name, and is not in their backup."""
        del here
        for _ in range(TIMES):
            await self.read(msgspec.json.decode(body, type=Uri), 0, is_news=False)

    async def usable(self, actor: Uri) -> list[Gateway]:
        """The servers that carry an account, without this one, its own, and those that are not spoken with."""
        return await self.ground.store.reading(finding_copies.carriers, actor, self.ground.here)

    async def _read_at(self, gateway: Gateway, since: int, *, is_news: bool) -> None:
        """Raises `NoAnswer`, `MalformedDocument`."""
        begun, _, after = gateway.cursor.partition(":")
        etag = gateway.etag
        if begun != str(since):  # it was read for the last time when the server was away before
            after, etag = "", ""
        moment = datetime.fromtimestamp(since / 1000, UTC).isoformat()
        taking = reading_mirrors.Reading(
            self.ground.store, gateway.actor, gateway.address, self.ground.here, is_news
        )
        for _ in range(PAGES):
            page = await reading.page(
                self.client, gateway.address, gateway.actor, after, since=moment, etag=etag if after else ""
            )
            if not page.is_new:
                break
            documents = reading.documents(page.lines)
            await taking.take_in(page.lines)
            is_end = not documents or page.after == after
            after, etag = page.after, page.etag if is_end else ""
            cursor = f"{since}:{after}" if after else ""
            await self.ground.store.writing(gateways.note_read, gateway.actor, gateway.address, cursor, etag)
            if is_end:
                break
        await taking.end()

    async def document(self, name: Uri) -> tuple[dict[str, Any], bool] | None:
        """What mirrors have under a name, and whether it was deleted; not believed yet. None where nobody has it."""
        kind = "object"
        addresses = [one.address for one in await self.usable(name)]
        if addresses:
            kind = "actor"
        else:
            addresses = await self.ground.store.reading(gateways.at_host, host_of(name), MIRRORS)
        for address in addresses[:MIRRORS]:
            if host_of(Uri(address)) in (host_of(name), self.ground.here.host):
                continue
            url = f"{address}/carry/v1/{kind}?{urlencode({'id': name})}"
            try:
                answer = await self.client.get(url, accept=(DOCUMENT,), deadline=PATIENCE)
                if answer.is_success or answer.status == _GONE:
                    return canonical_json.parse_object(answer.body), answer.status == _GONE
            except (NoAnswer, MalformedDocument) as error:
                log.info("Nothing came of %s: %s", url[:200], error.message)
        return None
