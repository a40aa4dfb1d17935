"""
What other servers bring: checked, written down, answered 202; the rest is a job's.

    taken before? → sender's server → size → signature → who signed it → written down once, by its name → 202
    nothing needed from elsewhere (`at_once`): `services.intake.accept` in the same transaction
    else a job: what is needed from elsewhere → `services.intake.accept`, one transaction

An act that somebody else brings than its actor is believed for its proof
(FEP-8b32), or as far as its actor's own server confirms it.
"""

import logging
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import msgspec

from martlet.activitypub import own_names, packs, parse
from martlet.activitypub.kinds import kind_of
from martlet.activitypub.things import (
    Act,
    Add,
    Boost,
    ChangeProfile,
    Delete,
    Forwarded,
    Move,
    Publish,
    RequestFeature,
    RequestQuote,
    RequestReply,
    Revise,
    Writing,
)
from martlet.federation import at_once, replays
from martlet.federation.asking import Asking, public
from martlet.federation.forwarding import Forwarding
from martlet.federation.kept import Kept, Read
from martlet.federation.mirrors.syncing import take_brought
from martlet.federation.replays import Taken
from martlet.federation.resolving import NetworkResolver
from martlet.federation.roads.offering import Offering
from martlet.http.answer import Answer
from martlet.http.request import Request
from martlet.jobs.runner import Record
from martlet.model.errors import (
    EvidenceRejected,
    MalformedDocument,
    MartletError,
    NotFound,
    TooMany,
    Unavailable,
)
from martlet.model.evidence import Evidence, FetchedFrom, IntegrityProof, SignedRequest
from martlet.model.names import Uri, host_of, origin_of
from martlet.model.server import Server
from martlet.network.errors import NoAnswer
from martlet.services import (
    approving,
    consenting,
    consenting_to_packs,
    intake,
    moving,
    pinning,
    quoting,
    receiving,
)
from martlet.services.consenting import Verified
from martlet.services.ports import Ground
from martlet.signing import canonical_json, proofs
from martlet.storage import accounts, events, incoming, posts, remotes, uris
from martlet.storage.database import Reader, Writer
from martlet.storage.incoming import Incoming

log = logging.getLogger("martlet.federation")

TAKE_IN = "take_in_activity"
LIMIT = 1024 * 1024
LEFT_OUT = (EvidenceRejected, MalformedDocument, NotFound, TooMany, NoAnswer)
"""Why nothing comes of an activity, however often it were tried."""


