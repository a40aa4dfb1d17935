"""
Posts by their words.

What a post is found by, and how a query is written, is worked out by whoever
calls (`services.searching`); the index only says quickly where to look. Whether
a post may be found is asked of the post itself, so an index that lags behind
shows nobody what they may not see.

All goes from the newest post down and ends with the page, so that a page costs
what it shows and not what there is.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from enum import Enum
from itertools import islice
from time import monotonic

from martlet.model.names import AccountId, PostId
from martlet.model.paging import Page
from martlet.storage import posts, search_parts
from martlet.storage.account_search import Spelled
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.posts import Shown

FEW_MARKS = {"sqlite": 32, "postgres": 200}
"""Marks that are looked up in the index one by one."""
LOOK_BACK = 2000
"""Where somebody marked more: matching posts among which the marked ones are looked for."""
MARKS_LOOK_BACK = 200
"""Further marks that are looked up one by one where those were not enough."""
LAST_LETTER = "\U0010ffff"
SPARE = 8
"""On PostgreSQL: as many more matches than a page has posts are read at first, for some may not be shown."""
LONGEST = 1.0
"""On PostgreSQL: seconds after which no further matches are looked at."""

_MARKED = "(mark.liked_id IS NOT NULL OR mark.bookmarked_id IS NOT NULL OR mark.boost_id IS NOT NULL)"
_IS_OPEN = """(post.visibility = 4 AND author.is_indexable = 1 AND (author.limited_at IS NULL OR EXISTS (
    SELECT 1 FROM follow WHERE follow.follower_id = :viewer AND follow.followed_id = author.id
                           AND follow.is_accepted = 1)))"""
_IS_IN_LIBRARY = f"""(post.author_id = :viewer OR {_MARKED} OR EXISTS (
    SELECT 1 FROM mention WHERE mention.post_id = post.id AND mention.account_id = :viewer))"""


class Findable(Enum):
    """Which posts may be found: public ones of those who allow it, what the viewer took part in, or both."""

    OPEN = _IS_OPEN
    LIBRARY = _IS_IN_LIBRARY
    ALL = f"({_IS_OPEN} OR {_IS_IN_LIBRARY})"


# -- the index -----------------------------------------------------------


def put(db: Writer, id: PostId, words: Spelled, dictionary: Collection[str]) -> None:
    """Have the post found by these words, and no others. `dictionary`: those that people may begin to type."""
    delete(db, id)
    if db.dialect == "postgres":
        search_parts.put(db, id, words.postgres)
        return
    db.run("INSERT INTO post_search (rowid, words) VALUES (:id, :words)", id=id, words=words.fts5)
    db.run(
        "INSERT INTO post_search_word (word) SELECT value FROM json_each(:words) WHERE true ON CONFLICT DO NOTHING",
        words=json.dumps(sorted(dictionary)),
    )


def delete(db: Writer, id: PostId) -> None:
    db.run("DELETE FROM post_search WHERE rowid = :id", id=id)


def clear(db: Writer) -> None:
    """Forget the words of all posts and accounts."""
    db.run("DELETE FROM post_search")
    db.run("DELETE FROM account_search")
    if db.dialect == "sqlite":
        db.run("DELETE FROM post_search_word")
    else:
        search_parts.divide(db)


def words_beginning(db: Reader, start: str, limit: int) -> list[str]:
    """Words of posts that begin so; on SQLite only."""
    rows = db.rows(
        "SELECT word FROM post_search_word WHERE word >= :start AND word < :end LIMIT :limit",
        start=start,
        end=start + LAST_LETTER,
        limit=limit,
    )
    return [row[0] for row in rows]


def has_match(db: Reader, query: str) -> bool:
    """Whether there is any post, whoever may see it, that the index knows so: for work behind the scenes only."""
    if db.dialect == "postgres":
        return search_parts.has_match(db, query)
    return (
        db.value("SELECT 1 FROM post_search WHERE post_search MATCH :query LIMIT 1", query=query) is not None
    )


# -- posts ---------------------------------------------------------------


def found(db: Reader, query: str, viewer: AccountId, page: Page, now: int, findable: Findable) -> list[Shown]:
    """Posts that match and that the viewer may find, in the page's order."""
    if db.dialect == "sqlite":
        return posts.timeline_page(
            db,
            "post_search JOIN post ON post.id = post_search.rowid",
            f"""post_search MATCH :query AND post_search.rowid < :before AND post_search.rowid > :after
                AND {findable.value}""",
            f"ORDER BY post_search.rowid {page.order} LIMIT :limit",
            query=query,
            viewer=viewer,
            now=now,
            before=page.before,
            after=page.after,
            limit=page.limit,
        )
    found: list[Shown] = []
    started = monotonic()
    for ids in search_parts.matching(db, query, page, page.limit + SPARE):
        visible = shown(db, ids, viewer, now, findable)
        found += sorted(visible, key=lambda one: one.id, reverse=not page.is_upward)
        if len(found) >= page.limit or monotonic() - started > LONGEST:
            break
    return found[: page.limit]


