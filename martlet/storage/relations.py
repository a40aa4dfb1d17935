"""
Blocks, mutes, private notes, and what is between two accounts.

`hidden` holds what follows from blocks and mutes, so that a timeline asks
once. It is written here and nowhere else: each function that changes a block
or a mute ends with `_settle`, which works out the row anew from the two.
"""

from collections.abc import Collection
from typing import NamedTuple

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers
from martlet.storage.follows import IS_THERE, Listed


class Relation(NamedTuple):
    """What is between a viewer and one account; None in `follows`/`followed_by`: nothing, 0: asked, 1: accepted."""

    account_id: AccountId
    follows: int | None
    shows_boosts: int | None
    notifies: int | None
    languages: str | None
    followed_by: int | None
    block_id: int | None
    blocked_by_id: int | None
    mute_id: int | None
    hides_notifications: int | None
    mute_expires_at: int | None
    note: str | None
    endorsement_id: int | None
    domain_block_id: int | None


class KeptAway(NamedTuple):
    """A blocked or muted account, by the id that pages the list."""

    id: int
    account_id: AccountId
    version: int
    expires_at: int | None


def between(
    db: Reader, viewer: AccountId, others: Collection[AccountId], now: int, *, with_gone: bool = True
) -> dict[AccountId, Relation]:
    """What is between the viewer and each of the others; those who are not there are left out."""
    if not others:
        return {}
    rows = db.rows(
        f"""
        SELECT account.id, mine.is_accepted, mine.shows_boosts, mine.notifies, mine.languages, theirs.is_accepted,
               block.id, blocked_by.id, mute.id, mute.hides_notifications, mute.expires_at, account_note.text,
               endorsement.id, domain_block.id
          FROM account
          LEFT JOIN follow AS mine ON mine.follower_id = :viewer AND mine.followed_id = account.id
          LEFT JOIN follow AS theirs ON theirs.follower_id = account.id AND theirs.followed_id = :viewer
          LEFT JOIN block ON block.account_id = :viewer AND block.blocked_id = account.id
          LEFT JOIN block AS blocked_by ON blocked_by.account_id = account.id AND blocked_by.blocked_id = :viewer
          LEFT JOIN mute ON mute.account_id = :viewer AND mute.muted_id = account.id
                        AND (mute.expires_at IS NULL OR mute.expires_at > :now)
          LEFT JOIN endorsement ON endorsement.account_id = :viewer AND endorsement.endorsed_id = account.id
          LEFT JOIN domain_block ON domain_block.account_id = :viewer AND domain_block.host = account.host
                                AND account.host <> ''
          LEFT JOIN account_note ON account_note.account_id = :viewer AND account_note.about_id = account.id
         WHERE account.id {among("others")} {"" if with_gone else f"AND {IS_THERE}"}
        """,
        viewer=viewer,
        others=numbers(others),
        now=now,
    )
    return {row[0]: Relation(*row) for row in rows}


def is_blocking(db: Reader, account: AccountId, blocked: AccountId) -> bool:
    return (
        db.value(
            "SELECT 1 FROM block WHERE account_id = :account AND blocked_id = :blocked",
            account=account,
            blocked=blocked,
        )
        is not None
    )


def block_ends_at(db: Reader, account: AccountId, blocked: AccountId) -> int | None:
    """None for a block for good, and for none."""
    found: int | None = db.value(
        "SELECT expires_at FROM block WHERE account_id = :account AND blocked_id = :blocked",
        account=account,
        blocked=blocked,
    )
    return found


def is_block_between(db: Reader, one: AccountId, other: AccountId) -> bool:
    """Whether either blocks the other."""
    return (
        db.value(
            """
            SELECT 1 FROM block
             WHERE (account_id = :one AND blocked_id = :other) OR (account_id = :other AND blocked_id = :one)
            """,
            one=one,
            other=other,
        )
        is not None
    )