@dataclass(slots=True)
class Inbox:
    ground: Ground
    asking: Asking
    resolver: NetworkResolver
    offering: Offering
    taken: Taken = field(default_factory=Taken)
    _kept: Kept = field(default_factory=Kept)

    # -- at the door -----------------------------------------------------

    async def take(self, request: Request) -> Answer:
        """Raises `EvidenceRejected`, `MalformedDocument`, `BodyTooLarge`, `TooOften`."""
        mark, now = replays.mark_of(request), self.ground.here.now_ms()
        if self.taken.has(mark, now):
            return Answer(b"", 202)
        self.resolver.fetcher.strangers.request(request.address)
        named = await self.asking.check_sender(request)
        body = await request.body(LIMIT)
        claim = self.asking.claim(request, body)
        document, act = _read(body, named.key.owner if named.key is not None else _owner_of(named.key_id))
        if await self._is_farewell_of_strangers(act):
            return Answer(b"", 202)
        key = await self.asking.signer(claim, named, request.address)
        await self.hand_in_as_brought(key.owner, document, act, body)
        self.taken.put(mark, now)
        return Answer(b"", 202, await self.offering.hint(host_of(key.owner)))

    async def hand_in_as_brought(self, signer: Uri, document: dict[str, Any], act: Act, body: bytes) -> None:
        """Write down what an account has certainly sent. Raises `EvidenceRejected` for what it cannot say."""
        if act.actor != signer and "proof" not in document and not isinstance(act, Publish | Revise | Delete):
            raise EvidenceRejected("This was not sent by whom it names.")
        now = self.ground.here.now_ms()
        one = Incoming(self.ground.here.next_id(), signer, act.uri, body)
        if await self._takes_effect(one, document, act, now):
            return
        self._kept.put(one, (document, act), now)
        if not await self.ground.store.writing(_write_down, one, now):
            self._kept.take(one.id)

    async def _takes_effect(self, one: Incoming, document: dict[str, Any], act: Act, now: int) -> bool:
        """Whether it was taken in at once, now or before. What fails is left to the job, which tells and tries again."""
        if act.actor != one.signer or not at_once.may_need_nothing(act):
            return False
        try:
            act, evidence = await self._own(act, document, one.body)
            said = _Believed(one, act, evidence, document)
            return await self.ground.store.writing(_take_at_once, said, self.ground.here, now)
        except Unavailable:
            raise
        except EvidenceRejected:
            return False
        except Exception:
            log.exception("%s could not be taken in at once", one.uri[:200])
            return False

    async def hand_in(self, actor: Uri, name: Uri, body: bytes) -> None:
        """Take in an act that came by another road, after its proof was seen to be its actor's."""
        one = Incoming(self.ground.here.next_id(), actor, name, body)
        await self.ground.store.writing(_write_down, one, self.ground.here.now_ms())

    async def _is_farewell_of_strangers(self, act: Act) -> bool:
        """Servers tell everybody when an account is gone; its key cannot be had any more."""
        if not isinstance(act, Delete) or act.target != act.actor:
            return False
        return await self.ground.store.reading(accounts.find_by_uri, act.actor) is None

    # -- the job ---------------------------------------------------------

    async def take_in(self, body: str, here: Server) -> Record | None:
        """Gather what is needed; returns what records the activity and that it is worked off."""
        id = msgspec.json.decode(body, type=int)
        kept = self._kept.take(id)
        one = kept[0] if kept is not None else await self.ground.store.reading(incoming.find, id)
        if one is None:
            return None
        try:
            document, said = kept[1] if kept is not None else _read(one.body, one.signer)
            act, evidence = await self._believed(said, document, one)
            if isinstance(act, Revise) and await self.ground.store.reading(_is_only_named, act):
                act, evidence = await self._confirmed(act)
            if isinstance(act, Forwarded):
                await Forwarding(self.ground, self.resolver, self._confirmed).take(act, evidence, here)
                return partial(incoming.finish, id=one.id)
            if isinstance(act, RequestFeature):
                act = await self._with_pack(act)
            act, verified = await self._gather(act)
        except LEFT_OUT as error:
            _tell_left_out(one, error)
            return partial(incoming.finish, id=one.id)
        return partial(_work_off, said=_Believed(one, act, evidence, document, verified), here=here)

    async def _believed(self, act: Act, document: dict[str, Any], one: Incoming) -> tuple[Act, Evidence]:
        """The act with the evidence for it. Raises `EvidenceRejected` or what fetching raises."""
        if act.actor == one.signer:
            return await self._own(act, document, one.body)
        if host_of(act.actor) == self.ground.here.host:
            raise EvidenceRejected("This is called as if this server had sent it.")
        await self.resolver.account(act.actor)
        if "proof" in document:
            await self._check_proof(document, act.actor)
            return self._named_here(act, one.body), IntegrityProof(act.actor)
        act, evidence = await self._confirmed(act)
        return self._named_here(act, one.body), evidence

    async def _own(self, act: Act, document: dict[str, Any], body: bytes) -> tuple[Act, Evidence]:
        """The same for an act whose actor sent it. Raises `EvidenceRejected`."""
        await self._check_own_proof(document, act.actor)
        return self._named_here(act, body), SignedRequest(act.actor)

    def _named_here(self, act: Act, body: bytes) -> Act:
        here = self.ground.here
        return own_names.named_here(act, here) if own_names.speaks_of_pages(body, here) else act

    async def _check_own_proof(self, document: dict[str, Any], actor: Uri) -> None:
        """Who sends it is known; a proof of a kind that we read must be good all the same."""
        try:
            proof = proofs.find(document)
        except proofs.ProofRejected:
            return
        if proof is None:
            return
        key = await self.asking.known_key(Uri(proof.key_id))
        if key is not None:
            if key.owner != actor:
                raise EvidenceRejected("The proof is somebody else's.")
            proofs.verify(document, public(key), self.ground.here.now())

    async def _check_proof(self, document: dict[str, Any], actor: Uri) -> None:
        proof = proofs.find(document)
        key = await self.asking.known_key(Uri(proof.key_id)) if proof is not None else None
        if key is None or key.owner != actor:
            raise EvidenceRejected("The proof names no key of its author.")
        proofs.verify(document, public(key), self.ground.here.now())

    async def _confirmed(self, act: Act) -> tuple[Act, Evidence]:
        """What a stranger brings, as its author's own server has it now."""
        if isinstance(act, Publish | Revise):
            name = act.post.uri if isinstance(act.post, Writing) else act.post
            said, evidence = await self.resolver.writing(name)
            if said.author != act.actor:
                raise EvidenceRejected("The post has another author.")
            return type(act)(act.uri, act.actor, said), evidence
        if isinstance(act, Delete) and origin_of(act.target) == origin_of(act.actor):
            if await self.resolver.is_gone(act.target):
                return act, FetchedFrom(act.target)
            raise EvidenceRejected("What was deleted is still there.")
        raise EvidenceRejected("This was not sent by whom it names.")

    async def _gather(self, act: Act) -> tuple[Act, Verified | None]:
        """What has to be known before the act is recorded, as far as it can be had; and the act as it is to be recorded."""
        if isinstance(act, ChangeProfile):
            return await self._with_profile(act), None
        if isinstance(act, Boost):
            return replace(act, target=await self._gather_named(act.actor, act.target)), None
        if not isinstance(act, Publish | Revise) or not isinstance(act.post, Writing):
            await self._gather_other(act)
            return act, None
        answered, verified = await self._gather_around(act.post)
        if answered != act.post.reply_to:
            act = replace(act, post=msgspec.structs.replace(act.post, reply_to=answered))
        return act, verified

    async def _gather_other(self, act: Act) -> None:
        match act:
            case RequestQuote() | RequestReply():
                await self._gather_requested(act)
            case Publish(_, _, name) | Revise(_, _, name):
                await self._gather_named(act.actor, Uri(str(name)))
            case Move():
                await self._gather_move(act, self.ground.here)
            case Add():
                if await self.ground.store.reading(_is_featured, act):
                    await self._gather_named(act.actor, act.target)

    async def _with_profile(self, act: ChangeProfile) -> ChangeProfile:
        """The account as its server has it now says all; of one that is suspended there may be nothing but the word of it."""
        if act.account != act.actor:
            return replace(act, is_suspended=False)
        try:
            await self.resolver.account(act.actor, anew=True)
        except MartletError:
            if not act.is_suspended:
                raise
            return act
        return replace(act, is_suspended=False)

    async def _gather_around(self, said: Writing) -> tuple[Uri | None, Verified | None]:
        """What a post answers, whom it names, what it quotes; returns what it answers by its own name."""
        answered = said.reply_to
        if said.choice is not None or not (answered or said.mentions or said.quote_of):
            return answered, None
        is_wanted = await self.ground.store.reading(_is_wanted, said)
        if is_wanted:
            answered = await self.resolver.above(answered)
            await self.resolver.people([one.uri for one in said.mentions])
        if is_wanted or await self.ground.store.reading(_is_known_of, said):
            return answered, await self.resolver.quote(said)
        return answered, None

    async def _gather_requested(self, act: RequestQuote | RequestReply) -> None:
        """A quote or an answer that somebody here will consent to, or may."""
        said = act.quote if isinstance(act, RequestQuote) else act.reply
        if not await self.ground.store.reading(_may_be_granted, act):
            return
        if isinstance(said, Writing):
            await self.resolver.people([one.uri for one in said.mentions])
            return
        try:
            await self.resolver.post(said)
        except MartletError as error:
            log.info("Nothing came of %s: %s", said[:200], error.message)

    async def _with_pack(self, act: RequestFeature) -> RequestFeature:
        """With the pack as its own server has it, where somebody here may be put into it."""
        if not await self.ground.store.reading(consenting_to_packs.is_asked_of_ours, act):
            return act
        try:
            found = await self.resolver.fetcher.document(act.pack_uri)
            return replace(act, pack=packs.said(found.document))
        except MartletError as error:
            log.info("Nothing came of %s: %s", act.pack_uri[:200], error.message)
            return act

    async def _gather_move(self, act: Move, here: Server) -> None:
        """Both accounts as their own servers have them now, the new one first: it says whom it is also known as."""
        if await self.ground.store.reading(moving.is_worth_a_look, act.actor, here):
            for uri in (act.target, act.actor):
                try:
                    await self.resolver.account(uri, anew=True)
                except MartletError as error:
                    log.info("Nothing came of %s: %s", uri[:200], error.message)

    async def _gather_named(self, actor: Uri, name: Uri) -> Uri:
        """A post that somebody whom people here follow names, perhaps by the address of its page; its own name."""
        if await self.ground.store.reading(_is_followed, actor):
            try:
                return await self.resolver.post(name)
            except MartletError as error:
                log.info("Nothing came of %s: %s", name[:200], error.message)
        return name


