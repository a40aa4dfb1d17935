"""Translated posts, kept as long as the version of the post that was translated is the newest."""

from martlet.model.names import PostId
from martlet.storage.database import Reader, Writer


def find(db: Reader, post: PostId, language: str, version: int) -> str | None:
    """What was kept, as JSON."""
    found: str | None = db.value(
        "SELECT body FROM translation WHERE post_id = :post AND language = :language AND version = :version",
        post=post,
        language=language,
        version=version,
    )
    return found


def put(db: Writer, post: PostId, language: str, version: int, body: str, at: int) -> None:
    """Keep it, if the post is still there."""
    db.run(
        """
        INSERT INTO translation (post_id, language, version, body, made_at)
        SELECT id, :language, :version, :body, :at FROM post WHERE id = :post
        ON CONFLICT (post_id, language)
        DO UPDATE SET version = excluded.version, body = excluded.body, made_at = excluded.made_at
        """,
        post=post,
        language=language,
        version=version,
        body=body,
        at=at,
    )


def forget(db: Writer, before: int, most: int, at_once: int) -> None:
    """Those made before a moment, and all but the `most` newest; so many of each at a time."""
    for rows in (
        db.rows(
            "SELECT post_id, language FROM translation WHERE made_at < :before ORDER BY made_at LIMIT :limit",
            before=before,
            limit=at_once,
        ),
        db.rows(
            "SELECT post_id, language FROM translation ORDER BY made_at DESC LIMIT :limit OFFSET :most",
            most=most,
            limit=at_once,
        ),
    ):
        db.run_each(
            "DELETE FROM translation WHERE post_id = :post AND language = :language",
            ({"post": row[0], "language": row[1]} for row in rows),
        )
