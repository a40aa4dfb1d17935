"""Moves of accounts, what accounts here are also known as, and who here is concerned when somebody moves."""

from typing import NamedTuple

from martlet.model.names import AccountId, Uri
from martlet.storage.database import Reader, Writer
from martlet.storage.follows import COLUMNS as FOLLOW_COLUMNS
from martlet.storage.follows import Follow


class Move(NamedTuple):
    """One row of `move`; the moment in milliseconds."""

    account_id: AccountId
    target_id: AccountId
    moved_at: int


class Alias(NamedTuple):
    """`id` orders the list, and names the alias in it."""

    id: int
    uri: Uri


class Block(NamedTuple):
    account_id: AccountId
    expires_at: int | None


class Mute(NamedTuple):
    account_id: AccountId
    hides_notifications: int
    expires_at: int | None


def find(db: Reader, account: AccountId) -> Move | None:
    """The account's last move, taken back or not."""
    row = db.row(
        "SELECT account_id, target_id, moved_at FROM move WHERE account_id = :account", account=account
    )
    return Move(*row) if row else None


def put(db: Writer, move: Move) -> None:
    """Write down an account's move, in place of the one before."""
    db.run(
        """
        INSERT INTO move (account_id, target_id, moved_at) VALUES (:account, :target, :at)
        ON CONFLICT (account_id) DO UPDATE SET target_id = excluded.target_id, moved_at = excluded.moved_at
        """,
        account=move.account_id,
        target=move.target_id,
        at=move.moved_at,
    )


# -- aliases -------------------------------------------------------------


def aliases(db: Reader, account: AccountId) -> list[Alias]:
    """The aliases of an account here, the oldest first."""
    rows = db.rows(
        "SELECT id, uri FROM account_alias WHERE account_id = :account ORDER BY id", account=account
    )
    return [Alias(*row) for row in rows]


def put_alias(db: Writer, account: AccountId, uri: Uri, id: int) -> bool:
    """False where it was there already."""
    return bool(
        db.run(
            "INSERT INTO account_alias (account_id, uri, id) VALUES (:account, :uri, :id) ON CONFLICT DO NOTHING",
            account=account,
            uri=uri,
            id=id,
        )
    )


def delete_alias(db: Writer, account: AccountId, id: int) -> bool:
    """False where the account has no such alias."""
    return bool(
        db.run("DELETE FROM account_alias WHERE account_id = :account AND id = :id", account=account, id=id)
    )


# -- who is concerned ----------------------------------------------------


def concerns_somebody(db: Reader, account: AccountId) -> bool:
    """Whether somebody here follows, blocks or mutes the account."""
    return bool(
        db.value(
            """
            SELECT EXISTS (SELECT 1 FROM follow JOIN account ON account.id = follow.follower_id
                            WHERE follow.followed_id = :account AND follow.is_accepted = 1 AND account.host = '')
                OR EXISTS (SELECT 1 FROM block JOIN account ON account.id = block.account_id
                            WHERE block.blocked_id = :account AND account.host = '')
                OR EXISTS (SELECT 1 FROM mute WHERE mute.muted_id = :account)
            """,
            account=account,
        )
    )


def followers_here(db: Reader, account: AccountId, after: AccountId, limit: int) -> list[Follow]:
    """Follows of an account by people here, in the order of the followers' ids."""
    rows = db.rows(
        f"""
        SELECT {FOLLOW_COLUMNS} FROM follow JOIN account ON account.id = follow.follower_id
         WHERE follow.followed_id = :account AND follow.is_accepted = 1 AND follow.follower_id > :after
           AND account.host = ''
         ORDER BY follow.follower_id LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    return [Follow(*row) for row in rows]


def blocks_by_people_here(db: Reader, account: AccountId, after: AccountId, limit: int) -> list[Block]:
    """Of an account, in the order of the ids of those who block."""
    rows = db.rows(
        """
        SELECT block.account_id, block.expires_at FROM block JOIN account ON account.id = block.account_id
         WHERE block.blocked_id = :account AND block.account_id > :after AND account.host = ''
         ORDER BY block.account_id LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    return [Block(*row) for row in rows]


def mutes_of(db: Reader, account: AccountId, after: AccountId, limit: int) -> list[Mute]:
    """Who mutes an account, in the order of their ids."""
    rows = db.rows(
        """
        SELECT account_id, hides_notifications, expires_at FROM mute
         WHERE muted_id = :account AND account_id > :after ORDER BY account_id LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    return [Mute(*row) for row in rows]


def is_muting(db: Reader, account: AccountId, muted: AccountId) -> bool:
    return (
        db.value(
            "SELECT 1 FROM mute WHERE account_id = :account AND muted_id = :muted",
            account=account,
            muted=muted,
        )
        is not None
    )