def _read(body: bytes, signer: Uri) -> Read:
    """A request to feature somebody may leave out who makes it (FEP-7aa9): then it is who signs."""
    document = canonical_json.parse_object(body)
    if "actor" not in document and kind_of(document) == "FeatureRequest":
        document = {**document, "actor": signer}
    return document, parse.act(document)


def _owner_of(key_id: str) -> Uri:
    """Whose key it is, as far as its name says; whoever it really is is looked at afterwards."""
    return Uri(key_id.partition("#")[0])


def _write_down(db: Writer, one: Incoming, now: int) -> bool:
    """False where it was written down before."""
    is_new = incoming.insert(db, one, now)
    if is_new:
        events.add_job(db, TAKE_IN, msgspec.json.encode(one.id).decode(), now)
    return is_new


@dataclass(frozen=True, slots=True)
class _Believed:
    """An act with what says that its actor did it, the document it was read from, and what is known of a quote's consent."""

    one: Incoming
    act: Act
    evidence: Evidence
    document: dict[str, Any]
    verified: Verified | None = None


def _take_at_once(db: Writer, said: _Believed, here: Server, now: int) -> bool:
    """False where something may be needed from elsewhere, and nothing was done."""
    if not at_once.needs_nothing(db, said.act, here):
        return False
    if at_once.is_known_by_its_post(said.act) or incoming.insert_worked_off(db, said.one, now):
        _take_effect(db, said, here)
    return True


