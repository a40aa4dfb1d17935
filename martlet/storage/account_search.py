"""
Accounts by the words of their names.

What a name is found by, and how a query is written, is worked out by whoever
calls (`text.terms`); each comes in the spelling of both databases.
"""

from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.accounts import IS_SHOWN
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import IS_THERE, Listed

WINDOW = 500
"""Accounts that are looked at where very many match."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """Words to be kept, or to be looked for, as SQLite's FTS5 takes them and as PostgreSQL does."""

    fts5: str
    postgres: str


def put(db: Writer, id: AccountId, words: Spelled) -> None:
    """Have the account found by these words, and no others."""
    delete(db, id)
    if db.dialect == "postgres":
        db.run(
            "INSERT INTO account_search (rowid, words) VALUES (:id, CAST(:words AS tsvector))",
            id=id,
            words=words.postgres,
        )
    else:
        db.run("INSERT INTO account_search (rowid, words) VALUES (:id, :words)", id=id, words=words.fts5)


def delete(db: Writer, id: AccountId) -> None:
    db.run("DELETE FROM account_search WHERE rowid = :id", id=id)


def search(
    db: Reader,
    viewer: AccountId,
    query: Spelled,
    username: str,
    limit: int,
    offset: int,
    *,
    only_followed: bool = False,
    is_broad: bool = False,
) -> list[Listed]:
    """
    Accounts with all the words: who is called exactly `username` first, then those the viewer follows.

    Limited accounts are found by those who follow them, accounts that have moved by nobody. Whom the viewer blocks or
    mutes is found: as in Mastodon, this is where one looks for people to unblock them. The viewer counts as followed.
    Where the query is broad, a letter or two, only the newest that match are looked at, and those whom the viewer follows.
    """
    is_found = (
        "found.words @@ CAST(:query AS tsquery)"
        if db.dialect == "postgres"
        else "account_search MATCH :query"
    )
    source = _few(is_found, len(username)) if is_broad else "account_search"
    rows = db.rows(
        f"""
        SELECT account.id, account.id, account.version
          FROM {source} AS found
          JOIN account ON account.id = found.rowid
          LEFT JOIN follow AS mine ON mine.follower_id = :viewer AND mine.followed_id = account.id
                                  AND mine.is_accepted = 1
         WHERE {"true" if is_broad else is_found} AND {IS_SHOWN} AND {IS_THERE}
           AND account.moved_to_id IS NULL
           AND (mine.id IS NOT NULL OR account.id = :viewer {"" if only_followed else "OR account.limited_at IS NULL"})
         ORDER BY CASE WHEN account.username_folded = :username THEN 0 WHEN mine.id IS NOT NULL THEN 1 ELSE 2 END,
                  account.followers_count DESC, account.id
         LIMIT :limit OFFSET :offset
        """,
        viewer=viewer,
        query=query.postgres if db.dialect == "postgres" else query.fts5,
        username=username,
        limit=limit,
        offset=offset,
    )
    return [Listed(*row) for row in rows]


def _few(is_found: str, letters: int) -> str:
    """Whose names match among the newest, and whom the viewer follows with a handle that begins so."""
    return f"""(
        SELECT rowid FROM (
            SELECT rowid FROM account_search AS found WHERE {is_found} ORDER BY rowid DESC LIMIT {WINDOW}) AS newest
         UNION
        SELECT known.id FROM follow AS mine JOIN account AS known ON known.id = mine.followed_id
         WHERE mine.follower_id = :viewer AND mine.is_accepted = 1
           AND substr(known.username_folded, 1, {letters}) = :username)"""
