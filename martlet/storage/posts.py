"""Posts: rows, and pages of them as clients are shown."""

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from msgspec import structs

from martlet.model.errors import NotFound
from martlet.model.names import AccountId, PollId, PostId
from martlet.model.posts import Post
from martlet.model.visibility import Visibility
from martlet.storage import cards
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, lock_to_count, numbers
from martlet.storage.visibility import may_see, wants_to_see

NAMES = tuple(Post.__struct_fields__)
COLUMNS = ", ".join(f"post.{name}" for name in NAMES)
_ONE = f"SELECT {COLUMNS} FROM post WHERE id = :id"
_INSERT = f"INSERT INTO post ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})"
_INSERT_UNLESS_THERE = f"{_INSERT} ON CONFLICT DO NOTHING"

MARKS = """
    CASE WHEN mark.liked_id IS NULL THEN 0 ELSE 1 END + CASE WHEN mark.boost_id IS NULL THEN 0 ELSE 2 END
        + CASE WHEN mark.bookmarked_id IS NULL THEN 0 ELSE 4 END
"""
SHOWN_COLUMNS = f"""
    post.id, post.revision, author.version, boosted.id, boosted.revision, boosted_author.version, {MARKS}
"""
LIKED, BOOSTED, BOOKMARKED = 1, 2, 4
ALL_MARKS = LIKED | BOOSTED | BOOKMARKED
"""Bits of `Shown.marks`."""
SHOWN_JOINS = """
    JOIN account AS author ON author.id = post.author_id
    LEFT JOIN post AS boosted ON boosted.id = post.boost_of_id
    LEFT JOIN account AS boosted_author ON boosted_author.id = boosted.author_id
    LEFT JOIN mark ON mark.account_id = :viewer AND mark.post_id = coalesce(post.boost_of_id, post.id)
"""
MAY_SEE = (
    f"""({may_see("post", "author")} AND (boosted.id IS NULL OR {may_see("boosted", "boosted_author")}))"""
)
"""The rule for a query that has SHOWN_JOINS."""
WANTS_TO_SEE = f"""({wants_to_see("post", "author")} AND (boosted.id IS NULL OR {wants_to_see("boosted", "boosted_author")}))"""
"""The rule for a timeline; needs `:now` besides."""
_ONE_SHOWN = f"SELECT {SHOWN_COLUMNS} FROM post {SHOWN_JOINS} WHERE post.id = :id AND {MAY_SEE}"
_ONE_SEEN = f"""
    SELECT {COLUMNS} FROM post JOIN account AS author ON author.id = post.author_id
     WHERE post.id = :id AND {may_see("post", "author")}
"""

BOOSTLESS_COLUMNS = re.sub(r"\bboosted(_author)?\.\w+", "NULL", SHOWN_COLUMNS)
NARROW_COLUMNS = f"post.id, post.revision, author.version, {MARKS}"
"""The same without what is always NULL: the four values of `Shown.narrow`."""
BOOSTLESS_JOINS = """
    JOIN account AS author ON author.id = post.author_id
    LEFT JOIN mark ON mark.account_id = :viewer AND mark.post_id = post.id
"""
_BOOSTLESS_RULE = f"post.boost_of_id IS NULL AND {wants_to_see('post', 'author')}"


class Shown(NamedTuple):
    """
    One post of a page: which revision of what is shown, with the viewer's own marks.

    Few columns, because every one of them is paid for with every post of every page; what else has to be
    known of a post is kept with its revision (`Detail`). Boosted columns are None without a boost.
    """

    id: PostId
    revision: int
    author_version: int
    boosted_id: PostId | None
    boosted_revision: int
    boosted_author_version: int
    marks: int
    """The viewer's own on the post, or on the boosted one."""

    @classmethod
    def narrow(cls, row: Sequence[Any]) -> "Shown":
        """From a row that begins with `NARROW_COLUMNS`: of a post that is no boost."""
        return cls(row[0], row[1], row[2], None, None, None, row[3])  # type: ignore[arg-type]  # as the query has them


