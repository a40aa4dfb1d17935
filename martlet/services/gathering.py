"""
Gathering what is elsewhere: threads and profiles that somebody here looks at.

Here it is decided when it is time, and what becomes of what was fetched; fetching
itself is a job's (`federation/crawling.py`, `federation/filling.py`). Whatever is
fetched passes the same gate as what is brought (`services/intake.py`), with the same
events; what is no news is kept without telling anybody (`receiving.receive_fetched`).
"""

from typing import Literal, NamedTuple

import msgspec

from martlet.activitypub import addressing
from martlet.activitypub.collections import Surroundings
from martlet.activitypub.things import Writing
from martlet.model import fetching
from martlet.model.accounts import Account
from martlet.model.events import Followed, FollowRequested
from martlet.model.evidence import Evidence
from martlet.model.names import AccountId, PostId, Uri
from martlet.model.posts import Post
from martlet.model.server import Server
from martlet.services import intake
from martlet.services.consenting import Verified
from martlet.storage import (
    accounts,
    events,
    notifications,
    remote_posts,
    remotes,
    thread_fetches,
    uris,
)
from martlet.storage.database import Reader, Writer
from martlet.storage.thread_fetches import ThreadFetch
from martlet.storage.threads import Place

FETCH_THREAD = "fetch_thread"
FILL_PROFILE = "fill_profile"
RENEWED = 24 * 3_600_000
"""Milliseconds after which what is known of an account is old."""
FILLED_ANEW = 3_600_000
"""The same for an account's posts, when somebody begins to follow it, or looks while nobody does."""
COUNTED = 60_000
"""The same for the votes of a poll that somebody looks at."""


class ThreadErrand(msgspec.Struct, frozen=True):
    """The body of a job: which fetch, and the post that somebody opened."""

    fetch: int
    post: PostId


# -- threads -------------------------------------------------------------


def is_running(fetch: ThreadFetch | None, now: int) -> bool:
    return (
        fetch is not None and fetch.finished_at is None and now - fetch.started_at < fetching.GIVEN_UP_AFTER
    )


def is_thread_due(place: Place, now: int) -> bool:
    """Whether the rest of a thread may be asked for: it has posts from elsewhere, and was not asked for just now."""
    if not place.is_elsewhere or is_running(place.fetch, now):
        return False
    asked_at = None if place.fetch is None else place.fetch.started_at
    return fetching.is_due(asked_at, place.created_at, now)


def want_thread(db: Writer, place: Place, here: Server) -> ThreadFetch | None:
    """Have the rest of a thread fetched; the fetch under way, where there is one."""
    now = here.now_ms()
    last = thread_fetches.last(db, place.thread)
    if is_running(last, now):
        return last
    id = here.next_id()
    thread_fetches.begin(db, id, place.thread, now)
    body = msgspec.json.encode(ThreadErrand(id, place.post)).decode()
    events.add_job(db, FETCH_THREAD, body, now, key=f"{FETCH_THREAD}:{place.thread}")
    return thread_fetches.find(db, id)


Kept = PostId | Literal["waits", "left out"]


def keep(
    db: Writer,
    said: Writing,
    evidence: Evidence,
    verified: Verified | None,
    around: Surroundings,
    fetch: int,
    here: Server,
    *,
    is_asked_for: bool,
) -> Kept:
    """
    Keep a fetched post of a thread: insert it, or update it where it is known.

    A post that answers nothing that we know "waits" for what it answers, if it is not `is_asked_for` itself: a
    list of answers may name anything. Raises `EvidenceRejected`.
    """
    if said.choice is not None:
        return "left out"
    if uris.find_post(db, said.uri) is None:
        if not is_asked_for and (said.reply_to is None or uris.find_post(db, said.reply_to) is None):
            return "left out" if said.reply_to is None else "waits"
        intake.keep_asked_for(db, said, evidence, here, verified)
        if uris.find_post(db, said.uri) is not None:
            thread_fetches.found_one(db, fetch)
    else:
        intake.revisit(db, said, evidence, here, verified)
    return _note(db, said.uri, around, here)


