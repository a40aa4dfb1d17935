"""Threads of posts for mentioned people only, as each participant's inbox."""

import json
from collections.abc import Collection
from typing import NamedTuple

from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


class Conversation(NamedTuple):
    id: int
    participants: tuple[AccountId, ...]
    """The others; empty where somebody writes to themselves."""
    last_post_id: PostId
    is_unread: int


def note(
    db: Writer,
    id: int,
    owner: AccountId,
    thread: PostId,
    participants: Collection[AccountId],
    post: PostId,
    *,
    is_unread: bool,
) -> None:
    """A post was added to a conversation, or began it; `id` is for a new one."""
    db.run(
        """
        INSERT INTO conversation (id, account_id, thread_id, participants, last_post_id, is_unread)
        VALUES (:id, :owner, :thread, :participants, :post, :is_unread)
        ON CONFLICT (account_id, thread_id, participants)
        DO UPDATE SET last_post_id = excluded.last_post_id, is_unread = excluded.is_unread
         WHERE conversation.last_post_id < excluded.last_post_id
        """,
        id=id,
        owner=owner,
        thread=thread,
        participants=json.dumps(sorted(participants)),
        post=post,
        is_unread=int(is_unread),
    )


def page(db: Reader, owner: AccountId, page: Page) -> list[Conversation]:
    """Ordered, and paged, by their last post; those whose last post cannot be shown are left to the caller."""
    rows = db.rows(
        f"""
        SELECT id, participants, last_post_id, is_unread FROM conversation
         WHERE account_id = :owner AND last_post_id < :before AND last_post_id > :after
         ORDER BY last_post_id {page.order} LIMIT :limit
        """,
        owner=owner,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [_from_row(row) for row in rows]
    return found[::-1] if page.is_upward else found


def find(db: Reader, id: int, owner: AccountId) -> Conversation | None:
    row = db.row(
        """
        SELECT id, participants, last_post_id, is_unread FROM conversation WHERE id = :id AND account_id = :owner
        """,
        id=id,
        owner=owner,
    )
    return _from_row(row) if row else None


def last_with(db: Reader, post: PostId, owners: Collection[AccountId]) -> dict[AccountId, Conversation]:
    """Those of the owners' conversations that a post is the last one of, by owner."""
    rows = db.rows(
        f"""
        SELECT account_id, id, participants, last_post_id, is_unread FROM conversation
         WHERE account_id {among("owners")} AND last_post_id = :post
        """,
        owners=numbers(owners),
        post=post,
    )
    return {row[0]: _from_row(row[1:]) for row in rows}


def mark_read(db: Writer, id: int, owner: AccountId) -> None:
    db.run("UPDATE conversation SET is_unread = 0 WHERE id = :id AND account_id = :owner", id=id, owner=owner)


def mark_unread(db: Writer, id: int, owner: AccountId) -> None:
    db.run("UPDATE conversation SET is_unread = 1 WHERE id = :id AND account_id = :owner", id=id, owner=owner)


def delete(db: Writer, id: int, owner: AccountId) -> None:
    db.run("DELETE FROM conversation WHERE id = :id AND account_id = :owner", id=id, owner=owner)


def step_back(db: Writer, post: PostId) -> None:
    """A last post was deleted: the one before it is last now; without one the conversation goes."""
    for id, owner, thread, participants in db.rows(
        "SELECT id, account_id, thread_id, participants FROM conversation WHERE last_post_id = :post",
        post=post,
    ):
        people = {owner, *json.loads(participants)}
        earlier = db.rows(
            """
            SELECT id FROM post
             WHERE thread_id = :thread AND visibility = 0 AND id < :post ORDER BY id DESC LIMIT 100
            """,
            thread=thread,
            post=post,
        )
        last = next((one for (one,) in earlier if _people(db, one) == people), None)
        if last is None:
            delete(db, id, owner)
        else:
            db.run("UPDATE conversation SET last_post_id = :last WHERE id = :id", last=last, id=id)


def _people(db: Reader, post: PostId) -> set[AccountId]:
    rows = db.rows(
        """
        SELECT author_id FROM post WHERE id = :post
        UNION SELECT account_id FROM mention WHERE post_id = :post
        """,
        post=post,
    )
    return {row[0] for row in rows}


def _from_row(row: tuple[object, ...]) -> Conversation:
    id, participants, last, is_unread = row
    return Conversation(id, tuple(json.loads(str(participants))), last, is_unread)  # type: ignore[arg-type]  # as the schema has them
