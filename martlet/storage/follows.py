"""
Follows, and requests to follow: one table, one state.

A row's `id` tells when it began to be what it is, and orders lists. Counts are
columns of `account`; whoever writes here takes `lock_pair` first and counts in
the same transaction.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from martlet.model.names import AccountId, Uri
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import ONE_LOOK, among, lock_row, numbers
from martlet.storage.visibility import of_welcome_server


@dataclass(frozen=True, slots=True)
class Follow:
    """One row of `follow`."""

    follower_id: AccountId
    followed_id: AccountId
    id: int
    is_accepted: int
    shows_boosts: int
    notifies: int
    languages: str | None
    """JSON: only posts in these; None: all"""
    uri: Uri | None = None
    """What the request is called, where one of the two is elsewhere."""


class Listed(NamedTuple):
    """An account in a list, by the id that pages the list; the version is the account's."""

    id: int
    account_id: AccountId
    version: int


COLUMNS = ", ".join(f"follow.{name}" for name in Follow.__slots__)
IS_THERE = "account.suspended_at IS NULL AND account.deletes_at IS NULL"
"""The account is neither suspended nor about to be deleted."""
NOT_HIDDEN = f"""(NOT EXISTS (SELECT 1 FROM hidden WHERE hidden.viewer_id = :viewer AND hidden.author_id = account.id
                                                     AND (hidden.until IS NULL OR hidden.until > :now) {ONE_LOOK})
                  AND {of_welcome_server("account")})"""
"""The viewer is spared accounts they block or mute, or that block them, and those of servers they block."""


def lock_pair(db: Writer, one: AccountId, other: AccountId) -> None:
    """Whoever else changes something between these two waits until this transaction is done."""
    db.rows(
        f"SELECT id FROM account WHERE id IN (:one, :other) ORDER BY id {lock_row(db.dialect)}",
        one=one,
        other=other,
    )


def find(db: Reader, follower: AccountId, followed: AccountId) -> Follow | None:
    """The follow, or the request for it."""
    row = db.row(
        f"SELECT {COLUMNS} FROM follow WHERE follower_id = :follower AND followed_id = :followed",
        follower=follower,
        followed=followed,
    )
    return Follow(*row) if row else None


def insert(db: Writer, follow: Follow) -> None:
    db.run(
        f"""
        INSERT INTO follow ({", ".join(Follow.__slots__)})
        VALUES ({", ".join(f":{name}" for name in Follow.__slots__)})
        """,
        **{name: getattr(follow, name) for name in Follow.__slots__},
    )


def set_options(
    db: Writer, follow: Follow, *, shows_boosts: bool, notifies: bool, languages: Sequence[str] | None
) -> None:
    """What of the followed account the follower wants; no languages: all of them."""
    db.run(
        """
        UPDATE follow SET shows_boosts = :shows_boosts, notifies = :notifies, languages = :languages
         WHERE follower_id = :follower AND followed_id = :followed
        """,
        follower=follow.follower_id,
        followed=follow.followed_id,
        shows_boosts=int(shows_boosts),
        notifies=int(notifies),
        languages=languages_text(languages),
    )


def set_uri(db: Writer, follower: AccountId, followed: AccountId, uri: Uri) -> None:
    """A request was made once more, under another name."""
    db.run(
        "UPDATE follow SET uri = :uri WHERE follower_id = :follower AND followed_id = :followed",
        follower=follower,
        followed=followed,
        uri=uri,
    )


def find_by_uri(db: Reader, uri: Uri) -> Follow | None:
    row = db.row(f"SELECT {COLUMNS} FROM follow WHERE uri = :uri", uri=uri)
    return Follow(*row) if row else None


def accept(db: Writer, follower: AccountId, followed: AccountId, id: int) -> bool:
    """Turn a request into a follow, in force from `id` on. False where there was no request."""
    return bool(
        db.run(
            """
            UPDATE follow SET is_accepted = 1, id = :id
             WHERE follower_id = :follower AND followed_id = :followed AND is_accepted = 0
            """,
            follower=follower,
            followed=followed,
            id=id,
        )
    )


def delete(db: Writer, follower: AccountId, followed: AccountId) -> None:
    db.run(
        "DELETE FROM follow WHERE follower_id = :follower AND followed_id = :followed",
        follower=follower,
        followed=followed,
    )


# -- lists -----------------------------------------------------------------


