"""
What members do with posts and people by a button: one form a page, whose buttons name the act and what it is done to.

Afterwards the browser is sent back to where it was, to the same post; script (`static/acting.js`) gets the part of
the page that has changed.
"""

from collections.abc import Callable
from urllib.parse import urldefrag

from martlet.http import limits
from martlet.http.answer import Answer
from martlet.model.errors import InvalidInput, MartletError, NotFound
from martlet.model.ids import id_from
from martlet.model.names import AccountId, PollId, PostId
from martlet.services import (
    blocking,
    commenting,
    emoji_reacting,
    following,
    polling,
    profiles,
    reacting,
    suggesting,
)
from martlet.services.following import Wanted
from martlet.storage import polls, posts, relations
from martlet.storage.database import Reader, Writer
from martlet.web import addresses, departing, threads, undoing
from martlet.web.cards import FeedPost
from martlet.web.visits import DONE, UNDO, Pages, Visit
from martlet.web.wording import NOTICES, Problem

pages = Pages()

MOST_CHOICES = 20
MOST_OF_EMOJI = 320
"""Letters of an emoji's name with its server."""

OnPost = Callable[[Writer, Visit, PostId], object]
OnPerson = Callable[[Writer, Visit, AccountId], object]

ON_POST: dict[str, OnPost] = {
    "like": lambda db, visit, post: reacting.like(db, visit.account, post, visit.here),
    "unlike": lambda db, visit, post: reacting.unlike(db, visit.account, post),
    "boost": lambda db, visit, post: reacting.boost(db, visit.account, post, None, visit.here),
    "unboost": lambda db, visit, post: reacting.unboost(db, visit.account, post, visit.here),
    "save": lambda db, visit, post: reacting.bookmark(db, visit.account, post, visit.here),
    "unsave": lambda db, visit, post: reacting.unbookmark(db, visit.account, post),
    "pin": lambda db, visit, post: reacting.pin(db, visit.account, post, visit.here),
    "unpin": lambda db, visit, post: reacting.unpin(db, visit.account, post),
    "mute": lambda db, visit, post: reacting.mute_thread(db, visit.account, post),
    "unmute": lambda db, visit, post: reacting.unmute_thread(db, visit.account, post),
    "hide_comment": lambda db, visit, post: commenting.hide(db, visit.account, post, visit.here),
    "show_comment": lambda db, visit, post: commenting.show(db, visit.account, post),
}
ON_PERSON: dict[str, OnPerson] = {
    "follow": lambda db, visit, other: following.follow(db, visit.account, other, Wanted(), visit.here),
    "unfollow": lambda db, visit, other: following.unfollow(db, visit.account, other),
    "accept": lambda db, visit, other: following.accept(db, visit.account, other, visit.here),
    "reject": lambda db, visit, other: following.reject(db, visit.account, other),
    "mute": lambda db, visit, other: blocking.mute(db, visit.account, other, visit.here),
    "unmute": lambda db, visit, other: blocking.unmute(db, visit.account, other),
    "block": lambda db, visit, other: blocking.block(db, visit.account, other, visit.here),
    "dismiss": lambda db, visit, other: suggesting.dismiss(db, visit.account, other, visit.here),
    "unblock": lambda db, visit, other: blocking.unblock(db, visit.account, other),
    "endorse": lambda db, visit, other: profiles.endorse(db, visit.account, other, visit.here),
    "unendorse": lambda db, visit, other: profiles.end_endorsement(db, visit.account, other),
}
OPPOSITES = {
    "block": "unblock",
    "unblock": "block",
    "mute": "unmute",
    "unmute": "mute",
    "endorse": "unendorse",
    "unendorse": "endorse",
    "unfollow": "follow",
}
"""What takes an act on somebody back, and is offered with the notice of it (`web.undoing`)."""


@pages.post(addresses.ACT, access="member")
async def act(visit: Visit) -> Answer:
    poll = id_from(visit.form.get("vote", ""))
    if poll is not None:
        return await _vote(visit, PollId(poll))
    name, id = _named(visit, ON_POST)
    if name == "unboost":
        visit.count(limits.DELETIONS)
    await visit.store.writing(ON_POST[name], visit, PostId(id))
    if visit.is_from_outbox:
        return departing.done()
    if visit.wants_part:
        return visit.part("parts/acts_alone.html", item=await visit.store.reading(_item, visit, PostId(id)))
    return _back(visit, f"p-{id}")


