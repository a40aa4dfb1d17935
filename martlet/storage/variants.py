"""Posts in further languages than their own."""

from collections.abc import Collection, Sequence

from martlet.model.names import PostId
from martlet.model.posts import Variant
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


def of_posts(db: Reader, posts: Collection[PostId]) -> dict[PostId, tuple[Variant, ...]]:
    """Of those of the posts that have any, in their author's order."""
    if not posts:
        return {}
    rows = db.rows(
        f"""
        SELECT post_id, language, text, html, warning FROM post_variant
         WHERE post_id {among("posts")} ORDER BY post_id, position
        """,
        posts=numbers(posts),
    )
    found: dict[PostId, tuple[Variant, ...]] = {}
    for post, *values in rows:
        found[post] = (*found.get(post, ()), Variant(*values))
    return found


def of_post(db: Reader, post: PostId, count: int) -> tuple[Variant, ...]:
    """Nothing is looked up where the post says that it has none."""
    return of_posts(db, [post]).get(post, ()) if count else ()


def replace(db: Writer, post: PostId, wanted: Sequence[Variant]) -> None:
    """The post's own count is the caller's."""
    db.run("DELETE FROM post_variant WHERE post_id = :post", post=post)
    insert(db, post, wanted)


def insert(db: Writer, post: PostId, wanted: Sequence[Variant]) -> None:
    db.run_each(
        """
        INSERT INTO post_variant (post_id, language, position, text, html, warning)
        VALUES (:post, :language, :position, :text, :html, :warning)
        """,
        (
            {
                "post": post,
                "language": one.language,
                "position": position,
                "text": one.text,
                "html": one.html,
                "warning": one.warning,
            }
            for position, one in enumerate(wanted)
        ),
    )