def put_block(
    db: Writer, account: AccountId, blocked: AccountId, id: int, expires_at: int | None = None
) -> bool:
    """Block, or change until when. False where the block was there already: it keeps its place in the list."""
    is_new = db.run(
        """
        INSERT INTO block (account_id, blocked_id, id, expires_at) VALUES (:account, :blocked, :id, :expires_at)
        ON CONFLICT DO NOTHING
        """,
        account=account,
        blocked=blocked,
        id=id,
        expires_at=expires_at,
    )
    if not is_new:
        db.run(
            "UPDATE block SET expires_at = :expires_at WHERE account_id = :account AND blocked_id = :blocked",
            account=account,
            blocked=blocked,
            expires_at=expires_at,
        )
    _settle(db, account, blocked)
    _settle(db, blocked, account)
    return bool(is_new)


def delete_block(db: Writer, account: AccountId, blocked: AccountId) -> bool:
    """False where there was no block."""
    deleted = db.run(
        "DELETE FROM block WHERE account_id = :account AND blocked_id = :blocked",
        account=account,
        blocked=blocked,
    )
    _settle(db, account, blocked)
    _settle(db, blocked, account)
    return bool(deleted)


def expired_blocks(db: Reader, now: int, limit: int) -> list[tuple[AccountId, AccountId]]:
    """Some blocks whose time is up: who blocks whom."""
    rows = db.rows(
        "SELECT account_id, blocked_id FROM block WHERE expires_at <= :now ORDER BY account_id, blocked_id LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def put_mute(
    db: Writer,
    account: AccountId,
    muted: AccountId,
    id: int,
    *,
    hides_notifications: bool,
    expires_at: int | None,
) -> None:
    """Mute, or change how; a mute that is there keeps its place in the list."""
    db.run(
        """
        INSERT INTO mute (account_id, muted_id, id, hides_notifications, expires_at)
        VALUES (:account, :muted, :id, :hides_notifications, :expires_at)
        ON CONFLICT (account_id, muted_id) DO UPDATE
           SET hides_notifications = excluded.hides_notifications, expires_at = excluded.expires_at
        """,
        account=account,
        muted=muted,
        id=id,
        hides_notifications=int(hides_notifications),
        expires_at=expires_at,
    )
    _settle(db, account, muted)


def delete_mute(db: Writer, account: AccountId, muted: AccountId) -> None:
    db.run("DELETE FROM mute WHERE account_id = :account AND muted_id = :muted", account=account, muted=muted)
    _settle(db, account, muted)


