"""Threads: every post names its thread, so that one look finds them all."""

from typing import NamedTuple

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, PostId
from martlet.model.threads import Link
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import Shown
from martlet.storage.visibility import may_see, wants_to_see

SMALL = 100
_LINK = "post.id, post.reply_to_id, post.author_id, post.reply_to_account_id"
_COLUMNS = len(Shown._fields)


class Place(NamedTuple):
    """Where a post stands."""

    post: PostId
    thread: PostId


class Neighbours(NamedTuple):
    """Posts of one thread and what each answers, whoever may see them; and those that the viewer may see and wants to."""

    links: dict[PostId, Link]
    shown: dict[PostId, Shown]


def get_place(db: Reader, id: PostId, viewer: AccountId) -> Place:
    """Of a boost the place of what it boosts. Raises `NotFound` for what the viewer may not see."""
    row = db.row(_PLACE, id=id, viewer=viewer)
    if row is None:
        raise NotFound
    post, thread, boosted = row
    return Place(post, thread) if boosted is None else get_place(db, boosted, viewer)


_PLACE = f"""
    SELECT post.id, post.thread_id, post.boost_of_id
      FROM post JOIN account AS author ON author.id = post.author_id
     WHERE post.id = :id AND {may_see("post", "author")}
    """


def around(db: Reader, place: Place, limit: int, viewer: AccountId, now: int) -> Neighbours:
    """A post and its neighbours, at most `limit` each before and after it; more than a hundred if there are many."""
    rows = db.rows(_WHOLE, thread=place.thread, viewer=viewer, now=now, limit=SMALL + 1)
    if len(rows) <= SMALL:
        links = {row[0]: Link(row[0], *row[_COLUMNS + 1 :]) for row in rows}
        return Neighbours(links, {row[0]: Shown._make(row[:_COLUMNS]) for row in rows if row[_COLUMNS]})
    links = _links(db, place, limit)
    found = posts.timeline_page(
        db, "post", f"post.id {among('ids')}", "", viewer=viewer, now=now, ids=numbers(links)
    )
    return Neighbours(links, {one.id: one for one in found})


_WHOLE = f"""
    SELECT {posts.BOOSTLESS_COLUMNS}, CASE WHEN {wants_to_see("post", "author")} THEN 1 ELSE 0 END,
           post.reply_to_id, post.author_id, post.reply_to_account_id
      FROM post {posts.BOOSTLESS_JOINS}
     WHERE post.thread_id = :thread AND post.boost_of_id IS NULL
     ORDER BY post.id LIMIT :limit
    """
"""Of a thread of a usual size all is asked for at once."""


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