def marked(db: Reader, viewer: AccountId, query: Callable[[], str], page: Page) -> list[PostId]:
    """
    Of the posts that match `query`, which is asked for only if need be, those which the viewer liked, bookmarked or boosted, in the page's order.

    Where somebody marked a great many posts, and a great many match, the search
    ends before the oldest.
    """
    limit = FEW_MARKS[db.dialect]
    few = _marks(db, viewer, page, limit + 1)
    if len(few) <= limit:
        return _matching(db, query(), few, page) if few else []
    match = query()
    looked_at, ids = _marked_of_newest(db, viewer, match, page)
    if len(ids) >= page.limit or len(looked_at) < LOOK_BACK:
        return ids[: page.limit]
    last = looked_at[-1]
    rest = replace(page, after=last) if page.is_upward else replace(page, before=last)
    return [*ids, *_matching(db, match, _marks(db, viewer, rest, MARKS_LOOK_BACK), rest)][: page.limit]


def _marked_of_newest(
    db: Reader, viewer: AccountId, query: str, page: Page
) -> tuple[Sequence[PostId], list[PostId]]:
    """As many of the posts that match as are looked back for, and those of them that the viewer marked."""
    if db.dialect == "postgres":
        batches = search_parts.matching(db, query, page, LOOK_BACK)
        looked_at = list(islice((id for ids in batches for id in ids), LOOK_BACK))
        rows = db.rows(
            f"SELECT post_id FROM mark WHERE account_id = :viewer AND post_id {among('ids')} AND {_MARKED}",
            viewer=viewer,
            ids=numbers(looked_at),
        )
        are_marked = {row[0] for row in rows}
        return looked_at, [id for id in looked_at if id in are_marked]
    rows = db.rows(
        f"""
        SELECT post_search.rowid, CASE WHEN EXISTS (SELECT 1 FROM mark
                   WHERE mark.account_id = :viewer AND mark.post_id = post_search.rowid AND {_MARKED}) THEN 1 ELSE 0 END
          FROM post_search
         WHERE post_search MATCH :query AND post_search.rowid < :before AND post_search.rowid > :after
         ORDER BY post_search.rowid {page.order} LIMIT :look_back
        """,
        query=query,
        viewer=viewer,
        before=page.before,
        after=page.after,
        look_back=LOOK_BACK,
    )
    return [row[0] for row in rows], [row[0] for row in rows if row[1]]


def _marks(db: Reader, viewer: AccountId, page: Page, limit: int) -> list[PostId]:
    rows = db.rows(
        f"""
        SELECT mark.post_id FROM mark
         WHERE mark.account_id = :viewer AND mark.post_id < :before AND mark.post_id > :after AND {_MARKED}
         ORDER BY mark.post_id {page.order} LIMIT :limit
        """,
        viewer=viewer,
        before=page.before,
        after=page.after,
        limit=limit,
    )
    return [row[0] for row in rows]


def _matching(db: Reader, query: str, ids: Sequence[PostId], page: Page) -> list[PostId]:
    if not ids:
        return []
    if db.dialect == "postgres":
        found = search_parts.of_these(db, query, ids)
    else:
        rows = db.rows(
            f"SELECT rowid FROM post_search WHERE post_search MATCH :query AND rowid {among('ids')}",
            ids=numbers(ids),
            query=query,
        )
        found = [row[0] for row in rows]
    return sorted(found, reverse=not page.is_upward)[: page.limit]


def shown(
    db: Reader, ids: Collection[PostId], viewer: AccountId, now: int, findable: Findable
) -> list[Shown]:
    """Those of the posts that the viewer may find, in no order."""
    if not ids:
        return []
    return posts.timeline_page(
        db,
        "post",
        f"post.id {among('ids')} AND {findable.value}",
        "",
        viewer=viewer,
        now=now,
        ids=numbers(ids),
    )


def at(db: Reader, viewer: AccountId, address: str, id: PostId) -> Shown | None:
    """The post that has this uri, or this id and this url, if the viewer may see it."""
    rows = posts.page(
        db,
        "post",
        "(post.uri = :address OR (post.id = :id AND post.url = :address))",
        "LIMIT 1",
        viewer=viewer,
        address=address,
        id=id,
    )
    return rows[0] if rows else None
