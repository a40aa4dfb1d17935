"""
What groups hand on of what their members do (FEP-1b12: Lemmy, Mbin, PieFed, NodeBB, WordPress).

An act within an announcement is a hint and no more: what it says is asked of
the server of whoever did it, and only where it concerns somebody here. A post
that begins a thread is boosted by the group; answers are kept where we know
what they answer.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from martlet.activitypub import parse
from martlet.activitypub.things import Act, Boost, Delete, Forwarded, Like, Publish, Revise, Undo, Writing
from martlet.federation.resolving import NetworkResolver
from martlet.model.errors import EvidenceRejected
from martlet.model.evidence import Evidence
from martlet.model.names import Uri, host_of
from martlet.model.server import Server
from martlet.services import intake
from martlet.services.ports import Ground
from martlet.storage import accounts, remotes, uris
from martlet.storage.database import Reader

Confirm = Callable[[Act], Awaitable[tuple[Act, Evidence]]]
"""An act as its actor's own server has it now. Raises `EvidenceRejected` or what fetching raises."""


@dataclass(slots=True)
class Forwarding:
    ground: Ground
    resolver: NetworkResolver
    confirm: Confirm

    async def take(self, hint: Forwarded, evidence: Evidence, here: Server) -> None:
        """`evidence` is for the group's announcement. Raises `EvidenceRejected` or what fetching raises."""
        act, group = hint.act, hint.actor
        if host_of(act.actor) == here.host:
            return  # it comes from us
        if not await self.ground.store.reading(_concerns_somebody, hint):
            return
        if isinstance(act, Publish):
            await self.resolver.post(_named(act.post))
            if _begins_thread(act):
                boost = Boost(hint.uri, group, _named(act.post), hint.to, hint.cc, hint.created_at)
                await self.ground.store.writing(intake.accept, boost, evidence, here)
            return
        await self.resolver.account(act.actor)
        found, own = await (self._fetched(act) if isinstance(act, Like | Undo) else self.confirm(act))
        await self.ground.store.writing(intake.accept, found, own, here)

    async def _fetched(self, hint: Like | Undo) -> tuple[Act, Evidence]:
        """A like, or that it was taken back, as the act is called where it was done."""
        found = await self.resolver.fetcher.document(hint.uri)
        act = parse.act(found.document)
        is_meant = isinstance(act, Like) or (isinstance(act, Undo) and isinstance(act.act, Like))
        if not is_meant or type(act) is not type(hint) or act.uri != hint.uri:
            raise EvidenceRejected("Something else is called so.")
        return act, found.evidence


def _named(post: Writing | Uri) -> Uri:
    return post.uri if isinstance(post, Writing) else post


def _begins_thread(act: Publish) -> bool:
    return isinstance(act.post, Writing) and act.post.reply_to is None


def _concerns_somebody(db: Reader, hint: Forwarded) -> bool:
    act = hint.act
    like = act.act if isinstance(act, Undo) else act
    if isinstance(like, Like):
        post = uris.find_post(db, like.target)
        return post is not None and bool(post.is_local)
    if isinstance(act, Revise | Delete):
        return uris.find_post(db, act.target if isinstance(act, Delete) else _named(act.post)) is not None
    group = accounts.find_by_uri(db, hint.actor)
    if not isinstance(act, Publish) or group is None or not remotes.has_follower_here(db, group.id):
        return False
    parent = act.post.reply_to if isinstance(act.post, Writing) else None
    return parent is None or uris.find_post(db, parent) is not None
