"""What other servers may read of an account here, in the order of its collections."""

from martlet.model.names import AccountId, PostId, Uri
from martlet.storage.database import Reader

LAST = 2**63 - 1


def open_posts(db: Reader, author: AccountId, before: int, limit: int) -> list[PostId]:
    """Public and unlisted posts and boosts of public ones, the newest first."""
    rows = db.rows(
        """
        SELECT post.id FROM post LEFT JOIN post AS boosted ON boosted.id = post.boost_of_id
         WHERE post.author_id = :author AND post.visibility >= 3 AND post.id < :before
           AND (boosted.id IS NULL OR boosted.visibility >= 3)
         ORDER BY post.id DESC LIMIT :limit
        """,
        author=author,
        before=before,
        limit=limit,
    )
    return [row[0] for row in rows]


def pinned(db: Reader, author: AccountId) -> list[PostId]:
    """Those that everybody may read, the last pinned first."""
    rows = db.rows(
        """
        SELECT post.id FROM pin JOIN post ON post.id = pin.post_id
         WHERE pin.account_id = :author AND post.visibility >= 3 ORDER BY pin.id DESC
        """,
        author=author,
    )
    return [row[0] for row in rows]


def answers(db: Reader, post: PostId, after: int, limit: int) -> list[tuple[PostId, Uri]]:
    """What answers a post for everybody to read, here and elsewhere, the oldest first."""
    rows = db.rows(
        """
        SELECT post.id, post.uri FROM post JOIN account ON account.id = post.author_id
         WHERE post.reply_to_id = :post AND post.visibility >= 3 AND post.id > :after
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
         ORDER BY post.id LIMIT :limit
        """,
        post=post,
        after=after,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def followers(db: Reader, account: AccountId, before: int, limit: int) -> list[tuple[int, Uri]]:
    """Follows with their followers, the newest first."""
    rows = db.rows(
        """
        SELECT follow.id, account.uri FROM follow JOIN account ON account.id = follow.follower_id
         WHERE follow.followed_id = :account AND follow.is_accepted = 1 AND follow.id < :before
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
         ORDER BY follow.id DESC LIMIT :limit
        """,
        account=account,
        before=before,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def following(db: Reader, account: AccountId, before: int, limit: int) -> list[tuple[int, Uri]]:
    """Follows with those followed, the newest first."""
    rows = db.rows(
        """
        SELECT follow.id, account.uri FROM follow JOIN account ON account.id = follow.followed_id
         WHERE follow.follower_id = :account AND follow.is_accepted = 1 AND follow.id < :before
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
         ORDER BY follow.id DESC LIMIT :limit
        """,
        account=account,
        before=before,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]
