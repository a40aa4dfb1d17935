"""Boosts that came in a file or were read at a mirror, of posts that are not here."""

from martlet.model.names import PostId, Uri
from martlet.storage.database import Reader, Writer


def put(db: Writer, uri: Uri, target: Uri, now: int) -> None:
    db.run(
        """
        INSERT INTO waiting_boost (uri, target, came_at) VALUES (:uri, :target, :now)
        ON CONFLICT (uri) DO UPDATE SET target = excluded.target
        """,
        uri=uri,
        target=target,
        now=now,
    )


def of_target(db: Reader, target: Uri, limit: int) -> list[Uri]:
    rows = db.rows(
        "SELECT uri FROM waiting_boost WHERE target = :target ORDER BY uri LIMIT :limit",
        target=target,
        limit=limit,
    )
    return [Uri(row[0]) for row in rows]


def of_post(db: Reader, post: PostId) -> Uri | None:
    """The name of a post, if boosts wait for it."""
    return db.once("waiting_boost", post, lambda: _read_of_post(db, post))


def _read_of_post(db: Reader, post: PostId) -> Uri | None:
    row = db.row(
        """
        SELECT post.uri FROM post JOIN waiting_boost ON waiting_boost.target = post.uri
         WHERE post.id = :post LIMIT 1
        """,
        post=post,
    )
    return None if row is None else Uri(row[0])


def untried(db: Reader, limit: int) -> list[Uri]:
    """Posts that are to be fetched, those first that have been waited for longest."""
    rows = db.rows(
        "SELECT target FROM waiting_boost WHERE tries < 3 ORDER BY came_at, uri LIMIT :limit", limit=limit
    )
    return list(dict.fromkeys(Uri(row[0]) for row in rows))


def tried(db: Writer, target: Uri) -> None:
    """A post was not to be had."""
    db.run("UPDATE waiting_boost SET tries = tries + 1 WHERE target = :target", target=target)


def delete(db: Writer, uri: Uri) -> None:
    db.run("DELETE FROM waiting_boost WHERE uri = :uri", uri=uri)


def forget(db: Writer, before: int, limit: int) -> None:
    """Those that came before a moment."""
    db.run(
        """
        DELETE FROM waiting_boost
         WHERE uri IN (SELECT uri FROM waiting_boost WHERE came_at < :before ORDER BY came_at LIMIT :limit)
        """,
        before=before,
        limit=limit,
    )
