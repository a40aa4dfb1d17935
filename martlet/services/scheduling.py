"""
Posts that are published later.

A draft is checked as if it were published at once, kept with its media, and
published by a job in one transaction with its removal: so it is published
once, however often the job is run, and late rather than never where the
server was down. What cannot be published when its moment comes (the post it
answers is gone, its author was frozen) stays among its author's scheduled
posts with that moment, to be given another or deleted: no words are lost.

What is sent from the pages can wait so for a few seconds, in which its author may
take it back (docs/decisions/0046-taking-a-post-back.md).
"""

from dataclasses import replace

import msgspec

from martlet.model.errors import InvalidInput, MartletError, NotAllowed, Unavailable
from martlet.model.names import AccountId, DraftId, PostId, ScheduledId
from martlet.model.posts import Draft
from martlet.model.server import Server
from martlet.services import attaching, drafting, posting
from martlet.storage import accounts, events, media, scheduled, users
from martlet.storage.database import Reader, Store, Writer
from martlet.storage.scheduled import Scheduled

PUBLISH = "publish_scheduled"
AHEAD_MS = 5 * 60 * 1000
DAY_MS = 86_400_000
UNDO_SECONDS = 10
"""For which what was sent can be taken back, where its author wants that."""
ALL = 300
"""Posts that one account may have waiting."""
A_DAY = 25
"""Of them for the same day (UTC)."""


class TooSoon(InvalidInput):
    code = "too_soon"

    def __init__(self) -> None:
        super().__init__(
            "Validation failed: Scheduled at The scheduled date must be in the future, by five minutes at least",
            "scheduled_at",
        )


class TooManyScheduled(InvalidInput):
    code = "too_many_scheduled"


class Due(msgspec.Struct, frozen=True):
    """A post that is to be published at a moment, unless it was given another since."""

    scheduled: ScheduledId
    at: int


def publish_at(db: Writer, draft: Draft, at: int, here: Server) -> PostId | ScheduledId:
    """
    Keep a draft to be published at a moment; one whose moment has passed is published at once.

    Drafts sent with one idempotency key are one. Raises `TooSoon`,
    `TooManyScheduled`, and what `posting.publish` raises.
    """
    if at <= here.now_ms():
        return posting.publish(db, draft, here)
    id = ScheduledId(here.next_id())
    first = _claim_key(db, draft, id, here)
    if first is not None:
        return first
    scheduled.lock_all(db, draft.author)
    if scheduled.count(db, draft.author) >= ALL:
        raise TooManyScheduled(f"Validation failed: You have exceeded the limit of {ALL} scheduled posts")
    _check_moment(db, draft.author, at, id, here)
    _keep(db, draft, id, at, here)
    return id


def hold(db: Writer, draft: Draft, seconds: int, here: Server) -> PostId | ScheduledId:
    """
    Keep a draft for some seconds, in which its author may take it back, before it is published.

    Raises what `publish_at` raises.
    """
    scheduled.lock_all(db, draft.author)
    if seconds <= 0 or scheduled.count(db, draft.author) >= ALL:
        return posting.publish(db, draft, here)
    id = ScheduledId(here.next_id())
    first = _claim_key(db, draft, id, here)
    if first is not None:
        return first
    _keep(db, draft, id, here.now_ms() + seconds * 1000, here)
    return id


def prefer_holding(db: Writer, account: AccountId, wants: bool) -> None:  # noqa: FBT001 - what was ticked
    """Whether what the account sends is to wait some seconds, in which it can be taken back."""
    users.update(db, account, undo_seconds=UNDO_SECONDS if wants else 0)


def _claim_key(db: Writer, draft: Draft, id: ScheduledId, here: Server) -> PostId | None:
    """What was sent with the same key before, if anything was."""
    if not draft.idempotency_key:
        return None
    first: int = posting.claim_key(db, draft, PostId(id), here)
    return None if first == id else PostId(first)


