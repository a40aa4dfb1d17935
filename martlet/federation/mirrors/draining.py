"""
Fetching what others have left for somebody here at one of their mirrors, and how far the mirror is.

Each act is looked at by its proof, then takes the ordinary road of what is brought to the inbox; a post that a device of the
account's own has sealed is opened and published (`services.unsealing`). The mirror is told which have arrived. What came by two
roads is one act: it has one name and one actor, whose key signed it.
"""

import hashlib
import logging
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import msgspec

from martlet.activitypub import build, parse
from martlet.archives import bundles
from martlet.archives.bundles import Line
from martlet.federation.asking import public
from martlet.federation.inbox import Inbox
from martlet.federation.mirrors import pushing, reading, waiting
from martlet.jobs.runner import Record
from martlet.model.accounts import Account
from martlet.model.errors import EvidenceRejected, MartletError, Unavailable
from martlet.model.names import AccountId, Uri, host_of
from martlet.model.server import Server
from martlet.network.client import Client, Sign
from martlet.network.errors import AnswerRefused, NoAnswer
from martlet.network.guard import Target
from martlet.services import adopting, identities, unsealing
from martlet.services.ports import Ground
from martlet.signing import canonical_json, http_signatures, proofs, sealed_posts
from martlet.signing.http_signatures import Scheme, Signer
from martlet.storage import accounts, adoptions, logs, mirrors
from martlet.storage.database import Reader, Writer
from martlet.storage.mirrors import Mirror

log = logging.getLogger("martlet.federation")

PAGES = 20
MOST_BYTES = max(reading.MOST_BYTES, sealed_posts.LONGEST + 1)
LOOK_PAUSE = 600_000
"""Milliseconds after which a mirror is asked again how far it is."""
_AT_ITS_END = str(10**17)
_DOCUMENTS = "application/jsonl"
_SEALED = b'"type":"%b","version":1}' % sealed_posts.TYPE.encode()
"""How the canonical form of a sealed post ends."""