def followers(db: Reader, account: AccountId, viewer: AccountId, page: Page, now: int) -> list[Listed]:
    """Who follows the account, the newest follow first."""
    return _page(
        db,
        "follow JOIN account ON account.id = follow.follower_id",
        "follow.followed_id = :owner AND follow.is_accepted = 1",
        account,
        viewer,
        page,
        now,
    )


def following(db: Reader, account: AccountId, viewer: AccountId, page: Page, now: int) -> list[Listed]:
    """Whom the account follows, the newest follow first."""
    return _page(
        db,
        "follow JOIN account ON account.id = follow.followed_id",
        "follow.follower_id = :owner AND follow.is_accepted = 1",
        account,
        viewer,
        page,
        now,
    )


def requests(db: Reader, account: AccountId, page: Page) -> list[Listed]:
    """Who waits for the account's yes, the newest request first."""
    return _page(
        db,
        "follow JOIN account ON account.id = follow.follower_id",
        "follow.followed_id = :owner AND follow.is_accepted = 0",
        account,
        account,
        page,
        0,
    )


def requests_count(db: Reader, account: AccountId) -> int:
    return int(
        db.value(
            f"""
            SELECT count(*) FROM follow JOIN account ON account.id = follow.follower_id
             WHERE follow.followed_id = :account AND follow.is_accepted = 0 AND {IS_THERE}
            """,
            account=account,
        )
    )


def _page(
    db: Reader, source: str, where: str, owner: AccountId, viewer: AccountId, page: Page, now: int
) -> list[Listed]:
    """People see their own lists whole; others without those they are spared."""
    shown = where if viewer == owner else f"{where} AND {NOT_HIDDEN}"
    rows = db.rows(
        f"""
        SELECT follow.id, account.id, account.version FROM {source}
         WHERE {shown} AND {IS_THERE} AND follow.id < :before AND follow.id > :after
         ORDER BY follow.id {page.order} LIMIT :limit
        """,
        owner=owner,
        before=page.before,
        after=page.after,
        limit=page.limit,
        **({} if viewer == owner else {"viewer": viewer, "now": now}),
    )
    found = [Listed(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def waiting(db: Reader, followed: AccountId, limit: int) -> list[AccountId]:
    """Some who ask to follow, the oldest requests first; limited accounts wait for a yes of their own."""
    rows = db.rows(
        """
        SELECT follow.follower_id FROM follow JOIN account ON account.id = follow.follower_id
         WHERE follow.followed_id = :followed AND follow.is_accepted = 0 AND account.limited_at IS NULL
         ORDER BY follow.id LIMIT :limit
        """,
        followed=followed,
        limit=limit,
    )
    return [row[0] for row in rows]


def of(db: Reader, account: AccountId, limit: int) -> list[Follow]:
    """Some follows and requests that the account takes part in, on either side."""
    rows = db.rows(
        f"""
        SELECT {COLUMNS} FROM follow WHERE follower_id = :account
        UNION ALL
        SELECT {COLUMNS} FROM follow WHERE followed_id = :account
        LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [Follow(*row) for row in rows]


def familiar_followers(
    db: Reader, accounts: Collection[AccountId], viewer: AccountId
) -> dict[AccountId, list[Listed]]:
    """For each of the accounts: who of those that the viewer follows follows it. Hidden followers stay hidden."""
    found: dict[AccountId, list[Listed]] = {id: [] for id in accounts}
    if not found:
        return found
    rows = db.rows(
        f"""
        SELECT theirs.followed_id, theirs.id, account.id, account.version
          FROM follow AS mine
          JOIN follow AS theirs ON theirs.follower_id = mine.followed_id
                               AND theirs.followed_id {among("accounts")} AND theirs.is_accepted = 1
          JOIN account AS followed ON followed.id = theirs.followed_id AND followed.hides_follows = 0
          JOIN account ON account.id = theirs.follower_id AND account.hides_follows = 0 AND {IS_THERE}
         WHERE mine.follower_id = :viewer AND mine.is_accepted = 1
         ORDER BY theirs.id DESC
        """,
        accounts=numbers(accounts),
        viewer=viewer,
    )
    for row in rows:
        found[row[0]].append(Listed(*row[1:]))
    return found


def languages_text(languages: Sequence[str] | None) -> str | None:
    """As the column keeps them."""
    return json.dumps(list(languages)) if languages else None
