"""When threads with posts from elsewhere were last fetched, and how whole they are."""

from typing import NamedTuple

from martlet.model.names import PostId
from martlet.storage.database import Reader, Writer

LARGEST = 2_000
"""Posts of a thread whose answers are counted."""


class ThreadFetch(NamedTuple):
    """One row of `thread_fetch`. Moments in milliseconds."""

    id: int
    thread_id: PostId
    started_at: int
    finished_at: int | None
    found: int
    """Posts that were not known before."""
    silent: int
    """Servers that did not answer."""
    total: int | None
    """Posts of the thread, as its own collection counts them."""


COLUMNS = ", ".join(f"thread_fetch.{name}" for name in ThreadFetch._fields)


def find(db: Reader, id: int) -> ThreadFetch | None:
    row = db.row(f"SELECT {COLUMNS} FROM thread_fetch WHERE id = :id", id=id)
    return ThreadFetch(*row) if row else None


def last(db: Reader, thread: PostId) -> ThreadFetch | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM thread_fetch WHERE thread_id = :thread ORDER BY id DESC LIMIT 1",
        thread=thread,
    )
    return ThreadFetch(*row) if row else None


def note_remote(db: Writer, id: int, thread: PostId) -> None:
    """Posts from elsewhere stand in this thread: it may be fetched from now on. `id` is for a new row."""
    db.run(
        """
        INSERT INTO thread_fetch (id, thread_id, started_at, finished_at)
        SELECT CAST(:id AS BIGINT), CAST(:thread AS BIGINT), 0, 0
         WHERE NOT EXISTS (SELECT 1 FROM thread_fetch WHERE thread_id = :thread)
        """,
        id=id,
        thread=thread,
    )


def begin(db: Writer, id: int, thread: PostId, now: int) -> None:
    """Write down that a fetch begins, in place of the one before."""
    before = last(db, thread)
    db.run("DELETE FROM thread_fetch WHERE thread_id = :thread", thread=thread)
    db.run(
        """
        INSERT INTO thread_fetch (id, thread_id, started_at, silent, total)
        VALUES (:id, :thread, :now, :silent, :total)
        """,
        id=id,
        thread=thread,
        now=now,
        silent=0 if before is None else before.silent,
        total=None if before is None else before.total,
    )


def found_one(db: Writer, id: int) -> None:
    db.run("UPDATE thread_fetch SET found = found + 1 WHERE id = :id", id=id)


def finish(db: Writer, id: int, silent: int, total: int | None, now: int) -> None:
    db.run(
        """
        UPDATE thread_fetch SET finished_at = :now, silent = :silent, total = coalesce(:total, total)
         WHERE id = :id
        """,
        id=id,
        now=now,
        silent=silent,
        total=total,
    )


def forget_before(db: Writer, id: int) -> None:
    """
    Fetches begun before an id was made: nobody asks for them any more.

    But for threads that began here: only by this is it known of them that they have posts from elsewhere.
    """
    db.run(
        """
        DELETE FROM thread_fetch
         WHERE id < :id AND NOT EXISTS (SELECT 1 FROM post WHERE post.id = thread_fetch.thread_id AND post.is_local = 1)
        """,
        id=id,
    )


def gaps(db: Reader, thread: PostId) -> dict[PostId, int]:
    """How many answers are not here, as far as the servers of the posts tell: by the post they answer."""
    rows = db.rows(
        """
        SELECT post.id, remote_post.replies_total - post.replies_count
          FROM post JOIN remote_post ON remote_post.post_id = post.id
         WHERE post.thread_id = :thread AND post.boost_of_id IS NULL
           AND remote_post.replies_total > post.replies_count
         LIMIT :limit
        """,
        thread=thread,
        limit=LARGEST,
    )
    return {row[0]: int(row[1]) for row in rows}


def answers(db: Reader, thread: PostId) -> tuple[int, int] | None:
    """
    How many public answers in a thread are here, and how many there are as far as their servers tell.

    Each post counts for as many answers as are known here or as its server says, whatever is more. None for a
    thread that is too large to be counted with every view of its page.
    """
    posts, here, told = db.rows(
        """
        SELECT count(*), coalesce(sum(known), 0), coalesce(sum(CASE WHEN told > known THEN told ELSE known END), 0)
          FROM (SELECT post.replies_count AS known, remote_post.replies_total AS told
                  FROM post LEFT JOIN remote_post ON remote_post.post_id = post.id
                 WHERE post.thread_id = :thread AND post.boost_of_id IS NULL LIMIT :limit) AS counted
        """,
        thread=thread,
        limit=LARGEST,
    )[0]
    return None if posts >= LARGEST else (int(here), int(told))
