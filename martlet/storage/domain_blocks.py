"""Servers of whose people somebody wants to see no more."""

from martlet.model.names import AccountId
from martlet.model.paging import Page
from martlet.storage.database import Reader, Writer


def put(db: Writer, account: AccountId, host: str, id: int) -> bool:
    """False where it was blocked already."""
    return bool(
        db.run(
            """
            INSERT INTO domain_block (account_id, host, id) VALUES (:account, :host, :id) ON CONFLICT DO NOTHING
            """,
            account=account,
            host=host,
            id=id,
        )
    )


def delete(db: Writer, account: AccountId, host: str) -> None:
    db.run(
        "DELETE FROM domain_block WHERE account_id = :account AND host = :host", account=account, host=host
    )


def is_blocked(db: Reader, account: AccountId, host: str) -> bool:
    return (
        db.value(
            "SELECT 1 FROM domain_block WHERE account_id = :account AND host = :host",
            account=account,
            host=host,
        )
        is not None
    )


def count(db: Reader, account: AccountId) -> int:
    return int(db.value("SELECT count(*) FROM domain_block WHERE account_id = :account", account=account))


def page(db: Reader, account: AccountId, wanted: Page) -> list[tuple[int, str]]:
    """Hosts, the newest block first, each with the id that pages the list."""
    rows = db.rows(
        f"""
        SELECT id, host FROM domain_block
         WHERE account_id = :account AND id < :before AND id > :after ORDER BY id {wanted.order} LIMIT :limit
        """,
        account=account,
        before=wanted.before,
        after=wanted.after,
        limit=wanted.limit,
    )
    found = [(int(row[0]), str(row[1])) for row in rows]
    return found[::-1] if wanted.is_upward else found


def follows(db: Reader, account: AccountId, host: str, limit: int) -> list[tuple[AccountId, AccountId]]:
    """Some follows and requests between an account and people of a server: who follows whom."""
    rows = db.rows(
        """
        SELECT * FROM (
            SELECT follow.follower_id, follow.followed_id
              FROM follow JOIN account ON account.id = follow.followed_id
             WHERE follow.follower_id = :account AND account.host = :host LIMIT :limit) AS own
        UNION ALL
        SELECT * FROM (
            SELECT follow.follower_id, follow.followed_id
              FROM follow JOIN account ON account.id = follow.follower_id
             WHERE follow.followed_id = :account AND account.host = :host LIMIT :limit) AS others
        LIMIT :limit
        """,
        account=account,
        host=host,
        limit=limit,
    )
    return [(row[0], row[1]) for row in rows]


def counts(db: Reader, account: AccountId, host: str) -> tuple[int, int]:
    """How many people of a server follow an account, and how many it follows."""
    row = db.rows(
        """
        SELECT (SELECT count(*) FROM follow JOIN account ON account.id = follow.follower_id
                 WHERE follow.followed_id = :account AND follow.is_accepted = 1 AND account.host = :host),
               (SELECT count(*) FROM follow JOIN account ON account.id = follow.followed_id
                 WHERE follow.follower_id = :account AND follow.is_accepted = 1 AND account.host = :host)
        """,
        account=account,
        host=host,
    )[0]
    return int(row[0]), int(row[1])


def delete_notifications(db: Writer, account: AccountId, host: str) -> None:
    """Forget all that the account was told about people of a server."""
    db.run(
        """
        DELETE FROM notification
         WHERE account_id = :account
           AND EXISTS (SELECT 1 FROM account WHERE account.id = notification.from_id AND account.host = :host)
        """,
        account=account,
        host=host,
    )
