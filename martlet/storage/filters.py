"""Filters, their keywords, and the single posts they are for."""

import json
from collections.abc import Collection

from martlet.model.errors import NotFound
from martlet.model.filters import Filter, FilteredPost, Keyword
from martlet.model.names import AccountId, FilterId, PostId
from martlet.storage import variants
from martlet.storage.database import Reader, Row, Writer
from martlet.storage.dialect import among, numbers
from martlet.text.sanitize import plain

_COLUMNS = "filter.id, filter.account_id, filter.title, filter.contexts, filter.action, filter.expires_at"
_KEYWORD = "filter_keyword.id, filter_keyword.filter_id, filter_keyword.keyword, filter_keyword.whole_word"
_POST = "filter_post.id, filter_post.filter_id, filter_post.post_id"


def _from_row(row: Row) -> Filter:
    return Filter(row[0], row[1], row[2], tuple(json.loads(row[3])), row[4], row[5])


def get(db: Reader, id: FilterId, account: AccountId) -> Filter:
    """Raises `NotFound` for other people's filters as for none."""
    row = db.row(
        f"SELECT {_COLUMNS} FROM filter WHERE id = :id AND account_id = :account", id=id, account=account
    )
    if row is None:
        raise NotFound
    return _from_row(row)


def of_account(db: Reader, account: AccountId) -> list[Filter]:
    rows = db.rows(f"SELECT {_COLUMNS} FROM filter WHERE account_id = :account ORDER BY id", account=account)
    return [_from_row(row) for row in rows]


def of_accounts(db: Reader, accounts: Collection[AccountId]) -> list[Filter]:
    rows = db.rows(
        f"SELECT {_COLUMNS} FROM filter WHERE account_id {among('accounts')}", accounts=numbers(accounts)
    )
    return [_from_row(row) for row in rows]


def put(db: Writer, one: Filter) -> None:
    """A new filter, or a known one as it is now."""
    db.run(
        """
        INSERT INTO filter (id, account_id, title, contexts, action, expires_at)
        VALUES (:id, :account, :title, :contexts, :action, :expires_at)
        ON CONFLICT (id) DO UPDATE
           SET title = excluded.title, contexts = excluded.contexts, action = excluded.action,
               expires_at = excluded.expires_at, version = filter.version + 1
        """,
        id=one.id,
        account=one.account_id,
        title=one.title,
        contexts=json.dumps(one.contexts),
        action=one.action,
        expires_at=one.expires_at,
    )


def delete(db: Writer, id: FilterId) -> None:
    db.run("DELETE FROM filter WHERE id = :id", id=id)


def keywords(db: Reader, filters: Collection[FilterId]) -> dict[FilterId, list[Keyword]]:
    found: dict[FilterId, list[Keyword]] = {id: [] for id in filters}
    if filters:
        for row in db.rows(
            f"SELECT {_KEYWORD} FROM filter_keyword WHERE filter_id {among('filters')} ORDER BY filter_id, id",
            filters=numbers(filters),
        ):
            found[row[1]].append(Keyword(*row))
    return found


def get_keyword(db: Reader, id: int, account: AccountId) -> Keyword:
    """Raises `NotFound`."""
    row = db.row(
        f"""
        SELECT {_KEYWORD} FROM filter_keyword JOIN filter ON filter.id = filter_keyword.filter_id
         WHERE filter_keyword.id = :id AND filter.account_id = :account
        """,
        id=id,
        account=account,
    )
    if row is None:
        raise NotFound
    return Keyword(*row)


def put_keyword(db: Writer, one: Keyword) -> None:
    db.run(
        """
        INSERT INTO filter_keyword (id, filter_id, keyword, whole_word)
        VALUES (:id, :filter_id, :keyword, :whole_word)
        ON CONFLICT (id) DO UPDATE SET keyword = excluded.keyword, whole_word = excluded.whole_word
        """,
        **{name: getattr(one, name) for name in Keyword.__slots__},
    )


def delete_keyword(db: Writer, id: int) -> None:
    db.run("DELETE FROM filter_keyword WHERE id = :id", id=id)


def posts(db: Reader, filters: Collection[FilterId]) -> dict[FilterId, list[FilteredPost]]:
    """The single posts that filters are for."""
    found: dict[FilterId, list[FilteredPost]] = {id: [] for id in filters}
    if filters:
        for row in db.rows(
            f"SELECT {_POST} FROM filter_post WHERE filter_id {among('filters')} ORDER BY filter_id, id",
            filters=numbers(filters),
        ):
            found[row[1]].append(FilteredPost(*row))
    return found


def posts_among(
    db: Reader, filters: Collection[FilterId], ids: Collection[PostId]
) -> set[tuple[FilterId, PostId]]:
    """Which of these posts some of these filters are for."""
    rows = db.rows(
        f"""
        SELECT filter_id, post_id FROM filter_post
         WHERE filter_id {among("filters")} AND post_id {among("ids")}
        """,
        filters=numbers(filters),
        ids=numbers(ids),
    )
    return {(row[0], row[1]) for row in rows}


def get_post(db: Reader, id: int, account: AccountId) -> FilteredPost:
    """Raises `NotFound`."""
    row = db.row(
        f"""
        SELECT {_POST} FROM filter_post JOIN filter ON filter.id = filter_post.filter_id
         WHERE filter_post.id = :id AND filter.account_id = :account
        """,
        id=id,
        account=account,
    )
    if row is None:
        raise NotFound
    return FilteredPost(*row)


def add_post(db: Writer, one: FilteredPost) -> None:
    """Raises `AlreadyThere`."""
    db.run(
        "INSERT INTO filter_post (id, filter_id, post_id) VALUES (:id, :filter_id, :post_id)",
        **{name: getattr(one, name) for name in FilteredPost.__slots__},
    )


def delete_post(db: Writer, id: int) -> None:
    db.run("DELETE FROM filter_post WHERE id = :id", id=id)


def words(db: Reader, ids: Collection[PostId]) -> dict[PostId, list[str]]:
    """All that can be read in posts: first the HTML, then warning, descriptions of media, options of polls."""
    found: dict[PostId, list[str]] = {}
    listed = numbers(ids)
    several: list[PostId] = []
    for id, html, warning, further in db.rows(
        f"SELECT id, html, warning, variants FROM post WHERE id {among('ids')}", ids=listed
    ):
        found[id] = [html, warning]
        if further:
            several.append(id)
    for id, spoken in variants.of_posts(db, several).items():
        found[id] += [text for one in spoken for text in (plain(one.html), one.warning)]
    for id, text in db.rows(
        f"""
        SELECT post_id, description FROM media WHERE post_id {among("ids")} AND description <> ''
        UNION ALL
        SELECT poll.post_id, poll_option.title
          FROM poll JOIN poll_option ON poll_option.poll_id = poll.id WHERE poll.post_id {among("ids")}
        """,
        ids=listed,
    ):
        found[id].append(text)
    return found
