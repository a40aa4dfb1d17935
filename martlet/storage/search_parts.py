"""
PostgreSQL's index of posts, which is kept in parts.

GIN knows no order: of a common word it gathers every post before it gives out
the first. So the posts are indexed in parts, some thousands each, that follow
one another in time. In the index every word begins with the mark of its
post's part, and a query is asked of one part after the other, from the newest
down, until the page is full. A part costs no more than it holds, and one
without the word next to nothing.

    part      first_id  mark    a word in the index
    oldest    0         000     000river
    next      1137…     001     001river

Words and queries come in with `ANY_PART` where the mark belongs. A part ends
where the next one begins. The newest, once it is full, is ended some minutes
from now, so that whoever is writing at this moment is on the right side of it.
Posts of long ago go into the part of their time, however full that is; to
index everything anew divides anew.
"""

import string
from collections.abc import Collection, Iterator
from dataclasses import replace

from martlet.model.names import PostId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers

ANY_PART = "\ue004"
"""Stands for a part's mark; a private-use character, which no word can hold."""
PART = 8192
"""Posts of a part that is full."""
LOOKED_AFTER = 64
"""Whether the newest part is full is looked after at one in so many posts: it takes half a millisecond."""
SOON = 600_000 << 16
"""Ten minutes, in ids: no transaction takes so long."""
PARTS_AT_FIRST = 16
"""As many parts are gone through in one statement, then four times as many in the next."""
MOST_AT_ONCE = 1000

_DIGITS = string.digits + string.ascii_letters
_FIRST_MARK = "000"
_PARTS = f"(SELECT first_id, mark FROM post_search_part UNION ALL SELECT 0, '{_FIRST_MARK}')"
"""The first one has no row."""
_IN_PART = f"CAST(replace(:query, '{ANY_PART}', part.mark) AS tsquery)"


def _mark_at(id: str) -> str:
    return f"""coalesce((SELECT mark FROM post_search_part WHERE first_id <= {id} ORDER BY first_id DESC LIMIT 1),
                        '{_FIRST_MARK}')"""


def put(db: Writer, id: PostId, words: str) -> None:
    """Index a post that is not there yet."""
    db.run(
        f"""
        INSERT INTO post_search (rowid, words)
        VALUES (:id, CAST(replace(:words, '{ANY_PART}', {_mark_at(":id")}) AS tsvector))
        """,
        id=id,
        words=words,
    )
    if (id >> 16) % LOOKED_AFTER == 0:
        _end_if_full(db, id)


def _end_if_full(db: Writer, id: PostId) -> None:
    newest = int(db.value(f"SELECT max(first_id) FROM {_PARTS} AS part"))
    is_full = newest <= id and db.value(
        f"SELECT 1 FROM post_search WHERE rowid >= :newest ORDER BY rowid LIMIT 1 OFFSET {PART - 1}",
        newest=newest,
    )
    if is_full:
        count = int(db.value("SELECT count(*) FROM post_search_part"))
        _begin(db, id + SOON, count + 1)


def _begin(db: Writer, first: int, number: int) -> None:
    """Where another process did the same at the same moment, one of the two is enough."""
    db.run(
        "INSERT INTO post_search_part (first_id, mark) VALUES (:first, :mark) ON CONFLICT DO NOTHING",
        first=first,
        mark=mark_of(number),
    )


def mark_of(number: int) -> str:
    """Of a part, the oldest being 0. Three letters and digits: a mark is the beginning of no other. There are 238,328 of them."""
    rest, last = divmod(number, len(_DIGITS))
    first, middle = divmod(rest, len(_DIGITS))
    return _DIGITS[first] + _DIGITS[middle] + _DIGITS[last]


def divide(db: Writer) -> None:
    """Where nothing is indexed: make parts for the posts that there are."""
    db.run("DELETE FROM post_search_part")
    rows = db.rows(
        f"""
        SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS place
                          FROM post WHERE boost_of_id IS NULL) AS placed
         WHERE place % {PART} = 0 ORDER BY id
        """
    )
    for number, (id,) in enumerate(rows, start=1):
        _begin(db, id, number)


def matching(db: Reader, query: str, page: Page, first: int) -> Iterator[list[PostId]]:
    """
    Posts that match, whoever may see them, in the page's order; its limit does not count.

    They come in batches, the `first` with as many as that or fewer, then larger ones; some may be empty. Whoever has
    enough stops asking.
    """
    parts, most = PARTS_AT_FIRST, first
    while page.after + 1 < page.before:
        ids = _next(db, query, page, parts, most)
        yield ids
        if len(ids) == most:
            edge: int | None = ids[-1]
            most = min(most * 4, MOST_AT_ONCE)
        else:
            edge = _edge(db, page, parts)
            parts *= 4
        if edge is None:
            return
        page = replace(page, after=edge) if page.is_upward else replace(page, before=edge)


def _next(db: Reader, query: str, page: Page, parts: int, most: int) -> list[PostId]:
    """Of the next parts; what they have, or `most` of it."""
    where = "part.first_id < :before"
    if page.is_upward:
        where += (
            f" AND part.first_id >= (SELECT max(first_id) FROM {_PARTS} AS one WHERE first_id <= :after + 1)"
        )
    # `+ 0`: by the index of words, and not by all posts one after another
    rows = db.rows(
        f"""
        SELECT found.rowid
          FROM (SELECT part.mark FROM {_PARTS} AS part
                 WHERE {where} ORDER BY part.first_id {page.order} LIMIT {parts}) AS part
         CROSS JOIN LATERAL (
               SELECT rowid FROM post_search
                WHERE words @@ {_IN_PART} AND rowid + 0 < :before AND rowid + 0 > :after
                ORDER BY rowid + 0 {page.order}) AS found
         LIMIT :most
        """,
        query=query,
        before=page.before,
        after=page.after,
        most=most,
    )
    return [row[0] for row in rows]


def _edge(db: Reader, page: Page, parts: int) -> int | None:
    """Where the parts that come next end; None if there are no more."""
    beyond = "> :after + 1" if page.is_upward else "< :before"
    edge = db.value(
        f"""
        SELECT part.first_id FROM {_PARTS} AS part WHERE part.first_id {beyond}
         ORDER BY part.first_id {page.order} LIMIT 1 OFFSET {parts - 1}
        """,
        **({"after": page.after} if page.is_upward else {"before": page.before}),
    )
    if edge is None:
        return None
    return int(edge) - 1 if page.is_upward else int(edge)


def of_these(db: Reader, query: str, ids: Collection[PostId]) -> list[PostId]:
    """Those of some posts that match, in no order; some microseconds for each."""
    rows = db.rows(
        f"""
        SELECT found.rowid FROM post_search AS found
         WHERE found.rowid {among("ids")}
           AND found.words @@ CAST(replace(:query, '{ANY_PART}', {_mark_at("found.rowid")}) AS tsquery)
        """,
        query=query,
        ids=numbers(ids),
    )
    return [row[0] for row in rows]


def has_match(db: Reader, query: str) -> bool:
    return any(matching(db, query, Page(), 1))
