"""Threads: every post names its thread, so that one look finds them all."""

from collections.abc import Collection
from typing import Any

from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post
from martlet.model.threads import Link
from martlet.storage import posts
from martlet.storage.database import Reader
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import Shown

SMALL = 100


def around(db: Reader, post: Post, limit: int) -> dict[PostId, Link]:
    """The post and its neighbours in the thread, at most `limit` each before and after it; whoever may see them."""
    rows = db.rows(
        """
        SELECT id, reply_to_id, author_id, reply_to_account_id FROM (
            SELECT id, reply_to_id, author_id, reply_to_account_id FROM post
             WHERE thread_id = :thread AND id <= :post ORDER BY id DESC LIMIT :limit) AS above
        UNION ALL
        SELECT id, reply_to_id, author_id, reply_to_account_id FROM (
            SELECT id, reply_to_id, author_id, reply_to_account_id FROM post
             WHERE thread_id = :thread AND id > :post ORDER BY id LIMIT :limit) AS below
        """,
        thread=post.thread_id,
        post=post.id,
        limit=limit,
    )
    return {row[0]: Link(*row) for row in rows}


def shown(
    db: Reader, thread: PostId, size: int, ids: Collection[PostId], viewer: AccountId, now: int
) -> dict[PostId, Shown]:
    """
    Those of the posts that the viewer may see and wants to.

    Of a thread of a small `size` all are asked for, in words that are always the same: quicker than naming them.
    """
    if not ids:
        return {}
    where = "post.thread_id = :thread" if size <= SMALL else f"post.id {among('ids')}"
    named: dict[str, Any] = {"thread": thread} if size <= SMALL else {"ids": numbers(ids)}
    found = posts.timeline_page(db, "post", where, "", viewer=viewer, now=now, **named)
    return {one.id: one for one in found}
