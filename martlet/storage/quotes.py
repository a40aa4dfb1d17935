"""Who quotes what, and what stands between a viewer and those they see quoted."""

from collections.abc import Collection

from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.storage import posts
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import Shown


def followed_among(db: Reader, viewer: AccountId, authors: Collection[AccountId]) -> frozenset[AccountId]:
    """Those of the authors whom the viewer follows."""
    rows = db.rows(
        f"""
        SELECT followed_id FROM follow
         WHERE follower_id = :viewer AND followed_id {among("authors")} AND is_accepted = 1
        """,
        authors=numbers(authors),
        viewer=viewer,
    )
    return frozenset(row[0] for row in rows)


def blocked_or_muted(
    db: Reader, viewer: AccountId, authors: Collection[AccountId], now: int
) -> tuple[frozenset[AccountId], frozenset[AccountId]]:
    """Those of the authors whom the viewer blocks, and those whom they mute at the moment `now`."""
    if not authors:
        return frozenset(), frozenset()
    blocked = db.rows(
        f"SELECT blocked_id FROM block WHERE account_id = :viewer AND blocked_id {among('authors')}",
        authors=numbers(authors),
        viewer=viewer,
    )
    muted = db.rows(
        f"""
        SELECT muted_id FROM mute
         WHERE account_id = :viewer AND muted_id {among("authors")}
           AND (expires_at IS NULL OR expires_at > :now)
        """,
        viewer=viewer,
        authors=numbers(authors),
        now=now,
    )
    return frozenset(row[0] for row in blocked), frozenset(row[0] for row in muted)


def of_post(db: Reader, quoted: PostId, viewer: AccountId, page: Page) -> list[Shown]:
    """The posts that quote a post with its author's consent, newest first."""
    found = posts.page(
        db,
        "post",
        "post.quote_of_id = :quoted AND post.quote_state = 'accepted' AND post.id < :before AND post.id > :after",
        f"ORDER BY post.id {page.order} LIMIT :limit",
        quoted=quoted,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return found[::-1] if page.is_upward else found


def note_deleted(db: Writer, quoted: PostId) -> None:
    """Tell those who quote a post that it is no more."""
    db.run(
        """
        UPDATE post SET quote_state = 'deleted', version = version + 1, revision = revision + 1
         WHERE quote_of_id = :quoted AND quote_state = 'accepted'
        """,
        quoted=quoted,
    )
