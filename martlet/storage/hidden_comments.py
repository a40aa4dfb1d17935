"""Answers that the author of a post has hidden where other sites show them as comments."""

from collections.abc import Collection

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


def put(db: Writer, author: AccountId, post: PostId, now: int) -> None:
    db.run(
        """
        INSERT INTO hidden_comment (author_id, post_id, hidden_at) VALUES (:author, :post, :now)
        ON CONFLICT (author_id, post_id) DO NOTHING
        """,
        author=author,
        post=post,
        now=now,
    )


def delete(db: Writer, author: AccountId, post: PostId) -> None:
    db.run(
        "DELETE FROM hidden_comment WHERE author_id = :author AND post_id = :post", author=author, post=post
    )


def those_of(db: Reader, author: AccountId, posts: Collection[PostId]) -> frozenset[PostId]:
    """Which of the posts somebody has hidden."""
    if not posts:
        return frozenset()
    rows = db.rows(
        f"SELECT post_id FROM hidden_comment WHERE author_id = :author AND post_id {among('posts')}",
        author=author,
        posts=numbers(posts),
    )
    return frozenset(row[0] for row in rows)
