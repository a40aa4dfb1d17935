"""Hashtags, and how often each was used in public on a day."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import PostId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import ONE_LOOK, among, by_bytes, numbers

LOOKED_AT = 1000
"""Of very many hashtags that begin alike, as many are put in order."""
LAST_LETTER = "\U0010ffff"
DAY_MS = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class UsedTag:
    """`name` is folded, `shown` as it was first written. The id is 0 for one that nobody has used in public."""

    id: int
    name: str
    shown: str


KNOWN = f"EXISTS (SELECT 1 FROM tag_day WHERE tag_day.tag_id = tag.id {ONE_LOOK})"
"""Whether a hashtag was ever used in public."""
AS_SHOWN = f"""CASE WHEN {KNOWN} THEN tag.id ELSE 0 END, tag.name,
               CASE WHEN {KNOWN} THEN tag.shown ELSE tag.name END"""
"""A `UsedTag`. Of one that stands only in posts for few nobody is told how and when it was first written."""


@dataclass(frozen=True, slots=True)
class Use:
    """Of a hashtag or a link on one day, counted from 1970."""

    day: int
    uses: int
    accounts: int


def beginning(
    db: Reader, start: str, since: int, limit: int, offset: int, *, only_reviewed: bool = False
) -> list[UsedTag]:
    """
    Hashtags used in public that begin so: the one called exactly so first, then by their use since the day `since`.

    One that only stands in posts for few is never told, nor one that is not to be listed. `only_reviewed`: of those
    whom nobody here looked at, none.
    """
    reviewed = (
        "EXISTS (SELECT 1 FROM trend_review WHERE trend_review.kind = 1 AND trend_review.subject_id = tag.id)"
    )
    rows = db.rows(
        f"""
        SELECT tag.id, tag.name, tag.shown
          FROM (SELECT id, name, shown FROM tag
                 WHERE name {by_bytes(db.dialect)} >= :start AND name {by_bytes(db.dialect)} < :end
                 ORDER BY name {by_bytes(db.dialect)} LIMIT :looked_at) AS tag
         WHERE EXISTS (SELECT 1 FROM tag_day WHERE tag_day.tag_id = tag.id)
           AND NOT EXISTS (SELECT 1 FROM tag_rule WHERE tag_rule.tag_id = tag.id AND tag_rule.is_listed = 0)
           {f"AND {reviewed}" if only_reviewed else ""}
         ORDER BY CASE WHEN tag.name = :start THEN 0 ELSE 1 END,
                  (SELECT coalesce(sum(uses), 0) FROM tag_day
                    WHERE tag_day.tag_id = tag.id AND tag_day.day >= :since) DESC,
                  tag.id
         LIMIT :limit OFFSET :offset
        """,
        start=start,
        end=start + LAST_LETTER,
        looked_at=LOOKED_AT,
        since=since,
        limit=limit,
        offset=offset,
    )
    return [UsedTag(*row) for row in rows]


def history(db: Reader, tags: Collection[int], since: int) -> dict[int, dict[int, Use]]:
    """By tag and day, from the day `since` on; days without use are missing."""
    found: dict[int, dict[int, Use]] = {id: {} for id in tags}
    if tags:
        for row in db.rows(
            f"""
            SELECT tag_id, day, uses, accounts FROM tag_day
             WHERE tag_id {among("tags")} AND day >= :since
            """,
            tags=numbers(tags),
            since=since,
        ):
            found[row[0]][row[1]] = Use(*row[1:])
    return found


def count_use(db: Writer, post: PostId, day: int) -> None:
    """Count the hashtags of a public post on the day it was published; limited accounts' not. To be done once."""
    # CROSS JOIN, for SQLite: the author's posts of the day are fewer than those with a hashtag that all talk of
    rows = db.rows(
        """
        SELECT post_tag.tag_id,
               CASE WHEN EXISTS (SELECT 1 FROM post AS earlier
                                  CROSS JOIN post_tag AS its
                                  WHERE its.post_id = earlier.id AND its.tag_id = post_tag.tag_id
                                    AND earlier.author_id = post.author_id AND earlier.visibility = 4
                                    AND earlier.is_local_only = 0
                                    AND earlier.id < post.id AND earlier.id >= :midnight)
                    THEN 0 ELSE 1 END
          FROM post JOIN account AS author ON author.id = post.author_id
          JOIN post_tag ON post_tag.post_id = post.id
         WHERE post.id = :post AND post.visibility = 4 AND post.is_local_only = 0
           AND author.limited_at IS NULL
         ORDER BY post_tag.tag_id
        """,
        post=post,
        midnight=(day * DAY_MS) << 16,
    )
    db.run_each(
        """
        INSERT INTO tag_day (tag_id, day, uses, accounts) VALUES (:tag, :day, 1, :accounts)
        ON CONFLICT (tag_id, day) DO UPDATE SET uses = tag_day.uses + 1, accounts = tag_day.accounts + :accounts
        """,
        ({"tag": row[0], "day": day, "accounts": row[1]} for row in rows),
    )


def find(db: Reader, name: str) -> UsedTag | None:
    """By its folded name, if it was used in public."""
    row = db.row(f"SELECT id, name, shown FROM tag WHERE name = :name AND {KNOWN}", name=name)
    return UsedTag(*row) if row else None


def many(db: Reader, ids: Collection[int]) -> dict[int, UsedTag]:
    """By id, those that were used in public."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT id, name, shown FROM tag WHERE id {among('ids')} AND {KNOWN}", ids=numbers(ids))
    return {row[0]: UsedTag(*row) for row in rows}


def newest(db: Reader, page: Page) -> list[int]:
    """Hashtags used in public, the last that came to be known first."""
    rows = db.rows(
        f"""
        SELECT id FROM tag WHERE id < :before AND id > :after AND {KNOWN}
         ORDER BY id {page.order} LIMIT :limit
        """,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    ids = [row[0] for row in rows]
    return ids[::-1] if page.is_upward else ids


def respell(db: Writer, id: int, shown: str) -> None:
    """Have a hashtag shown so."""
    db.run("UPDATE tag SET shown = :shown WHERE id = :id", id=id, shown=shown)


def find_id(db: Reader, name: str) -> int | None:
    """The row of a folded name, wherever it is used: not to be told."""
    id: int | None = db.value("SELECT id FROM tag WHERE name = :name", name=name)
    return id


def put(db: Writer, id: int, name: str, shown: str) -> int:
    """The row of a folded name, a new one with this id if there was none."""
    db.run(
        "INSERT INTO tag (id, name, shown) VALUES (:id, :name, :shown) ON CONFLICT (name) DO NOTHING",
        id=id,
        name=name,
        shown=shown,
    )
    return find_id(db, name) or id