class Detail(NamedTuple):
    """What decides how a post is shown, beside its words."""

    id: PostId
    revision: int
    version: int
    author_id: AccountId
    visibility: int
    boost_of_id: PostId | None
    poll_id: PollId | None
    quote_of_id: PostId | None
    quote_state: str | None
    quoting: str
    thread_id: PostId
    replies_count: int
    boosts_count: int
    likes_count: int
    quotes_count: int
    is_author_sensitized: int
    """All that its author posts is shown as sensitive."""


_OF_AUTHOR = """(SELECT CASE WHEN account.sensitized_at IS NULL THEN 0 ELSE 1 END
                   FROM account WHERE account.id = post.author_id)"""
_DETAILS = ", ".join([*(f"post.{name}" for name in Detail._fields[:-1]), _OF_AUTHOR])


def details(db: Reader, ids: Collection[PostId]) -> dict[PostId, Detail]:
    """Of posts that somebody has already been allowed to see."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT {_DETAILS} FROM post WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: Detail(*row) for row in rows}


def insert(db: Writer, post: Post) -> None:
    """Raises `AlreadyThere` for a uri that is known, or a second boost."""
    db.run(_INSERT, **structs.asdict(post))


def insert_unless_there(db: Writer, post: Post) -> bool:
    """False where its id or its uri is known, or for a second boost."""
    return db.run(_INSERT_UNLESS_THERE, **structs.asdict(post)) > 0


def find(db: Reader, id: PostId, viewer: AccountId) -> Post | None:
    """The post, if the viewer may see it."""
    row = db.row(_ONE_SEEN, id=id, viewer=viewer)
    return Post(*row) if row else None


def get(db: Reader, id: PostId, viewer: AccountId) -> Post:
    """The post, if the viewer may see it. Raises `NotFound`."""
    post = find(db, id, viewer)
    if post is None:
        raise NotFound
    return post


def find_unfiltered(db: Reader, id: PostId) -> Post | None:
    """The post, whoever asks: for work behind the scenes only."""
    return db.once("post", id, lambda: _read_unfiltered(db, id))


def _read_unfiltered(db: Reader, id: PostId) -> Post | None:
    row = db.row(_ONE, id=id)
    return Post(*row) if row else None


def shown(db: Reader, ids: Collection[PostId], viewer: AccountId) -> list[Shown]:
    """Those of the posts that the viewer may see, in no order."""
    if not ids:
        return []
    rows = db.rows(
        _page_sql("post", f"post.id {among('ids')}", MAY_SEE, ""),
        ids=numbers(ids),
        viewer=viewer,
    )
    return list(map(Shown._make, rows))


def welcome(db: Reader, ids: Collection[PostId], viewer: AccountId, now: int) -> list[Shown]:
    """Those of the posts, no boosts among them, that the viewer may see and wants to, in no order."""
    if not ids:
        return []
    return boostless_page(db, "post", f"post.id {among('ids')}", "", ids=numbers(ids), viewer=viewer, now=now)


def shown_unfiltered(db: Reader, ids: Collection[PostId]) -> list[Shown]:
    """The posts, whoever may see them: for reports, which show just what somebody reported. Boosts are left out."""
    if not ids:
        return []
    rows = db.rows(
        f"SELECT {BOOSTLESS_COLUMNS} FROM post {BOOSTLESS_JOINS} WHERE post.id {among('ids')} AND post.boost_of_id IS NULL",
        ids=numbers(ids),
        viewer=0,
    )
    return list(map(Shown._make, rows))


def get_shown(db: Reader, id: PostId, viewer: AccountId) -> Shown:
    """Raises `NotFound`."""
    row = db.row(_ONE_SHOWN, id=id, viewer=viewer)
    if row is None:
        raise NotFound
    return Shown._make(row)


def page(db: Reader, source: str, where: str, order: str, **parameters: Any) -> list[Shown]:
    """
    A page of posts as clients are shown.

    `source` is the FROM clause, in which the posts are called `post`; `where`
    is added to the rule of who may see what. `order` ends the query.
    """
    return list(map(Shown._make, db.rows(_page_sql(source, where, MAY_SEE, order), **parameters)))


def timeline_page(db: Reader, source: str, where: str, order: str, **parameters: Any) -> list[Shown]:
    """As `page`, without those whom the viewer blocks or mutes."""
    return list(map(Shown._make, db.rows(_page_sql(source, where, WANTS_TO_SEE, order), **parameters)))


@lru_cache(maxsize=256)
def _page_sql(source: str, where: str, rule: str, order: str) -> str:
    """Kept, because putting a long statement together costs as much as running a short one."""
    return f"SELECT {SHOWN_COLUMNS} FROM {source} {SHOWN_JOINS} WHERE {where} AND {rule} {order}"


def boostless_page(db: Reader, source: str, where: str, order: str, **parameters: Any) -> list[Shown]:
    """As `timeline_page`, for lists in which no boosts are: with half of the joins."""
    return list(map(Shown._make, db.rows(_boostless_sql(source, where, order), **parameters)))


@lru_cache(maxsize=256)
def _boostless_sql(source: str, where: str, order: str) -> str:
    return f"SELECT {BOOSTLESS_COLUMNS} FROM {source} {BOOSTLESS_JOINS} WHERE {where} AND {_BOOSTLESS_RULE} {order}"


def many_unfiltered(db: Reader, ids: Collection[PostId]) -> list[Post]:
    """Posts, whoever asks: for rendering what somebody else has already been allowed to see."""
    if not ids:
        return []
    rows = db.rows(f"SELECT {COLUMNS} FROM post WHERE id {among('ids')}", ids=numbers(ids))
    return [Post(*row) for row in rows]


def muted_threads(db: Reader, viewer: AccountId, threads: Collection[PostId]) -> frozenset[PostId]:
    """Which of these threads the viewer has muted."""
    rows = db.rows(
        f"SELECT thread_id FROM thread_mute WHERE account_id = :viewer AND thread_id {among('threads')}",
        threads=numbers(threads),
        viewer=viewer,
    )
    return frozenset(row[0] for row in rows)


def pinned_by(db: Reader, account: AccountId) -> frozenset[PostId]:
    """The few posts that the account has pinned."""
    rows = db.rows("SELECT post_id FROM pin WHERE account_id = :account", account=account)
    return frozenset(row[0] for row in rows)


def get_own(db: Reader, id: PostId, author: AccountId) -> Post:
    """One of the author's own. Raises `NotFound`."""
    post = find_unfiltered(db, id)
    if post is None or post.author_id != author:
        raise NotFound
    return post


