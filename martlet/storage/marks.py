"""What accounts did with posts: likes, bookmarks, boosts, pins, muted threads; and who did it."""

from collections.abc import Sequence
from typing import NamedTuple

from martlet.model.names import AccountId, PostId, Uri
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import lock_to_count
from martlet.storage.visibility import welcomes


class Marker(NamedTuple):
    """Somebody who liked or boosted a post. `id` is the like's or the boost's."""

    id: int
    account_id: AccountId
    version: int


def like(db: Writer, account: AccountId, post: PostId, id: int) -> bool:
    """False where the account likes the post already."""
    liked = db.run(
        """
        INSERT INTO mark (account_id, post_id, liked_id) VALUES (:account, :post, :id)
        ON CONFLICT (account_id, post_id) DO UPDATE SET liked_id = excluded.liked_id WHERE mark.liked_id IS NULL
        """,
        account=account,
        post=post,
        id=id,
    )
    return bool(liked)


def name_like(db: Writer, account: AccountId, post: PostId, uri: Uri) -> None:
    """What a like that came from elsewhere is called there."""
    db.run(
        "UPDATE mark SET like_uri = :uri WHERE account_id = :account AND post_id = :post",
        account=account,
        post=post,
        uri=uri,
    )


def liked_as(db: Reader, account: AccountId, uri: Uri) -> PostId | None:
    """The post that the account's like of this name is of."""
    found: PostId | None = db.value(
        "SELECT post_id FROM mark WHERE like_uri = :uri AND account_id = :account AND liked_id IS NOT NULL",
        uri=uri,
        account=account,
    )
    return found


def has_marked(db: Reader, account: AccountId, post: PostId) -> bool:
    """Whether the account likes, bookmarked or boosted the post, or did once."""
    return bool(
        db.value(
            "SELECT EXISTS (SELECT 1 FROM mark WHERE account_id = :account AND post_id = :post)",
            account=account,
            post=post,
        )
    )


def unlike(db: Writer, account: AccountId, post: PostId) -> bool:
    """False where the account did not like the post."""
    return bool(
        db.run(
            """
            UPDATE mark SET liked_id = NULL
             WHERE account_id = :account AND post_id = :post AND liked_id IS NOT NULL
            """,
            account=account,
            post=post,
        )
    )


def bookmark(db: Writer, account: AccountId, post: PostId, id: int) -> None:
    db.run(
        """
        INSERT INTO mark (account_id, post_id, bookmarked_id) VALUES (:account, :post, :id)
        ON CONFLICT (account_id, post_id) DO UPDATE SET bookmarked_id = excluded.bookmarked_id
         WHERE mark.bookmarked_id IS NULL
        """,
        account=account,
        post=post,
        id=id,
    )


def unbookmark(db: Writer, account: AccountId, post: PostId) -> None:
    db.run(
        "UPDATE mark SET bookmarked_id = NULL, folder_id = NULL WHERE account_id = :account AND post_id = :post",
        account=account,
        post=post,
    )


def note_boost(db: Writer, account: AccountId, post: PostId, boost: PostId) -> None:
    db.run(
        """
        INSERT INTO mark (account_id, post_id, boost_id) VALUES (:account, :post, :boost)
        ON CONFLICT (account_id, post_id) DO UPDATE SET boost_id = excluded.boost_id
        """,
        account=account,
        post=post,
        boost=boost,
    )


def forget_boost(db: Writer, account: AccountId, post: PostId) -> None:
    db.run(
        "UPDATE mark SET boost_id = NULL WHERE account_id = :account AND post_id = :post",
        account=account,
        post=post,
    )


def untell(db: Writer, kind: str, by: AccountId, post: PostId) -> None:
    """Take back the notifications of a like or a boost that was undone."""
    db.run(
        "DELETE FROM notification WHERE post_id = :post AND kind = :kind AND from_id = :by",
        post=post,
        kind=kind,
        by=by,
    )


def liked_by(db: Reader, post: PostId, viewer: AccountId, page: Page, now: int) -> list[Marker]:
    """Who likes a post, whoever liked it last first."""
    rows = db.rows(
        f"""
        SELECT mark.liked_id, account.id, account.version
          FROM mark JOIN account ON account.id = mark.account_id
         WHERE mark.post_id = :post AND mark.liked_id < :before AND mark.liked_id > :after
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
           AND {welcomes("mark.account_id")}
         ORDER BY mark.liked_id {page.order} LIMIT :limit
        """,
        post=post,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
        now=now,
    )
    return _newest_first([Marker(*row) for row in rows], page)


def boosted_by(db: Reader, post: PostId, viewer: AccountId, page: Page, now: int) -> list[Marker]:
    """Who boosted a post for everyone to see, whoever did it last first."""
    rows = db.rows(
        f"""
        SELECT boost.id, account.id, account.version
          FROM post AS boost JOIN account ON account.id = boost.author_id
         WHERE boost.boost_of_id = :post AND boost.visibility >= 3 AND boost.id < :before AND boost.id > :after
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL
           AND {welcomes("boost.author_id")}
         ORDER BY boost.id {page.order} LIMIT :limit
        """,
        post=post,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=page.limit,
        now=now,
    )
    return _newest_first([Marker(*row) for row in rows], page)


def _newest_first(found: list[Marker], page: Page) -> list[Marker]:
    return found[::-1] if page.is_upward else found


def pin(db: Writer, account: AccountId, post: PostId, id: int, limit: int) -> bool:
    """False where the account has pinned `limit` posts, this one not among them."""
    db.row(f"SELECT id FROM account WHERE id = :account {lock_to_count(db.dialect)}", account=account)
    pinned = db.rows("SELECT post_id FROM pin WHERE account_id = :account", account=account)
    if (post,) in pinned:
        return True
    if len(pinned) >= limit:
        return False
    db.run(
        "INSERT INTO pin (account_id, post_id, id) VALUES (:account, :post, :id)",
        account=account,
        post=post,
        id=id,
    )
    _show_anew(db, post)
    return True


def unpin(db: Writer, account: AccountId, post: PostId) -> bool:
    """False where the account had not pinned the post."""
    was_there = db.run(
        "DELETE FROM pin WHERE account_id = :account AND post_id = :post", account=account, post=post
    )
    if was_there:
        _show_anew(db, post)
    return bool(was_there)


def _show_anew(db: Writer, post: PostId) -> None:
    """Its author is shown whether it is pinned, and what was shown is kept by its revision."""
    db.run("UPDATE post SET revision = revision + 1 WHERE id = :post", post=post)


def replace_pins(db: Writer, account: AccountId, pinned: Sequence[tuple[PostId, int]]) -> None:
    """What somebody elsewhere has pinned by now: posts, each with the id of the pin, which says when."""
    db.run("DELETE FROM pin WHERE account_id = :account", account=account)
    for post, id in pinned:
        db.run(
            "INSERT INTO pin (account_id, post_id, id) VALUES (:account, :post, :id)",
            account=account,
            post=post,
            id=id,
        )


def mute_thread(db: Writer, account: AccountId, thread: PostId) -> None:
    db.run(
        "INSERT INTO thread_mute (account_id, thread_id) VALUES (:account, :thread) ON CONFLICT DO NOTHING",
        account=account,
        thread=thread,
    )


def unmute_thread(db: Writer, account: AccountId, thread: PostId) -> None:
    db.run(
        "DELETE FROM thread_mute WHERE account_id = :account AND thread_id = :thread",
        account=account,
        thread=thread,
    )
