"""
Consent to packs between servers (FEP-7aa9): asked for, given, refused, taken back.

A `FeatureRequest` to somebody here is answered at once, by what their account
says about packs. Whose consent counts is the one rule: that of the account
itself, to exactly this pack.
"""

from martlet.activitypub.things import Accept, PackSaid, Reject, RequestFeature
from martlet.model.accounts import Account
from martlet.model.events import PackChanged, PackMemberAdded
from martlet.model.names import Uri, host_of, origin_of
from martlet.model.packs import MemberState, Pack, PackMember
from martlet.model.server import Server
from martlet.services import delivering_packs, packing
from martlet.storage import accounts, packs, relations, uris
from martlet.storage.database import Reader, Writer
from martlet.text import sanitize
from martlet.text.cleaning import one_line

MOST_PACKS = 100
"""Packs of one account elsewhere that are known here."""


def is_asked_of_ours(db: Reader, act: RequestFeature) -> bool:
    """Whether it is worth a look at the pack: somebody here may be put into it."""
    actor, target = accounts.find_by_uri(db, act.actor), accounts.find_by_uri(db, act.target)
    if actor is None or target is None or not target.is_here or target.is_gone:
        return False
    return origin_of(act.pack_uri) == origin_of(act.actor) and _may(db, target, actor)


def asked(db: Writer, act: RequestFeature, actor: Account, here: Server) -> None:
    """Somebody elsewhere wants to put somebody here into a pack: they are answered, and the one here is told."""
    target = accounts.find_by_uri(db, act.target)
    if target is None or not target.is_here or target.is_gone:
        return
    if origin_of(act.pack_uri) != origin_of(actor.uri):
        return
    if not _may(db, target, actor):
        delivering_packs.refuse(db, act, target, actor, here)
        return
    pack = _kept(db, act, actor, here)
    if pack is None:
        return
    packs.take(db, pack.id)
    known = packs.find_member_account(db, pack.id, target.id)
    if known is not None and known.state is MemberState.REVOKED:
        delivering_packs.refuse(db, act, target, actor, here)
        return
    if known is None:
        known = PackMember(
            id=here.next_id(),
            pack_id=pack.id,
            account_id=target.id,
            state=MemberState.ACCEPTED,
            uri="",
            request_uri=act.uri,
            consent_uri="",
            created_at=here.now_ms(),
        )
        packs.insert_member(db, known)
        db.emit(PackMemberAdded(known.id))
    delivering_packs.accept(db, act, target, actor, here.pack_consent_uri(target.username, known.id), here)


def _may(db: Reader, target: Account, actor: Account) -> bool:
    is_welcome = packing.standing_of(db, target, actor.id) == "automatic"
    return is_welcome and not relations.is_barred(db, target.id, actor.id)


def _kept(db: Writer, act: RequestFeature, actor: Account, here: Server) -> Pack | None:
    """The pack as its owner's server has it now; None where it is not theirs or could not be had."""
    said, known = act.pack, packs.find_by_uri(db, act.pack_uri)
    if known is not None and known.account_id != actor.id:
        return None
    if not isinstance(said, PackSaid):
        return known
    if said.owner != actor.uri or (known is None and packs.count(db, actor.id) >= MOST_PACKS):
        return None
    made = _as_said(said, actor, known, here)
    if known is None:
        packs.insert(db, made)
    else:
        packs.update(db, made)
        if (known.name, known.description) != (made.name, made.description):
            db.emit(PackChanged(made.id))
    return made


def _as_said(said: PackSaid, actor: Account, known: Pack | None, here: Server) -> Pack:
    now = here.now_ms()
    return Pack(
        id=known.id if known is not None else here.next_id(),
        account_id=actor.id,
        uri=said.uri,
        url="",
        name=one_line(said.name),
        description=sanitize.plain(said.description),
        language=said.language,
        tag=one_line(said.tag),
        is_sensitive=int(said.is_sensitive),
        is_discoverable=int(said.is_discoverable),
        created_at=known.created_at if known is not None else now,
        updated_at=now,
    )


# -- answers to people here ----------------------------------------------


def accept(db: Writer, act: Accept, actor: Account, here: Server) -> None:
    """Somebody elsewhere agrees to be in a pack of somebody here."""
    found, consent = _requested(db, act, actor), act.result
    if found is None or consent is None or found.state is not MemberState.PENDING:
        return
    if origin_of(consent) != origin_of(actor.uri) or host_of(consent) == here.host:
        return
    if uris.find_tombstone(db, consent) is None:
        packs.put_state(db, found.id, MemberState.ACCEPTED, consent)
        db.emit(PackMemberAdded(found.id))


def reject(db: Writer, act: Reject, actor: Account) -> None:
    """Somebody elsewhere does not want to be in it."""
    found = _requested(db, act, actor)
    if found is not None and found.state is MemberState.PENDING:
        packs.put_state(db, found.id, MemberState.REJECTED)


def _requested(db: Reader, act: Accept | Reject, actor: Account) -> PackMember | None:
    if not isinstance(act.request, str):
        return None
    found = packs.find_by_request(db, Uri(act.request))
    return found if found is not None and found.account_id == actor.id else None


def withdraw(db: Writer, consent: Uri, actor: Account) -> None:
    """Somebody elsewhere takes their consent back."""
    found = packs.find_by_consent(db, consent)
    if found is not None and found.account_id == actor.id:
        packs.put_state(db, found.id, MemberState.REVOKED)


def forget(db: Writer, uri: Uri, actor: Account) -> None:
    """A pack of somebody elsewhere is no more."""
    known = packs.find_by_uri(db, uri)
    if known is not None and known.account_id == actor.id:
        packs.delete(db, known.id)
