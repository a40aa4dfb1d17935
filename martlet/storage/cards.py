"""The picture and words that stand for a link."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.storage import server_values
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers
from martlet.storage.tags import Use

DAY_MS = 24 * 60 * 60 * 1000
_PICTURE_BYTES = "preview_picture_bytes"


@dataclass(frozen=True, slots=True)
class Card:
    """
    A page as it told of itself, one row of `card`.

    `kind` is link, photo or video; `image` a media key; `html` a frame that we
    wrote; `source` where the report comes from. `author_id` is the account that is
    named as the page's author and says so itself.
    """

    id: int
    url: str
    title: str
    description: str
    created_at: int
    kind: str = "link"
    language: str | None = None
    author_name: str = ""
    author_url: str = ""
    author_id: AccountId | None = None
    provider_name: str = ""
    provider_url: str = ""
    image: str = ""
    image_text: str = ""
    image_bytes: int = 0
    blurhash: str | None = None
    width: int = 0
    height: int = 0
    html: str = ""
    embed_url: str = ""
    source_name: str = ""
    source_url: str = ""
    published_at: int | None = None


_NAMES = tuple(Card.__slots__)
COLUMNS = ", ".join(f"card.{name}" for name in _NAMES)
_CHANGING = [name for name in _NAMES if name not in ("id", "url")]
_PUT = f"""
    INSERT INTO card ({", ".join(_NAMES)}) VALUES ({", ".join(f":{name}" for name in _NAMES)})
    ON CONFLICT (url) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _CHANGING)}
"""


def put(db: Writer, card: Card) -> int:
    """Keep the card in place of what is there for its address; the row's id."""
    before = db.value("SELECT image_bytes FROM card WHERE url = :url", url=card.url) or 0
    db.run(_PUT, **{name: getattr(card, name) for name in _NAMES})
    _count_bytes(db, card.image_bytes - int(before))
    return int(db.value("SELECT id FROM card WHERE url = :url", url=card.url))


def picture_bytes(db: Reader) -> int:
    """Of the pictures of all cards."""
    return int(server_values.find(db, _PICTURE_BYTES) or 0)


def _count_bytes(db: Writer, change: int) -> None:
    if change:
        db.run(
            """
            INSERT INTO server_value (name, value) VALUES (:name, CAST(CAST(:change AS BIGINT) AS TEXT))
            ON CONFLICT (name) DO UPDATE
               SET value = CAST(CAST(server_value.value AS BIGINT) + CAST(:change AS BIGINT) AS TEXT)
            """,
            name=_PICTURE_BYTES,
            change=change,
        )


def find_at(db: Reader, url: str) -> Card | None:
    """The card of an address."""
    row = db.row(f"SELECT {COLUMNS} FROM card WHERE url = :url", url=url)
    return Card(*row) if row else None


def find_linked(db: Reader, url: str) -> int | None:
    """The card of an address, or of what that leads to."""
    found = db.value("SELECT id FROM card WHERE url = :url", url=url)
    if found is None:
        found = db.value("SELECT card_id FROM link WHERE url = :url", url=url)
    return None if found is None else int(found)


def of_posts(db: Reader, posts: Collection[PostId]) -> dict[PostId, Card]:
    if not posts:
        return {}
    rows = db.rows(
        f"""
        SELECT post_card.post_id, {COLUMNS}
          FROM post_card JOIN card ON card.id = post_card.card_id
         WHERE post_card.post_id {among("posts")}
        """,
        posts=numbers(posts),
    )
    return {row[0]: Card(*row[1:]) for row in rows}


