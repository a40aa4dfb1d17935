"""Accounts elsewhere: where they are written to, and what their collections are called."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId, Uri
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


COLUMNS = ", ".join(f"remote_account.{name}" for name in Remote.__slots__)


def find(db: Reader, account: AccountId) -> Remote | None:
    row = db.row(f"SELECT {COLUMNS} FROM remote_account WHERE account_id = :account", account=account)
    return Remote(*row) if row else None


def put(db: Writer, remote: Remote) -> None:
    names = Remote.__slots__
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "account_id")
    db.run(
        f"""
        INSERT INTO remote_account ({", ".join(names)}) VALUES ({", ".join(f":{name}" for name in names)})
        ON CONFLICT (account_id) DO UPDATE SET {changes}
        """,
        **{name: getattr(remote, name) for name in names},
    )


def accounts_at(db: Reader, uris: Collection[Uri]) -> dict[Uri, AccountId]:
    """Those of the accounts, here or elsewhere, that we know."""
    if not uris:
        return {}
    rows = db.rows(
        "SELECT uri, id FROM account WHERE uri IN (SELECT value FROM json_each(:uris))"
        if db.dialect == "sqlite"
        else "SELECT uri, id FROM account WHERE uri IN (SELECT json_array_elements_text(CAST(:uris AS json)))",
        uris=json.dumps(sorted(uris)),
    )
    return {row[0]: row[1] for row in rows}


def inboxes_of_followers(db: Reader, account: AccountId) -> set[str]:
    """One for each server on which somebody follows the account."""
    rows = db.rows(
        """
        SELECT DISTINCT remote_account.shared_inbox
          FROM follow
          JOIN remote_account ON remote_account.account_id = follow.follower_id
          JOIN account ON account.id = follow.follower_id
         WHERE follow.followed_id = :account AND follow.is_accepted = 1 AND account.suspended_at IS NULL
        """,
        account=account,
    )
    return {row[0] for row in rows}


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


def uris_of(db: Reader, accounts: Collection[AccountId]) -> dict[AccountId, Uri]:
    if not accounts:
        return {}
    rows = db.rows(f"SELECT id, uri FROM account WHERE id {among('accounts')}", accounts=numbers(accounts))
    return {row[0]: row[1] for row in rows}


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


def may_read(db: Reader, signer: AccountId, author: AccountId) -> bool:
    """Whether the author's followers-only posts may be told to a server: one of whose people follows the author."""
    return bool(
        db.value(
            """
            SELECT EXISTS (SELECT 1 FROM account AS signer
                             JOIN account ON account.host = signer.host
                             JOIN follow ON follow.follower_id = account.id AND follow.is_accepted = 1
                            WHERE signer.id = :signer AND signer.host <> '' AND follow.followed_id = :author)
            """,
            signer=signer,
            author=author,
        )
    )
