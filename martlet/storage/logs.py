"""
Logs: what each account here has written for everybody, in the order in which it changed.

A name stands in its author's log once, at its last change. What was deleted stays as a name without a
post, and is handed on as a tombstone.
"""

from dataclasses import dataclass

from martlet.model.names import AccountId, PostId, Uri
from martlet.storage.database import Reader, Writer


@dataclass(frozen=True, slots=True)
class Entry:
    """`digest`: SHA-256 of the signed document, None until that was made."""

    uri: Uri
    sequence: int
    changed_at: int
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement of what the log held up to a sequence."""

    sequence: int
    body: bytes


def append(db: Writer, account: AccountId, uri: Uri, now: int) -> int:
    """A document is new or has changed: it stands last from now on. Returns its sequence."""
    row = db.row(
        """
        INSERT INTO account_log (account_id, last_sequence) VALUES (:account, 1)
        ON CONFLICT (account_id) DO UPDATE SET last_sequence = account_log.last_sequence + 1
        RETURNING last_sequence
        """,
        account=account,
    )
    sequence = int(row[0]) if row else 1
    db.run(
        """
        INSERT INTO log_entry (account_id, uri, sequence, changed_at) VALUES (:account, :uri, :sequence, :now)
        ON CONFLICT (account_id, uri) DO UPDATE
           SET sequence = excluded.sequence, changed_at = excluded.changed_at, digest = NULL
        """,
        account=account,
        uri=uri,
        sequence=sequence,
        now=now,
    )
    return sequence


def has(db: Reader, account: AccountId, uri: Uri) -> bool:
    return (
        db.value(
            "SELECT 1 FROM log_entry WHERE account_id = :account AND uri = :uri", account=account, uri=uri
        )
        is not None
    )


def boosts_of(db: Reader, post: PostId) -> list[tuple[AccountId, Uri]]:
    """Boosts of a post that stand in logs, and whose."""
    rows = db.rows(
        """
        SELECT log_entry.account_id, log_entry.uri
          FROM post JOIN log_entry ON log_entry.account_id = post.author_id AND log_entry.uri = post.uri
         WHERE post.boost_of_id = :post ORDER BY log_entry.account_id
        """,
        post=post,
    )
    return [(row[0], Uri(row[1])) for row in rows]


def remove(db: Writer, account: AccountId, uri: Uri) -> None:
    """What is for everybody no more, and was not deleted."""
    db.run("DELETE FROM log_entry WHERE account_id = :account AND uri = :uri", account=account, uri=uri)


def last_sequence(db: Reader, account: AccountId) -> int:
    return int(
        db.value("SELECT last_sequence FROM account_log WHERE account_id = :account", account=account) or 0
    )


def entries(db: Reader, account: AccountId, after: int, limit: int) -> list[Entry]:
    """The next entries after a sequence, the oldest change first."""
    rows = db.rows(
        """
        SELECT uri, sequence, changed_at, digest FROM log_entry
         WHERE account_id = :account AND sequence > :after ORDER BY sequence LIMIT :limit
        """,
        account=account,
        after=after,
        limit=limit,
    )
    return [Entry(Uri(row[0]), row[1], row[2], None if row[3] is None else bytes(row[3])) for row in rows]


def sequence_before(db: Reader, account: AccountId, moment: int) -> int:
    """After which sequence everything stands that has changed since a moment."""
    found = db.value(
        """
        SELECT MIN(sequence) FROM log_entry WHERE account_id = :account AND changed_at >= :moment
        """,
        account=account,
        moment=moment,
    )
    return last_sequence(db, account) if found is None else int(found) - 1


def note_made(db: Writer, account: AccountId, entry: Entry, digest: bytes, month: str) -> None:
    """What the signed document of an entry is, unless it has changed meanwhile."""
    db.run(
        """
        UPDATE log_entry SET digest = :digest, month = :month
         WHERE account_id = :account AND uri = :uri AND sequence = :sequence
        """,
        account=account,
        uri=entry.uri,
        sequence=entry.sequence,
        digest=digest,
        month=month,
    )


def digests(db: Reader, account: AccountId) -> list[tuple[str, bytes]] | None:
    """The month and digest of all that the log holds; None while the documents of some are still to be made."""
    rows = db.rows("SELECT month, digest FROM log_entry WHERE account_id = :account", account=account)
    if any(digest is None for _, digest in rows):
        return None
    return [(month, bytes(digest)) for month, digest in rows]


def has_unmade(db: Reader, account: AccountId) -> bool:
    """Whether the documents of some are still to be made."""
    return (
        db.value(
            "SELECT 1 FROM log_entry WHERE account_id = :account AND digest IS NULL LIMIT 1", account=account
        )
        is not None
    )


def find_checkpoint(db: Reader, account: AccountId) -> Checkpoint | None:
    row = db.row("SELECT sequence, body FROM log_checkpoint WHERE account_id = :account", account=account)
    return None if row is None else Checkpoint(row[0], bytes(row[1]))


def put_checkpoint(db: Writer, account: AccountId, checkpoint: Checkpoint, now: int) -> None:
    """Keep a checkpoint in the place of an older one."""
    db.run(
        """
        INSERT INTO log_checkpoint (account_id, sequence, body, created_at)
        VALUES (:account, :sequence, :body, :now)
        ON CONFLICT (account_id) DO UPDATE
           SET sequence = excluded.sequence, body = excluded.body, created_at = excluded.created_at
        """,
        account=account,
        sequence=checkpoint.sequence,
        body=checkpoint.body,
        now=now,
    )


def authors(db: Reader) -> list[AccountId]:
    """All accounts that have a log."""
    return [row[0] for row in db.rows("SELECT account_id FROM account_log ORDER BY account_id")]
