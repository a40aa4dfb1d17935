"""Posts that are deleted at a moment, and whose old posts are deleted."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import ONE_LOOK, among, numbers


def find(db: Reader, post: PostId) -> int | None:
    """When it is to be deleted, in milliseconds."""
    found: int | None = db.value("SELECT expires_at FROM expiring_post WHERE post_id = :post", post=post)
    return found


def of_posts(db: Reader, posts: Collection[PostId]) -> dict[PostId, int]:
    """The same of those of the posts that are."""
    rows = db.rows(
        f"SELECT post_id, expires_at FROM expiring_post WHERE post_id {among('posts')}", posts=numbers(posts)
    )
    return {row[0]: row[1] for row in rows}


def put(db: Writer, post: PostId, at: int | None) -> None:
    """None: it stays."""
    if at is None:
        db.run("DELETE FROM expiring_post WHERE post_id = :post", post=post)
        return
    db.run(
        """
        INSERT INTO expiring_post (post_id, expires_at) VALUES (:post, :at)
        ON CONFLICT (post_id) DO UPDATE SET expires_at = excluded.expires_at
        """,
        post=post,
        at=at,
    )


# -- old posts -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cleanup:
    """One row of `post_cleanup`: whose posts are deleted once they are `min_age` seconds old, and which are kept."""

    account_id: AccountId
    min_age: int
    keeps_direct: int = 1
    keeps_pinned: int = 1
    keeps_polls: int = 0
    keeps_media: int = 0
    keeps_liked: int = 1
    keeps_bookmarked: int = 1
    min_likes: int | None = None
    min_boosts: int | None = None
    position: int = 0
    """Posts up to this id have been looked at."""


_NAMES = tuple(Cleanup.__slots__)


def find_cleanup(db: Reader, account: AccountId) -> Cleanup | None:
    row = db.row(f"SELECT {', '.join(_NAMES)} FROM post_cleanup WHERE account_id = :account", account=account)
    return Cleanup(*row) if row else None


def put_cleanup(db: Writer, one: Cleanup) -> None:
    changes = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[1:])
    db.run(
        f"""
        INSERT INTO post_cleanup ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
        ON CONFLICT (account_id) DO UPDATE SET {changes}
        """,
        **{name: getattr(one, name) for name in _NAMES},
    )


def delete_cleanup(db: Writer, account: AccountId) -> None:
    db.run("DELETE FROM post_cleanup WHERE account_id = :account", account=account)


def old_posts(db: Reader, one: Cleanup, until: int, limit: int) -> list[tuple[PostId, bool]]:
    """An account's next posts with ids below `until`, boosts left out; each, and whether it is to go."""
    rows = db.rows(
        f"""
        SELECT post.id, CASE
            WHEN :direct = 1 AND post.visibility = 0 THEN 0
            WHEN :polls = 1 AND post.poll_id IS NOT NULL THEN 0
            WHEN :media = 1 AND post.has_media = 1 THEN 0
            WHEN post.likes_count >= :likes OR post.boosts_count >= :boosts THEN 0
            WHEN :pinned = 1 AND EXISTS (SELECT 1 FROM pin WHERE pin.post_id = post.id {ONE_LOOK}) THEN 0
            WHEN EXISTS (SELECT 1 FROM mark
                          WHERE mark.account_id = post.author_id AND mark.post_id = post.id
                            AND ((:liked = 1 AND mark.liked_id IS NOT NULL)
                                 OR (:bookmarked = 1 AND mark.bookmarked_id IS NOT NULL)) {ONE_LOOK}) THEN 0
            ELSE 1 END
          FROM post
         WHERE post.author_id = :author AND post.id > :after AND post.id < :until AND post.boost_of_id IS NULL
         ORDER BY post.id LIMIT :limit
        """,
        author=one.account_id,
        after=one.position,
        until=until,
        limit=limit,
        direct=one.keeps_direct,
        polls=one.keeps_polls,
        media=one.keeps_media,
        pinned=one.keeps_pinned,
        liked=one.keeps_liked,
        bookmarked=one.keeps_bookmarked,
        likes=_ENDLESS if one.min_likes is None else one.min_likes,
        boosts=_ENDLESS if one.min_boosts is None else one.min_boosts,
    )
    return [(row[0], bool(row[1])) for row in rows]


_ENDLESS = 2**62
