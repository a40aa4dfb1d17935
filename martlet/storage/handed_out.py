"""
Documents that are handed out byte for byte, by name or in the order of a log: those of accounts here, and those of
accounts that this server is a mirror of. Nothing but what is for everybody, and nothing that somebody only brought along.
"""

from dataclasses import dataclass

from martlet.model.names import AccountId, Uri
from martlet.storage.accounts import IS_SHOWN
from martlet.storage.database import Reader

_IS_HERE = (
    f"""account.host = '' AND account.suspended_at IS NULL AND account.deletes_at IS NULL AND {IS_SHOWN}"""
)
_IS_OPEN = "post.visibility >= 3 AND post.is_local_only = 0"


@dataclass(frozen=True, slots=True)
class Source:
    """Whose documents are handed out. `is_here`: False for an account that is mirrored."""

    account_id: AccountId
    uri: Uri
    username: str
    version: int
    is_here: bool
    last_sequence: int
    checkpoint: int
    """How far the checkpoint goes that is kept; 0 where none is."""
    checked_at: int


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of a log; `body` is None where the document is still to be made, or made anew."""

    uri: Uri
    sequence: int
    body: bytes | None


def source(db: Reader, uri: Uri) -> Source | None:
    """An account whose documents may be handed out; None for all others."""
    row = db.row(
        f"""
        SELECT account.id, account.username, account.version, COALESCE(account_log.last_sequence, 0),
               COALESCE(log_checkpoint.sequence, 0), COALESCE(log_checkpoint.created_at, 0)
          FROM account
          LEFT JOIN account_log ON account_log.account_id = account.id
          LEFT JOIN log_checkpoint ON log_checkpoint.account_id = account.id
         WHERE account.uri = :uri AND {_IS_HERE}
        """,
        uri=uri,
    )
    if row is not None:
        id, username, version, last, checkpoint, checked_at = row
        return Source(
            id,
            uri,
            username,
            version,
            is_here=True,
            last_sequence=last,
            checkpoint=checkpoint,
            checked_at=checked_at,
        )
    row = db.row(
        """
        SELECT mirrored.account_id, account.username, mirrored.last_sequence, mirrored.checkpoint_sequence
          FROM mirrored JOIN account ON account.id = mirrored.account_id
         WHERE mirrored.uri = :uri AND mirrored.state = 'accepted'
           AND account.suspended_at IS NULL AND account.deleted_at IS NULL
        """,
        uri=uri,
    )
    if row is None:
        return None
    return Source(
        row[0], uri, row[1], 0, is_here=False, last_sequence=row[2], checkpoint=row[3], checked_at=0
    )


def lines(db: Reader, source: Source, after: int, limit: int) -> list[Line]:
    """The next entries after a sequence."""
    find = _own if source.is_here else _mirrored
    return [
        Line(Uri(uri), sequence, None if body is None else bytes(body))
        for uri, sequence, body in db.rows(find, account=source.account_id, after=after, limit=limit)
    ]


_own = f"""
SELECT log_entry.uri, log_entry.sequence,
       CASE WHEN log_entry.digest IS NOT NULL AND (post.id IS NULL OR (post.poll_id IS NULL AND {_IS_OPEN}))
            THEN document.body END
  FROM log_entry
  LEFT JOIN post ON post.uri = log_entry.uri
  LEFT JOIN document ON document.uri = log_entry.uri AND document.version = COALESCE(post.version, 0)
 WHERE log_entry.account_id = :account AND log_entry.sequence > :after
 ORDER BY log_entry.sequence LIMIT :limit
"""
_mirrored = """
SELECT mirrored_document.uri, mirrored_document.sequence, carried_document.body
  FROM mirrored_document
  JOIN carried_document ON carried_document.uri = mirrored_document.uri
                       AND carried_document.digest = mirrored_document.digest
 WHERE mirrored_document.account_id = :account AND mirrored_document.sequence > :after
 ORDER BY mirrored_document.sequence LIMIT :limit
