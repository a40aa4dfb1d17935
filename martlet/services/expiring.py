"""
Posts that are deleted by themselves: at the moment that their author gave them, or because they are old.

Each is deleted as by its author, with a tombstone and a `Delete` to all who have it.
"""

from dataclasses import replace

import msgspec

from martlet.model import ids
from martlet.model.errors import InvalidInput
from martlet.model.names import AccountId, PostId
from martlet.model.server import Server
from martlet.services import deleting
from martlet.storage import events, expiries, posts
from martlet.storage.database import Store, Writer
from martlet.storage.expiries import Cleanup

EXPIRE, CLEAN_UP = "delete_expired_post", "clean_up_posts"
SOONEST, LATEST = 300, 10 * 366 * 86_400
"""Seconds from now."""
YOUNGEST = 7 * 86_400
"""Seconds that a post has to be old at the least to be deleted for its age."""
LOOKED_AT, AT_ONCE = 25, 20
"""Old posts in one transaction; transactions in one run of the job."""
PAUSE, AGAIN = 10_000, 7 * 86_400_000
"""Milliseconds until the next run, and until all is looked through once more."""


class Expiring(msgspec.Struct, frozen=True):
    """A post that is to be deleted at a moment, unless it was given another since."""

    post: PostId
    at: int


def moment(lifetime: int | None, at: int | None, here: Server) -> int | None:
    """
    When a post of now expires, by the seconds that it lasts or the moment; None, and 0 seconds: not at all.

    Raises `InvalidInput`.
    """
    now = here.now_ms()
    if at is None:
        if not lifetime:
            return None
        at = now + lifetime * 1000
    if not now + SOONEST * 1000 <= at <= now + LATEST * 1000:
        raise InvalidInput(
            "Validation failed: Expires at has to be at least five minutes from now", "expires_in"
        )
    return at


def begin(db: Writer, post: PostId, at: int) -> None:
    expiries.put(db, post, at)
    events.add_job(
        db, EXPIRE, msgspec.json.encode(Expiring(post, at)).decode(), at, key=f"{EXPIRE}:{post}:{at}"
    )


def change(db: Writer, author: AccountId, id: PostId, at: int | None) -> None:
    """Have one's post expire at another moment, or not at all. Raises `NotFound`."""
    post = posts.get_own(db, id, author)
    if expiries.find(db, post.id) == at:
        return
    if at is None:
        expiries.put(db, post.id, None)
    else:
        begin(db, post.id, at)
    posts.renew(db, post.id)


async def expire(store: Store, body: str, here: Server) -> None:
    """The job that deletes a post whose time is over."""
    await store.writing(_expire, msgspec.json.decode(body, type=Expiring), here)


def _expire(db: Writer, due: Expiring, here: Server) -> None:
    post = posts.find_unfiltered(db, due.post)
    if post is not None and expiries.find(db, post.id) == due.at:
        deleting.delete(db, post.author_id, post.id, here, keeps_media=False)


# -- old posts -----------------------------------------------------------


def clean_up_from_now_on(db: Writer, wanted: Cleanup, here: Server) -> None:
    """Delete somebody's old posts, now and later. Raises `InvalidInput`."""
    if not YOUNGEST <= wanted.min_age <= LATEST:
        raise InvalidInput("Validation failed: Minimum age has to be a week at least", "min_status_age")
    if any(one is not None and one < 1 for one in (wanted.min_likes, wanted.min_boosts)):
        raise InvalidInput("Validation failed: Counts have to be at least 1")
    expiries.put_cleanup(db, replace(wanted, position=0))
    now = here.now_ms()
    _go_on(db, wanted.account_id, now, f"from {now}")


def stop_cleaning_up(db: Writer, account: AccountId) -> None:
    expiries.delete_cleanup(db, account)


def _go_on(db: Writer, account: AccountId, at: int, key: str) -> None:
    body = msgspec.json.encode(account).decode()
    events.add_job(db, CLEAN_UP, body, at, key=f"{CLEAN_UP}:{account}:{key}")


async def clean_up(store: Store, body: str, here: Server) -> None:
    """The job that looks at the next of somebody's old posts, some in each transaction."""
    account = AccountId(msgspec.json.decode(body, type=int))
    for _ in range(AT_ONCE):
        if not await store.writing(_clean_up_some, account, here):
            return
    await store.writing(_pause, account, here)


def _clean_up_some(db: Writer, account: AccountId, here: Server) -> bool:
    """Whether there may be more. At the end all is looked through again in a week: what was kept may be kept no longer."""
    wanted, now = expiries.find_cleanup(db, account), here.now_ms()
    if wanted is None:
        return False
    found = expiries.old_posts(db, wanted, ids.first_id_in(now - wanted.min_age * 1000), LOOKED_AT)
    for post, is_to_go in found:
        if is_to_go:
            deleting.delete(db, account, post, here, keeps_media=False)
    is_done = len(found) < LOOKED_AT
    expiries.put_cleanup(db, replace(wanted, position=0 if is_done else found[-1][0]))
    if is_done:
        _go_on(db, account, now + AGAIN, f"week {(now + AGAIN) // AGAIN}")
    return not is_done


def _pause(db: Writer, account: AccountId, here: Server) -> None:
    wanted = expiries.find_cleanup(db, account)
    if wanted is not None:
        _go_on(db, account, here.now_ms() + PAUSE, f"after {wanted.position}")
