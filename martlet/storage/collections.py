"""
What other servers may read of an account here, in the order of its collections.

Whoever asks is nobody to us, so the rule of who may see what is asked for nobody.
"""

from martlet.model.names import NOBODY, AccountId, PostId, Uri
from martlet.storage.database import Reader
from martlet.storage.visibility import may_see

LARGEST_THREAD = 10_000
"""Posts of a thread that are counted."""


def open_posts(db: Reader, author: AccountId, before: int, limit: int) -> list[PostId]:
    """Public and unlisted posts and boosts of public ones, the newest first."""
    rows = db.rows(
        f"""
        SELECT post.id
          FROM post
          JOIN account AS author ON author.id = post.author_id
          LEFT JOIN post AS boosted ON boosted.id = post.boost_of_id
          LEFT JOIN account AS boosted_author ON boosted_author.id = boosted.author_id
         WHERE post.author_id = :author AND post.id < :before AND {may_see("post", "author")}
           AND (boosted.id IS NULL OR {may_see("boosted", "boosted_author")})
         ORDER BY post.id DESC LIMIT :limit
        """,
        viewer=NOBODY,
        author=author,
        before=before,
        limit=limit,
    )
    return [row[0] for row in rows]


def pinned(db: Reader, author: AccountId) -> list[PostId]:
    """Those that everybody may read, the last pinned first."""
    rows = db.rows(
        f"""
        SELECT post.id
          FROM pin
          JOIN post ON post.id = pin.post_id
          JOIN account AS author ON author.id = post.author_id
         WHERE pin.account_id = :author AND {may_see("post", "author")} ORDER BY pin.id DESC
        """,
        viewer=NOBODY,
        author=author,
    )
    return [row[0] for row in rows]


def answers(db: Reader, post: PostId, after: int, limit: int) -> list[tuple[PostId, Uri]]:
    """What answers a post for everybody to read, here and elsewhere, the oldest first."""
    rows = db.rows(
        f"""
        SELECT post.id, post.uri FROM post JOIN account AS author ON author.id = post.author_id
         WHERE post.reply_to_id = :post AND post.id > :after AND {may_see("post", "author")}
         ORDER BY post.id LIMIT :limit
        """,
        viewer=NOBODY,
        post=post,
        after=after,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def thread(db: Reader, first: PostId, after: int, limit: int) -> list[tuple[PostId, Uri]]:
    """What of a thread is for everybody to read, the oldest first."""
    rows = db.rows(
        f"""
        SELECT post.id, post.uri FROM post JOIN account AS author ON author.id = post.author_id
         WHERE post.thread_id = :thread AND post.id > :after AND post.boost_of_id IS NULL AND {may_see("post", "author")}
         ORDER BY post.id LIMIT :limit
        """,
        viewer=NOBODY,
        thread=first,
        after=after,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def thread_size(db: Reader, first: PostId) -> int:
    """How many public and unlisted posts a thread has, at most `LARGEST_THREAD`."""
    return int(
        db.value(
            """
            SELECT count(*) FROM (SELECT 1 FROM post
                                   WHERE thread_id = :thread AND visibility >= 3 AND is_local_only = 0
                                     AND boost_of_id IS NULL
                                   LIMIT :limit) AS some_posts
            """,
            thread=first,
            limit=LARGEST_THREAD,
        )
    )


def followers(db: Reader, account: AccountId, before: int, limit: int) -> list[tuple[int, Uri]]:
    """Follows with their followers, the newest first."""
    return _follows(db, "follow.followed_id", "follow.follower_id", account, before, limit)


def following(db: Reader, account: AccountId, before: int, limit: int) -> list[tuple[int, Uri]]:
    """Follows with those followed, the newest first."""
    return _follows(db, "follow.follower_id", "follow.followed_id", account, before, limit)


def _follows(
    db: Reader, own: str, other: str, account: AccountId, before: int, limit: int
) -> list[tuple[int, Uri]]:
    rows = db.rows(
        f"""
        SELECT follow.id, account.uri FROM follow JOIN account ON account.id = {other}
         WHERE {own} = :account AND follow.is_accepted = 1 AND follow.id < :before
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
         ORDER BY follow.id DESC LIMIT :limit
        """,
        account=account,
        before=before,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]
