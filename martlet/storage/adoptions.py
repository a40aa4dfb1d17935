"""Backups of accounts here, and accounts that were brought back from one."""

import json
from collections.abc import Collection
from dataclasses import dataclass

from martlet.model.names import AccountId
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, numbers


@dataclass(frozen=True, slots=True)
class Backup:
    account_id: AccountId
    file: str
    bytes: int
    made_at: int


@dataclass(frozen=True, slots=True)
class Adoption:
    account_id: AccountId
    old_account_id: AccountId
    root: str
    inboxes: tuple[str, ...]
    adopted_at: int
    told_at: int | None


def find_backup(db: Reader, account: AccountId) -> Backup | None:
    row = db.row(
        "SELECT account_id, file, bytes, made_at FROM account_backup WHERE account_id = :account",
        account=account,
    )
    return None if row is None else Backup(*row)


def put_backup(db: Writer, one: Backup) -> None:
    db.run(
        """
        INSERT INTO account_backup (account_id, file, bytes, made_at) VALUES (:account, :file, :bytes, :made_at)
        ON CONFLICT (account_id) DO UPDATE SET file = excluded.file, bytes = excluded.bytes, made_at = excluded.made_at
        """,
        account=one.account_id,
        file=one.file,
        bytes=one.bytes,
        made_at=one.made_at,
    )


def find(db: Reader, account: AccountId) -> Adoption | None:
    row = db.row(
        """
        SELECT account_id, old_account_id, root, inboxes, adopted_at, told_at FROM adoption
         WHERE account_id = :account
        """,
        account=account,
    )
    if row is None:
        return None
    id, old, root, inboxes, adopted_at, told_at = row
    return Adoption(id, old, root, tuple(json.loads(inboxes)), adopted_at, told_at)


def some_gone_on(db: Reader, accounts: Collection[AccountId]) -> bool:
    """Whether somebody here goes on as one of these accounts, and has said so."""
    if not accounts:
        return False
    sql = f"SELECT 1 FROM adoption WHERE old_account_id {among('accounts')} AND told_at IS NOT NULL LIMIT 1"
    return db.value(sql, accounts=numbers(accounts)) is not None


def put(
    db: Writer, account: AccountId, old: AccountId, root: str, inboxes: Collection[str], now: int
) -> None:
    db.run(
        """
        INSERT INTO adoption (account_id, old_account_id, root, inboxes, adopted_at)
        VALUES (:account, :old, :root, :inboxes, :now)
        ON CONFLICT (account_id) DO UPDATE
           SET old_account_id = excluded.old_account_id, root = excluded.root, inboxes = excluded.inboxes,
               adopted_at = excluded.adopted_at, told_at = NULL
        """,
        account=account,
        old=old,
        root=root,
        inboxes=json.dumps(sorted(inboxes)),
        now=now,
    )


def note_told(db: Writer, account: AccountId, now: int) -> None:
    db.run("UPDATE adoption SET told_at = :now WHERE account_id = :account", account=account, now=now)
