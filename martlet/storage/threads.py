"""Threads: every post names its thread, so that one look finds them all."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.threads import Link
from martlet.model.visibility import Visibility
from martlet.storage import posts, thread_fetches
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import Shown
from martlet.storage.thread_fetches import ThreadFetch
from martlet.storage.visibility import may_see, wants_to_see

SMALL = 100
_LINK = "post.id, post.reply_to_id, post.author_id, post.reply_to_account_id"
_WANTED = 4
_LINK_OF, _IS_LOCAL = itemgetter(0, 5, 6, 7), itemgetter(8)
"""Of a row of `_whole`."""


class Place(NamedTuple):
    """Where a post stands."""

    post: PostId
    thread: PostId
    created_at: int = 0
    is_elsewhere: bool = False
    """Posts from other servers stand in the thread, so that there may be more of it there."""
    fetch: ThreadFetch | None = None
    """The last time that it was fetched."""


class Neighbours(NamedTuple):
    """Posts of one thread and what each answers, whoever may see them; and those that the viewer may see and wants to."""

    links: dict[PostId, Link]
    shown: dict[PostId, Shown]


class Whole(NamedTuple):
    """The same of a thread of a usual size; `links` has the values of a `Link` for each post, in the posts' order."""

    links: tuple[Row, ...]
    shown: Mapping[PostId, Shown]


def get_place(db: Reader, id: PostId, viewer: AccountId) -> Place:
    """Of a boost the place of what it boosts. Raises `NotFound` for what the viewer may not see."""
    row = db.row(_PLACE, id=id, viewer=viewer)
    if row is None:
        raise NotFound
    post, thread, boosted, created_at, is_local, *fetch = row
    if boosted is not None:
        return get_place(db, boosted, viewer)
    is_elsewhere = not is_local or fetch[0] is not None
    return Place(post, thread, created_at, is_elsewhere, None if fetch[0] is None else ThreadFetch(*fetch))


_PLACE = f"""
    SELECT post.id, post.thread_id, post.boost_of_id, post.created_at,
           CASE WHEN post.is_local = 1 AND coalesce(first.is_local, 1) = 1 THEN 1 ELSE 0 END,
           {thread_fetches.COLUMNS}
      FROM post JOIN account AS author ON author.id = post.author_id
      LEFT JOIN post AS first ON first.id = post.thread_id
      LEFT JOIN thread_fetch ON thread_fetch.thread_id = post.thread_id
     WHERE post.id = :id AND {may_see("post", "author")}
     ORDER BY thread_fetch.id DESC LIMIT 1
    """


def around(db: Reader, place: Place, limit: int, viewer: AccountId, now: int) -> Neighbours:
    """A post and its neighbours, at most `limit` each before and after it; more than a hundred if there are many."""
    rows = db.rows(_WHOLE, thread=place.thread, viewer=viewer, now=now, limit=SMALL + 1)
    if len(rows) <= SMALL:
        return _neighbours(rows)
    links = _links(db, place, limit)
    found = posts.timeline_page(
        db, "post", f"post.id {among('ids')}", "", viewer=viewer, now=now, ids=numbers(links)
    )
    return Neighbours(links, {one.id: one for one in found})


def at_once(db: Reader, post: PostId, viewer: AccountId, now: int) -> Whole | None:
    """
    The whole thread of a post by one look, where it is of a usual size and all of it was written here.

    None for others, for boosts, and where the viewer may not see the post or does not want to: `get_place` tells.
    """
    rows = db.rows(_WHOLE_OF_POST, post=post, viewer=viewer, now=now, limit=SMALL + 1)
    if len(rows) > SMALL:
        return None
    whole = _read(tuple(rows))
    return whole if whole is not None and post in whole.shown else None


@lru_cache(maxsize=256)
def _read(rows: tuple[Row, ...]) -> Whole | None:
    """Kept, because a conversation that somebody reads is read by others too; None where not all was written here."""
    return Whole(tuple(map(_LINK_OF, rows)), _shown(rows)) if all(map(_IS_LOCAL, rows)) else None


DEEPEST = 200
"""Answers to answers that are followed upwards."""


def ids_above(db: Reader, post: PostId) -> frozenset[PostId]:
    """What the post answers, what that answers, and so on, whoever may see it."""
    rows = db.rows(
        """
        WITH RECURSIVE above(id, steps) AS (
            SELECT reply_to_id, 1 FROM post WHERE id = :post AND reply_to_id IS NOT NULL
             UNION ALL
            SELECT post.reply_to_id, above.steps + 1
              FROM above JOIN post ON post.id = above.id
             WHERE post.reply_to_id IS NOT NULL AND above.steps < :deepest
        )
        SELECT id FROM above
        """,
        post=post,
        deepest=DEEPEST,
    )
    return frozenset(row[0] for row in rows)


