"""Posts as clients are shown them, kept as bytes: rendered once per version, served many times."""

from martlet.model.names import PostId
from martlet.storage.database import Writer


def put(db: Writer, post: PostId, version: int, body: bytes) -> None:
    """Keep a rendering, unless a newer one is there or the post has gone meanwhile."""
    db.run(
        """
        INSERT INTO rendered_post (post_id, version, body)
        SELECT post.id, :version, :body FROM post WHERE post.id = :post
        ON CONFLICT (post_id) DO UPDATE SET version = excluded.version, body = excluded.body
         WHERE rendered_post.version < excluded.version
        """,
        post=post,
        version=version,
        body=body,
    )
