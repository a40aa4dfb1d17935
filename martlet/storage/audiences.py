"""Who of many that listen is to hear of something, asked for all of them in one query each."""

from collections.abc import Collection

from martlet.model.names import NOBODY, AccountId, ListId, PostId
from martlet.model.visibility import Visibility
from martlet.storage.database import Reader
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import SHOWN_COLUMNS, SHOWN_JOINS, WANTS_TO_SEE, Shown, timeline_page
from martlet.storage.visibility import for_each

_WHO_SEES = for_each(
    f"""
    SELECT viewer.id, {SHOWN_COLUMNS}
      FROM account AS viewer
      JOIN post ON post.id = :post
      {SHOWN_JOINS}
     WHERE viewer.id {among("viewers")} AND {WANTS_TO_SEE}
    """,
    "viewer.id",
)


def who_sees(db: Reader, post: PostId, viewers: Collection[AccountId], now: int) -> dict[AccountId, Shown]:
    """Those of the viewers who may see a post and want to, each with the post as they are shown it."""
    found: dict[AccountId, Shown] = {}
    people = [viewer for viewer in viewers if viewer != NOBODY]
    if len(people) < len(viewers):
        seen = timeline_page(db, "post", "post.id = :post", "", post=post, viewer=NOBODY, now=now)
        if seen:
            found[NOBODY] = seen[0]
    if people:
        rows = db.rows(_WHO_SEES, post=post, viewers=numbers(people), now=now)
        found |= {row[0]: Shown._make(row[1:]) for row in rows}
    return found


def timelines_with(db: Reader, post: PostId, timelines: Collection[int]) -> set[int]:
    """Those of the timelines, home ones and lists, that a post was written into."""
    if not timelines:
        return set()
    rows = db.rows(
        f"SELECT timeline_id FROM timeline_entry WHERE timeline_id {among('timelines')} AND post_id = :post",
        timelines=numbers(timelines),
        post=post,
    )
    return {row[0] for row in rows}


def readers_of(
    db: Reader, author: AccountId, visibility: Visibility, accounts: Collection[AccountId]
) -> set[AccountId]:
    """Those of the accounts who follow an author, and so may have had a post of that visibility."""
    if not accounts or visibility < Visibility.FOLLOWERS:
        return set()
    rows = db.rows(
        f"""
        SELECT follower_id FROM follow
         WHERE follower_id {among("accounts")} AND followed_id = :author AND is_accepted = 1
        """,
        accounts=numbers(accounts),
        author=author,
    )
    return {row[0] for row in rows}


def lists_with(db: Reader, author: AccountId, lists: Collection[ListId]) -> set[ListId]:
    """Those of the lists that an author is in."""
    if not lists:
        return set()
    rows = db.rows(
        f"SELECT list_id FROM list_member WHERE list_id {among('lists')} AND account_id = :author",
        lists=numbers(lists),
        author=author,
    )
    return {row[0] for row in rows}


def who_muted(db: Reader, thread: PostId, accounts: Collection[AccountId]) -> set[AccountId]:
    """Those of the accounts who muted a thread."""
    if not accounts:
        return set()
    rows = db.rows(
        f"SELECT account_id FROM thread_mute WHERE account_id {among('accounts')} AND thread_id = :thread",
        accounts=numbers(accounts),
        thread=thread,
    )
    return {row[0] for row in rows}