@pages.post(addresses.EMOJI_ACT, access="member")
async def choose_emoji(visit: Visit) -> Answer:
    """`emoji` is typed, `take` and `drop` are buttons: what is chosen for a post, or no longer."""
    post = id_from(visit.form.get("post", ""))
    if post is None:
        raise NotFound
    where = addresses.without(_where(visit), DONE, UNDO)
    try:
        await visit.store.writing(_choose_emoji, visit, PostId(post))
    except emoji_reacting.CannotReact:
        if visit.is_from_outbox:
            return departing.refused(visit, (Problem("", NOTICES["emoji_refused"]),), 422)
        return visit.go(where, done="emoji_refused")
    return departing.done() if visit.is_from_outbox else visit.go(where)


def _choose_emoji(db: Writer, visit: Visit, post: PostId) -> None:
    """Raises `NotFound` and `CannotReact`."""
    dropped = visit.field("drop", MOST_OF_EMOJI)
    meant = dropped or visit.field("take", MOST_OF_EMOJI) or visit.field("emoji", MOST_OF_EMOJI)
    choice = emoji_reacting.choice_of(db, meant.strip(), visit.here)
    if dropped:
        emoji_reacting.unreact(db, visit.account, post, choice)
    else:
        emoji_reacting.react(db, visit.account, post, choice, visit.here)


def _item(db: Reader, visit: Visit, post: PostId) -> FeedPost:
    return threads.item_of(db, visit, posts.get_shown(db, post, visit.account))


@pages.post(addresses.PERSON_ACT, access="member")
async def act_on_person(visit: Visit) -> Answer:
    name, id = _named(visit, ON_PERSON)
    undo = await visit.store.writing(_do, visit, name, AccountId(id))
    if visit.is_from_outbox:
        return departing.done()
    where = addresses.without(_where(visit), DONE, UNDO)
    if undo:
        return visit.go(where, done=f"{name}_done", undo=undo)
    return visit.go(where, done=f"{name}_done") if name in ("accept", "reject") else visit.go(where)


def _do(db: Writer, visit: Visit, name: str, other: AccountId) -> str:
    """Returns what takes it back; nothing where that is no single act."""
    about = str(other)
    if name == "unmute":
        there = relations.between(db, visit.account, [other], visit.here.now_ms()).get(other)
        hides = there is None or there.hides_notifications is None or bool(there.hides_notifications)
        about = f"{other}.{int(hides)}.{(there.mute_expires_at if there else None) or 0}"
    elif name == "unblock":
        about = f"{other}.{relations.block_ends_at(db, visit.account, other) or 0}"
    ON_PERSON[name](db, visit, other)
    return undoing.token(visit, OPPOSITES[name], about) if name in OPPOSITES else ""


def _named(visit: Visit, known: dict[str, OnPost] | dict[str, OnPerson]) -> tuple[str, int]:
    """The act of the button that was pressed, and what it is done to. Raises `InvalidInput`, `NotFound`."""
    name = next((one for one in visit.form if one in known), None)
    if name is None:
        raise InvalidInput("The form does not say what is to be done.")
    id = id_from(visit.form[name])
    if id is None:
        raise NotFound
    return name, id


async def _vote(visit: Visit, poll: PollId) -> Answer:
    start = f"choice-{poll}-"
    chosen = [
        int(value) for name, value in visit.form.items() if name.startswith(start) and value.isdecimal()
    ]
    try:
        post = await visit.store.writing(_choose, visit, poll, chosen[:MOST_CHOICES])
    except polling.CannotVote as error:
        if not visit.is_from_outbox:
            return _back(visit, error=error)
        if await visit.store.reading(_has_chosen, visit, poll, chosen):  # it arrived, and its answer did not
            return departing.done()
        return departing.refused(visit, (Problem("", NOTICES["nothing_chosen"]),), 422)
    if visit.is_from_outbox:
        return departing.done()
    if visit.wants_part:
        return visit.part("parts/poll_alone.html", item=await visit.store.reading(_item, visit, post))
    return _back(visit, f"p-{post}")


def _has_chosen(db: Reader, visit: Visit, poll: PollId, chosen: list[int]) -> bool:
    return sorted(polls.votes(db, [poll], visit.account)[poll]) == sorted(set(chosen))


def _choose(db: Writer, visit: Visit, poll: PollId, chosen: list[int]) -> PostId:
    _, post = polling.get(db, poll, visit.account)
    polling.vote(db, visit.account, poll, chosen, visit.here)
    return post.id


def _where(visit: Visit) -> str:
    """The page on which a button was pressed."""
    return urldefrag(visit.own(visit.form.get("next", "")) or addresses.TIMELINE).url


def _back(visit: Visit, anchor: str = "", error: MartletError | None = None) -> Answer:
    where = addresses.without(_where(visit), DONE, UNDO)
    if error is not None:
        return visit.go(where, done="nothing_chosen")
    return visit.go(f"{where}#{anchor}" if anchor else where)
