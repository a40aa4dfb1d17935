"""What hangs on posts: mentions, hashtags, the app they were written with."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Mention:
    account_id: AccountId
    username: str
    host: str
    url: str


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody who may be named in a post."""

    id: AccountId
    username: str
    host: str
    url: str


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    shown: str


T = TypeVar("T")

HANDLES_AT_ONCE = 100


def mentionable(
    db: Reader, handles: Collection[tuple[str, str]], author: AccountId
) -> dict[tuple[str, str], Mentionable]:
    """
    Who goes by these handles, each a username in lower case and a host (empty: here).

    Left out are those who are gone and those whom the author blocks.
    """
    found: dict[tuple[str, str], Mentionable] = {}
    for some in batched(sorted(handles), HANDLES_AT_ONCE):
        either = " OR ".join(
            f"(account.username_folded = :name{at} AND account.host = :host{at})" for at in range(len(some))
        )
        names = {f"name{at}": name for at, (name, _) in enumerate(some)}
        hosts = {f"host{at}": host for at, (_, host) in enumerate(some)}
        for row in db.rows(
            f"""
            SELECT account.username_folded, account.id, account.username, account.host, account.url
              FROM account
             WHERE ({either}) AND account.suspended_at IS NULL AND account.deletes_at IS NULL
               AND NOT EXISTS (SELECT 1 FROM block
                                WHERE block.account_id = :author AND block.blocked_id = account.id)
            """,
            author=author,
            **names,
            **hosts,
        ):
            found[row[0], row[3]] = Mentionable(*row[1:])
    return found


def batched(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def insert_mentions(
    db: Writer, post: PostId, mentioned: Iterable[AccountId], *, is_silent: bool = False
) -> None:
    db.run_each(
        """
        INSERT INTO mention (post_id, account_id, is_silent) VALUES (:post, :account, :is_silent)
        ON CONFLICT (post_id, account_id) DO UPDATE SET is_silent = excluded.is_silent
        """,
        ({"post": post, "account": account, "is_silent": int(is_silent)} for account in mentioned),
    )


def mentions(db: Reader, posts: Collection[PostId]) -> dict[PostId, list[Mention]]:
    """Who is named in posts, silent mentions left out."""
    found: dict[PostId, list[Mention]] = {id: [] for id in posts}
    if posts:
        for row in db.rows(
            f"""
            SELECT mention.post_id, account.id, account.username, account.host, account.url
              FROM mention JOIN account ON account.id = mention.account_id
             WHERE mention.post_id {among("posts")} AND mention.is_silent = 0
             ORDER BY mention.post_id, account.id
            """,
            posts=numbers(posts),
        ):
            found[row[0]].append(Mention(*row[1:]))
    return found


def people(db: Reader, ids: Collection[AccountId]) -> list[Mention]:
    """Those of the accounts that are there, as they are named in posts."""
    rows = db.rows(
        f"SELECT id, username, host, url FROM account WHERE id {among('ids')} ORDER BY id", ids=numbers(ids)
    )
    return [Mention(*row) for row in rows]


def mentioned_ids(db: Reader, post: PostId) -> list[AccountId]:
    """Everyone who is mentioned, silently too."""
    return db.once("mention", post, lambda: _read_mentioned(db, post))


def _read_mentioned(db: Reader, post: PostId) -> list[AccountId]:
    rows = db.rows("SELECT account_id FROM mention WHERE post_id = :post ORDER BY account_id", post=post)
    return [row[0] for row in rows]


def has_tags(db: Reader, post: PostId) -> bool:
    return db.once("post_tag", post, lambda: _read_has_tags(db, post))


def _read_has_tags(db: Reader, post: PostId) -> bool:
    return db.value("SELECT 1 FROM post_tag WHERE post_id = :post LIMIT 1", post=post) is not None


def insert_tags(db: Writer, post: PostId, tags: Iterable[tuple[int, Tag]]) -> None:
    """Each tag with an id to use where it is new."""
    for id, tag in tags:
        db.run(
            "INSERT INTO tag (id, name, shown) VALUES (:id, :name, :shown) ON CONFLICT (name) DO NOTHING",
            id=id,
            name=tag.name,
            shown=tag.shown,
        )
        db.run(
            """
            INSERT INTO post_tag (tag_id, post_id) SELECT id, :post FROM tag WHERE name = :name
            ON CONFLICT DO NOTHING
            """,
            post=post,
            name=tag.name,
        )


def tags(db: Reader, posts: Collection[PostId]) -> dict[PostId, list[Tag]]:
    found: dict[PostId, list[Tag]] = {id: [] for id in posts}
    if posts:
        for row in db.rows(
            f"""
            SELECT post_tag.post_id, tag.name, tag.shown
              FROM post_tag JOIN tag ON tag.id = post_tag.tag_id
             WHERE post_tag.post_id {among("posts")} ORDER BY post_tag.post_id, tag.id
            """,
            posts=numbers(posts),
        ):
            found[row[0]].append(Tag(*row[1:]))
    return found


def forget_words(db: Writer, post: PostId) -> None:
    """
    Before a post is given a new text: take the hashtags off it, and name nobody.

    Who was named could read the post, and still can.
    """
    db.run("UPDATE mention SET is_silent = 1 WHERE post_id = :post AND is_silent = 0", post=post)
    db.run("DELETE FROM post_tag WHERE post_id = :post", post=post)


def apps(db: Reader, posts: Collection[PostId]) -> dict[PostId, tuple[str, str | None]]:
    """Name and website of the app each post was written with."""
    if not posts:
        return {}
    rows = db.rows(
        f"""
        SELECT post.id, app.name, app.website
          FROM post JOIN app ON app.id = post.app_id WHERE post.id {among("posts")}
        """,
        posts=numbers(posts),
    )
    return {row[0]: (row[1], row[2]) for row in rows}
