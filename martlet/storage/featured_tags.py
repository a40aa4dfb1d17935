"""Hashtags that people show on their profiles, and how often they used them in posts for all."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.errors import NotFound
from martlet.model.names import AccountId
from martlet.model.posts import Post
from martlet.storage import tags
from martlet.storage.database import Reader, Writer
from martlet.storage.tags import UsedTag

LOOKED_THROUGH = 1000
"""So many of the last posts say which hashtags somebody uses."""
_COLUMNS = (
    """featured_tag.id, tag.name, featured_tag.shown, featured_tag.posts_count, featured_tag.last_post_at"""
)
_LAST = """SELECT post.created_at FROM post
            WHERE post.author_id = :author AND post.visibility >= 3 AND post.is_local_only = 0 AND post.id <> :post
              AND EXISTS (SELECT 1 FROM post_tag
                           WHERE post_tag.tag_id = featured_tag.tag_id AND post_tag.post_id = post.id)
            ORDER BY post.id DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class FeaturedTag:
    """One row of `featured_tag`; `name` is folded."""

    id: int
    name: str
    shown: str
    posts_count: int
    last_post_at: int | None


def insert(db: Writer, id: int, account: AccountId, tag: int, shown: str) -> None:
    """Counts what is there; that looks at all posts of the account."""
    db.run(
        """
        INSERT INTO featured_tag (id, account_id, tag_id, shown, posts_count, last_post_at)
        SELECT :id, :account, :tag, :shown, count(*), max(post.created_at)
          FROM post CROSS JOIN post_tag
         WHERE post.author_id = :account AND post.visibility >= 3 AND post.is_local_only = 0
           AND post_tag.tag_id = :tag AND post_tag.post_id = post.id
        """,
        id=id,
        account=account,
        tag=tag,
        shown=shown,
    )


def find(db: Reader, account: AccountId, tag: int) -> FeaturedTag | None:
    row = db.row(
        f"""
        SELECT {_COLUMNS} FROM featured_tag JOIN tag ON tag.id = featured_tag.tag_id
         WHERE featured_tag.account_id = :account AND featured_tag.tag_id = :tag
        """,
        account=account,
        tag=tag,
    )
    return FeaturedTag(*row) if row else None


def get(db: Reader, id: int, account: AccountId) -> FeaturedTag:
    """Raises `NotFound` for other people's as for none."""
    row = db.row(
        f"""
        SELECT {_COLUMNS} FROM featured_tag JOIN tag ON tag.id = featured_tag.tag_id
         WHERE featured_tag.id = :id AND featured_tag.account_id = :account
        """,
        id=id,
        account=account,
    )
    if row is None:
        raise NotFound
    return FeaturedTag(*row)


def of_account(db: Reader, account: AccountId) -> list[FeaturedTag]:
    """The one used most comes first."""
    rows = db.rows(
        f"""
        SELECT {_COLUMNS} FROM featured_tag JOIN tag ON tag.id = featured_tag.tag_id
         WHERE featured_tag.account_id = :account
         ORDER BY featured_tag.posts_count DESC, featured_tag.id
        """,
        account=account,
    )
    return [FeaturedTag(*row) for row in rows]


def among(db: Reader, account: AccountId, names: Collection[str]) -> set[str]:
    """Which of these folded names somebody features."""
    return {one.name for one in of_account(db, account)} & set(names)


def delete(db: Writer, id: int) -> None:
    db.run("DELETE FROM featured_tag WHERE id = :id", id=id)


def count_post(db: Writer, post: Post) -> None:
    """The author has used the hashtags of a post for all."""
    db.run(
        """
        UPDATE featured_tag
           SET posts_count = posts_count + 1,
               last_post_at = CASE WHEN last_post_at > :at THEN last_post_at ELSE :at END
         WHERE account_id = :author AND tag_id IN (SELECT tag_id FROM post_tag WHERE post_id = :post)
        """,
        at=post.created_at,
        author=post.author_id,
        post=post.id,
    )


def uncount_post(db: Writer, post: Post) -> None:
    """Before a post for all goes, or its hashtags do."""
    db.run(
        f"""
        UPDATE featured_tag SET posts_count = posts_count - 1, last_post_at = ({_LAST})
         WHERE account_id = :author AND tag_id IN (SELECT tag_id FROM post_tag WHERE post_id = :post)
        """,
        author=post.author_id,
        post=post.id,
    )


def suggested(db: Reader, account: AccountId, limit: int) -> list[UsedTag]:
    """What somebody used most lately and does not feature."""
    rows = db.rows(
        f"""
        SELECT {tags.AS_SHOWN}
          FROM (SELECT post_tag.tag_id, count(*) AS uses
                  FROM (SELECT id FROM post WHERE author_id = :account ORDER BY id DESC LIMIT {LOOKED_THROUGH}) AS recent
                  JOIN post_tag ON post_tag.post_id = recent.id
                 GROUP BY post_tag.tag_id) AS used
          JOIN tag ON tag.id = used.tag_id
         WHERE NOT EXISTS (SELECT 1 FROM featured_tag
                            WHERE featured_tag.account_id = :account AND featured_tag.tag_id = tag.id)
         ORDER BY used.uses DESC, tag.id LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [UsedTag(*row) for row in rows]
