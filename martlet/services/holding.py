"""
Posts that wait for a moderator: the rule of which do, and letting them through or not.

The rule stands here and nowhere else. It looks at what everybody could read, written by
somebody new here or by a stranger elsewhere whom nobody here follows. What it costs
where no setting asks for it, and nothing was marked as spam, is one look at an empty table.

A post that waits is kept as one to a circle of nobody, as answers are that need
approval: the one rule of who may see what hides it from all but its author.
Released, it goes the way it would have gone.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from msgspec import structs

from martlet.model.accounts import Account
from martlet.model.audit import State, Target
from martlet.model.errors import Conflict, NotAllowed, NotFound
from martlet.model.events import HoldDecided, PostHeld, PostPublished
from martlet.model.holds import Hold, HoldReason, HoldState
from martlet.model.ids import moment_of
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.roles import MODERATING, Actor, Permission
from martlet.model.server import Server, milliseconds
from martlet.model.visibility import Visibility
from martlet.services import approving, auditing, marking_spam, permitting, placing, sweeping
from martlet.services.replying import Verdict
from martlet.storage import accounts, attached, holds, posts, remotes, roles, spam_marks
from martlet.storage.database import Reader, Writer
from martlet.text import web_links

DAY = 86_400_000
HOUR = 3_600_000
LATELY = 200
"""Posts of an author that are looked at for how many of them everybody could read."""
NEW_DAYS, NEW_POSTS = 30, 10
"""Whose posts are held against spam that was marked: so new, or with so few posts."""


class EditWaits(NotAllowed):
    code = "edit_waits"

    def __init__(self) -> None:
        super().__init__(
            "Your posts with links or many mentions are still looked at before others see them, so this one cannot be "
            "changed that way. Please write a new one."
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """What the rule looks at: a post as it is meant, whom it names, and its pictures' digests, if they are asked for."""

    post: Post
    named: Collection[AccountId]
    pictures: Callable[[], list[str]]
    before: Post | None = None
    """What it was before an edit: only what is added counts."""
    named_before: Collection[AccountId] = ()


def is_on(db: Reader, here: Server) -> bool:
    """Whether anything could have to wait."""
    return bool(here.holds.looks_at_first or here.holds.mass_mentions or _knows_spam(db, here))


def _knows_spam(db: Reader, here: Server) -> bool:
    return here.holds.spam_days > 0 and spam_marks.are_there(db, here.now_ms())


def reasons(db: Reader, author: Account, seen: Seen, here: Server) -> Sequence[HoldReason]:
    """Why a post has to wait; nothing: it does not."""
    rules = here.holds
    knows_spam = _knows_spam(db, here)
    if not (rules.looks_at_first or rules.mass_mentions or knows_spam):
        return ()
    if seen.post.visibility < Visibility.UNLISTED or seen.post.boost_of_id is not None:
        return ()
    if author.is_here and roles.of_account(db, author.id).granted & MODERATING:
        return ()
    if not author.is_here and remotes.has_follower_here(db, author.id):
        return ()
    found = _first(db, author, seen, here) if rules.looks_at_first else []
    if rules.mass_mentions and _names_masses(db, author, seen, here):
        found.append(HoldReason.MASS_MENTION)
    if knows_spam and _is_spam(db, author, seen, here):
        found.append(HoldReason.SPAM)
    return found


def _is_new(db: Reader, author: Account, days: int, count: int, here: Server) -> bool:
    """By the days since the account is known here, or by its posts that everybody could read."""
    if days and milliseconds(moment_of(author.id)) > here.now_ms() - days * DAY:
        return True
    return count > 0 and holds.count_shown(db, author.id, count, LATELY) < count


def _first(db: Reader, author: Account, seen: Seen, here: Server) -> list[HoldReason]:
    rules = here.holds
    links, mentions = _outward(db, seen, author, here)
    found = [HoldReason.LINKS] if links else []
    if mentions > rules.mentions:
        found.append(HoldReason.MENTIONS)
    return found if found and _is_new(db, author, rules.first_days, rules.first_posts, here) else []


def _outward(db: Reader, seen: Seen, author: Account, here: Server) -> tuple[int, int]:
    """How many links lead away, and how many people are named: of an edit, what is added."""
    new = set(seen.named) - set(seen.named_before)
    people = accounts.many(db, {*seen.named, *seen.named_before}) if seen.named or seen.named_before else {}
    known = {address for one in people.values() for address in (one.uri, one.url)}
    hosts = {here.host, author.host or here.host}
    links, unknown = web_links.outward(seen.post.html, known, hosts)
    if seen.before is not None:
        before, unknown_before = web_links.outward(seen.before.html, known, hosts)
        links, unknown = links - before, unknown - unknown_before
    ours = f"{here.url}/"
    return len([one for one in links if not one.startswith(ours)]), len(new) + len(unknown)


def _names_masses(db: Reader, author: Account, seen: Seen, here: Server) -> bool:
    most = here.holds.mass_mentions
    named = holds.strangers_among(db, author.id, set(seen.named) - set(seen.named_before))
    if not named:
        return False
    return len(named) + holds.count_mentioned(db, author.id, here.now_ms() - HOUR, most) > most