def _keep(db: Writer, draft: Draft, id: ScheduledId, at: int, here: Server) -> None:
    made = posting.decided(db, draft, PostId(id), here)
    settled = replace(
        draft,
        visibility=made.post.visibility,
        is_sensitive=bool(made.post.is_sensitive),
        language=made.post.language,
        quoting=made.post.quoting,
        is_local_only=bool(made.post.is_local_only),
        replying=made.replying,
        lifetime=_lifetime(draft, made, here),
        media=tuple(one.id for one in made.files),
        poll=made.poll,
        idempotency_key="",
    )
    scheduled.insert(db, Scheduled(id, draft.author, at, msgspec.json.encode(settled).decode()))
    attaching.hold(db, made.files, id)
    _publish_later(db, id, at)


def _lifetime(draft: Draft, made: posting.Decided, here: Server) -> int | None:
    """How long it lasts once it is published, as it would last now; a moment that was given is a moment."""
    if draft.expires_at is not None:
        return draft.lifetime
    return 0 if made.expires_at is None else round((made.expires_at - here.now_ms()) / 1000)


def draft_of(one: Scheduled) -> Draft:
    """What is to be published: as its author preferred when it was scheduled, not as they prefer since."""
    return msgspec.json.decode(one.draft, type=Draft)


def change_moment(db: Writer, account: AccountId, id: ScheduledId, at: int, here: Server) -> Scheduled:
    """Raises `NotFound`, `TooSoon` or `TooManyScheduled`."""
    scheduled.lock_all(db, account)
    one = _take(db, account, id)
    _check_moment(db, account, at, id, here)
    scheduled.put_off(db, id, at)
    _publish_later(db, id, at)
    return replace(one, publish_at=at, failure="")


def cancel(db: Writer, account: AccountId, id: ScheduledId, here: Server) -> None:
    """The draft is gone; its media can be used again for a day. Raises `NotFound`."""
    _remove(db, _take(db, account, id), here)


def take_back(db: Writer, account: AccountId, id: ScheduledId, here: Server) -> DraftId:
    """Have a post that waits be a draft again, to be written on. Raises `NotFound` where it went out already."""
    one = _take(db, account, id)
    _remove(db, one, here)
    return drafting.put_back(db, draft_of(one), here)


def _take(db: Writer, account: AccountId, id: ScheduledId) -> Scheduled:
    """One's own, locked. Raises `NotFound`."""
    scheduled.get(db, id, account)
    scheduled.take_unfiltered(db, id)
    return scheduled.get(db, id, account)


def _check_moment(db: Reader, account: AccountId, at: int, id: ScheduledId, here: Server) -> None:
    if at <= here.now_ms() + AHEAD_MS:
        raise TooSoon
    midnight = at // DAY_MS * DAY_MS
    if scheduled.count_between(db, account, midnight, midnight + DAY_MS, id) >= A_DAY:
        raise TooManyScheduled(
            f"Validation failed: You have exceeded the limit of {A_DAY} scheduled posts for that day"
        )


def _publish_later(db: Writer, id: ScheduledId, at: int) -> None:
    events.add_job(db, PUBLISH, msgspec.json.encode(Due(id, at)).decode(), at, key=f"{PUBLISH}:{id}:{at}")


def _remove(db: Writer, one: Scheduled, here: Server) -> None:
    media.release_held(db, one.id, here.now_ms())
    scheduled.delete(db, one.id)


# -- when the moment has come ------------------------------------------------


async def publish_due(store: Store, body: str, here: Server) -> None:
    """The job that publishes a post whose moment has come."""
    await store.writing(_publish, msgspec.json.decode(body, type=Due), here)


def _publish(db: Writer, due: Due, here: Server) -> None:
    one = scheduled.take_unfiltered(db, due.scheduled)
    if one is None or one.publish_at != due.at:
        return
    try:
        with db.part():
            check_author(db, one.account_id)
            _remove(db, one, here)
            scheduled.hand_key_on(db, one, posting.publish(db, draft_of(one), here))
    except Unavailable:
        raise
    except MartletError as error:
        scheduled.note_failure(db, one.id, error.message)


def check_author(db: Reader, account: AccountId) -> None:
    """Nothing is published for somebody who could not come in to do it. Raises `NotAllowed` or `NotFound`."""
    author, user = accounts.get(db, account), users.find(db, account)
    if (
        user is None
        or user.disabled_at is not None
        or author.suspended_at is not None
        or author.deletes_at is not None
    ):
        raise NotAllowed("Your login is currently disabled")
