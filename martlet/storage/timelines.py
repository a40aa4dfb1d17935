"""Home timelines and lists: rows of `timeline_entry`, written ahead for those who were here lately."""

from collections.abc import Iterable

from martlet.model.names import AccountId, ListId, PostId
from martlet.model.paging import LAST_ID, Page
from martlet.storage import posts
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.listings import in_page_order
from martlet.storage.posts import Shown

Timeline = AccountId | ListId
"""An account's id names its home timeline, a list's the list's."""


def home(db: Reader, viewer: AccountId, page: Page, now: int) -> list[Shown]:
    """Posts by the viewer and by those they follow, as written ahead."""
    return written_ahead(db, viewer, viewer, page, now)


def written_ahead(db: Reader, timeline: Timeline, viewer: AccountId, page: Page, now: int) -> list[Shown]:
    """A home timeline, or a list's."""
    found = posts.timeline_page(
        db,
        "timeline_entry AS entry JOIN post ON post.id = entry.post_id",
        "entry.timeline_id = :timeline AND entry.post_id < :before AND entry.post_id > :after",
        f"ORDER BY entry.post_id {page.order} LIMIT :limit",
        timeline=timeline,
        viewer=viewer,
        now=now,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return in_page_order(found, page)


def has_home(db: Reader, account: AccountId) -> bool:
    """Whether this account's timelines are written ahead, and filled."""
    return is_filled_before(db, account, LAST_ID)


def is_filled_before(db: Reader, account: AccountId, moment: int) -> bool:
    """Whether that was so before the moment: what was read since then is not of a timeline being filled."""
    return (
        db.value(
            "SELECT 1 FROM home WHERE account_id = :account AND built_at > 0 AND built_at < :moment",
            account=account,
            moment=moment,
        )
        is not None
    )


def keep_home(db: Writer, account: AccountId, now: int) -> None:
    """From now on this account's timelines are written ahead; a negative moment: they are being filled since then."""
    db.run(
        """
        INSERT INTO home (account_id, built_at) VALUES (:account, :now)
        ON CONFLICT (account_id) DO UPDATE SET built_at = excluded.built_at
         WHERE home.built_at <= 0 OR excluded.built_at > home.built_at
        """,
        account=account,
        now=now,
    )


def put(db: Writer, timeline: Timeline, ids: Iterable[PostId]) -> None:
    db.run_each(
        """
        INSERT INTO timeline_entry (timeline_id, post_id) VALUES (:timeline, :post) ON CONFLICT DO NOTHING
        """,
        ({"timeline": timeline, "post": id} for id in ids),
    )


def newest(db: Reader, timeline: Timeline, limit: int) -> list[tuple[PostId, PostId | None]]:
    """The last entries, newest first, each with the post it boosts."""
    rows = db.rows(
        """
        SELECT post.id, post.boost_of_id
          FROM timeline_entry AS entry JOIN post ON post.id = entry.post_id
         WHERE entry.timeline_id = :timeline ORDER BY entry.post_id DESC LIMIT :limit
        """,
        timeline=timeline,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def take_out(db: Writer, timeline: Timeline, author: AccountId) -> None:
    """Nothing that this author wrote or boosted stands in the timeline any more."""
    rows = db.rows(
        """
        SELECT entry.post_id
          FROM timeline_entry AS entry JOIN post ON post.id = entry.post_id
         WHERE entry.timeline_id = :timeline AND post.author_id = :author
        """,
        timeline=timeline,
        author=author,
    )
    if rows:
        db.run(
            f"DELETE FROM timeline_entry WHERE timeline_id = :timeline AND post_id {among('posts')}",
            posts=numbers([row[0] for row in rows]),
            timeline=timeline,
        )


def clear(db: Writer, timeline: Timeline) -> None:
    db.run("DELETE FROM timeline_entry WHERE timeline_id = :timeline", timeline=timeline)


def trim(db: Writer, timeline: Timeline, kept: int) -> int:
    """Keep the newest entries only; returns how many went."""
    return db.run(
        """
        DELETE FROM timeline_entry
         WHERE timeline_id = :timeline
           AND post_id <= (SELECT post_id FROM timeline_entry WHERE timeline_id = :timeline
                            ORDER BY post_id DESC LIMIT 1 OFFSET :kept)
        """,
        timeline=timeline,
        kept=kept,
    )


def kept_after(db: Reader, after: AccountId, limit: int) -> list[AccountId]:
    """Accounts whose timelines are written ahead, by id."""
    rows = db.rows(
        "SELECT account_id FROM home WHERE account_id > :after ORDER BY account_id LIMIT :limit",
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


def kept_of_absent(db: Reader, before: int, limit: int) -> list[AccountId]:
    """Accounts whose timelines are written ahead although nobody used or filled them since the moment `before`."""
    rows = db.rows(
        """
        SELECT home.account_id
          FROM home LEFT JOIN users ON users.account_id = home.account_id
         WHERE coalesce(users.seen_at, users.created_at, 0) < :before AND abs(home.built_at) < :before LIMIT :limit
        """,
        before=before,
        limit=limit,
    )
    return [row[0] for row in rows]


def drop_home(db: Writer, account: AccountId) -> None:
    """Nothing is written ahead for this account any more; it is made anew when somebody comes back to it."""
    db.run("DELETE FROM home WHERE account_id = :account", account=account)
    clear(db, account)
    db.run(
        "DELETE FROM timeline_entry WHERE timeline_id IN (SELECT id FROM list WHERE owner_id = :account)",
        account=account,
    )
