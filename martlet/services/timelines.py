"""
Home timelines and lists: written ahead for those who were here lately, rebuilt for those who come back.

Reactions write what happens into the timelines; `rebuild` makes somebody's
timelines from the posts themselves; `tidy` drops what nobody reads.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from functools import partial
from itertools import chain

import msgspec

from martlet.jobs.runner import Record
from martlet.model.broadcasts import PostDelivered, Span
from martlet.model.events import Followed, PostPublished
from martlet.model.lists import List
from martlet.model.names import NOBODY, AccountId, ListId, PostId
from martlet.model.server import Server
from martlet.storage import broadcasts, events, fanout, followed_tags, lists, posts, timelines
from martlet.storage.database import Reader, Store, Writer

FROM_EACH = 40
"""Posts taken from each author when a timeline is filled."""
FILLED = 400
"""Entries of a timeline that was made anew."""
KEPT = 800
"""Entries that a timeline keeps."""
AWAY = timedelta(days=14)
"""Who was not here for so long has no timelines written ahead."""
DELIVER = "deliver_to_timelines"
TIDY = "tidy_timelines"
TIDY_AFTER = 6 * 3_600_000
_AT_ONCE = 5
"""Timelines tidied in one transaction."""

Entry = tuple[PostId, PostId | None]
"""A post, and the one that it boosts."""


class Delivery(msgspec.Struct, frozen=True):
    """A fan-out under way: everyone up to the follower, the list, the follower of a hashtag has the post."""

    post: PostId
    follower: AccountId | None = NOBODY
    list: ListId | None = ListId(0)
    tagged: AccountId | None = NOBODY

    @property
    def is_done(self) -> bool:
        return self.follower is None and self.list is None and self.tagged is None


# -- what happens goes into the timelines ------------------------------------


def deliver(db: Writer, event: PostPublished, here: Server) -> None:
    """
    Write a new post into the timelines it belongs in, the first ones at once.

    One that a file or a mirror has brought is not for those who follow its hashtags only, unless the owner says so.
    """
    if event.is_news or event.is_carried:
        is_for_tags = not event.is_carried or here.carried_posts == "everybody"
        _deliver(db, Delivery(event.post, tagged=NOBODY if is_for_tags else None), here)


async def go_on(body: str, here: Server) -> Record:
    """The job that does the next part of a fan-out too large for one transaction."""
    return partial(_deliver, delivery=msgspec.json.decode(body, type=Delivery), here=here)


def _deliver(db: Writer, delivery: Delivery, here: Server) -> None:
    post = posts.find_unfiltered(db, delivery.post)
    if post is None:
        return
    follower, listed, tagged = delivery.follower, delivery.list, delivery.tagged
    limit = fanout.at_once(db, here.limits.fan_out)
    if follower is not None:
        follower = fanout.to_homes(db, post, follower, limit)
    if follower is None and listed is not None:
        listed = fanout.to_lists(db, post, listed, limit)
    if follower is None and listed is None and tagged is not None:
        tagged = fanout.to_tag_followers(db, post, tagged, limit)
    rest = Delivery(delivery.post, follower, listed, tagged)
    broadcasts.put(db, _told(post.author_id, delivery, rest))
    if rest.is_done:
        return
    key = f"{DELIVER}:{rest.post}:{rest.follower}:{rest.list}:{rest.tagged}"
    events.add_job(db, DELIVER, msgspec.json.encode(rest).decode(), here.now_ms(), key=key)


def _told(author: AccountId, begun: Delivery, rest: Delivery) -> PostDelivered:
    """Which timelines were written between the two."""
    is_past_followers = rest.follower is None
    is_past_lists = is_past_followers and rest.list is None
    return PostDelivered(
        begun.post,
        author,
        is_first=(begun.follower, begun.list) == (NOBODY, ListId(0)),
        is_last=rest.is_done,
        followers=None if begun.follower is None else Span(begun.follower, rest.follower),
        lists=Span(begun.list, rest.list) if is_past_followers and begun.list is not None else None,
        tagged=Span(begun.tagged, rest.tagged) if is_past_lists and begun.tagged is not None else None,
    )


def begin_following(db: Writer, event: Followed, here: Server) -> None:
    """Somebody one follows anew stands in the home timeline with their last posts."""
    del here
    if not timelines.has_home(db, event.follower) or event.followed not in fanout.followed(
        db, event.follower
    ):
        return
    _fill(db, event.follower, fanout.recent(db, event.follower, event.followed, FROM_EACH))


def forget(db: Writer, reader: AccountId, author: AccountId) -> None:
    """A follow has ended: the author leaves the reader's lists, and their posts all of the reader's timelines."""
    timelines.take_out(db, reader, author)
    for one in lists.containing(db, reader, author):
        lists.remove_member(db, one.id, author)
        timelines.take_out(db, one.id, author)


# -- making timelines anew ---------------------------------------------------


async def rebuild(store: Store, account: AccountId, here: Server) -> None:
    """
    Make the timelines of someone who was away long, and keep them from now on.

    New posts are written into them from the first step on, so that nothing
    falls between; what is read together aside may be written twice, but stands
    in a timeline once. Who was followed or left meanwhile is seen to in the end,
    hashtags as well.
    """
    await store.writing(timelines.keep_home, account, -here.now_ms())
    authors, tags, remembered = await store.reading_aside(_remembered, account)
    for timeline, entries in remembered.items():
        await store.writing(timelines.put, timeline, entries)
    await store.writing(_settle, account, authors, tags, here)


Authors = Mapping[timelines.Timeline, Collection[AccountId]]
"""Whose posts stand in somebody's home timeline and in each of their lists."""