def lock(db: Writer, id: PostId) -> None:
    """Nobody else changes or deletes this post until the transaction is over."""
    db.row(f"SELECT id FROM post WHERE id = :id {lock_row(db.dialect)}", id=id)


def lock_to_delete(db: Writer, id: PostId) -> None:
    """
    The same where the post goes, and its boosts with it: all accounts whose counts change are locked first.

    Whoever needs accounts and a post takes them in this order (`note_published`), of several accounts the one with the least
    number first, so that no two wait for each other.
    """
    concerned = db.rows(
        """
        SELECT author_id FROM post WHERE id = :id
        UNION ALL
        SELECT author_id FROM post WHERE boost_of_id = :id
        """,
        id=id,
    )
    db.rows(
        f"SELECT id FROM account WHERE id {among('ids')} ORDER BY id {lock_to_count(db.dialect)}",
        ids=numbers(account for (account,) in concerned),
    )
    lock(db, id)


def find_boost(db: Reader, boosted: PostId, by: AccountId) -> Post | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM post WHERE boost_of_id = :boosted AND author_id = :by", boosted=boosted, by=by
    )
    return Post(*row) if row else None


def update(db: Writer, id: PostId, **changes: object) -> None:
    """Set columns; the version grows, so that nobody is shown the old post."""
    db.run(
        f"UPDATE post SET {assigned(changes, NAMES)}, version = version + 1, revision = revision + 1 WHERE id = :id",
        id=id,
        **changes,
    )


def renew(db: Writer, id: PostId) -> None:
    """Something that is kept beside the post has changed, so that it is shown and told otherwise."""
    db.run("UPDATE post SET version = version + 1, revision = revision + 1 WHERE id = :id", id=id)