def _is_spam(db: Reader, author: Account, seen: Seen, here: Server) -> bool:
    if author.is_here and not _is_new(db, author, NEW_DAYS, NEW_POSTS, here):
        return False
    print_ = marking_spam.fingerprint(seen.post.html, seen.pictures())
    return marking_spam.match(db, print_, here) is not None


def check_edit(db: Reader, author: Account, seen: Seen, here: Server) -> None:
    """Nobody gets round the rule by an edit. Raises `EditWaits`."""
    if reasons(db, author, seen, here):
        raise EditWaits


# -- waiting -------------------------------------------------------------


def begin(
    db: Writer,
    meant: Post,
    why: Sequence[HoldReason],
    named: Collection[AccountId],
    silent: Collection[AccountId],
    verdict: Verdict,
    here: Server,
    *,
    is_news: bool = True,
) -> None:
    """Write down what a post is meant to be, which has just been kept as `approving.withheld` makes it."""
    holds.insert(
        db,
        Hold(
            post_id=meant.id,
            id=here.next_id(),
            visibility=int(meant.visibility),
            named=json.dumps(list(named)),
            silent=json.dumps(list(silent)),
            reasons=json.dumps(list(why)),
            verdict=verdict,
            request=None,
            is_news=int(is_news),
        ),
    )
    db.emit(PostHeld(meant.id))
    if not meant.is_local:
        sweeping.want(db, here)


def meant(db: Reader, post: Post) -> Post:
    """A post that waits as it is meant to be; all others as they are, for which nothing is looked up."""
    hold = holds.find(db, post.id) if post.visibility == Visibility.CIRCLE else None
    return post if hold is None else structs.replace(post, visibility=Visibility(hold.visibility))


# -- deciding ------------------------------------------------------------


def get(db: Reader, post: PostId) -> Hold:
    """For those only who work on reports. Raises `NotFound`."""
    found = holds.find(db, post)
    if found is None:
        raise NotFound
    return found


def release(db: Writer, actor: Actor, id: PostId, here: Server) -> None:
    """
    Let a post be there for all for whom it is meant, as if it had been written just now.

    Raises `NotAllowed`, `NotFound`, and `Conflict` where what it answers waits as well.
    """
    permitting.check_actor(actor, Permission.MANAGE_REPORTS)
    posts.lock(db, id)
    hold, post = get(db, id), posts.find_unfiltered(db, id)
    if post is None:
        raise NotFound
    if post.reply_to_id is not None and holds.find(db, post.reply_to_id) is not None:
        raise Conflict("What this post answers waits as well: look at that first.")
    holds.delete(db, id)
    _show(db, structs.replace(post, visibility=Visibility(hold.visibility)), hold, here)
    before: State = {"state": hold.state, "is_approved": False}
    _record(db, actor, "held_post.release", post, before, {"state": "released", "is_approved": True}, here)


def _show(db: Writer, meant: Post, hold: Hold, here: Server) -> None:
    verdict: Verdict = hold.verdict  # type: ignore[assignment]  # as `begin` was given it
    if verdict == "asked":
        posts.renew(db, meant.id)
        named = (*hold.named_in, *hold.silent_in)
        approving.begin(db, meant, verdict, named, here, hold.request)
        return
    posts.update(db, meant.id, visibility=hold.visibility)
    attached.insert_mentions(db, meant.id, hold.silent_in, is_silent=True)
    attached.insert_mentions(db, meant.id, hold.named_in)
    approving.begin(db, meant, verdict, (), here, hold.request)
    approving.count(db, meant, 1)
    if not meant.is_local:
        placing.place(db, meant, None, here)
    db.emit(PostPublished(meant.id, bool(hold.is_news)))


def refuse(db: Writer, actor: Actor, id: PostId, here: Server) -> None:
    """It stays its author's alone, who is told so. Raises `NotAllowed`, `NotFound`."""
    permitting.check_actor(actor, Permission.MANAGE_REPORTS)
    posts.lock(db, id)
    hold, post = get(db, id), posts.find_unfiltered(db, id)
    if post is None:
        raise NotFound
    if hold.state == "held":
        _set_state(db, id, "refused", here)
        _record(db, actor, "held_post.refuse", post, {"state": "held"}, {"state": "refused"}, here)


def _set_state(db: Writer, id: PostId, state: HoldState, here: Server) -> None:
    holds.update(db, id, state=state, decided_at=None if state == "held" else here.now_ms())
    posts.renew(db, id)
    db.emit(HoldDecided(id))


def refuse_as_spam(db: Writer, actor: Actor, id: PostId, here: Server) -> None:
    """The same, and what is like it waits as well. Raises `InvalidInput` besides where there is too little in it."""
    refuse(db, actor, id, here)
    marking_spam.mark(db, actor, id, None, here)


def _record(
    db: Writer, actor: Actor, act: str, post: Post, before: State, after: State, here: Server
) -> None:
    auditing.record(db, actor, act, Target("held_post", post.id, post.url), before, after, here)


def state(db: Reader, id: PostId) -> State:
    """What the audit log says of a post that waits, or does not."""
    found = holds.find(db, id)
    return {"state": "released" if found is None else found.state}


def set_back(db: Writer, id: PostId, wanted: State, here: Server) -> None:
    """What an undoing does. Raises `NotFound`."""
    get(db, id)
    _set_state(db, id, "held" if wanted["state"] == "held" else "refused", here)
