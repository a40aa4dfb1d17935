"""Posts as clients are shown them, kept as bytes: rendered once per version, served many times."""

from collections.abc import Mapping

from martlet.model.names import PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


def bodies(db: Reader, versions: Mapping[PostId, int]) -> dict[PostId, bytes]:
    """Those renderings that are there in the version asked for."""
    if not versions:
        return {}
    rows = db.rows(
        f"SELECT post_id, version, body FROM rendered_post WHERE post_id {among('ids')}",
        ids=numbers(versions),
    )
    return {id: body for id, version, body in rows if version == versions[id]}


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