def _note(db: Writer, uri: Uri, around: Surroundings, here: Server) -> Kept:
    post = uris.find_post(db, uri)
    if post is None or post.is_local:
        return "left out"
    remote_posts.visited(db, post.id, around.context or "", here.now_ms())
    return post.id


def renew(
    db: Writer,
    said: Writing,
    evidence: Evidence,
    verified: Verified | None,
    around: Surroundings,
    here: Server,
) -> None:
    """Make a known post, its poll and its counts what its server hands out now. Raises `EvidenceRejected`."""
    intake.revisit(db, said, evidence, here, verified)
    _note(db, said.uri, around, here)


def poll_to_renew(db: Reader, post: Post, closed_at: int | None, now: int) -> Uri | None:
    """The post of a poll elsewhere whose votes were not asked for just now, nor since it has ended."""
    if post.is_local:
        return None
    seen = remote_posts.find(db, post.uri)
    visited_at = (seen.visited_at if seen is not None else None) or 0
    is_settled = closed_at is not None and visited_at >= closed_at
    return None if is_settled or now - visited_at < COUNTED else post.uri


# -- profiles ------------------------------------------------------------


def of_follow(db: Writer, event: Followed | FollowRequested, here: Server) -> None:
    """Have the posts of an account elsewhere fetched when somebody here follows it."""
    remote = remotes.find(db, event.followed)
    if remote is None or not notifications.is_here(db, event.follower):
        return
    if remote.filled_at is None or here.now_ms() - remote.filled_at >= FILLED_ANEW:
        want_profile(db, event.followed, here)


def is_profile_due(db: Reader, account: AccountId, now: int) -> bool:
    """Whether an account elsewhere is to be looked at anew: it is old, or its posts do not come by themselves."""
    remote = remotes.find(db, account)
    if remote is None:
        return False
    if now - remote.fetched_at >= RENEWED or remote.filled_at is None:
        return True
    return now - remote.filled_at >= FILLED_ANEW and not remotes.has_follower_here(db, account)


def want_profile(db: Writer, account: AccountId, here: Server) -> None:
    """Have an account's profile, counts and last posts fetched."""
    body = msgspec.json.encode(account).decode()
    events.add_job(db, FILL_PROFILE, body, here.now_ms(), key=f"{FILL_PROFILE}:{account}")


def keep_own(
    db: Writer,
    said: Writing,
    evidence: Evidence,
    verified: Verified | None,
    around: Surroundings,
    account: Account,
    here: Server,
) -> bool:
    """
    Keep a post from its author's own list; whether it is here now.

    Only what everybody may read, and what begins a thread or goes on with one of the author's own: answers to
    others would stand in the profile without what they answer. Raises `EvidenceRejected`.
    """
    if said.author != account.uri or said.choice is not None:
        return False
    remote = remotes.find(db, account.id)
    if not addressing.visibility(said.to, said.cc, "" if remote is None else remote.followers).is_open:
        return False
    if said.reply_to is not None:
        parent = uris.find_post(db, said.reply_to)
        if parent is None or parent.author_id != account.id:
            return False
    if uris.find_post(db, said.uri) is None:
        intake.keep_asked_for(db, said, evidence, here, verified)
        return not isinstance(_note(db, said.uri, around, here), str)
    return True


class Totals(NamedTuple):
    """How many there are, as an account's server says; None where it does not."""

    posts: int | None = None
    followers: int | None = None
    following: int | None = None


def finish_profile(db: Writer, account: AccountId, totals: Totals, here: Server) -> None:
    """Show an account's counts as its server tells them, as Mastodon does; what happens from now on is added."""
    told = {
        f"{name}_count": min(count, remote_posts.HIGHEST_COUNT)
        for name, count in totals._asdict().items()
        if count is not None
    }
    if told:
        accounts.update(db, account, **told)
    remotes.note_filled(db, account, here.now_ms())
