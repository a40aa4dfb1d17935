"""Accounts and the people who sign in to them."""

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from martlet.model.accounts import Account
from martlet.model.errors import NotFound
from martlet.model.names import AccountId, AppId, Uri, UserId
from martlet.storage import peer_policies
from martlet.storage.columns import assigned
from martlet.storage.database import Reader, Writer
from martlet.storage.dialect import among, lock_row, numbers

COLUMNS = ", ".join(f"account.{name}" for name in Account.__struct_fields__)
_BY_URI = f"SELECT {COLUMNS} FROM account WHERE uri = :uri"
FIELDS = frozenset(Account.__struct_fields__) - {"id", "version"}


def insert(
    db: Writer,
    id: AccountId,
    username: str,
    host: str,
    uri: Uri,
    url: str,
    created_at: int,
    kind: str = "person",
) -> None:
    """Raises `AlreadyThere` for a handle or uri that is taken."""
    db.run(
        """
        INSERT INTO account (id, username, username_folded, host, uri, url, kind, created_at)
        VALUES (:id, :username, :folded, :host, :uri, :url, :kind, :created_at)
        """,
        id=id,
        username=username,
        folded=username.lower(),
        host=host,
        uri=uri,
        url=url,
        kind=kind,
        created_at=created_at,
    )


def find(db: Reader, id: AccountId) -> Account | None:
    row = db.row(f"SELECT {COLUMNS} FROM account WHERE id = :id", id=id)
    return Account(*row) if row else None


def get(db: Reader, id: AccountId) -> Account:
    """Raises `NotFound`."""
    account = find(db, id)
    if account is None:
        raise NotFound
    return account


class Whereabouts(NamedTuple):
    """What is asked of an account most often: where it is, and whether it still is."""

    username: str
    uri: Uri
    url: str
    is_gone: int
    """Suspended, or deleted, or about to be."""
    is_deleted: int


_WHEREABOUTS = """username, uri, url,
    CASE WHEN suspended_at IS NULL AND deletes_at IS NULL AND deleted_at IS NULL THEN 0 ELSE 1 END,
    CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END"""
_WHEREABOUTS_HERE = f"SELECT {_WHEREABOUTS} FROM account WHERE username_folded = :username AND host = ''"


def get_whereabouts(db: Reader, id: AccountId) -> Whereabouts:
    """Raises `NotFound`."""
    row = db.row(f"SELECT {_WHEREABOUTS} FROM account WHERE id = :id", id=id)
    if row is None:
        raise NotFound
    return Whereabouts(*row)


def find_whereabouts(db: Reader, username: str) -> Whereabouts | None:
    """Of somebody here."""
    row = db.row(_WHEREABOUTS_HERE, username=username.lower())
    return Whereabouts._make(row) if row else None


IS_SHOWN = """account.deleted_at IS NULL
    AND (account.host <> '' OR NOT EXISTS (SELECT 1 FROM users WHERE users.account_id = account.id
                                              AND (users.confirmed_at IS NULL OR users.approved_at IS NULL)))"""
"""Others may know of this account: it is confirmed and approved, and not gone for good."""


def get_shown(db: Reader, id: AccountId) -> Account:
    """An account that others may know of, suspended or not. Raises `NotFound`."""
    found = many_shown(db, [id])
    if not found:
        raise NotFound
    return found[id]


def many_shown(db: Reader, ids: Collection[AccountId]) -> dict[AccountId, Account]:
    """Those of the accounts that others may know of."""
    if not ids:
        return {}
    rows = db.rows(
        f"SELECT {COLUMNS} FROM account WHERE account.id {among('ids')} AND {IS_SHOWN}", ids=numbers(ids)
    )
    return {row[0]: Account(*row) for row in rows}


def get_shown_by_handle(db: Reader, username: str, host: str = "") -> Account:
    """An account that others may know of. Raises `NotFound`."""
    row = db.row(
        f"SELECT {COLUMNS} FROM account WHERE username_folded = :username AND host = :host AND {IS_SHOWN}",
        username=username.lower(),
        host=host,
    )
    if row is None:
        raise NotFound
    return Account(*row)


def find_by_handle(db: Reader, username: str, host: str = "") -> Account | None:
    row = db.row(
        f"SELECT {COLUMNS} FROM account WHERE username_folded = :username AND host = :host",
        username=username.lower(),
        host=host,
    )
    return Account(*row) if row else None


def find_by_uri(db: Reader, uri: Uri) -> Account | None:
    row = db.row(_BY_URI, uri=uri)
    return Account(*row) if row else None


def find_by_uri_unless_decided(db: Reader, uri: Uri, host: str) -> Account | None:
    """None as well where anything is decided about the server `host`."""
    condition, names = peer_policies.undecided(host)
    row = db.row(_by_uri_unless(condition), uri=uri, **names)
    return Account(*row) if row else None


@lru_cache(maxsize=32)
def _by_uri_unless(condition: str) -> str:
    return f"{_BY_URI} AND {condition}"


