"""Keys: of accounts here, with their encrypted private half, and of accounts elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from martlet.model.names import AccountId, Uri
from martlet.storage import peer_policies
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class OwnKey:
    """`private` is encrypted; `public` as an actor document shows it: PEM, or multibase."""

    kind: str
    private: bytes
    public: str
    name: str = ""
    """What stands behind the account's uri; empty for the first one of its kind."""


@dataclass(frozen=True, slots=True)
class RetiredKey:
    """A key of an account here that signs no more. `public` is multibase; moments are milliseconds."""

    kind: str
    public: str
    name: str
    after: int
    """What it has signed after that is not the account's."""
    retired_at: int


@dataclass(frozen=True, slots=True)
class RemoteKey:
    """A key of an account elsewhere, with the uri of its owner."""

    uri: Uri
    account_id: AccountId
    owner: Uri
    kind: str
    public: str
    is_gone: int
    """Its owner is deleted, or about to be, or suspended, but for those whom only their own server has suspended."""


def own(db: Reader, account: AccountId) -> dict[str, OwnKey]:
    """The keys of an account here, by kind: rsa, ed25519."""
    rows = db.rows(
        "SELECT kind, private, public, name FROM account_key WHERE account_id = :account", account=account
    )
    return {row[0]: OwnKey(row[0], bytes(row[1]), row[2], row[3]) for row in rows}


def put_first(db: Writer, account: AccountId, key: OwnKey, now: int) -> OwnKey:
    """Keep a key unless there is one; returns the one that is kept."""
    db.run(
        """
        INSERT INTO account_key (account_id, kind, private, public, created_at)
        VALUES (:account, :kind, :private, :public, :now)
        ON CONFLICT (account_id, kind) DO NOTHING
        """,
        account=account,
        kind=key.kind,
        private=key.private,
        public=key.public,
        now=now,
    )
    return own(db, account)[key.kind]


def replace_own(db: Writer, account: AccountId, key: OwnKey, now: int) -> None:
    """The account signs with this key from now on."""
    db.run(
        """
        UPDATE account_key SET private = :private, public = :public, name = :name, created_at = :now
         WHERE account_id = :account AND kind = :kind
        """,
        account=account,
        kind=key.kind,
        private=key.private,
        public=key.public,
        name=key.name,
        now=now,
    )


def put_retired(db: Writer, account: AccountId, key: RetiredKey) -> None:
    db.run(
        """
        INSERT INTO retired_key (account_id, kind, public, name, after, retired_at)
        VALUES (:account, :kind, :public, :name, :after, :retired_at)
        """,
        account=account,
        kind=key.kind,
        public=key.public,
        name=key.name,
        after=key.after,
        retired_at=key.retired_at,
    )


def retired(db: Reader, account: AccountId) -> list[RetiredKey]:
    """The oldest first."""
    rows = db.rows(
        """
        SELECT kind, public, name, after, retired_at FROM retired_key
         WHERE account_id = :account ORDER BY retired_at, kind
        """,
        account=account,
    )
    return [RetiredKey(*row) for row in rows]


_REMOTE = """
    SELECT remote_key.uri, remote_key.account_id, account.uri, remote_key.kind, remote_key.public,
           CASE WHEN (account.suspended_at IS NULL OR account.suspended_there * account.suspended_by_peer = 1)
                     AND account.deletes_at IS NULL AND account.deleted_at IS NULL
                THEN 0 ELSE 1 END
      FROM remote_key JOIN account ON account.id = remote_key.account_id WHERE remote_key.uri = :uri
"""


def find_remote(db: Reader, uri: Uri) -> RemoteKey | None:
    row = db.row(_REMOTE, uri=uri)
    return RemoteKey(*row) if row else None


def find_remote_unless_decided(db: Reader, uri: Uri, host: str) -> RemoteKey | None:
    """None as well where anything is decided about the server `host`."""
    condition, names = peer_policies.undecided(host)
    row = db.row(_remote_unless(condition), uri=uri, **names)
    return RemoteKey(*row) if row else None


@lru_cache(maxsize=32)
def _remote_unless(condition: str) -> str:
    return f"{_REMOTE} AND {condition}"


def has_remote_of_kind(db: Reader, account: AccountId, kind: str) -> bool:
    """Whether an account elsewhere has named a key of this kind."""
    return (
        db.value(
            "SELECT 1 FROM remote_key WHERE account_id = :account AND kind = :kind LIMIT 1",
            account=account,
            kind=kind,
        )
        is not None
    )


def remote_of(db: Reader, account: AccountId) -> list[tuple[Uri, str, str]]:
    """The keys of an account elsewhere: uri, kind, public."""
    rows = db.rows(
        "SELECT uri, kind, public FROM remote_key WHERE account_id = :account ORDER BY uri", account=account
    )
    return [(Uri(row[0]), row[1], row[2]) for row in rows]


def of_followed_beyond(db: Reader, account: AccountId, limit: int) -> list[tuple[Uri, Uri, str]]:
    """The keys with which those elsewhere sign documents whom an account follows: name, owner, multibase."""
    rows = db.rows(
        """
        SELECT remote_key.uri, account.uri, remote_key.public
          FROM follow JOIN account ON account.id = follow.followed_id
          JOIN remote_key ON remote_key.account_id = account.id
         WHERE follow.follower_id = :account AND follow.is_accepted = 1 AND remote_key.kind = 'ed25519'
           AND account.suspended_at IS NULL
         LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [(Uri(row[0]), Uri(row[1]), row[2]) for row in rows]


def of_followed_here(db: Reader, account: AccountId, limit: int) -> list[tuple[Uri, str, str]]:
    """The same of those here, and of the account itself: owner, what stands behind it in the key's name, multibase."""
    rows = db.rows(
        """
        SELECT account.uri, account_key.name, account_key.public
          FROM account JOIN account_key ON account_key.account_id = account.id
         WHERE account_key.kind = 'ed25519' AND account.suspended_at IS NULL
           AND (account.id = :account OR account.id IN (
                    SELECT followed_id FROM follow WHERE follower_id = :account AND is_accepted = 1))
         LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [(Uri(row[0]), row[1], row[2]) for row in rows]


def replace_remote(db: Writer, account: AccountId, found: Iterable[tuple[Uri, str, str]]) -> None:
    """From now on the account has these keys (uri, kind, public) and no others."""
    db.run("DELETE FROM remote_key WHERE account_id = :account", account=account)
    for uri, kind, public in found:
        db.run(
            """
            INSERT INTO remote_key (uri, account_id, kind, public) VALUES (:uri, :account, :kind, :public)
            ON CONFLICT (uri) DO NOTHING
            """,
            uri=uri,
            account=account,
            kind=kind,
            public=public,
        )
