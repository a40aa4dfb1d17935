"""
Keeping in step with an account that this server is a mirror of: its log is read on from where it was left, and what was
brought to the inbox is kept at once.

    page of the log → each document looked at (`checking_bundles`) → the gate, and noted as kept (`mirroring.keep`)
    at its end: the checkpoint compared with what is here; the actor document; room made
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from martlet.activitypub.build import time as written
from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.federation.mirrors import reading
from martlet.federation.mirrors.files import Files
from martlet.federation.resolving import NetworkResolver
from martlet.jobs.runner import Record
from martlet.model.carrying import Refusal
from martlet.model.errors import MartletError
from martlet.model.names import AccountId, Uri, origin_of
from martlet.model.server import Server
from martlet.network.client import Sign
from martlet.network.errors import NoAnswer
from martlet.network.guard import Target
from martlet.services import covering, mirroring
from martlet.services.checking_bundles import AT_ONCE, Checked, Checker
from martlet.services.ports import Ground
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme
from martlet.storage import mirrored
from martlet.storage.database import Writer
from martlet.storage.mirrored import Mirrored

log = logging.getLogger("martlet.federation")

PAGES = 40
"""Read in one go; the rest follows at the next."""
_KEYS = frozenset({Refusal.OTHER_KEY, Refusal.UNKNOWN_KEY})


@dataclass(slots=True)
class Syncing:
    ground: Ground
    resolver: NetworkResolver

    @property
    def files(self) -> Files:
        return Files(self.ground, self.resolver.fetcher.client)

    async def forget(self, body: str, here: Server) -> None:
        """The job that drops what was kept of an account that is mirrored no more."""
        del here
        account = msgspec.json.decode(body, type=AccountId)
        while await self.ground.store.writing(mirroring.forget_some, account):
            pass
        await self.files.remove_dropped(account)

    async def sync(self, body: str, here: Server) -> Record | None:
        """The job."""
        id = msgspec.json.decode(body, type=AccountId)
        one = await self.ground.store.reading(mirrored.find, id)
        if one is None or one.state != "accepted":
            return None
        try:
            await self._read(one, here)
        except MartletError as error:
            log.info("The log of %s was not read: %s", one.uri[:200], error.message)
            return partial(_failed, one=one, here=here)
        await self.files.fetch_some(one, origin_of(one.uri))
        while await self.ground.store.writing(mirroring.trim, id):
            pass
        await self.files.remove_dropped(id)
        return partial(_read_on, id=id, here=here)

    async def _read(self, one: Mirrored, here: Server) -> None:
        """Raises `MartletError`."""
        base, after, etag = origin_of(one.uri), one.cursor, one.etag
        sign = await self._sign()
        for _ in range(PAGES):
            since = written(one.since_at) if one.since_at else ""
            page = await reading.page(
                self.resolver.fetcher.client, base, one.uri, after, since=since, etag=etag, sign=sign
            )
            if not page.is_new:
                return
            documents = reading.documents(page.lines)
            await self._keep(one, documents, here)
            is_end = not documents or page.after == after
            after, etag = page.after, page.etag if is_end else ""
            await self.ground.store.writing(_note_read, one.account_id, after, etag)
            if is_end:
                await self._compare(one, page.lines, here)
                await self._renew_actor(one, base, sign, here)
                return

    async def _sign(self) -> Sign:
        """Logs of servers with authorized fetch are for those who sign."""
        signer = await self.resolver.fetcher.signer()

        def sign(target: Target) -> dict[str, str]:
            now = self.ground.here.now()
            return http_signatures.sign_request("GET", target.url, None, signer, Scheme.CAVAGE, now)

        return sign

    async def _keep(self, one: Mirrored, lines: Sequence[Line], here: Server) -> None:
        for begin in range(0, len(lines), AT_ONCE):
            checked = await self._checked(one, lines[begin : begin + AT_ONCE], here)
            await self.ground.store.writing(mirroring.keep, one, checked, here)

    async def _checked(self, one: Mirrored, lines: Sequence[Line], here: Server) -> list[Checked]:
        """Where a key is not the one that is known, its owner's server is asked once for those of now."""
        checker = partial(Checker, here, "share", lambda: covering.of_lines(lines))
        checked = await self.ground.store.reading_aside(checker().checked, lines)
        if any(each.why in _KEYS for each in checked):
            try:
                await self.resolver.account(one.uri, anew=True)
            except NoAnswer:
                return checked
            checked = await self.ground.store.reading_aside(checker().checked, lines)
        return checked

    async def _compare(self, one: Mirrored, lines: Sequence[Line], here: Server) -> None:
        """What the log's end says that it holds, and what is here."""
        found = [line for line in lines if line.part == bundles.CHECKPOINTS][-1:]
        for checked in await self._checked(one, found, here):
            if checked.carried is not None and checked.carried.author == one.uri:
                said = checked.document, checked.line.body
                await self.ground.store.writing(mirroring.compare, one.account_id, *said)

    async def _renew_actor(self, one: Mirrored, base: str, sign: Sign, here: Server) -> None:
        """The actor document, byte for byte, so that it can be had here when its own server is away."""
        fetched = await reading.actor(self.resolver.fetcher.client, base, one.uri, sign)
        if fetched is not None:
            checked = await self._checked(one, [fetched], here)
            await self.ground.store.writing(mirroring.keep, one, checked, here)


def _note_read(db: Writer, id: AccountId, cursor: str, etag: str) -> None:
    mirrored.update(db, id, cursor=cursor, etag=etag)


def _read_on(db: Writer, id: AccountId, here: Server) -> None:
    now = here.now_ms()
    mirrored.update(db, id, tried_at=now, contact_at=now, failures=0)


def _failed(db: Writer, one: Mirrored, here: Server) -> None:
    mirrored.update(db, one.account_id, tried_at=here.now_ms(), failures=one.failures + 1)


# -- what is brought ---------------------------------------------------------


def take_brought(db: Writer, actor: Uri, document: dict[str, Any], here: Server) -> None:
    """
    Keep what was brought to the inbox by an account that is mirrored, without waiting until its log is read.

    Only the document inside the act is kept, and only for its own proof.
    """
    one = mirrored.find_accepted(db, actor)
    if one is None:
        return
    inner = document.get("object")
    now = here.now_ms()
    mirrored.update(db, one.account_id, contact_at=now, failures=0, next_at=min(one.next_at, now))
    if not isinstance(inner, dict) or "proof" not in inner:
        return
    line = reading.line_of(inner)
    if line is not None:
        mirroring.keep(db, one, Checker(here, "share").checked(db, [line]), here)