def expired_mutes(db: Reader, now: int, limit: int) -> list[tuple[AccountId, AccountId]]:
    """Some mutes whose time is up: who mutes whom."""
    rows = db.rows(
        "SELECT account_id, muted_id FROM mute WHERE expires_at <= :now ORDER BY account_id, muted_id LIMIT :limit",
        now=now,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def delete_expired_mute(db: Writer, account: AccountId, muted: AccountId, now: int) -> None:
    """Remove a mute whose time is up, unless it was made longer meanwhile."""
    db.run(
        "DELETE FROM mute WHERE account_id = :account AND muted_id = :muted AND expires_at <= :now",
        account=account,
        muted=muted,
        now=now,
    )
    _settle(db, account, muted)


def _settle(db: Writer, viewer: AccountId, author: AccountId) -> None:
    """Bring `hidden` into line with the blocks between two accounts and the viewer's mute."""
    db.run(
        "DELETE FROM hidden WHERE viewer_id = :viewer AND author_id = :author", viewer=viewer, author=author
    )
    db.run(
        """
        INSERT INTO hidden (viewer_id, author_id, is_barred, until)
        SELECT viewer_id, author_id, max(is_barred), CASE WHEN max(is_for_good) = 1 THEN NULL ELSE max(until) END
          FROM (SELECT blocked_id AS viewer_id, account_id AS author_id, 1 AS is_barred, 1 AS is_for_good, 0 AS until
                  FROM block WHERE account_id = :author AND blocked_id = :viewer
                 UNION ALL
                SELECT account_id, blocked_id, 0, 1, 0
                  FROM block WHERE account_id = :viewer AND blocked_id = :author
                 UNION ALL
                SELECT account_id, muted_id, 0, CASE WHEN expires_at IS NULL THEN 1 ELSE 0 END, coalesce(expires_at, 0)
                  FROM mute WHERE account_id = :viewer AND muted_id = :author) AS reason
         GROUP BY viewer_id, author_id
        """,
        viewer=viewer,
        author=author,
    )


def is_barred(db: Reader, account: AccountId, other: AccountId) -> bool:
    """Whether one of the two blocks the other."""
    return bool(
        db.value(
            """
            SELECT 1 FROM hidden
             WHERE is_barred = 1 AND ((viewer_id = :account AND author_id = :other)
                                      OR (viewer_id = :other AND author_id = :account))
            """,
            account=account,
            other=other,
        )
    )


def blocks(db: Reader, account: AccountId, page: Page) -> list[KeptAway]:
    """Whom the account blocks, the newest block first."""
    rows = db.rows(
        f"""
        SELECT block.id, account.id, account.version, block.expires_at
          FROM block JOIN account ON account.id = block.blocked_id
         WHERE block.account_id = :account AND block.id < :before AND block.id > :after
           AND account.deleted_at IS NULL
         ORDER BY block.id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [KeptAway(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def mutes(db: Reader, account: AccountId, page: Page, now: int) -> list[KeptAway]:
    """Whom the account mutes right now, the newest mute first."""
    rows = db.rows(
        f"""
        SELECT mute.id, account.id, account.version, mute.expires_at
          FROM mute JOIN account ON account.id = mute.muted_id
         WHERE mute.account_id = :account AND mute.id < :before AND mute.id > :after
           AND (mute.expires_at IS NULL OR mute.expires_at > :now) AND account.deleted_at IS NULL
         ORDER BY mute.id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
        now=now,
    )
    found = [KeptAway(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def put_endorsement(db: Writer, account: AccountId, endorsed: AccountId, id: int) -> None:
    db.run(
        """
        INSERT INTO endorsement (account_id, endorsed_id, id) VALUES (:account, :endorsed, :id)
        ON CONFLICT DO NOTHING
        """,
        account=account,
        endorsed=endorsed,
        id=id,
    )


def delete_endorsement(db: Writer, account: AccountId, endorsed: AccountId) -> None:
    db.run(
        "DELETE FROM endorsement WHERE account_id = :account AND endorsed_id = :endorsed",
        account=account,
        endorsed=endorsed,
    )


def endorsements(db: Reader, account: AccountId, page: Page) -> list[Listed]:
    """Whom the account shows on its profile, the newest first."""
    rows = db.rows(
        f"""
        SELECT endorsement.id, account.id, account.version
          FROM endorsement JOIN account ON account.id = endorsement.endorsed_id
         WHERE endorsement.account_id = :account AND endorsement.id < :before AND endorsement.id > :after
           AND {IS_THERE}
         ORDER BY endorsement.id {page.order} LIMIT :limit
        """,
        account=account,
        before=page.before,
        after=page.after,
        limit=page.limit,
    )
    found = [Listed(*row) for row in rows]
    return found[::-1] if page.is_upward else found


def put_note(db: Writer, account: AccountId, about: AccountId, text: str) -> None:
    """What somebody writes down about an account for themselves; nothing: no note."""
    db.run(
        "DELETE FROM account_note WHERE account_id = :account AND about_id = :about",
        account=account,
        about=about,
    )
    if text:
        db.run(
            "INSERT INTO account_note (account_id, about_id, text) VALUES (:account, :about, :text)",
            account=account,
            about=about,
            text=text,
        )


def delete_notifications(db: Writer, account: AccountId, sender: AccountId) -> None:
    """Forget all that the account was told about somebody."""
    db.run(
        "DELETE FROM notification WHERE account_id = :account AND from_id = :sender",
        account=account,
        sender=sender,
    )
