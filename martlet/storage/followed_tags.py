"""Hashtags that people follow."""

from collections.abc import Collection

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.storage import tags
from martlet.storage.database import Reader, Writer
from martlet.storage.tags import UsedTag


def follow(db: Writer, account: AccountId, tag: int, id: int) -> bool:
    """Whether it was not followed before."""
    return bool(
        db.run(
            """
            INSERT INTO followed_tag (account_id, tag_id, id) VALUES (:account, :tag, :id) ON CONFLICT DO NOTHING
            """,
            account=account,
            tag=tag,
            id=id,
        )
    )


def unfollow(db: Writer, account: AccountId, tag: int) -> bool:
    """Whether it was followed."""
    return bool(
        db.run(
            "DELETE FROM followed_tag WHERE account_id = :account AND tag_id = :tag", account=account, tag=tag
        )
    )


def count(db: Reader, account: AccountId) -> int:
    return int(db.value("SELECT count(*) FROM followed_tag WHERE account_id = :account", account=account))


def page(db: Reader, account: AccountId, wanted: Page) -> list[tuple[int, UsedTag]]:
    """Each with the id that pages the list."""
    rows = db.rows(
        f"""
        SELECT followed_tag.id, {tags.AS_SHOWN}
          FROM followed_tag JOIN tag ON tag.id = followed_tag.tag_id
         WHERE followed_tag.account_id = :account AND followed_tag.id < :before AND followed_tag.id > :after
         ORDER BY followed_tag.id {wanted.order} LIMIT :limit
        """,
        account=account,
        before=wanted.before,
        after=wanted.after,
        limit=wanted.limit,
    )
    found = [(row[0], UsedTag(*row[1:])) for row in rows]
    return found[::-1] if wanted.is_upward else found


def ids(db: Reader, account: AccountId) -> list[int]:
    rows = db.rows("SELECT tag_id FROM followed_tag WHERE account_id = :account", account=account)
    return [row[0] for row in rows]


def among(db: Reader, account: AccountId, names: Collection[str]) -> set[str]:
    """Which of these folded names somebody follows."""
    if not names:
        return set()
    rows = db.rows(
        """
        SELECT tag.name FROM followed_tag JOIN tag ON tag.id = followed_tag.tag_id
         WHERE followed_tag.account_id = :account
        """,
        account=account,
    )
    return {row[0] for row in rows} & set(names)


def take_out(db: Writer, account: AccountId, tag: int) -> None:
    """
    The posts with a hashtag leave a home timeline.

    Those stay that stand there anyway: one's own, by people one follows, with
    other hashtags one follows.
    """
    db.run(
        """
        DELETE FROM timeline_entry
         WHERE timeline_id = :account
           AND post_id IN (
               SELECT entry.post_id
                 FROM timeline_entry AS entry
                CROSS JOIN post_tag
                 JOIN post ON post.id = entry.post_id
                WHERE entry.timeline_id = :account AND post.author_id <> :account
                  AND post_tag.tag_id = :tag AND post_tag.post_id = entry.post_id
                  AND NOT EXISTS (SELECT 1 FROM follow
                                   WHERE follow.follower_id = :account AND follow.followed_id = post.author_id
                                     AND follow.is_accepted = 1)
                  AND NOT EXISTS (SELECT 1 FROM post_tag AS other
                                    JOIN followed_tag ON followed_tag.tag_id = other.tag_id
                                   WHERE other.post_id = entry.post_id AND followed_tag.account_id = :account
                                     AND followed_tag.tag_id <> :tag))
        """,
        account=account,
        tag=tag,
    )
