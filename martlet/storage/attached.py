"""What hangs on posts: mentions, hashtags, cards, the app they were written with."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.storage.accounts import numbers
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Card:
    """One row of `card`."""

    id: int
    url: str
    kind: str
    title: str
    description: str
    language: str | None
    author_name: str
    author_url: str
    author_id: AccountId | None
    provider_name: str
    provider_url: str
    image: str
    image_text: str
    blurhash: str | None
    width: int
    height: int
    published_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Mention:
    account_id: AccountId
    username: str
    host: str
    url: str


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    shown: str


CARD_COLUMNS = ", ".join(f"card.{name}" for name in Card.__slots__)


def insert_mentions(
    db: Writer, post: PostId, mentioned: Iterable[AccountId], *, is_silent: bool = False
) -> None:
    db.run_each(
        """
        INSERT INTO mention (post_id, account_id, is_silent) VALUES (:post, :account, :is_silent)
        ON CONFLICT DO NOTHING
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
             WHERE mention.post_id IN ({numbers(posts)}) AND mention.is_silent = 0
             ORDER BY mention.post_id, account.id
            """
        ):
            found[row[0]].append(Mention(*row[1:]))
    return found


def mentioned_ids(db: Reader, post: PostId) -> list[AccountId]:
    """Everyone who is mentioned, silently too."""
    rows = db.rows("SELECT account_id FROM mention WHERE post_id = :post ORDER BY account_id", post=post)
    return [row[0] for row in rows]


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
             WHERE post_tag.post_id IN ({numbers(posts)}) ORDER BY post_tag.post_id, tag.id
            """
        ):
            found[row[0]].append(Tag(*row[1:]))
    return found


def cards(db: Reader, posts: Collection[PostId]) -> dict[PostId, Card]:
    if not posts:
        return {}
    rows = db.rows(
        f"""
        SELECT post_card.post_id, {CARD_COLUMNS}
          FROM post_card JOIN card ON card.id = post_card.card_id
         WHERE post_card.post_id IN ({numbers(posts)})
        """
    )
    return {row[0]: Card(*row[1:]) for row in rows}


def apps(db: Reader, posts: Collection[PostId]) -> dict[PostId, tuple[str, str | None]]:
    """Name and website of the app each post was written with."""
    if not posts:
        return {}
    rows = db.rows(
        f"""
        SELECT post.id, app.name, app.website
          FROM post JOIN app ON app.id = post.app_id WHERE post.id IN ({numbers(posts)})
        """
    )
    return {row[0]: (row[1], row[2]) for row in rows}
