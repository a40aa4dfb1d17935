"""Accounts elsewhere: where they are written to, and what their collections are called."""

from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, PostId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Remote:
    """One row of `remote_account`."""

    account_id: AccountId
    inbox: str
    shared_inbox: str
    outbox: str
    followers: str
    featured: str
    aliases: str
    fetched_at: int
    host: str
    """The server that its uri names; its handle may have another."""
    following: str = ""
    filled_at: int | None = None
    """When its last posts were brought."""


COLUMNS = ", ".join(f"remote_account.{name}" for name in Remote.__slots__)


def find(db: Reader, account: AccountId) -> Remote | None:
    row = db.row(f"SELECT {COLUMNS} FROM remote_account WHERE account_id = :account", account=account)
    return Remote(*row) if row else None


def followers(db: Reader, account: AccountId) -> str:
    """What an account elsewhere calls the collection of its followers; empty where that is not known."""
    found = db.value("SELECT followers FROM remote_account WHERE account_id = :account", account=account)
    return found or ""


def put(db: Writer, remote: Remote) -> None:
    names = [name for name in Remote.__slots__ if name != "filled_at"]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "account_id")
    db.run(
        f"""
        INSERT INTO remote_account ({", ".join(names)}) VALUES ({", ".join(f":{name}" for name in names)})
        ON CONFLICT (account_id) DO UPDATE SET {changes}
        """,
        **{name: getattr(remote, name) for name in names},
    )


def note_filled(db: Writer, account: AccountId, now: int) -> None:
    """Its last posts are here."""
    db.run("UPDATE remote_account SET filled_at = :now WHERE account_id = :account", account=account, now=now)


def new_followers_here(db: Reader, account: AccountId, after: int, limit: int) -> list[AccountId]:
    """The last who have begun to follow an account from here, by follows with ids after this one."""
    rows = db.rows(
        """
        SELECT follow.follower_id
          FROM follow JOIN account ON account.id = follow.follower_id
         WHERE follow.followed_id = :account AND follow.is_accepted = 1 AND follow.id > :after AND account.host = ''
         ORDER BY follow.id DESC LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    return [row[0] for row in rows]


def inboxes_of_followers(db: Reader, account: AccountId) -> set[str]:
    """
    One for each server on which somebody follows the account, which is here.

    Follows from elsewhere have a uri; the `+` keeps the query off the index of all followers.
    """
    rows = db.rows(
        """
        SELECT DISTINCT remote_account.shared_inbox
          FROM follow
          JOIN remote_account ON remote_account.account_id = follow.follower_id
          JOIN account ON account.id = follow.follower_id
         WHERE follow.followed_id = :account AND +follow.is_accepted = 1 AND follow.uri IS NOT NULL
           AND account.suspended_at IS NULL
        """,
        account=account,
    )
    return {row[0] for row in rows}


def inboxes_around(db: Reader, account: AccountId) -> set[str]:
    """One for each server on which somebody follows the account or is followed by it."""
    rows = db.rows(
        """
        SELECT remote_account.shared_inbox FROM follow
          JOIN remote_account ON remote_account.account_id = follow.followed_id
         WHERE follow.follower_id = :account
        """,
        account=account,
    )
    return {row[0] for row in rows} | inboxes_of_followers(db, account)


def inboxes_of(db: Reader, accounts: Collection[AccountId], *, shared: bool = True) -> set[str]:
    """The inboxes of those of the accounts that are elsewhere; their servers' shared ones, where there are."""
    if not accounts:
        return set()
    column = "shared_inbox" if shared else "inbox"
    rows = db.rows(
        f"SELECT DISTINCT {column} FROM remote_account WHERE account_id {among('accounts')}",
        accounts=numbers(accounts),
    )
    return {row[0] for row in rows}


def some_here(db: Reader, accounts: Collection[AccountId]) -> set[AccountId]:
    """Those of the accounts that are here."""
    if not accounts:
        return set()
    rows = db.rows(
        f"SELECT id FROM account WHERE id {among('accounts')} AND host = ''", accounts=numbers(accounts)
    )
    return {row[0] for row in rows}


def are_followed_at(db: Reader, host: str) -> bool:
    """Whether anybody here follows anybody whose handle is of a host."""
    sql = """
        SELECT 1 FROM account
         WHERE account.host = :host AND account.host <> ''
           AND EXISTS (SELECT 1 FROM follow JOIN account AS follower ON follower.id = follow.follower_id
                        WHERE follow.followed_id = account.id AND follow.is_accepted = 1 AND follower.host = '')
         LIMIT 1
        """
    return db.value(sql, host=host) is not None


def has_follower_here(db: Reader, account: AccountId) -> bool:
    """Whether somebody here follows an account, or asked to."""
    return bool(
        db.value(
            """
            SELECT EXISTS (SELECT 1 FROM follow JOIN account ON account.id = follow.follower_id
                            WHERE follow.followed_id = :account AND account.host = '')
            """,
            account=account,
        )
    )


def is_unwelcome(db: Reader, signer: AccountId, username: str) -> bool:
    """Whether somebody here blocks the account that asks, or its whole server."""
    return (
        db.value(
            """
            SELECT 1 FROM account JOIN account AS signer ON signer.id = :signer
             WHERE account.username_folded = :username AND account.host = ''
               AND (EXISTS (SELECT 1 FROM block
                             WHERE block.account_id = account.id AND block.blocked_id = signer.id)
                    OR EXISTS (SELECT 1 FROM domain_block
                                WHERE domain_block.account_id = account.id AND domain_block.host = signer.host))
            """,
            signer=signer,
            username=username.lower(),
        )
        is not None
    )


def may_read(db: Reader, signer: AccountId, post: PostId) -> bool:
    """Whether a post that is not for all may be told to a server: one of whose people it is written for."""
    return bool(
        db.value(
            """
            SELECT 1 FROM account AS signer, post
             WHERE signer.id = :signer AND signer.host <> '' AND post.id = :post AND post.is_local_only = 0
               AND ((post.visibility = 2 AND EXISTS (
                        SELECT 1 FROM follow JOIN account AS reader ON reader.id = follow.follower_id
                         WHERE follow.followed_id = post.author_id AND follow.is_accepted = 1
                           AND reader.host = signer.host AND reader.suspended_at IS NULL))
                    OR EXISTS (
                        SELECT 1 FROM mention JOIN account AS reader ON reader.id = mention.account_id
                         WHERE mention.post_id = post.id AND reader.host = signer.host
                           AND reader.suspended_at IS NULL))
            """,
            signer=signer,
            post=post,
        )
    )
