"""
Bringing activities to servers that their author's server does not reach, and that know nothing of mirrors.

    author's server   POST {mirror}/carry/v1/push?actor=…   {"activity": {…}, "inboxes": […]}, signed by the author
    mirror            looks at the agreement and the proof, then POSTs it to each inbox with its own HTTP signature

The servers that receive it believe the proof or the linked-data signature inside, with the keys that they know. Only with
the author's consent (`push` in the offer), only what is for everybody, and within six hours: later nobody's home timeline
elsewhere would show it. The mirror is told inboxes of servers, never who follows.
"""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from operator import attrgetter
from urllib.parse import urlencode

import msgspec

from martlet.activitypub import addressing, parse
from martlet.activitypub.things import Act, Boost, Delete, Publish, Revise, Writing
from martlet.federation.asking import Asking, public
from martlet.http.answer import PRIVATE, Answer
from martlet.http.limits import Rule
from martlet.http.request import Request
from martlet.model.accounts import Account
from martlet.model.errors import EvidenceRejected, InvalidInput, NotAllowed, NotFound
from martlet.model.names import Uri, host_of, is_uri
from martlet.model.server import Server
from martlet.network.client import Client, Sign
from martlet.network.errors import AnswerRefused
from martlet.services import delivering, identities
from martlet.services.ports import Ground
from martlet.signing import canonical_json, proofs
from martlet.storage import mirrored, pushes
from martlet.storage.database import Writer
from martlet.storage.mirrors import Mirror
from martlet.storage.pushes import Stuck

WITHIN = 6 * 3_600_000
"""Milliseconds after which what is brought elsewhere is no news there."""
FAILURES = 2
"""Attempts in vain after which a server counts as not reached."""
AT_ONCE = 500
"""Inboxes asked for together."""
LONGEST = 512 * 1024
PUSHES = Rule("pushes for an account", 300, 3600)


MakeSign = Callable[[str, bytes | None], Sign]
"""Gives what signs a request of this method and body."""


class Wanted(msgspec.Struct):
    """What a mirror is asked to bring, and where."""

    activity: msgspec.Raw
    inboxes: list[str]


# -- the author's server -----------------------------------------------------


async def ask(ground: Ground, client: Client, mirror: Mirror, author: Account, sign: MakeSign) -> None:
    """Ask a mirror to bring what waits for servers that are not reached. Raises `NoAnswer`."""
    now = ground.here.now_ms()
    found = await ground.store.reading(pushes.stuck, author.id, now - WITHIN, FAILURES, AT_ONCE)
    for _, each in itertools.groupby(found, key=attrgetter("outgoing_id")):
        some = list(each)
        if b'"proof":' in some[0].body:
            body = msgspec.json.encode(Wanted(msgspec.Raw(some[0].body), [one.inbox for one in some]))
            url = f"{mirror.base}/carry/v1/push?{urlencode({'actor': author.uri})}"
            headers = {"content-type": "application/json"}
            answer = await client.post(url, body, headers=headers, sign=sign("POST", body))
            if not answer.is_success:
                raise AnswerRefused(f"The mirror answers {answer.status}.")
        await ground.store.writing(_note, some, ground.here)


def _note(db: Writer, some: Iterable[Stuck], here: Server) -> None:
    pushes.note_pushed(db, some, here.now_ms())


# -- the mirror --------------------------------------------------------------


@dataclass(slots=True)
class Pushing:
    ground: Ground
    asking: Asking

    async def take(self, request: Request, actor: Uri) -> Answer:
        """Raises `NotFound`, `NotAllowed`, `EvidenceRejected`, `InvalidInput`, `TooOften`, `BodyTooLarge`."""
        one = await self.ground.store.reading(mirrored.find_accepted, actor)
        if one is None:
            raise NotFound
        named = await self.asking.check_sender(request)
        body = await request.body(LONGEST)
        key = await self.asking.signer(self.asking.claim(request, body), named, request.address)
        if key.owner != actor or not one.may_push:
            raise NotAllowed("This mirror does not bring anything for this account.")
        limiter = self.asking.resolver.fetcher.strangers.limiter
        if limiter is not None:
            limiter.count(PUSHES, str(one.account_id))
        try:
            wanted = msgspec.json.decode(body, type=Wanted)
        except msgspec.DecodeError as error:
            raise InvalidInput("It does not say what is to be brought where.") from error
        activity = bytes(wanted.activity)
        document = canonical_json.parse_object(activity)
        self._check(parse.act(document), actor)
        proof = proofs.find(document)
        signed_with = await self.asking.known_key(Uri(proof.key_id)) if proof is not None else None
        if signed_with is None or signed_with.owner != actor:
            raise EvidenceRejected("The proof names no key of its actor.")
        proofs.verify(document, public(signed_with), self.ground.here.now())
        await self.ground.store.writing(_send, activity, _inboxes(wanted.inboxes), self.ground.here)
        return Answer(b"", 202, [PRIVATE])

    def _check(self, act: Act, actor: Uri) -> None:
        """Only news of the account's own, for everybody. Raises `NotAllowed`."""
        if act.actor != actor or not isinstance(act, Publish | Revise | Delete | Boost):
            raise NotAllowed("Only what the account has published is brought anywhere.")
        said = act.post if isinstance(act, Publish | Revise) else None
        if isinstance(said, Writing):
            at = max(said.created_at or 0, said.edited_at or 0)
            is_open = addressing.PUBLIC_NAMES.intersection((*said.to, *said.cc))
            if not is_open or at < self.ground.here.now_ms() - WITHIN:
                raise NotAllowed("Only what is new and for everybody is brought anywhere.")
        elif said is not None:
            raise NotAllowed("Only what is there whole is brought anywhere.")


def _inboxes(wanted: list[str]) -> set[str]:
    """Raises `InvalidInput`."""
    if len(wanted) > AT_ONCE or not all(is_uri(one) and host_of(Uri(one)) for one in wanted):
        raise InvalidInput("These are no inboxes, or too many.")
    return set(wanted)


def _send(db: Writer, activity: bytes, inboxes: set[str], here: Server) -> None:
    identities.ensure_server(db, here)
    delivering.send(db, identities.SERVER, activity, inboxes, here)
