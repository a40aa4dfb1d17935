"""Posts that wait for a moderator, and who was named by strangers lately."""

from collections.abc import Collection
from dataclasses import fields

from martlet.model.holds import Hold, HoldState
from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers

NAMES = tuple(one.name for one in fields(Hold))
COLUMNS = ", ".join(NAMES)


def insert(db: Writer, hold: Hold) -> None:
    db.run(
        f"INSERT INTO held_post ({COLUMNS}) VALUES ({', '.join(f':{name}' for name in NAMES)})",
        **{name: getattr(hold, name) for name in NAMES},
    )


def find(db: Reader, post: PostId) -> Hold | None:
    row = db.row(f"SELECT {COLUMNS} FROM held_post WHERE post_id = :post", post=post)
    return Hold(*row) if row else None


def update(db: Writer, post: PostId, **changes: object) -> None:
    db.run(f"UPDATE held_post SET {assigned(changes, NAMES)} WHERE post_id = :post", post=post, **changes)


def delete(db: Writer, post: PostId) -> None:
    db.run("DELETE FROM held_post WHERE post_id = :post", post=post)


def states(db: Reader, posts: Collection[PostId]) -> dict[PostId, HoldState]:
    """Of those of the posts that wait, or were refused."""
    if not posts:
        return {}
    rows = db.rows(
        f"SELECT post_id, state FROM held_post WHERE post_id {among('posts')}", posts=numbers(posts)
    )
    return {row[0]: row[1] for row in rows}


def page(db: Reader, state: HoldState, page: Page) -> list[Hold]:
    """The newest first."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM held_post
         WHERE state = :state AND id < :before AND id > :after
         ORDER BY state {page.order}, id {page.order} LIMIT :limit
        """,
        state=state,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Hold(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def of_others(db: Reader, before: int, most: int) -> list[tuple[AccountId, PostId]]:
    """Posts written elsewhere that have waited, or are refused, since a hold's id; the oldest first."""
    rows = db.rows(
        """
        SELECT post.author_id, post.id
          FROM held_post JOIN post ON post.id = held_post.post_id JOIN account ON account.id = post.author_id
         WHERE held_post.id < :before AND account.host <> ''
         ORDER BY held_post.id LIMIT :most
        """,
        before=before,
        most=most,
    )
    return [(row[0], row[1]) for row in rows]


def count_shown(db: Reader, author: AccountId, most: int, window: int) -> int:
    """How many of the author's last posts everybody could read, counted no further than `most`."""
    found: int = db.value(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM (SELECT visibility, boost_of_id FROM post
                            WHERE author_id = :author ORDER BY id DESC LIMIT :last) AS lately
             WHERE visibility >= 3 AND boost_of_id IS NULL LIMIT :most) AS shown
        """,
        author=author,
        most=most,
        last=window,
    )
    return found


# -- mentions by strangers -----------------------------------------------


def strangers_among(db: Reader, author: AccountId, people: Collection[AccountId]) -> set[AccountId]:
    """Those of the people who are here and do not follow the author."""
    if not people:
        return set()
    rows = db.rows(
        f"""
        SELECT account.id FROM account
         WHERE account.id {among("people")} AND account.host = '' AND account.id <> :author
           AND NOT EXISTS (SELECT 1 FROM follow
                            WHERE follow.follower_id = account.id AND follow.followed_id = :author)
        """,
        people=numbers(people),
        author=author,
    )
    return {row[0] for row in rows}


def note_mention(db: Writer, sender: AccountId, account: AccountId, now: int) -> None:
    db.run(
        """
        INSERT INTO stranger_mention (sender_id, account_id, at) VALUES (:sender, :account, :now)
        ON CONFLICT (sender_id, account_id) DO UPDATE SET at = excluded.at
        """,
        sender=sender,
        account=account,
        now=now,
    )


def count_mentioned(db: Reader, sender: AccountId, since: int, most: int) -> int:
    """How many who do not follow the sender were told of a mention since then, counted no further than `most`."""
    found: int = db.value(
        """
        SELECT count(*) FROM (SELECT 1 FROM stranger_mention
                               WHERE sender_id = :sender AND at > :since LIMIT :most) AS mentioned
        """,
        sender=sender,
        since=since,
        most=most,
    )
    return found


def forget_mentions(db: Writer, before: int) -> None:
    db.run("DELETE FROM stranger_mention WHERE at < :before", before=before)
