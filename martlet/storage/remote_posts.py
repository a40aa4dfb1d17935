"""Posts elsewhere: what their servers say of them besides their words, and those whose parents are missing, or which only a carrier has brought."""

from typing import NamedTuple

from martlet.model.names import PostId, Uri
from martlet.storage.database import Reader, Writer

HIGHEST_COUNT = 100_000_000
"""No server is believed to have more of anything."""


class Seen(NamedTuple):
    """A post from elsewhere that is known, and when its document was last read."""

    id: PostId
    uri: Uri
    created_at: int
    visited_at: int | None


_SEEN = """
    SELECT post.id, post.uri, post.created_at, remote_post.visited_at
      FROM post LEFT JOIN remote_post ON remote_post.post_id = post.id
    """


def find(db: Reader, uri: Uri) -> Seen | None:
    row = db.row(f"{_SEEN} WHERE post.uri = :uri", uri=uri)
    return Seen(*row) if row else None


def of_thread(db: Reader, thread: PostId, limit: int) -> list[Seen]:
    """The posts of a thread that everybody may read and that are elsewhere: the first one, then the newest."""
    rows = db.rows(
        f"""
        {_SEEN}
         WHERE post.thread_id = :thread AND post.is_local = 0 AND post.visibility >= 3 AND post.boost_of_id IS NULL
         ORDER BY CASE WHEN post.id = :thread THEN 0 ELSE 1 END, post.id DESC LIMIT :limit
        """,
        thread=thread,
        limit=limit,
    )
    return [Seen(*row) for row in rows]


def visited(db: Writer, post: PostId, context: str, now: int) -> None:
    """Note that a post's document was read now."""
    db.run(
        """
        INSERT INTO remote_post (post_id, context, visited_at) VALUES (:post, :context, :now)
        ON CONFLICT (post_id) DO UPDATE SET context = excluded.context, visited_at = excluded.visited_at
        """,
        post=post,
        context=context,
        now=now,
    )


def context_of(db: Reader, post: PostId) -> str:
    """The collection of its thread that a post names; empty where it names none."""
    return str(db.value("SELECT context FROM remote_post WHERE post_id = :post", post=post) or "")


def count_replies(db: Writer, post: PostId, total: int) -> None:
    """How many direct replies there are, as its server says."""
    db.run(
        "UPDATE remote_post SET replies_total = :total WHERE post_id = :post",
        post=post,
        total=min(total, HIGHEST_COUNT),
    )


def count_marks(db: Writer, post: PostId, likes: int | None, boosts: int | None) -> None:
    """
    Show a post's likes and boosts as its server counts them, where it does; never fewer than are known here.

    What is done here from now on is added, until the server says it again.
    """
    if likes is None and boosts is None:
        return
    db.run(
        """
        UPDATE post SET likes_count = :likes, boosts_count = :boosts, revision = revision + 1
         WHERE id = :post AND (likes_count <> :likes OR boosts_count <> :boosts)
        """,
        post=post,
        likes=_more(db, post, likes, _LIKES, "likes_count"),
        boosts=_more(db, post, boosts, _BOOSTS, "boosts_count"),
    )


_LIKES = "SELECT count(*) FROM mark WHERE post_id = :post AND liked_id IS NOT NULL"
_BOOSTS = "SELECT count(*) FROM post WHERE boost_of_id = :post"


def _more(db: Reader, post: PostId, told: int | None, known: str, column: str) -> int:
    if told is None:
        return int(db.value(f"SELECT {column} FROM post WHERE id = :post", post=post) or 0)
    return max(min(told, HIGHEST_COUNT), int(db.value(known, post=post) or 0))


# -- parents that are missing --------------------------------------------


def miss_parent(db: Writer, post: PostId, parent: Uri) -> None:
    """Note that a post answers something that is not known here."""
    db.run(
        """
        INSERT INTO missing_parent (post_id, uri) VALUES (:post, :uri)
        ON CONFLICT (post_id) DO UPDATE SET uri = excluded.uri
        """,
        post=post,
        uri=parent,
    )


def missing_parent(db: Reader, post: PostId) -> Uri | None:
    return db.once("missing_parent", post, lambda: _read_missing(db, post))


def _read_missing(db: Reader, post: PostId) -> Uri | None:
    found = db.value("SELECT uri FROM missing_parent WHERE post_id = :post", post=post)
    return None if found is None else Uri(str(found))


def misses_nothing(post: str) -> str:
    """A condition: the post under this name in a query answers nothing that is not known here."""
    return f"NOT EXISTS (SELECT 1 FROM missing_parent WHERE missing_parent.post_id = {post}.id)"


def waiting_for(db: Reader, parent: Uri, limit: int) -> list[PostId]:
    """Posts that answer a post which was missing."""
    rows = db.rows(
        "SELECT post_id FROM missing_parent WHERE uri = :uri ORDER BY post_id LIMIT :limit",
        uri=parent,
        limit=limit,
    )
    return [row[0] for row in rows]


def end_missing(db: Writer, post: PostId) -> None:
    db.run("DELETE FROM missing_parent WHERE post_id = :post", post=post)


def note_carried(db: Writer, post: PostId) -> None:
    """A file or a mirror has brought it, and it is to stand in no public timeline."""
    db.run("INSERT INTO carried_post (post_id) VALUES (:post) ON CONFLICT DO NOTHING", post=post)


def note_brought(db: Writer, post: PostId) -> None:
    """Its author's server has brought it, too."""
    db.run("DELETE FROM carried_post WHERE post_id = :post", post=post)


def was_brought(post: str) -> str:
    """A condition: the post under this name in a query was not only carried here."""
    return f"NOT EXISTS (SELECT 1 FROM carried_post WHERE carried_post.post_id = {post}.id)"