@dataclass(slots=True)
class Draining:
    ground: Ground
    inbox: Inbox
    client: Client

    async def drain(self, body: str, here: Server) -> Record | None:
        """The job."""
        found = await self.ground.store.reading(_mirror, msgspec.json.decode(body, type=int))
        if found is None:
            return None
        mirror, author = found
        signer = Signer(build.rsa_key_id(author.uri), await identities.request_key(self.ground, author.id))
        try:
            await self._fetch_all(mirror.base, author.uri, signer, here)
            kept = mirror.kept_sequence
            is_due = here.now_ms() - mirror.looked_at >= LOOK_PAUSE
            if is_due:
                kept = await self._how_far(mirror, author, signer)
            if mirror.may_push:
                sign = partial(self._signing, signer=signer)
                await pushing.ask(self.ground, self.client, mirror, author, sign)
        except MartletError as error:
            log.info("The mirror %s was not asked: %s", mirror.base, error.message)
            return partial(_failed, mirror=mirror)
        return partial(_heard, mirror=mirror, kept=kept, is_looked_at=is_due, here=here)

    async def drain_old_name(self, body: str, here: Server) -> Record | None:
        """The job for somebody who goes on here: the mirror believes the root key of the name that they had."""
        wanted = msgspec.json.decode(body, type=adopting.Draining)
        found = await self.ground.store.reading(_names, wanted.account)
        if found is None:
            return None
        old, new = found
        signer = Signer(build.rsa_key_id(new), await identities.request_key(self.ground, wanted.account))
        try:
            await self._fetch_all(wanted.base, old, signer, here)
        except MartletError as error:
            log.info("The mirror %s was not asked for %s: %s", wanted.base, old, error.message)
        return partial(adopting.drain_again, wanted=wanted, here=here)

    async def _fetch_all(self, base: str, name: Uri, signer: Signer, here: Server) -> None:
        """What was left at the server `base` for an account of this name. Raises `MartletError`."""
        after = "0"
        for _ in range(PAGES):
            url = f"{base}/carry/v1/queue?{urlencode({'actor': name, 'after': after})}"
            answer = await self.client.get(
                url,
                accept=(_DOCUMENTS,),
                max_bytes=MOST_BYTES,
                sign=self._signing("GET", None, signer),
            )
            if not answer.is_success:
                raise AnswerRefused(f"The mirror answers {answer.status}.")
            lines = answer.body.splitlines()
            if not lines:
                return
            taken = [hashlib.sha256(line).hexdigest() for line in lines if await self._take(line, name, here)]
            if taken:
                await self._tell_taken(base, name, signer, taken)
            onward = reading.next_of(answer.headers.get("link", ""), after)
            if onward == after:
                return
            after = onward

    async def _take(self, line: bytes, name: Uri, here: Server) -> bool:
        """Whether the mirror needs to keep it no longer: it was taken in, or never will be."""
        try:
            if line.endswith(_SEALED):
                sealed = canonical_json.parse_object(line, sealed_posts.LONGEST)
                return await unsealing.take(self.ground, sealed, name)
            document = canonical_json.parse_object(line, waiting.LONGEST)
            act = parse.act(document)
            waiting.check_fit(document, act, name)
            if host_of(act.actor) == here.host:
                return True
            await self._check(document, act.actor)
            await self.inbox.hand_in(act.actor, act.uri, line)
        except (NoAnswer, Unavailable):
            return False  # whose it is cannot be looked at just now, or a file of it
        except MartletError as error:
            log.info("Something that was left at a mirror is left out: %s", error.message)
        return True

    async def _check(self, document: dict[str, Any], actor: Uri) -> None:
        """Raises `EvidenceRejected`, `NoAnswer`."""
        await self.inbox.resolver.account(actor)
        proof = proofs.find(document)
        key = await self.inbox.asking.known_key(Uri(proof.key_id)) if proof is not None else None
        if key is None or key.owner != actor:
            raise EvidenceRejected("The proof names no key of its actor.")
        proofs.verify(document, public(key), self.ground.here.now())

    async def _tell_taken(self, base: str, name: Uri, signer: Signer, taken: list[str]) -> None:
        url = f"{base}/carry/v1/queue?{urlencode({'actor': name})}"
        body = msgspec.json.encode({"taken": taken})
        sign = self._signing("POST", body, signer)
        await self.client.post(url, body, headers={"content-type": "application/json"}, sign=sign)

    async def _how_far(self, mirror: Mirror, author: Account, signer: Signer) -> int:
        """The sequence of the newest checkpoint of the author's that the mirror shows."""
        sign = self._signing("GET", None, signer)
        page = await reading.page(self.client, mirror.base, author.uri, _AT_ITS_END, sign=sign)
        last = await self.ground.store.reading(logs.last_sequence, author.id)
        return min(max(map(_sequence, page.lines), default=0), last)

    def _signing(self, method: str, body: bytes | None, signer: Signer) -> Sign:
        def sign(target: Target) -> dict[str, str]:
            now = self.ground.here.now()
            return http_signatures.sign_request(method, target.url, body, signer, Scheme.CAVAGE, now)

        return sign


def _sequence(line: Line) -> int:
    said = canonical_json.parse_object(line.body) if line.part == bundles.CHECKPOINTS else {}
    sequence = said.get("sequence")
    return sequence if isinstance(sequence, int) else 0


def _mirror(db: Reader, id: int) -> tuple[Mirror, Account] | None:
    mirror = mirrors.find(db, id)
    author = accounts.find(db, mirror.account_id) if mirror is not None else None
    if mirror is None or author is None or mirror.state != "accepted" or author.is_gone:
        return None
    return mirror, author


def _names(db: Reader, account: AccountId) -> tuple[Uri, Uri] | None:
    """The one that somebody had, and the one that they have here."""
    adopted, new = adoptions.find(db, account), accounts.find(db, account)
    old = accounts.find(db, adopted.old_account_id) if adopted is not None else None
    if old is None or new is None or new.is_gone:
        return None
    return old.uri, new.uri


def _failed(db: Writer, mirror: Mirror) -> None:
    mirrors.update(db, mirror.id, failures=mirror.failures + 1, error="unreachable")


def _heard(db: Writer, mirror: Mirror, kept: int, here: Server, *, is_looked_at: bool) -> None:
    now = here.now_ms()
    changes: dict[str, object] = {"failures": 0, "error": "", "heard_at": now}
    if is_looked_at:
        changes |= {"looked_at": now, "kept_sequence": kept}
    mirrors.update(db, mirror.id, **changes)