def newer_below(db: Reader, place: Place, since: int, limit: int, viewer: AccountId, now: int) -> list[Shown]:
    """Answers below a post that came after `since` and that the viewer wants to see; at most `limit` are looked at."""
    rows = db.rows(
        """
        SELECT id FROM post
         WHERE thread_id = :thread AND id > :since AND boost_of_id IS NULL
         ORDER BY id LIMIT :limit
        """,
        thread=place.thread,
        since=since,
        limit=limit,
    )
    ids = [row[0] for row in rows]
    if place.post != place.thread:
        ids = [id for id in ids if place.post in ids_above(db, id)]
    return posts.welcome(db, ids, viewer, now)


def _neighbours(rows: Sequence[Row]) -> Neighbours:
    links = {row[0]: Link._make(_LINK_OF(row)) for row in rows}
    return Neighbours(links, _shown(rows))


def _shown(rows: Sequence[Row]) -> dict[PostId, Shown]:
    return {row[0]: Shown.narrow(row) for row in rows if row[_WANTED]}


def _whole(thread: str) -> str:
    return f"""
    SELECT {posts.NARROW_COLUMNS}, CASE WHEN {wants_to_see("post", "author")} THEN 1 ELSE 0 END,
           post.reply_to_id, post.author_id, post.reply_to_account_id, post.is_local
      FROM post {posts.BOOSTLESS_JOINS}
     WHERE post.thread_id = {thread} AND post.boost_of_id IS NULL
     ORDER BY post.id LIMIT :limit
    """


_WHOLE = _whole(":thread")
"""Of a thread of a usual size all is asked for at once."""
_WHOLE_OF_POST = _whole("(SELECT asked.thread_id FROM post AS asked WHERE asked.id = :post)")


def _links(db: Reader, place: Place, limit: int) -> dict[PostId, Link]:
    rows = db.rows(
        f"""
        SELECT * FROM (SELECT {_LINK} FROM post
                        WHERE thread_id = :thread AND id <= :post ORDER BY id DESC LIMIT :limit) AS above
        UNION ALL
        SELECT * FROM (SELECT {_LINK} FROM post
                        WHERE thread_id = :thread AND id > :post ORDER BY id LIMIT :limit) AS below
        """,
        thread=place.thread,
        post=place.post,
        limit=limit,
    )
    return {row[0]: Link(*row) for row in rows}


def join(db: Writer, first: Post, parent: Post) -> None:
    """The thread that began with `first` is part of its parent's: the parent has become known. Counts are included."""
    db.run(
        "UPDATE post SET thread_id = :thread, revision = revision + 1 WHERE thread_id = :first",
        thread=parent.thread_id,
        first=first.id,
    )
    posts.update(db, first.id, reply_to_id=parent.id, reply_to_account_id=parent.author_id)
    if first.visibility >= Visibility.UNLISTED:
        posts.count(db, parent.id, replies=1)
    db.run(
        """
        INSERT INTO thread_mute (account_id, thread_id)
        SELECT account_id, CAST(:thread AS BIGINT) FROM thread_mute WHERE thread_id = :first ON CONFLICT DO NOTHING
        """,
        thread=parent.thread_id,
        first=first.id,
    )
    db.run("DELETE FROM thread_mute WHERE thread_id = :first", first=first.id)
    db.run(
        "UPDATE thread_fetch SET thread_id = :thread WHERE thread_id = :first",
        thread=parent.thread_id,
        first=first.id,
    )
    if first.visibility == Visibility.MENTIONED:
        _join_conversations(db, first.id, parent.thread_id)


def _join_conversations(db: Writer, first: PostId, thread: PostId) -> None:
    """Where somebody has both, the later one stays what it is."""
    db.run(
        """
        UPDATE conversation SET thread_id = :thread
         WHERE thread_id = :first
           AND account_id IN (SELECT mention.account_id FROM mention WHERE mention.post_id = :first)
           AND NOT EXISTS (SELECT 1 FROM conversation AS other
                            WHERE other.account_id = conversation.account_id AND other.thread_id = :thread
                              AND other.participants = conversation.participants)
        """,
        thread=thread,
        first=first,
    )