def many(db: Reader, ids: Collection[int]) -> dict[int, Card]:
    """By id."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT {COLUMNS} FROM card WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: Card(*row) for row in rows}


def history(db: Reader, ids: Collection[int], since: int) -> dict[int, dict[int, Use]]:
    """How often each was shared, by card and day, from the day `since` on; days without use are missing."""
    found: dict[int, dict[int, Use]] = {id: {} for id in ids}
    if ids:
        for row in db.rows(
            f"SELECT card_id, day, uses, accounts FROM card_day WHERE card_id {among('ids')} AND day >= :since",
            ids=numbers(ids),
            since=since,
        ):
            found[row[0]][row[1]] = Use(*row[1:])
    return found


def attach(db: Writer, posts: Collection[PostId], card: int) -> None:
    """Show the card below posts, whose versions grow; those that show it already stay as they are."""
    new = []
    for post in sorted(posts):
        if db.run(
            """
            INSERT INTO post_card (post_id, card_id) SELECT id, :card FROM post WHERE id = :post
            ON CONFLICT (post_id) DO UPDATE SET card_id = excluded.card_id WHERE post_card.card_id <> excluded.card_id
            """,
            post=post,
            card=card,
        ):
            new.append(post)
            _count_use(db, post, card)
    renew(db, new)


def detach(db: Writer, post: PostId) -> None:
    """Show no card below a post any more, and wait for none."""
    db.run("DELETE FROM awaited_card WHERE post_id = :post", post=post)
    loosen(db, post)
    if db.run("DELETE FROM post_card WHERE post_id = :post", post=post):
        renew(db, [post])


def loosen(db: Writer, post: PostId) -> None:
    """Remember that a post may be the last that shows its card."""
    db.run(
        """
        INSERT INTO loose_card (card_id) SELECT card_id FROM post_card WHERE post_id = :post
        ON CONFLICT (card_id) DO NOTHING
        """,
        post=post,
    )


def loosen_unused(db: Writer, card: int) -> None:
    """Remember a card that no post may ever show."""
    db.run(
        "INSERT INTO loose_card (card_id) VALUES (:card) ON CONFLICT (card_id) DO NOTHING",
        card=card,
    )


def renew(db: Writer, posts: Collection[PostId]) -> None:
    """What is shown of posts has changed."""
    if posts:
        db.run(
            f"UPDATE post SET version = version + 1, revision = revision + 1 WHERE id {among('posts')}",
            posts=numbers(posts),
        )


def posts_with(db: Reader, card: int, after: PostId, limit: int) -> list[PostId]:
    """The posts that show it, by id."""
    rows = db.rows(
        """
        SELECT post_id FROM post_card WHERE card_id = :card AND post_id > :after
         ORDER BY post_id LIMIT :limit
        """,
        card=card,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


def by_author(db: Reader, author: AccountId, limit: int) -> list[Card]:
    """Cards of pages that an account is named as the author of."""
    rows = db.rows(
        f"SELECT {COLUMNS} FROM card WHERE author_id = :author ORDER BY id LIMIT :limit",
        author=author,
        limit=limit,
    )
    return [Card(*row) for row in rows]


def disown(db: Writer, card: int) -> None:
    """The account that was named as the page's author is so no longer."""
    db.run("UPDATE card SET author_id = NULL WHERE id = :card", card=card)


def are_loose(db: Reader) -> bool:
    return bool(db.value("SELECT EXISTS (SELECT 1 FROM loose_card)"))


def delete_unused(db: Writer, limit: int) -> list[str]:
    """
    Of the cards that posts have let go of, delete those that none shows, with all links to them.

    Returns the keys of their pictures. Posts that wait for a link keep it, and will ask anew.
    """
    rows = db.rows("SELECT card_id FROM loose_card ORDER BY card_id LIMIT :limit", limit=limit)
    ids = [row[0] for row in rows]
    # Whoever is attaching one of them at this moment holds its row: what is asked next knows of their post.
    db.rows(f"SELECT id FROM card WHERE id {among('ids')} {lock_row(db.dialect)}", ids=numbers(ids))
    gone = db.rows(
        f"""
        SELECT card.id, card.image, card.image_bytes FROM card
         WHERE card.id {among("ids")} AND NOT EXISTS (SELECT 1 FROM post_card WHERE post_card.card_id = card.id)
           AND NOT EXISTS (SELECT 1 FROM link JOIN awaited_card ON awaited_card.link_id = link.id
                            WHERE link.card_id = card.id)
        """,
        ids=numbers(ids),
    )
    db.run(f"DELETE FROM card WHERE id {among('ids')}", ids=numbers([row[0] for row in gone]))
    _count_bytes(db, -sum(row[2] for row in gone))
    db.run(f"DELETE FROM loose_card WHERE card_id {among('ids')}", ids=numbers(ids))
    return [row[1] for row in gone if row[1]]


def _count_use(db: Writer, post: PostId, card: int) -> None:
    """Count a public post that shares a card, on its day; an account once a day."""
    day = (post >> 16) // DAY_MS
    db.run(
        """
        INSERT INTO card_day (card_id, day, uses, accounts)
        SELECT :card, :day, 1,
               CASE WHEN EXISTS (SELECT 1 FROM post AS earlier
                                  CROSS JOIN post_card AS its
                                  WHERE its.post_id = earlier.id AND its.card_id = :card
                                    AND earlier.author_id = post.author_id AND earlier.visibility = 4
                                    AND earlier.is_local_only = 0
                                    AND earlier.id <> post.id AND earlier.id >= :midnight AND earlier.id < :next)
                    THEN 0 ELSE 1 END
          FROM post WHERE post.id = :post AND post.visibility = 4 AND post.is_local_only = 0
        ON CONFLICT (card_id, day)
        DO UPDATE SET uses = card_day.uses + 1, accounts = card_day.accounts + excluded.accounts
        """,
        card=card,
        post=post,
        day=day,
        midnight=(day * DAY_MS) << 16,
        next=((day + 1) * DAY_MS) << 16,
    )
