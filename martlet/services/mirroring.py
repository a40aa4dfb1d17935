"""
Being a mirror: of whom, what is kept, how much, and until when (roads D.6, D.10).

Whoever is asked is the owner of this server, or a rule: people whom somebody here follows, or nobody. What is kept
passes the same gate as a bundle (`importing_bundles`); here stands only which of it is handed on for whom. What is
taken down is handed on no more, whoever brings it again.
"""

from collections.abc import Sequence
from functools import partial

import msgspec

from martlet.activitypub import parse_attachments
from martlet.activitypub.things import Month, Offer
from martlet.jobs.runner import Record
from martlet.model.accounts import Account
from martlet.model.carrying import Trust
from martlet.model.errors import NotFound
from martlet.model.events import MirrorAnswered
from martlet.model.mirrors import CONTROL_LASTS
from martlet.model.names import AccountId, Uri
from martlet.model.server import Server
from martlet.services import asking_mirrors, importing_bundles, keeping_log, tending_mirrors
from martlet.services.checking_bundles import Checked
from martlet.signing import digests
from martlet.storage import accounts, carried, events, mirrored, mirrored_media, remotes, uris
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.mirrored import Kept, Mirrored

FORGET = "forget_mirrored"
FORGOTTEN_AT_ONCE = 200
DROPPED_AT_ONCE = 50
LEFT_FOR = 30 * 86_400_000
"""Milliseconds for which what was left for somebody waits to be fetched."""
LISTED = 200
DIGEST = 32
"""Bytes of a SHA-256."""


# -- asked -------------------------------------------------------------------


def offered(db: Writer, act: Offer, actor: Account, here: Server) -> None:
    """Somebody elsewhere asks this server to be their mirror."""
    now, grant = here.now_ms(), act.grant
    if act.at < now - CONTROL_LASTS or act.at > now + CONTROL_LASTS or grant.until_at <= now:
        return
    if uris.find_tombstone(db, act.uri) is not None:
        return  # it was taken back before it came
    before = mirrored.find(db, actor.id)
    if before is not None and before.offer == act.uri:
        return
    if here.mirror_requests == "none":
        db.emit(MirrorAnswered(actor.id, act.uri, is_accepted=False))
        return
    mirrored.put(
        db,
        Mirrored(
            account_id=actor.id,
            uri=actor.uri,
            offer=act.uri,
            state="asked",
            may_push=int(grant.may_push),
            max_bytes=min(grant.max_bytes, here.limits.mirror_bytes) or here.limits.mirror_bytes,
            used_bytes=before.used_bytes if before is not None else 0,
            media_bytes=before.media_bytes if before is not None else 0,
            since_at=grant.since_at,
            asked_at=now,
            answered_at=None,
            until_at=grant.until_at,
            cursor="",
            etag="",
            tried_at=0,
            contact_at=now,
            failures=0,
            last_sequence=before.last_sequence if before is not None else 0,
            missing=0,
            checkpoint_sequence=0,
        ),
    )
    tending_mirrors.want(db, here)
    if here.mirror_requests == "known" and remotes.has_follower_here(db, actor.id):
        accept(db, actor.id, here)


def accept(db: Writer, account: AccountId, here: Server) -> None:
    """Be a mirror of somebody who has asked. Raises `NotFound`."""
    one = _get(db, account)
    if one.state != "asked":
        return
    now = here.now_ms()
    mirrored.update(db, account, state="accepted", answered_at=now, contact_at=now)
    db.emit(MirrorAnswered(account, one.offer, is_accepted=True))
    sync_soon(db, account, here)


def end(db: Writer, account: AccountId, here: Server) -> None:
    """Refuse a request, or be a mirror no longer: then what was kept goes. Raises `NotFound`."""
    one = _get(db, account)
    if one.state in ("asked", "accepted"):
        _close(db, one, here)
        db.emit(MirrorAnswered(account, one.offer, is_accepted=False))


def withdrawn(db: Writer, offer: Uri, actor: Account, here: Server) -> bool:
    """Whoever asked wants it no longer; returns whether they had asked."""
    one = mirrored.find(db, actor.id)
    if one is None or one.offer != offer:
        return False
    _close(db, one, here)
    return True


def _close(db: Writer, one: Mirrored, here: Server) -> None:
    state = "ended" if one.state == "accepted" else "refused"
    mirrored.update(db, one.account_id, state=state, answered_at=here.now_ms())
    body = msgspec.json.encode(one.account_id).decode()
    events.add_job(db, FORGET, body, here.now_ms(), key=f"{FORGET}:{one.account_id}")


def _get(db: Reader, account: AccountId) -> Mirrored:
    """Raises `NotFound`."""
    one = mirrored.find(db, account)
    if one is None:
        raise NotFound
    return one


async def tend(store: Store, body: str, here: Server) -> Record:
    """The job that finds what is due, and ends what is over."""
    del body
    await store.writing(end_due, here)
    await store.writing(asking_mirrors.end_due, here)
    return partial(tending_mirrors.tend, here=here)


def forget_some(db: Writer, account: AccountId) -> bool:
    """Drop some of what was kept of an account that is mirrored no more; returns whether more is left."""
    one = mirrored.find(db, account)
    if one is None or one.state in ("asked", "accepted"):
        return False
    if mirrored.forget_some(db, account, FORGOTTEN_AT_ONCE):
        return True
    carried.delete(db, one.uri)
    mirrored_media.drop_all(db, account)
    mirrored.update(db, account, used_bytes=0, checkpoint=None, checkpoint_sequence=0, cursor="", etag="")
    return False


