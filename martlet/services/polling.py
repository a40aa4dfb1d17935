"""Polls: what may be asked, voting, and telling everyone when one has ended."""

from dataclasses import replace

import msgspec

from martlet.model.errors import InvalidInput, NotFound
from martlet.model.events import PollClosed, PollVoted
from martlet.model.names import AccountId, PollId
from martlet.model.posts import PollDraft, Post
from martlet.model.server import Server
from martlet.storage import events, polls, posts
from martlet.storage.database import Reader, Store, Writer
from martlet.text.cleaning import one_line
from martlet.text.length import characters

CLOSE = "close_poll"


class CannotVote(InvalidInput):
    code = "cannot_vote"


class Closing(msgspec.Struct, frozen=True):
    """A poll that ends at a moment, unless an edit has put it off."""

    poll: PollId
    at: int


def checked(draft: PollDraft, here: Server) -> PollDraft:
    """The poll with clean options. Raises `InvalidInput`."""
    limits = here.limits
    options = tuple(option for option in map(one_line, draft.options[: limits.poll_options * 4]) if option)
    if len(options) < 2:  # noqa: PLR2004 - a choice takes two
        raise InvalidInput("Validation failed: Poll must have more than one option")
    if len(options) > limits.poll_options:
        raise InvalidInput(f"Validation failed: Poll can't have more than {limits.poll_options} options")
    if len(set(options)) < len(options):
        raise InvalidInput("Validation failed: Poll can't have the same option twice")
    if any(characters(option) > limits.poll_option for option in options):
        raise InvalidInput(
            f"Validation failed: Poll options can't be longer than {limits.poll_option} characters each"
        )
    if draft.seconds < limits.poll_seconds_min:
        raise InvalidInput("Validation failed: Poll has to run longer than that")
    if draft.seconds > limits.poll_seconds_max:
        raise InvalidInput("Validation failed: Poll cannot run as long as that")
    return replace(draft, options=options)


def begin(db: Writer, id: PollId, post: Post, draft: PollDraft, here: Server) -> None:
    """Open a poll for a post that is already there."""
    expires_at = here.now_ms() + draft.seconds * 1000
    poll = polls.Poll(
        id=id,
        post_id=post.id,
        expires_at=expires_at,
        closed_at=None,
        is_multiple=int(draft.is_multiple),
        hides_totals=int(draft.hides_totals),
        voters_count=0,
        options=tuple((option, 0) for option in draft.options),
    )
    polls.insert(db, poll)
    close_later(db, id, expires_at)


def close_later(db: Writer, poll: PollId, at: int) -> None:
    body = msgspec.json.encode(Closing(poll, at)).decode()
    events.add_job(db, CLOSE, body, at, key=f"{CLOSE}:{poll}:{at}")


async def close(store: Store, body: str, here: Server) -> None:
    """The job that ends a poll."""
    await store.writing(_close, msgspec.json.decode(body, type=Closing), here)


def _close(db: Writer, closing: Closing, here: Server) -> None:
    post = polls.close(db, closing.poll, here.now_ms())
    if post is not None:
        db.emit(PollClosed(post))


def get(db: Reader, id: PollId, viewer: AccountId) -> tuple[polls.Poll, Post]:
    """A poll and its post, if the viewer may see that. Raises `NotFound`."""
    poll = polls.many(db, [id]).get(id)
    if poll is None:
        raise NotFound
    return poll, posts.get(db, poll.post_id, viewer)


def vote(db: Writer, voter: AccountId, id: PollId, choices: list[int], here: Server) -> None:
    """
    Choose in a poll, once and for good.

    Raises `NotFound`, or `CannotVote` with the reason.
    """
    poll, post = get(db, id, voter)
    if post.author_id == voter:
        raise CannotVote("Validation failed: You cannot vote in your own polls")
    polls.lock(db, id)
    poll = polls.many(db, [id])[id]
    if poll.expires_at is not None and poll.expires_at <= here.now_ms():
        raise CannotVote("Validation failed: The poll has already ended")
    if polls.votes(db, [id], voter)[id]:
        raise CannotVote("Validation failed: You have already voted on this poll")
    chosen = sorted(set(choices))
    if not chosen:
        raise CannotVote("Validation failed: Choices can't be blank")
    if chosen[0] < 0 or chosen[-1] >= len(poll.options):
        raise CannotVote("Validation failed: The chosen vote option does not exist")
    if len(chosen) > 1 and not poll.is_multiple:
        raise CannotVote("Validation failed: Only one option can be chosen in this poll")
    polls.insert_votes(db, id, voter, chosen)
    db.emit(PollVoted(post.id, voter, tuple(poll.options[position][0] for position in chosen)))


def receive_vote(db: Writer, voter: AccountId, post: Post, choice: str, here: Server) -> None:
    """
    One choice of a voter elsewhere, in a poll of somebody's here.

    What does not count (twice, too late, no such option) is left out without a word (attacks D17).
    """
    if post.poll_id is None or post.author_id == voter or posts.find(db, post.id, viewer=voter) is None:
        return
    polls.lock(db, post.poll_id)
    poll = polls.many(db, [post.poll_id])[post.poll_id]
    position = next((at for at, (title, _) in enumerate(poll.options) if title == choice), None)
    is_over = poll.expires_at is not None and poll.expires_at <= here.now_ms()
    before = polls.votes(db, [poll.id], voter)[poll.id]
    if position is None or is_over or position in before or (before and not poll.is_multiple):
        return
    if before:
        polls.insert_further_vote(db, poll.id, voter, position)
    else:
        polls.insert_votes(db, poll.id, voter, [position])
    db.emit(PollVoted(post.id, voter, (choice,)))
