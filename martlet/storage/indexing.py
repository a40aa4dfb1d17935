"""What the search index is made from."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from martlet.model.names import AccountId, PostId
from martlet.model.posts import Post, Variant
from martlet.storage import variants
from martlet.storage.database import Reader
from martlet.storage.dialect import among, numbers

_IS_FINDABLE = """CASE
    WHEN post.is_local = 1 OR (post.visibility = 4 AND author.is_indexable = 1) THEN 1
    WHEN EXISTS (SELECT 1 FROM mark WHERE mark.post_id = post.id) THEN 1
    WHEN EXISTS (SELECT 1 FROM mention JOIN account ON account.id = mention.account_id
                  WHERE mention.post_id = post.id AND account.host = '') THEN 1
    ELSE 0 END"""
"""
Somebody may find it: everybody, or those here who wrote it, are named in it or marked it (`search.Findable`).

Most of what comes from elsewhere is nobody's to find, and is not indexed before somebody marks it.
"""


_OPTIONS = f"""
    SELECT poll.post_id, poll_option.title
      FROM poll JOIN poll_option ON poll_option.poll_id = poll.id
     WHERE poll.post_id {among("ids")} ORDER BY poll.post_id, poll_option.position
    """
_MEDIA = f"""
    SELECT post_id, kind, description FROM media
     WHERE post_id {among("ids")} AND position >= 0 ORDER BY post_id, position
    """


@dataclass(slots=True)
class Attachments:
    """What a post is found by, apart from its own columns. Media are (kind, description)."""

    is_by_open_author: bool
    """The author lets everyone find public posts."""
    is_findable: bool = True
    """Somebody here may find it."""
    mentioned: list[AccountId] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    media: list[tuple[str, str]] = field(default_factory=list)
    variants: list[Variant] = field(default_factory=list)
    has_card: bool = False


def attachments(db: Reader, posts: Collection[Post]) -> dict[PostId, Attachments]:
    if not posts:
        return {}
    wanted = numbers(post.id for post in posts)
    found = {
        PostId(row[0]): Attachments(bool(row[1]), bool(row[2]))
        for row in db.rows(
            f"""
            SELECT post.id, author.is_indexable, {_IS_FINDABLE}
              FROM post JOIN account AS author ON author.id = post.author_id WHERE post.id {among("ids")}
            """,
            ids=wanted,
        )
    }
    if not any(one.is_findable for one in found.values()):
        return found
    for row in db.rows(f"SELECT post_id, account_id FROM mention WHERE post_id {among('ids')}", ids=wanted):
        found[row[0]].mentioned.append(row[1])
    if any(post.poll_id is not None for post in posts):
        for row in db.rows(_OPTIONS, ids=wanted):
            found[row[0]].options.append(row[1])
    for id, further in variants.of_posts(db, [post.id for post in posts if post.variants]).items():
        found[id].variants.extend(further)
    if any(post.has_media for post in posts):
        for row in db.rows(_MEDIA, ids=wanted):
            found[row[0]].media.append((row[1], row[2]))
    for row in db.rows(f"SELECT post_id FROM post_card WHERE post_id {among('ids')}", ids=wanted):
        found[row[0]].has_card = True
    return found


def own_after(db: Reader, author: AccountId, after: PostId, limit: int) -> Sequence[PostId]:
    """An account's posts, by id."""
    rows = db.rows(
        "SELECT id FROM post WHERE author_id = :author AND id > :after ORDER BY id LIMIT :limit",
        author=author,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


def posts_after(db: Reader, after: PostId, limit: int) -> Sequence[PostId]:
    rows = db.rows("SELECT id FROM post WHERE id > :after ORDER BY id LIMIT :limit", after=after, limit=limit)
    return [row[0] for row in rows]


def accounts_after(db: Reader, after: AccountId, limit: int) -> Sequence[AccountId]:
    rows = db.rows(
        "SELECT id FROM account WHERE id > :after ORDER BY id LIMIT :limit", after=after, limit=limit
    )
    return [row[0] for row in rows]


def how_many(db: Reader) -> tuple[int, int]:
    """Accounts and posts there are."""
    return int(db.value("SELECT count(*) FROM account")), int(db.value("SELECT count(*) FROM post"))


def newest_public(db: Reader, author: AccountId) -> PostId | None:
    """The last public post of an account that is no boost."""
    id = db.value(
        """
        SELECT id FROM post WHERE author_id = :author AND visibility = 4 AND boost_of_id IS NULL
         ORDER BY id DESC LIMIT 1
        """,
        author=author,
    )
    return None if id is None else PostId(id)


def is_indexed(db: Reader, id: PostId) -> bool:
    return db.value("SELECT 1 FROM post_search WHERE rowid = :id", id=id) is not None