def count(
    db: Writer, id: PostId, *, replies: int = 0, boosts: int = 0, likes: int = 0, quotes: int = 0
) -> None:
    """Add to a post's counts."""
    db.run(
        """
        UPDATE post
           SET replies_count = replies_count + :replies, boosts_count = boosts_count + :boosts,
               likes_count = likes_count + :likes, quotes_count = quotes_count + :quotes,
               revision = revision + 1
         WHERE id = :id
        """,
        id=id,
        replies=replies,
        boosts=boosts,
        likes=likes,
        quotes=quotes,
    )


def note_published(db: Writer, post: Post) -> None:
    """Count a new post with its author, and with the post it answers or quotes. An old one leaves `last_post_at` as it is."""
    db.run(
        """
        UPDATE account SET posts_count = posts_count + 1, version = version + 1,
                           last_post_at = CASE WHEN last_post_at > :at THEN last_post_at ELSE :at END
         WHERE id = :author
        """,
        author=post.author_id,
        at=post.created_at,
    )
    if post.reply_to_id is not None and post.visibility >= Visibility.UNLISTED:
        count(db, post.reply_to_id, replies=1)
    if post.quote_of_id is not None and post.quote_state == "accepted":
        count(db, post.quote_of_id, quotes=1)


def claim_key(db: Writer, author: AccountId, key: str, post: PostId, now: int, lifetime: int) -> PostId:
    """
    The post that an idempotency key stands for: the one given, if nobody was faster.

    A key is forgotten after `lifetime` milliseconds, and with its post.
    """
    db.run("DELETE FROM idempotency WHERE created_at < :before", before=now - lifetime)
    claimed = db.run(
        """
        INSERT INTO idempotency (account_id, key, post_id, created_at) VALUES (:author, :key, :post, :now)
        ON CONFLICT (account_id, key) DO NOTHING
        """,
        author=author,
        key=key,
        post=post,
        now=now,
    )
    if claimed:
        return post
    known = db.value(
        """
        SELECT post_id FROM idempotency
         WHERE account_id = :author AND key = :key
           AND (EXISTS (SELECT 1 FROM post WHERE post.id = idempotency.post_id LIMIT 1 OFFSET 0)
                OR EXISTS (SELECT 1 FROM scheduled_post
                            WHERE scheduled_post.id = idempotency.post_id LIMIT 1 OFFSET 0))
        """,
        author=author,
        key=key,
    )
    if known is not None:
        return PostId(known)
    db.run(
        "UPDATE idempotency SET post_id = :post, created_at = :now WHERE account_id = :author AND key = :key",
        author=author,
        key=key,
        post=post,
        now=now,
    )
    return post


def delete(db: Writer, post: Post, now: int) -> None:
    """Remove a post and all that hangs on it, and remember that it was there. Counts are the caller's."""
    db.run(
        """
        INSERT INTO tombstone (uri, post_id, author_id, deleted_at) VALUES (:uri, :id, :author, :now)
        ON CONFLICT (uri) DO NOTHING
        """,
        uri=post.uri,
        id=post.id,
        author=post.author_id,
        now=now,
    )
    db.run("DELETE FROM post_search WHERE rowid = :id", id=post.id)
    db.run("DELETE FROM document WHERE uri IN (:uri, :act)", uri=post.uri, act=f"{post.uri}/activity")
    cards.loosen(db, post.id)
    db.run("DELETE FROM post WHERE id = :id", id=post.id)


def delete_boosts(db: Writer, boosted: PostId, now: int) -> None:
    """Remove all boosts of a post, which count no more with those who boosted it."""
    db.run(
        """
        UPDATE account SET posts_count = posts_count - 1, version = version + 1
         WHERE id IN (SELECT author_id FROM post WHERE boost_of_id = :boosted)
        """,
        boosted=boosted,
    )
    db.run(
        """
        INSERT INTO tombstone (uri, post_id, author_id, deleted_at)
        SELECT uri, id, author_id, :now FROM post WHERE boost_of_id = :boosted
        ON CONFLICT (uri) DO NOTHING
        """,
        boosted=boosted,
        now=now,
    )
    db.run(
        "DELETE FROM document WHERE uri IN (SELECT uri FROM post WHERE boost_of_id = :boosted)",
        boosted=boosted,
    )
    db.run("DELETE FROM post WHERE boost_of_id = :boosted", boosted=boosted)