"""


def sequence_before(db: Reader, source: Source, moment: int) -> int:
    """After which sequence everything stands that has changed since a moment."""
    table = "log_entry" if source.is_here else "mirrored_document"
    found = db.value(
        f"""
        SELECT sequence FROM {table} WHERE account_id = :account AND changed_at < :moment
         ORDER BY changed_at DESC LIMIT 1
        """,
        account=source.account_id,
        moment=moment,
    )
    return int(found or 0)


def own_post(db: Reader, uri: Uri) -> bytes | None:
    """A public or unlisted post of somebody here, where its document is kept as it is now."""
    body = db.value(
        f"""
        SELECT document.body
          FROM post
          JOIN account ON account.id = post.author_id
          JOIN document ON document.uri = post.uri AND document.version = post.version
         WHERE post.uri = :uri AND {_IS_OPEN} AND post.poll_id IS NULL AND {_IS_HERE}
        """,
        uri=uri,
    )
    return None if body is None else bytes(body)


def own_file(db: Reader, digest: bytes) -> str | None:
    """The key of a file of ours that a public or unlisted post shows, by its SHA-256."""
    found: str | None = db.value(
        f"""
        SELECT media.file
          FROM media JOIN post ON post.id = media.post_id JOIN account ON account.id = post.author_id
         WHERE media.digest = :digest AND media.remote_url IS NULL AND media.state = 'ready' AND media.file <> ''
           AND {_IS_OPEN} AND {_IS_HERE}
         LIMIT 1
        """,
        digest=digest,
    )
    return found


def mirrored_document(db: Reader, uri: Uri) -> tuple[str, bytes] | None:
    """The kind and the bytes of a document of an account that is mirrored."""
    row = db.row(
        """
        SELECT carried_document.kind, carried_document.body
          FROM mirrored_document
          JOIN mirrored ON mirrored.account_id = mirrored_document.account_id AND mirrored.state = 'accepted'
          JOIN account ON account.id = mirrored.account_id AND account.suspended_at IS NULL
          JOIN carried_document ON carried_document.uri = mirrored_document.uri
                               AND carried_document.digest = mirrored_document.digest
         WHERE mirrored_document.uri = :uri
        """,
        uri=uri,
    )
    return None if row is None else (row[0], bytes(row[1]))


def adopted_document(db: Reader, uri: Uri) -> tuple[str, bytes] | None:
    """The same of an account elsewhere as which somebody here goes on."""
    row = db.row(
        """
        SELECT carried_document.kind, carried_document.body
          FROM carried_document
          JOIN account ON account.uri = carried_document.author AND account.suspended_at IS NULL
          JOIN adoption ON adoption.old_account_id = account.id
         WHERE carried_document.uri = :uri AND carried_document.trust = 3
           AND carried_document.kind IN ('post', 'boost', 'tombstone')
        """,
        uri=uri,
    )
    return None if row is None else (row[0], bytes(row[1]))


def own_actor(db: Reader, uri: Uri) -> tuple[bytes, int] | None:
    """The actor document of somebody here, as it is now, and when it was made."""
    row = db.row(
        f"""
        SELECT document.body, document.created_at
          FROM account JOIN document ON document.uri = account.uri AND document.version = account.version
         WHERE account.uri = :uri AND {_IS_HERE}
        """,
        uri=uri,
    )
    return None if row is None else (bytes(row[0]), row[1])


def mirrored_actor(db: Reader, uri: Uri) -> tuple[bytes, int] | None:
    """The actor document of an account that is mirrored, and when it was signed."""
    row = db.row(
        """
        SELECT carried_document.body, carried_document.signed_at
          FROM mirrored JOIN account ON account.id = mirrored.account_id AND account.suspended_at IS NULL
          JOIN carried_document ON carried_document.uri = mirrored.uri AND carried_document.trust = 3
         WHERE mirrored.uri = :uri AND mirrored.state = 'accepted'
        """,
        uri=uri,
    )
    return None if row is None else (bytes(row[0]), row[1])


def mirrored_checkpoint(db: Reader, account: AccountId) -> bytes | None:
    body = db.value("SELECT checkpoint FROM mirrored WHERE account_id = :account", account=account)
    return None if body is None else bytes(body)