def end_due(db: Writer, here: Server) -> None:
    """End what was asked for until now, and what nobody has answered; drop what nobody has fetched."""
    now = here.now_ms()
    for one in mirrored.expired(db, now, LISTED):
        end(db, one.account_id, here)
    for one in mirrored.unanswered(db, now - CONTROL_LASTS, LISTED):
        end(db, one.account_id, here)
    mirrored.forget_left(db, now - LEFT_FOR, LISTED)


# -- kept --------------------------------------------------------------------


def sync_soon(db: Writer, account: AccountId, here: Server) -> None:
    """Have the account's log read at once."""
    mirrored.update(db, account, next_at=0)
    tending_mirrors.want_now(db, here)


def keep(db: Writer, one: Mirrored, some: Sequence[Checked], here: Server) -> int:
    """
    Keep documents of an account that is mirrored, after they have passed the gate as what a file brings; returns how
    many are new. Those of others, or not certain, are not kept for it.
    """
    own = [
        each
        for each in some
        if each.carried is not None
        and each.carried.author == one.uri
        and each.carried.trust is Trust.CONFIRMED
        and not mirrored.is_taken_down(db, each.carried.rank.digest)
    ]
    importing_bundles.record(db, own, ((), ()), here, is_return=False)
    count = 0
    for each in own:
        new = each.carried
        if new is None or new.kind in ("actor", "checkpoint"):
            continue
        kept = carried.find(db, new.uri)
        if kept is None or kept.rank.digest != new.rank.digest:
            continue  # a newer version is here, or it was refused
        month = keeping_log.month_of(each.document)
        row = Kept(new.uri, new.kind, new.rank.said_at, new.rank.digest, month, len(each.line.body))
        count += mirrored.keep(db, one.account_id, row, here.now_ms())
        _note_files(db, one.account_id, each)
    return count


def _note_files(db: Writer, account: AccountId, one: Checked) -> None:
    """Which files a document names; those of what is deleted go."""
    if one.carried is None:
        return
    if one.carried.kind == "tombstone":
        mirrored_media.drop_of_post(db, account, one.carried.uri)
        return
    named = map(digests.from_multihash, parse_attachments.digests(one.document))
    found = [digest for digest in named if digest is not None]
    mirrored_media.name(db, account, found, one.carried.uri, one.carried.rank.said_at)


def trim(db: Writer, account: AccountId) -> bool:
    """Drop the oldest files, then the oldest posts, while an account has more than it may; returns whether some had to go."""
    one = mirrored.find(db, account)
    left = 0 if one is None else one.used_bytes + one.media_bytes
    if one is None or left <= one.max_bytes:
        return False
    for medium in mirrored_media.oldest(db, account, DROPPED_AT_ONCE):
        if left <= one.max_bytes:
            return True
        mirrored_media.drop(db, account, medium)
        left -= medium.bytes
    if left < one.used_bytes + one.media_bytes:
        return True
    for kept in mirrored.oldest(db, account, DROPPED_AT_ONCE):
        if left <= one.max_bytes:
            break
        mirrored.drop(db, account, kept)
        left -= kept.bytes
    return True


def compare(db: Writer, account: AccountId, said: dict[str, object], body: bytes) -> None:
    """Keep an account's newest checkpoint, and count what it says there is and is not here."""
    sequence = said.get("sequence")
    one = mirrored.find(db, account)
    if one is None or not isinstance(sequence, int) or sequence < one.checkpoint_sequence:
        return
    missing = missing_of(said, keeping_log.months(mirrored.digests(db, account)))
    mirrored.update(db, account, checkpoint=body, checkpoint_sequence=sequence, missing=missing)


def missing_of(said: dict[str, object], here: Sequence[Month]) -> int:
    """
    How many documents of a checkpoint are not here, at the least: for each month that differs what it counts more,
    or one.
    """
    known = {one.month: one for one in here}
    count = 0
    months = said.get("months")
    for month in months if isinstance(months, list) else ():
        mine = known.get(str(month.get("month"))) if isinstance(month, dict) else None
        total = month.get("totalItems") if isinstance(month, dict) else None
        if not isinstance(total, int) or (mine is not None and mine.digest.hex() == month.get("digest")):
            continue
        count += max(total - (mine.total if mine is not None else 0), 1)
    return min(count, 2**53)


def take_down(db: Writer, digest: bytes, reason: str, here: Server) -> bool:
    """
    Hand a document or a file on no more, nor take it again, by its SHA-256; returns whether it was here. Its page is gone,
    and so is the copy; a post that people here see is another matter, and for the moderators.
    """
    found = mirrored.find_by_digest(db, digest)
    name = found[1].uri if found is not None else ""
    mirrored.take_down(db, digest, name, reason, here.now_ms())
    if found is None:
        return mirrored_media.drop_everywhere(db, digest)
    mirrored.drop(db, *found)
    mirrored_media.drop_of_post(db, found[0], found[1].uri)
    carried.delete(db, found[1].uri)
    return True


def known_name(db: Reader, account: AccountId) -> str:
    """`@ada@home.example`."""
    found = accounts.find(db, account)
    return "" if found is None else f"@{found.username}@{found.host}"
