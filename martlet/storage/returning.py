"""What somebody here has done towards people on another server: what a file takes back to them."""

from martlet.model.names import AccountId, PostId, Uri
from martlet.storage.database import Reader

MOST = 1000
"""Answers, likes and follows of each kind, the newest."""


def answers(db: Reader, author: AccountId, host: str, since: int) -> list[PostId]:
    """Somebody's own posts for everybody since an id that answer or name people of a host, the oldest first."""
    rows = db.rows(
        """
        SELECT post.id FROM post
         WHERE post.author_id = :author AND post.id > :since AND post.is_local = 1 AND post.visibility >= 3
           AND post.is_local_only = 0 AND post.boost_of_id IS NULL
           AND (EXISTS (SELECT 1 FROM remote_account
                         WHERE remote_account.account_id = post.reply_to_account_id AND remote_account.host = :host)
                OR EXISTS (SELECT 1 FROM mention JOIN remote_account ON remote_account.account_id = mention.account_id
                            WHERE mention.post_id = post.id AND remote_account.host = :host))
         ORDER BY post.id DESC LIMIT :limit
        """,
        author=author,
        host=host,
        since=since,
        limit=MOST,
    )
    return [row[0] for row in reversed(rows)]


def own(db: Reader, author: AccountId, before: int, limit: int) -> list[PostId]:
    """Somebody's own posts for everybody, the newest first."""
    rows = db.rows(
        """
        SELECT post.id FROM post
         WHERE post.author_id = :author AND post.id < :before AND post.is_local = 1 AND post.visibility >= 3
           AND post.is_local_only = 0 AND post.boost_of_id IS NULL
         ORDER BY post.id DESC LIMIT :limit
        """,
        author=author,
        before=before,
        limit=limit,
    )
    return [row[0] for row in rows]


def likes(db: Reader, account: AccountId, host: str, since: int) -> list[tuple[int, Uri]]:
    """Likes of posts for everybody that people of a host have written: what the like is, and of which post."""
    rows = db.rows(
        """
        SELECT mark.liked_id, post.uri
          FROM mark
          JOIN post ON post.id = mark.post_id
          JOIN remote_account ON remote_account.account_id = post.author_id
         WHERE mark.account_id = :account AND mark.liked_id > :since AND remote_account.host = :host
           AND post.visibility >= 3
         ORDER BY mark.liked_id DESC LIMIT :limit
        """,
        account=account,
        host=host,
        since=since,
        limit=MOST,
    )
    return [(row[0], Uri(row[1])) for row in reversed(rows)]


def follows(db: Reader, account: AccountId, host: str) -> list[tuple[Uri, Uri]]:
    """Follows of people of a host that nobody there has answered yet: what the request is called, and who it asks."""
    rows = db.rows(
        """
        SELECT follow.uri, account.uri
          FROM follow
          JOIN account ON account.id = follow.followed_id
          JOIN remote_account ON remote_account.account_id = follow.followed_id
         WHERE follow.follower_id = :account AND follow.is_accepted = 0 AND follow.uri IS NOT NULL
           AND remote_account.host = :host
         ORDER BY follow.id DESC LIMIT :limit
        """,
        account=account,
        host=host,
        limit=MOST,
    )
    return [(Uri(row[0]), Uri(row[1])) for row in reversed(rows)]


def open_of_thread(db: Reader, thread: PostId, after: PostId, limit: int) -> list[PostId]:
    """The posts of a thread that are for everybody, the oldest first."""
    rows = db.rows(
        """
        SELECT id FROM post
         WHERE thread_id = :thread AND id > :after AND visibility >= 3 AND is_local_only = 0 AND boost_of_id IS NULL
         ORDER BY id LIMIT :limit
        """,
        thread=thread,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]
