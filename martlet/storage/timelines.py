"""Timelines: those written ahead (home, lists) and those that are asked of the posts themselves."""

from collections.abc import Iterable

from martlet.model.names import AccountId, ListId, PostId
from martlet.model.paging import Page
from martlet.storage import posts
from martlet.storage.database import Reader, Writer
from martlet.storage.posts import Shown
from martlet.storage.visibility import wants_to_see

_WANTED = f"""{wants_to_see("post.author_id")}
    AND (boosted.id IS NULL OR {wants_to_see("boosted.author_id")})"""
_ENTRIES = "timeline_entry AS entry JOIN post ON post.id = entry.post_id"


def _shown(found: list[Shown], page: Page) -> list[Shown]:
    return found[::-1] if page.is_upward else found


def home(db: Reader, viewer: AccountId, page: Page, now: int) -> list[Shown]:
    """Posts by the viewer and by those they follow, as written ahead."""
    return written_ahead(db, viewer, viewer, page, now)


def written_ahead(
    db: Reader, timeline: AccountId | ListId, viewer: AccountId, page: Page, now: int
) -> list[Shown]:
    """A home timeline, or a list's."""
    found = posts.page(
        db,
        _ENTRIES,
        f"entry.timeline_id = :timeline AND entry.post_id < :before AND entry.post_id > :after AND {_WANTED}",
        f"ORDER BY entry.post_id {page.order} LIMIT :limit",
        timeline=timeline,
        viewer=viewer,
        now=now,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return _shown(found, page)


def public(
    db: Reader, viewer: AccountId, page: Page, now: int, *, only_local: bool, only_media: bool
) -> list[Shown]:
    """Public posts of this server, or of all that it knows; boosts are left out."""
    where = [
        "post.visibility = 4 AND post.boost_of_id IS NULL AND post.id < :before AND post.id > :after",
        "author.limited_at IS NULL",
        _WANTED,
    ]
    if only_local:
        where.append("post.is_local = 1")
    if only_media:
        where.append("post.has_media = 1")
    found = posts.page(
        db,
        "post",
        " AND ".join(where),
        f"ORDER BY post.id {page.order} LIMIT :limit",
        viewer=viewer,
        now=now,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    return _shown(found, page)


def has_home(db: Reader, account: AccountId) -> bool:
    """Whether this account's home timeline is being written ahead."""
    return db.value("SELECT 1 FROM home WHERE account_id = :account", account=account) is not None


def put(db: Writer, timeline: AccountId | ListId, ids: Iterable[PostId]) -> None:
    db.run_each(
        """
        INSERT INTO timeline_entry (timeline_id, post_id) VALUES (:timeline, :post) ON CONFLICT DO NOTHING
        """,
        ({"timeline": timeline, "post": id} for id in ids),
    )


def keep_home(db: Writer, account: AccountId, now: int) -> None:
    """From now on this home timeline is written ahead."""
    db.run(
        "INSERT INTO home (account_id, built_at) VALUES (:account, :now) ON CONFLICT DO NOTHING",
        account=account,
        now=now,
    )


def fill_home(db: Writer, account: AccountId, limit: int) -> None:
    """Write the newest posts by the account and those it follows into its home timeline."""
    db.run(
        """
        INSERT INTO timeline_entry (timeline_id, post_id)
        SELECT :account, recent.id
          FROM (SELECT id FROM post WHERE author_id = :account ORDER BY id DESC LIMIT :limit) AS recent
         WHERE recent.id > 0
        ON CONFLICT DO NOTHING
        """,
        account=account,
        limit=limit,
    )
    followed = db.rows(
        "SELECT followed_id, shows_boosts FROM follow WHERE follower_id = :account AND is_accepted = 1",
        account=account,
    )
    for author, shows_boosts in followed:
        fill_home_from(db, account, author, limit, shows_boosts=bool(shows_boosts))


def fill_home_from(
    db: Writer, account: AccountId, author: AccountId, limit: int, *, shows_boosts: bool = True
) -> None:
    """Write an author's newest posts into a home timeline, as the fan-out would have."""
    db.run(
        f"""
        INSERT INTO timeline_entry (timeline_id, post_id)
        SELECT :account, recent.id
          FROM (SELECT post.id, post.boost_of_id, post.reply_to_id, post.reply_to_account_id, post.author_id
                  FROM post
                 WHERE post.author_id = :author AND post.visibility >= 2
                   AND (:boosts = 1 OR post.boost_of_id IS NULL)
                 ORDER BY post.id DESC LIMIT :limit) AS recent
         WHERE {_ANSWERS_SOMEONE_KNOWN.format(reader=":account")}
        ON CONFLICT DO NOTHING
        """,
        account=account,
        author=author,
        boosts=int(shows_boosts),
        limit=limit,
    )


_ANSWERS_SOMEONE_KNOWN = """(
    recent.reply_to_id IS NULL
    OR recent.reply_to_account_id IN (recent.author_id, {reader})
    OR EXISTS (SELECT 1 FROM follow AS known
                WHERE known.follower_id = {reader} AND known.followed_id = recent.reply_to_account_id
                  AND known.is_accepted = 1))"""
"""An answer is shown to those who follow the person answered too, or are that person."""


def deliver(db: Writer, post: PostId, after: AccountId, limit: int) -> AccountId | None:
    """
    Write a post into the kept home timelines of its author's next followers.

    Goes through followers by id, from `after` on, at most `limit` of them;
    returns the last one looked at if there may be more, else None.
    """
    last, seen = db.rows(
        """
        SELECT max(follower_id), count(*) FROM (
            SELECT follow.follower_id
              FROM post JOIN follow ON follow.followed_id = post.author_id
             WHERE post.id = :post AND follow.is_accepted = 1 AND follow.follower_id > :after
             ORDER BY follow.follower_id LIMIT :limit) AS some_followers
        """,
        post=post,
        after=after,
        limit=limit,
    )[0]
    if last is None:
        return None
    db.run(
        f"""
        INSERT INTO timeline_entry (timeline_id, post_id)
        SELECT follow.follower_id, recent.id
          FROM post AS recent
          JOIN follow ON follow.followed_id = recent.author_id
          JOIN home ON home.account_id = follow.follower_id
         WHERE recent.id = :post
           AND follow.is_accepted = 1 AND follow.follower_id > :after AND follow.follower_id <= :last
           AND (recent.visibility >= 2
                OR EXISTS (SELECT 1 FROM mention
                            WHERE mention.post_id = recent.id AND mention.account_id = follow.follower_id))
           AND (recent.boost_of_id IS NULL OR follow.shows_boosts = 1)
           AND (follow.languages IS NULL OR recent.language IS NULL
                OR follow.languages LIKE '%"' || recent.language || '"%')
           AND {_ANSWERS_SOMEONE_KNOWN.format(reader="follow.follower_id")}
        ON CONFLICT DO NOTHING
        """,
        post=post,
        after=after,
        last=last,
    )
    return AccountId(last) if seen == limit else None