def many(db: Reader, ids: Collection[AccountId]) -> dict[AccountId, Account]:
    """Those of the accounts that are there."""
    if not ids:
        return {}
    rows = db.rows(f"SELECT {COLUMNS} FROM account WHERE id {among('ids')}", ids=numbers(ids))
    return {row[0]: Account(*row) for row in rows}


def update(db: Writer, id: AccountId, **changes: object) -> None:
    """Set columns; the version grows, so that nobody is shown the old account."""
    db.run(
        f"UPDATE account SET {assigned(changes, FIELDS)}, version = version + 1 WHERE id = :id",
        id=id,
        **changes,
    )


def lock(db: Writer, id: AccountId) -> None:
    """Nobody else changes this account until the transaction is over."""
    db.row(f"SELECT id FROM account WHERE id = :id {lock_row(db.dialect)}", id=id)


def delete(db: Writer, id: AccountId) -> None:
    """Remove an account that never was anything but a request to join; its name is free again."""
    db.run("DELETE FROM account WHERE id = :id", id=id)


def touch(db: Writer, id: AccountId) -> None:
    """Something that is shown with the account has changed."""
    db.run("UPDATE account SET version = version + 1 WHERE id = :id", id=id)


def count(db: Writer, id: AccountId, *, posts: int = 0, followers: int = 0, following: int = 0) -> None:
    """Add to an account's counts."""
    db.run(
        """
        UPDATE account
           SET posts_count = posts_count + :posts,
               followers_count = followers_count + :followers,
               following_count = following_count + :following,
               version = version + 1
         WHERE id = :id
        """,
        id=id,
        posts=posts,
        followers=followers,
        following=following,
    )


def insert_user(
    db: Writer,
    id: UserId,
    account: AccountId,
    email: str,
    password_hash: str,
    role: str,
    locale: str,
    created_at: int,
    confirmed_at: int | None,
    approved_at: int | None,
    reason: str = "",
    invitation: int | None = None,
    app: AppId | None = None,
) -> None:
    """Raises `AlreadyThere` for an e-mail address that is taken."""
    db.run(
        """
        INSERT INTO users (id, account_id, email, email_folded, password_hash, role, locale, created_at,
                           confirmed_at, approved_at, reason, invitation_id, app_id)
        VALUES (:id, :account, :email, :folded, :password_hash, :role, :locale, :created_at, :confirmed_at,
                :approved_at, :reason, :invitation, :app)
        """,
        id=id,
        account=account,
        email=email,
        folded=email.lower(),
        password_hash=password_hash,
        role=role,
        locale=locale,
        created_at=created_at,
        confirmed_at=confirmed_at,
        approved_at=approved_at,
        reason=reason,
        invitation=invitation,
        app=app,
    )


def fields_of(account: Account) -> Sequence[dict[str, str | None]]:
    """A profile's fields: name, text, html, verified_at (ISO 8601 or None); `proof`, where it is a key's: good, unknown."""
    found: list[dict[str, str | None]] = json.loads(account.fields)
    return found


def attribution_of(account: Account) -> list[str]:
    """Hosts whose pages may name the account as their author."""
    found: list[str] = json.loads(account.attribution)
    return found


class PostingPreferences(NamedTuple):
    """What somebody has chosen for posts that do not say otherwise."""

    visibility: int
    is_sensitive: int
    language: str | None
    quoting: str
    is_local_only: int
    replying: str
    """Who may answer: JSON, policies by visibility."""
    lifetime: int | None
    """Seconds; None: posts stay."""


def posting_preferences(db: Reader, account: AccountId) -> PostingPreferences | None:
    """Those of whoever signs in to this account."""
    row = db.row(
        """
        SELECT default_visibility, default_sensitive, default_language, default_quoting, default_local_only,
               default_replying, default_lifetime
          FROM users WHERE account_id = :account
        """,
        account=account,
    )
    return PostingPreferences(*row) if row else None


def preferred_replying(db: Reader, account: AccountId) -> str:
    """Who may answer somebody's posts by default: JSON, policies by visibility."""
    return str(
        db.value("SELECT default_replying FROM users WHERE account_id = :account", account=account) or "{}"
    )


def reading_preferences(db: Reader, account: AccountId) -> tuple[str, int, int] | None:
    """(how media are shown, whether warnings open by themselves, whether GIFs move) of whoever signs in here."""
    row = db.row(
        "SELECT show_media, open_warnings, play_gifs FROM users WHERE account_id = :account", account=account
    )
    return (row[0], row[1], row[2]) if row else None


def host_of(db: Reader, account: AccountId) -> str:
    """The server an account is on; empty for here."""
    found: str | None = db.value("SELECT host FROM account WHERE id = :account", account=account)
    return found or ""


def locale_of(db: Reader, account: AccountId) -> str:
    """The language in which whoever signs in to this account is spoken to."""
    return str(db.value("SELECT locale FROM users WHERE account_id = :account", account=account) or "en")