def _authors(db: Reader, account: AccountId) -> Authors:
    home = [account, *fanout.followed(db, account)]
    return {account: home} | {one.id: lists.member_ids(db, one.id) for one in lists.of_owner(db, account)}


def _settle(db: Writer, account: AccountId, before: Authors, tags: Collection[int], here: Server) -> None:
    """Take out what was left while the timelines were read together, bring in what came; now they are filled."""
    now = _authors(db, account)
    for timeline, authors in before.items():
        for gone in set(authors) - set(now.get(timeline, ())):
            timelines.take_out(db, timeline, gone)
    for new in set(now[account]) - set(before[account]):
        fill_home_from(db, account, new)
    followed = followed_tags.ids(db, account)
    for tag in set(tags) - set(followed):
        followed_tags.take_out(db, account, tag)
    for tag in set(followed) - set(tags):
        _fill(db, account, fanout.recent_tagged(db, account, tag, FROM_EACH))
    timelines.keep_home(db, account, here.now_ms())


def _remembered(
    db: Reader, account: AccountId
) -> tuple[Authors, Collection[int], dict[timelines.Timeline, list[PostId]]]:
    """What an account's home timeline and lists would hold, by whom and for the sake of which hashtags."""
    authors, tags = _authors(db, account), followed_tags.ids(db, account)
    written = (
        entry for author in authors[account] for entry in fanout.recent(db, account, author, FROM_EACH)
    )
    tagged = (entry for tag in tags for entry in fanout.recent_tagged(db, account, tag, FROM_EACH))
    remembered: dict[timelines.Timeline, list[PostId]] = {account: unrepeated(chain(written, tagged))}
    for one in lists.of_owner(db, account):
        remembered[one.id] = _of_list(db, one)
    return authors, tags, remembered


def _of_list(db: Reader, one: List) -> list[PostId]:
    members = lists.member_ids(db, one.id)
    return unrepeated(
        entry for member in members for entry in fanout.recent(db, one.owner_id, member, FROM_EACH, one)
    )


def unrepeated(entries: Iterable[Entry]) -> list[PostId]:
    """The newest `FILLED`, without boosts of what stands among the entries right before."""
    ordered = sorted(dict(entries).items())[-FILLED:]
    before: deque[PostId] = deque(maxlen=fanout.UNREPEATED)
    kept = []
    for id, boosted in ordered:
        if boosted is None or boosted not in before:
            kept.append(id)
            before.append(boosted or id)
    return kept


def _fill(db: Writer, timeline: timelines.Timeline, entries: Iterable[Entry]) -> None:
    """Add entries to a timeline, nothing that would repeat what it shows."""
    there = timelines.newest(db, timeline, FILLED)
    shown = {boosted or id for id, boosted in there}
    timelines.put(db, timeline, unrepeated(entry for entry in entries if (entry[1] or entry[0]) not in shown))


def fill_home_from(db: Writer, reader: AccountId, author: AccountId) -> None:
    _fill(db, reader, fanout.recent(db, reader, author, FROM_EACH))


def fill_home_with(db: Writer, reader: AccountId, tag: int) -> None:
    """A hashtag that one follows anew stands in the home timeline with its last posts."""
    if timelines.has_home(db, reader):
        _fill(db, reader, fanout.recent_tagged(db, reader, tag, FROM_EACH))


def fill_list_from(db: Writer, one: List, author: AccountId) -> None:
    _fill(db, one.id, fanout.recent(db, one.owner_id, author, FROM_EACH, one))


def remake_list(db: Writer, one: List) -> None:
    """After a change of whose answers a list shows."""
    timelines.clear(db, one.id)
    timelines.put(db, one.id, _of_list(db, one))


# -- keeping house -----------------------------------------------------------


def want_tidying(db: Writer, here: Server) -> None:
    """There will be something to tidy in some hours."""
    events.add_job(db, TIDY, "", here.now_ms() + TIDY_AFTER, key=TIDY)


async def tidy(store: Store, body: str, here: Server) -> None:
    """The job that drops the timelines of those who are away, and the ends of long ones."""
    del body
    since = here.now_ms() - int(AWAY.total_seconds() * 1000)
    while await store.writing(_drop_absent, since):
        pass
    after: AccountId | None = NOBODY
    while after is not None:
        after = await store.writing(_trim, after)


def _drop_absent(db: Writer, since: int) -> bool:
    absent = timelines.kept_of_absent(db, since, _AT_ONCE)
    for account in absent:
        timelines.drop_home(db, account)
    return bool(absent)


def _trim(db: Writer, after: AccountId) -> AccountId | None:
    accounts = timelines.kept_after(db, after, _AT_ONCE)
    for account in accounts:
        timelines.trim(db, account, KEPT)
        for one in lists.of_owner(db, account):
            timelines.trim(db, one.id, KEPT)
    return accounts[-1] if len(accounts) == _AT_ONCE else None
