"""Signed documents of accounts here, byte for byte."""

from functools import lru_cache

from martlet.model.names import AccountId, PostId, Uri
from martlet.storage import peer_policies
from martlet.storage.accounts import IS_SHOWN
from martlet.storage.database import Reader, Writer


def find(db: Reader, uri: Uri, version: int) -> bytes | None:
    """The document made from this version of what it shows."""
    body = db.value(
        "SELECT body FROM document WHERE uri = :uri AND version = :version", uri=uri, version=version
    )
    return None if body is None else bytes(body)


def find_of_account(db: Reader, username: str, reader: str = "") -> bytes | None:
    """
    What is kept of an account that is not gone and not suspended, as it is now.

    None where anything is decided about the server `reader`.
    """
    condition, names = peer_policies.undecided(reader)
    body = db.value(_of_account(condition), username=username.lower(), **names)
    return None if body is None else bytes(body)


@lru_cache(maxsize=32)
def _of_account(condition: str) -> str:
    return f"""
        SELECT document.body
          FROM account JOIN document ON document.uri = account.uri AND document.version = account.version
         WHERE account.username_folded = :username AND account.host = ''
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL AND {IS_SHOWN} AND {condition}
        """


def find_of_open_post(db: Reader, username: str, id: PostId, reader: str = "") -> bytes | None:
    """What is kept of a public or unlisted post by such an account, as it is now; None as with accounts."""
    condition, names = peer_policies.undecided(reader)
    body = db.value(_of_open_post(condition), id=id, username=username.lower(), **names)
    return None if body is None else bytes(body)


@lru_cache(maxsize=32)
def _of_open_post(condition: str) -> str:
    return f"""
        SELECT document.body
          FROM post
          JOIN account ON account.id = post.author_id
          JOIN document ON document.uri = post.uri AND document.version = post.version
         WHERE post.id = :id AND post.visibility >= 3 AND post.is_local_only = 0 AND post.poll_id IS NULL
           AND account.username_folded = :username AND account.host = ''
           AND account.suspended_at IS NULL AND account.deletes_at IS NULL AND {IS_SHOWN} AND {condition}
        """


def put(db: Writer, uri: Uri, account: AccountId, version: int, body: bytes, now: int) -> bytes:
    """Keep a document unless one of this version is there; returns the one that is kept."""
    db.run(
        """
        INSERT INTO document (uri, account_id, version, body, created_at) VALUES (:uri, :account, :version, :body, :now)
        ON CONFLICT (uri) DO UPDATE SET version = excluded.version, body = excluded.body,
                                        created_at = excluded.created_at
         WHERE document.version < excluded.version
        """,
        uri=uri,
        account=account,
        version=version,
        body=body,
        now=now,
    )
    return find(db, uri, version) or body


def delete(db: Writer, uri: Uri) -> None:
    db.run("DELETE FROM document WHERE uri = :uri", uri=uri)


def delete_older(db: Writer, account: AccountId, made_before: int, limit: int) -> int:
    """Drop so many of an account's documents that were made until a moment; how many there were."""
    return db.run(
        """
        DELETE FROM document WHERE uri IN (
            SELECT uri FROM document WHERE account_id = :account AND created_at <= :made_before LIMIT :limit)
        """,
        account=account,
        made_before=made_before,
        limit=limit,
    )
