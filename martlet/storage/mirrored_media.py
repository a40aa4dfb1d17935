"""Files of accounts that this server is a mirror of: which their documents name, and which are here."""

from collections.abc import Iterable
from dataclasses import dataclass

from martlet.model.names import AccountId, Uri
from martlet.storage.database import Reader, Writer

MOST_TRIES = 8


@dataclass(frozen=True, slots=True)
class Medium:
    """`file`: its key. `bytes`: how many it has."""

    digest: bytes
    file: str
    bytes: int


def name(db: Writer, account: AccountId, digests: Iterable[bytes], uri: Uri, said_at: int) -> None:
    """A document of the account names these files."""
    db.run_each(
        """
        INSERT INTO mirrored_medium (account_id, digest, uri, said_at)
        SELECT :account, :digest, :uri, :said_at
         WHERE NOT EXISTS (SELECT 1 FROM taken_down WHERE digest = :digest)
        ON CONFLICT (account_id, digest) DO NOTHING
        """,
        ({"account": account, "digest": one, "uri": uri, "said_at": said_at} for one in digests),
    )


def wanted(db: Reader, account: AccountId, limit: int) -> list[bytes]:
    """Files that are not here, those of the newest posts first."""
    rows = db.rows(
        """
        SELECT digest FROM mirrored_medium
         WHERE account_id = :account AND file = '' AND tries < :most AND is_dropped = 0
         ORDER BY said_at DESC LIMIT :limit
        """,
        account=account,
        most=MOST_TRIES,
        limit=limit,
    )
    return [bytes(row[0]) for row in rows]


def failed(db: Writer, account: AccountId, digest: bytes) -> None:
    db.run(
        "UPDATE mirrored_medium SET tries = tries + 1 WHERE account_id = :account AND digest = :digest",
        account=account,
        digest=digest,
    )


def fetched(db: Writer, account: AccountId, digest: bytes, file: str, size: int) -> bool:
    """A file is here now; False where nobody wants it any more."""
    is_wanted = db.run(
        """
        UPDATE mirrored_medium SET file = :file, bytes = :size
         WHERE account_id = :account AND digest = :digest AND file = '' AND is_dropped = 0
        """,
        account=account,
        digest=digest,
        file=file,
        size=size,
    )
    if is_wanted:
        _count(db, account, size)
    return bool(is_wanted)


def _count(db: Writer, account: AccountId, more: int) -> None:
    db.run(
        "UPDATE mirrored SET media_bytes = media_bytes + :more WHERE account_id = :account",
        account=account,
        more=more,
    )


def oldest(db: Reader, account: AccountId, limit: int) -> list[Medium]:
    rows = db.rows(
        """
        SELECT digest, file, bytes FROM mirrored_medium
         WHERE account_id = :account AND file <> '' AND is_dropped = 0 ORDER BY said_at LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [Medium(bytes(row[0]), row[1], row[2]) for row in rows]


def drop(db: Writer, account: AccountId, one: Medium) -> None:
    """Hand a file out no more; it is removed soon."""
    if db.run(
        """
        UPDATE mirrored_medium SET is_dropped = 1
         WHERE account_id = :account AND digest = :digest AND is_dropped = 0
        """,
        account=account,
        digest=one.digest,
    ):
        _count(db, account, -one.bytes)


def drop_of_post(db: Writer, account: AccountId, uri: Uri) -> None:
    """The same of what a post shows that is deleted."""
    rows = db.rows(
        "SELECT digest, file, bytes FROM mirrored_medium WHERE uri = :uri AND account_id = :account",
        uri=uri,
        account=account,
    )
    for digest, file, size in rows:
        drop(db, account, Medium(bytes(digest), file, size))


def drop_everywhere(db: Writer, digest: bytes) -> bool:
    """The same of a file whoever showed it; returns whether it was here."""
    rows = db.rows(
        "SELECT account_id, file, bytes FROM mirrored_medium WHERE digest = :digest", digest=digest
    )
    for account, file, size in rows:
        drop(db, account, Medium(digest, file, size))
    return any(file for _, file, _ in rows)


def drop_all(db: Writer, account: AccountId) -> None:
    db.run("UPDATE mirrored_medium SET is_dropped = 1 WHERE account_id = :account", account=account)
    db.run("UPDATE mirrored SET media_bytes = 0 WHERE account_id = :account", account=account)


def dropped(db: Reader, account: AccountId, limit: int) -> list[Medium]:
    """Files to be removed."""
    rows = db.rows(
        """
        SELECT digest, file, bytes FROM mirrored_medium WHERE account_id = :account AND is_dropped = 1 LIMIT :limit
        """,
        account=account,
        limit=limit,
    )
    return [Medium(bytes(row[0]), row[1], row[2]) for row in rows]


def removed(db: Writer, account: AccountId, digest: bytes) -> None:
    db.run(
        "DELETE FROM mirrored_medium WHERE account_id = :account AND digest = :digest AND is_dropped = 1",
        account=account,
        digest=digest,
    )


def find(db: Reader, digest: bytes) -> str | None:
    """The key of a file of an account that is mirrored, which may be handed on."""
    found: str | None = db.value(
        """
        SELECT mirrored_medium.file
          FROM mirrored_medium
          JOIN mirrored ON mirrored.account_id = mirrored_medium.account_id AND mirrored.state = 'accepted'
          JOIN account ON account.id = mirrored.account_id AND account.suspended_at IS NULL
         WHERE mirrored_medium.digest = :digest AND mirrored_medium.file <> '' AND mirrored_medium.is_dropped = 0
           AND NOT EXISTS (SELECT 1 FROM taken_down WHERE taken_down.digest = mirrored_medium.digest)
         LIMIT 1
        """,
        digest=digest,
    )
    return found