def _work_off(db: Writer, said: _Believed, here: Server) -> None:
    _take_effect(db, said, here)
    incoming.finish(db, said.one.id)


def _take_effect(db: Writer, said: _Believed, here: Server) -> None:
    act = said.act
    losing = consenting.losing(db, act) if isinstance(act, Delete) else []
    try:
        intake.accept(db, act, said.evidence, here, said.verified)
    except LEFT_OUT as error:  # before anything was written
        _tell_left_out(said.one, error)
        losing = []
    if isinstance(act, Publish | Revise | Delete | ChangeProfile | Boost):
        take_brought(db, act.actor, said.document, here)
    if losing and isinstance(act, Delete):
        consenting.hand_on(db, act, said.one.body, losing, here)


def _tell_left_out(one: Incoming, error: MartletError) -> None:
    why = "cannot be confirmed" if isinstance(error, NoAnswer) else "is left out"
    log.info("%s from %s %s: %s", one.uri[:200], one.signer[:200], why, error.message)


def _is_wanted(db: Reader, said: Writing) -> bool:
    author = accounts.find_by_uri(db, said.author)
    return (
        author is not None and uris.find_post(db, said.uri) is None and receiving.is_wanted(db, said, author)
    )


def _is_only_named(db: Reader, act: Revise) -> bool:
    """Whether a post of the actor's, which is known, has to be fetched to see what has changed."""
    if isinstance(act.post, Writing):
        return False
    post, author = uris.find_post(db, act.post), accounts.find_by_uri(db, act.actor)
    return post is not None and author is not None and post.author_id == author.id


def _is_known_of(db: Reader, said: Writing) -> bool:
    """Whether it is a post that its author has here already."""
    author, post = accounts.find_by_uri(db, said.author), uris.find_post(db, said.uri)
    return author is not None and post is not None and post.author_id == author.id


def _may_be_granted(db: Reader, act: RequestQuote | RequestReply) -> bool:
    return _may_quote(db, act) if isinstance(act, RequestQuote) else _may_reply(db, act)


def _may_quote(db: Reader, act: RequestQuote) -> bool:
    actor, quoted = accounts.find_by_uri(db, act.actor), uris.find_post(db, act.target)
    if actor is None or quoted is None or not quoted.is_local:
        return False
    if origin_of(act.quote_uri) != origin_of(act.actor):
        return False
    post = posts.find(db, quoted.id, viewer=actor.id)
    return post is not None and quoting.may_quote(db, post, actor.id)


def _may_reply(db: Reader, act: RequestReply) -> bool:
    actor = accounts.find_by_uri(db, act.actor)
    found = approving.may_request(db, act, actor) if actor is not None else None
    return found is not None and found[1] != "denied"


def _is_featured(db: Reader, act: Add) -> bool:
    actor = accounts.find_by_uri(db, act.actor)
    is_own = origin_of(act.target) == origin_of(act.actor)
    return actor is not None and is_own and pinning.collection(db, actor.id) == act.collection


def _is_followed(db: Reader, actor: Uri) -> bool:
    account = accounts.find_by_uri(db, actor)
    return account is not None and remotes.has_follower_here(db, account.id)
